"""A YAML file of papers/ as a Paper, or a DataError that says what is wrong with it."""

import re
from dataclasses import fields

import yaml

from .. import nets
from ..errors import DataError
from ..scorings import METRICS
from .facts import FACTS
from .paper import NONE, Column, Paper, Row
from .times import PROTOCOLS

KEYS = {"title", "source", "verified", "columns", "rows"}, {"compared", "notes"}  # needed, optional
ROW_KEYS = {"title", "published"}, {"verified", "compared", "ours", "net", "missing"}
COLUMN_KEYS = {"title"}, {field.name for field in fields(Column)}
TEXTS = {"title", "source", "missing", "net", "metric", "scoring", "fact", "time"}
SCORE, FACT = r"\d+(\.\d+)?", r"\d+M?"  # what can be compared with ours


def read(name: str, text: str) -> Paper:
    """The Paper `name` that the YAML `text` describes.  Raises DataError."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DataError(f"{name}.yaml: no YAML ({' '.join(str(error).split())})") from None
    _keys(f"{name}.yaml", values, KEYS)
    for key in ("columns", "rows"):
        if not isinstance(values[key], list) or not values[key]:
            raise DataError(
                f"{name}.yaml: {key} is {values[key]!r}, expected a list of one or more"
            )
    columns = tuple(_column(f"{name}.yaml", given) for given in values["columns"])
    rows = tuple(_row(f"{name}.yaml", given, columns, values) for given in values["rows"])
    for what in (columns, rows):
        _once(f"{name}.yaml", [one.title for one in what])
    notes = values.get("notes", [])
    if not isinstance(notes, list):
        raise DataError(f"{name}.yaml: notes is {notes!r}, expected a list of texts")
    return Paper(name, values["title"], values["source"], columns, rows, tuple(notes))


def _keys(where: str, values: object, known: tuple[set[str], set[str]]) -> None:
    """Stops at what is no mapping, lacks a key or has one too many."""
    needed, optional = known
    if not isinstance(values, dict):
        raise DataError(f"{where}: {values!r}, expected keys {sorted(needed)}")
    if lacking := sorted(needed - values.keys()):
        raise DataError(f"{where}: lacks {', '.join(lacking)}")
    if unknown := sorted(map(str, values.keys() - needed - optional)):
        raise DataError(
            f"{where}: unknown keys {', '.join(unknown)}, known are {sorted(needed | optional)}"
        )
    for key in TEXTS & values.keys():
        if not isinstance(values[key], str):
            raise DataError(f"{where}: {key} is {values[key]!r}, expected a text in quotes")


def _once(where: str, titles: list[str]) -> None:
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise DataError(f"{where}: title {twice[0]!r} twice, expected each once")


def _among(where: str, given: str | None, known) -> None:
    if given is not None and given not in known:
        raise DataError(f"{where} {given!r}: unknown, expected one of {', '.join(known)}")


def _column(where: str, values: object) -> Column:
    _keys(f"{where}: column", values, COLUMN_KEYS)
    where = f"{where}: column {values['title']!r}"
    column = Column(**values)
    if sum(map(bool, (column.metric, column.fact, column.time, column.missing))) > 1:
        raise DataError(f"{where}: expected one of metric, fact, time and missing at most")
    if column.scoring is not None and not column.metric:
        raise DataError(f"{where}: scoring without a metric, expected both or neither")
    _among(f"{where}: metric", column.metric, METRICS)
    _among(f"{where}: fact", column.fact, tuple(FACTS))
    _among(f"{where}: time", column.time, PROTOCOLS)
    return column


def _row(where: str, values: object, columns: tuple[Column, ...], paper: dict) -> Row:
    _keys(f"{where}: row", values, ROW_KEYS)
    where = f"{where}: row {values['title']!r}"
    if "ours" in values and "missing" in values:
        raise DataError(f"{where}: ours and missing, expected one of them at most")
    _among(f"{where}: net", values.get("net"), nets.names())
    row = Row(
        values["title"],
        _published(where, values["published"], columns),
        _verified(where, values.get("verified"), paper["verified"], columns),
        _flag(f"{where}: compared", values.get("compared", paper.get("compared", True))),
        _ours(where, values.get("ours")),
        values.get("net"),
        values.get("missing"),
    )
    scored = any(map(_scored, columns, row.published))
    if scored and not (row.of_a_competitor or row.ours or row.missing):
        raise DataError(f"{where}: expected ours or missing for its scores")
    return row


def _scored(column: Column, published: str | None) -> bool:
    return bool(column.metric) and published is not None


def _published(where: str, figures: object, columns: tuple[Column, ...]) -> tuple[str | None, ...]:
    if not isinstance(figures, list) or len(figures) != len(columns):
        raise DataError(
            f"{where}: published {figures}, expected {len(columns)} texts, one a column"
        )
    for figure, column in zip(figures, columns, strict=True):
        _figure(f"{where}: {column.title}", figure, column)
    return tuple(None if figure == NONE else figure for figure in figures)


def _figure(where: str, figure: object, column: Column) -> None:
    if not isinstance(figure, str) or not figure:  # a number would lose its last zero
        raise DataError(f'{where}: {figure!r} is no text, expected it in quotes, "-" for none')
    form = SCORE if column.metric else FACT if column.fact else ".*"
    if figure != NONE and not re.fullmatch(form, figure):
        example = "65.5" if column.metric else "134M or 404"
        raise DataError(f"{where}: {figure!r}, expected a figure such as {example}")


def _verified(
    where: str, given: object, default: object, columns: tuple[Column, ...]
) -> tuple[bool, ...]:
    """For each column; `given` is of the whole row, or column title -> bool."""
    by_title = given if isinstance(given, dict) else {}
    default = _flag(f"{where}: verified", default if given in (None, by_title) else given)
    titles = [column.title for column in columns]
    for title in by_title:
        _among(f"{where}: verified: column", title, titles)
    return tuple(_flag(f"{where}: verified", by_title.get(title, default)) for title in titles)


def _flag(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise DataError(f"{where} is {value!r}, expected true or false")
    return value


def _ours(where: str, given: object) -> tuple[str, str, str] | None:
    if given is None:
        return None
    parts = given.split("/") if isinstance(given, str) else ()
    if len(parts) not in (2, 3):
        raise DataError(f"{where}: ours {given!r}, expected TABLE/ROW or TABLE/ROW/SCORING")
    table, row, *scoring = parts
    return table, row, scoring[0] if scoring else ""
