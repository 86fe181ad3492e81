"""Which class is taken for which: pixel counts as heat maps, each row a share of its true pixels.

The darkness of a cell is the square root of its share, in LEVELS steps, so that rare confusions are
seen too; the script tells the count of the cell that is pointed at, or reached by the arrow keys.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..results import Results
from ..scorings import counts_of
from .chooser import Choice, chooser
from .classes import done, heads_of
from .markup import Html, joined, tag
from .provenance import sources

LEVELS = 10
WORST = 5  # confusions that are named below a map
LABELS = 96  # pixels beside and above a map, for the names


def section(files: Mapping[str, Results]) -> Html:
    """A map for each row and head of each results file."""
    found = chooser("matrix", _choices(files))
    return joined([_legend(), found]) if found else found


def _choices(files: Mapping[str, Results]) -> Iterator[Choice]:
    for stem, results in files.items():
        rows = done(results)
        heads = heads_of(rows)
        for row in rows:
            for head in row["counts"]:
                name = f"{row['net']}, {head}" if len(heads) > 1 else row["net"]
                yield Choice(stem, name, _figure(stem, row, head))


def _figure(stem: str, row: dict, head: str) -> Html:
    counts, names = counts_of(row, head), row["classes"][head]
    label = f"Confusion matrix of {row['net']}, {head}: rows are true classes, columns predicted"
    return tag(
        "figure",
        tag("div", _map(counts, names, label), class_="box"),
        tag("output", "Point at a cell, or focus the map and use the arrow keys.", class_="cell"),
        tag("figcaption", tag("p", "Most often taken for another class"), _worst(counts, names)),
        sources(stem, [row["net"]]),
        class_="confusion",
    )


def shares(counts: np.ndarray) -> np.ndarray:
    """float64 (C, C): counts over the true pixels of their row; 0 where a class has none."""
    true = counts.sum(1, keepdims=True)
    return np.divide(counts, true, out=np.zeros(counts.shape), where=true > 0)


def levels(counts: np.ndarray) -> np.ndarray:
    """int (C, C): 0 for no pixel at all, else 1 to LEVELS."""
    return np.ceil(LEVELS * np.sqrt(shares(counts)) - 1e-9).astype(int)


def _map(counts: np.ndarray, names: Sequence[str], label: str) -> Html:
    side, size = _side(len(names)), len(names)
    whole = LABELS + side * size
    cells = tag("g", *_cells(levels(counts)), class_="cells", transform=f"scale({side})")
    frame = tag("rect", width=side * size, height=side * size, class_="frame")
    cursor = tag("rect", width=side, height=side, class_="cursor", visibility="hidden")
    inner = (cells, frame, cursor, *_names(names, side))
    return tag(
        "svg",
        tag("g", *inner, transform=f"translate({LABELS} {LABELS})"),
        role="img",
        aria_label=label,
        tabindex=0,
        style=f"--whole:{whole}px",
        viewBox=f"0 0 {whole} {whole}",
        width=whole,
        height=whole,
        data_side=side,
        data_names=json.dumps(names, ensure_ascii=False),
        data_counts=";".join(" ".join(str(count or "") for count in line) for line in counts),
    )


def _side(size: int) -> int:
    """Pixels of a cell's side."""
    return 20 if size <= 25 else 12


def _cells(found: np.ndarray) -> Iterator[Html]:
    """One path for all cells of a level, which is much shorter than an element for each."""
    for level in range(1, LEVELS + 1):
        squares = (f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(found == level))
        if path := "".join(squares):
            yield tag("path", d=path, class_=f"level{level}")


def _names(names: Sequence[str], side: int) -> Iterator[Html]:
    for index, name in enumerate(names):
        middle = side * index + side / 2
        yield tag("text", name, x=-6, y=middle, class_="true", dominant_baseline="central")
        turned = f"translate({middle} -6) rotate(-90)"
        yield tag("text", name, transform=turned, class_="predicted", dominant_baseline="central")


def worst(counts: np.ndarray, names: Sequence[str]) -> list[tuple[str, str, float, int]]:
    """(true class, taken for, share, pixels) of the largest confusions, the largest first."""
    off = shares(counts)
    np.fill_diagonal(off, 0)
    order = np.argsort(-off, axis=None, kind="stable")[:WORST]
    places = (divmod(int(place), len(names)) for place in order)
    return [
        (names[true], names[taken], float(off[true, taken]), int(counts[true, taken]))
        for true, taken in places
        if off[true, taken]
    ]


def _worst(counts: np.ndarray, names: Sequence[str]) -> Html:
    lines = (
        tag("li", f"{true} for {taken}, {100 * share:.1f} % of its pixels ({pixels})")
        for true, taken, share, pixels in worst(counts, names)
    )
    return tag("ol", *lines)


def _legend() -> Html:
    """What the levels mean."""
    steps = (
        tag("i", class_=f"level{level}", title=f"up to {100 * (level / LEVELS) ** 2:g} %")
        for level in range(1, LEVELS + 1)
    )
    scale = tag("span", *steps, class_="scale", aria_hidden="true")
    return tag(
        "p", "share of a class's true pixels: above 0 ", joined([scale]), " 100 %", class_="notes"
    )
