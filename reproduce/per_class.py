"""The IU of each class, a column a net; a grid for each head."""

import numpy as np

from .markdown import grid
from .metrics import class_iu
from .results import Results
from .scorings import counts_of


def per_class(results: Results) -> str:
    """Markdown tables in percent; "-" where a class is neither true nor predicted."""
    done = [row for row in results.rows.values() if row["status"] == "done"]
    heads = dict.fromkeys(head for row in done for head in row["counts"])
    return "".join(f"\n{_grid(done, head)}\n" for head in heads)


def _grid(done: list[dict], head: str) -> str:
    with_it = [row for row in done if head in row["counts"]]
    columns = {row["net"]: class_iu(counts_of(row, head)) for row in with_it}
    title = "class" if head == "score" else f"class of {head}"
    return grid(
        [
            {title: name, **{net: _cell(iu[index]) for net, iu in columns.items()}}
            for index, name in enumerate(with_it[0]["classes"][head])
        ]
    )


def _cell(iu: float) -> str:
    return "-" if np.isnan(iu) else f"{100 * iu:.2f}"
