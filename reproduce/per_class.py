"""The IU of each class, a column a net."""

import numpy as np

from .markdown import grid
from .metrics import class_iu
from .results import Results, counts_of


def per_class(results: Results) -> str:
    """A Markdown table in percent; "-" where a class is neither true nor predicted."""
    done = [row for row in results.rows.values() if row["status"] == "done"]
    if not done:
        return ""
    columns = {row["net"]: class_iu(counts_of(row)) for row in done}
    rows = [
        {"class": name, **{net: _cell(iu[index]) for net, iu in columns.items()}}
        for index, name in enumerate(done[0]["classes"])
    ]
    return f"\n{grid(rows)}\n"


def _cell(iu: float) -> str:
    return "-" if np.isnan(iu) else f"{100 * iu:.2f}"
