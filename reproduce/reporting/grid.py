"""A table that is sorted by a click on the head of a column."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..markdown import NUMBER
from .markup import Html, tag


@dataclass(frozen=True)
class Column:
    """title: the head, below that of the `group`, if there is one.  numbers: set to the right."""

    title: str
    group: str = ""
    numbers: bool = False


@dataclass(frozen=True)
class Row:
    """cells: texts or markup, the first is the head.  made: id of what says how they were made."""

    cells: tuple[object, ...]
    made: str | None = None


def columns_of(rows: Sequence[dict[str, str]]) -> tuple[Column, ...]:
    """The columns of rows of texts; numbers where every cell of a column is one, or empty."""
    return tuple(
        Column(title, numbers=all(NUMBER.match(row[title] or "-") for row in rows))
        for title in rows[0]
    )


def grid(label: str, columns: Sequence[Column], rows: Sequence[Row], file: str = "") -> Html:
    """The table, in a box of its own that scrolls where the window is narrow.

    label: what it is a table of, for those who do not see it.  file: the file that it shows.
    """
    head = tag("thead", *_groups(columns), tag("tr", *map(_head, columns)))
    body = tag("tbody", *(_row(columns, row) for row in rows))
    table = tag("table", head, body, class_="sorts", aria_label=label, data_file=file or None)
    return tag("div", table, class_="box")


def _groups(columns: Sequence[Column]) -> list[Html]:
    """The line of group titles, if there are any."""
    if not any(column.group for column in columns):
        return []
    spans: list[tuple[str, int]] = []
    for column in columns:
        title, wide = spans.pop() if spans and spans[-1][0] == column.group else (column.group, 0)
        spans.append((title, wide + 1))
    cells = (
        tag("th", title, colspan=wide, scope="colgroup") if title else tag("td", colspan=wide)
        for title, wide in spans
    )
    return [tag("tr", *cells, class_="groups")]


def _head(column: Column) -> Html:
    button = tag("button", column.title, type="button")
    return tag("th", button, scope="col", class_="number" if column.numbers else None)


def _row(columns: Sequence[Column], row: Row) -> Html:
    name, *cells = row.cells
    if row.made:
        name = tag("a", name, href=f"#{row.made}", title="how these figures were made")
    others = (
        tag("td", cell, class_="number" if column.numbers else None)
        for column, cell in zip(columns[1:], cells, strict=True)
    )
    return tag("tr", tag("th", name, scope="row"), *others, data_made=row.made)


def listed(lines: Sequence[object], **attributes: object) -> Html:
    """A list, nothing if it has no lines."""
    return tag("ul", *(tag("li", line) for line in lines), **attributes) if lines else Html()
