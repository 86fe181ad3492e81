"""Results as a LaTeX tabular (booktabs): a line a net, published and ours for each metric."""

from .cells import NONE, lines
from .results import Results

SPECIAL = {"_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "†": r"$^\dagger$"}


def latex(results: Results) -> str:
    """The tabular, ending in a newline."""
    rows = lines(results)
    columns = [title for title in rows[0] if title != "within"]
    body = [" & ".join(_escaped(row[title]) for title in columns) + r" \\" for row in rows]
    head = " & ".join(_escaped(title) for title in columns) + r" \\"
    spec = "ll" + "r" * (len(columns) - 3) + "l"
    note = f"% {results.definition().title}; percent; {NONE}: none; written by reproduce.table"
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
