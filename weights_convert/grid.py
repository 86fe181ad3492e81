"""Rows of cells as a Markdown table that reads as plain text too."""


def grid(rows: list[dict[str, str]], right: frozenset[str] = frozenset()) -> str:
    r"""The table: columns padded, those in `right` set to the right, those all empty left out.

    >>> print(grid([{"layer": "a|b", "size": "7", "note": ""}], frozenset({"size"})))
    | layer | size |
    | ----- | ---: |
    | a\|b  |    7 |
    """
    titles = [title for title in rows[0] if any(row[title] for row in rows)] if rows else []
    columns = [_column(title, [row[title] for row in rows], title in right) for title in titles]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True))


def _column(title: str, cells: list[str], right: bool) -> list[str]:
    """The title, the rule below it and the cells, all of one width."""
    cells = [" ".join(cell.replace("|", "\\|").split()) for cell in cells]
    width = max(3, len(title), *map(len, cells))
    rule = "-" * (width - 1) + (":" if right else "-")
    return [text.rjust(width) if right else text.ljust(width) for text in (title, rule, *cells)]
