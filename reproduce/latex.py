"""Results as a LaTeX tabular (booktabs): a line a net, published and ours for each metric."""

from .cells import NONE, lines
from .results import Results

SPECIAL = {
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "†": r"$^\dagger$",
    "~": r"\textasciitilde{}",
}


def latex(results: Results) -> str:
    """The tabular, ending in a newline."""
    rows = lines(results)
    columns = [title for title in rows[0] if title != "within"]
    words = columns.index("metric") + 1
    spec = "l" * words + "r" * (len(columns) - words - 1) + "l"
    note = f"% {results.definition().title}; percent; {NONE}: none; written by reproduce.table"
    return tabular(note, spec, [columns, *([row[title] for title in columns] for row in rows)])


def tabular(note: str, spec: str, rows: list[list[str]]) -> str:
    """`rows`, the first of which is the head, below the comment `note`."""
    head, *body = (" & ".join(map(_escaped, row)) + r" \\" for row in rows)
    return "\n".join(
        [
            note,
            rf"\begin{{tabular}}{{{spec}}}",
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in text)
