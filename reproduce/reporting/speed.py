"""Times of the runners side by side, from the sheets of benchmarks.speed.

A bar ends at the median; the line upon it goes from the tenth to the ninetieth percentile.
"""

from collections.abc import Iterator
from pathlib import Path

from ..cells import NONE
from .grid import Column, Row, columns_of, grid, listed
from .markup import Html, joined, tag
from .measured import sheets_of
from .sheet import Sheet, number, read

SAME = ("net", "size", "batch", "device", "threads", "protocol", "unit", "weights", "published")
SHOWN = ("ratio", "labels equal", "score difference")
COLUMNS = {"net", "protocol", "runner", "median", "p10", "p90", "unit"}
Rows = list[dict[str, str]]


def stems(folder: Path) -> list[str]:
    """The sheets of `folder` that are drawn here."""
    return [path.stem for path in sheets_of(folder) if read(path).rows[0].keys() >= COLUMNS]


def section(folder: Path) -> Html:
    """Bars for each comparison, and all numbers, for each such sheet."""
    return joined(_article(read(folder / f"{stem}.csv")) for stem in stems(folder))


def _article(sheet: Sheet) -> Html:
    groups: dict[tuple[str, ...], Rows] = {}
    for row in sheet.rows:
        key = (*(row.get(column, "") for column in SAME), sheet.made_id(row))
        groups.setdefault(key, []).append(row)
    bars = (_bars(sheet, rows) for rows in groups.values())
    table = tag("details", tag("summary", "The whole sheet"), sheet.table(), class_="numbers")
    return tag("article", tag("h3", sheet.title), *bars, table, sheet.made())


def _bars(sheet: Sheet, rows: Rows) -> Html:
    """The runners of one comparison."""
    first, title = rows[0], _title(rows[0])
    shown = [column for column in SHOWN if any(_told(row, column) for row in rows)]
    cells = [{column: row[column] or NONE for column in shown} for row in rows]
    others = columns_of(cells) if shown else ()
    median = Column(f"median, {first['unit']}")
    columns = [Column("runner"), median, Column("10 % to 90 %", numbers=True), *others]
    longest = max((number(row[key]) or 0 for row in rows for key in ("median", "p90")), default=0)
    lines = [Row(tuple(_cells(row, shown, longest)), sheet.made_id(row)) for row in rows]
    about = tag("p", "; ".join(_about(first)), class_="notes")
    notes = [f"{_name(row)}: {row['note']}" for row in rows if _told(row, "note")]
    parts = tag("h4", title), about, grid(title, columns, lines), listed(notes, class_="notes")
    return tag("div", *parts, class_="bars speed")


def _told(row: dict[str, str], column: str) -> str | None:
    """The text of a cell that there is."""
    text = row.get(column)
    return None if text in ("", NONE) else text


def _name(row: dict[str, str]) -> str:
    mode = _told(row, "mode")
    return f"{row['runner']}, {mode}" if mode else row["runner"]


def _title(row: dict[str, str]) -> str:
    parts = [row["net"], _told(row, "size"), row["protocol"]]
    batch = _told(row, "batch")
    return ", ".join(filter(None, [*parts, f"batch {batch}" if batch else None]))


def _about(row: dict[str, str]) -> Iterator[str]:
    """What all rows of a comparison have in common."""
    threads, unit = _told(row, "threads"), row["unit"]
    device = row.get("gpu") or row.get("device") or ""
    yield f"{device}, {threads} threads" if threads else device
    yield f"{unit}, {'more' if unit.endswith('/s') else 'less'} is better"
    if weights := _told(row, "weights"):
        yield f"weights: {weights}"
    if published := _told(row, "published"):
        yield f"published: {published}"


def _cells(row: dict[str, str], shown: list[str], longest: float) -> Iterator[object]:
    yield _name(row)
    yield _bar(row, longest)
    known = number(row["p10"]) is not None
    yield f"{row['p10']} to {row['p90']}" if known else NONE
    yield from (row[column] or NONE for column in shown)


def _bar(row: dict[str, str], longest: float) -> Html:
    """The median as a number and a bar, the longest of which is the whole width."""
    median, low, high = (number(row[key]) for key in ("median", "p10", "p90"))
    if median is None or not longest:
        return tag("span", row["median"] or NONE, class_="none")
    bars = [tag("i", style=f"width:{100 * median / longest:.2f}%")]
    if low is not None and high is not None:
        reach = f"left:{100 * low / longest:.2f}%;width:{100 * (high - low) / longest:.2f}%"
        bars.append(tag("s", style=reach))
    kind = "bar ours" if row["runner"] == "ours" else "bar"
    return tag("span", tag("b", *bars, aria_hidden="true"), row["median"], class_=kind)
