"""The tables that can be asked for, one YAML file each: rows, data set, and published figures.

Adding a table is adding a file.  Figures keep the digits they were printed with; each source says
whether its figures were read in the text itself or are held from memory (`verified: false`).
`figures_of: TABLE` takes sources and figures from another table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files

import yaml

from .. import nets, sample
from ..datasets import Dataset, lists_of, open_dataset
from ..errors import DataError
from ..scorings import Scoring

RUNS = ("net", "resampling")  # what a row is: a net, or a way of shrinking and enlarging labels


@dataclass(frozen=True)
class Source:
    """Where figures were published; `verified` if they were read there."""

    title: str
    text: str
    verified: bool


CAFFE = Source("Caffe", "Real Caffe on the bundled sample.", True)


@dataclass(frozen=True)
class Row:
    """What is run for a row: a net, and what of its input is masked ("foreground", ...)."""

    net: str
    mask: str | None = None


@dataclass(frozen=True)
class Table:
    """One table.

    nets:      names of the rows, which are names of nets where `variants` has none of that name.
    variants:  row -> what is run for it.
    scorings:  name -> Scoring, each with its lines; most tables have one, "score".
    published: row -> source -> scoring -> figures in percent as printed, None where none was.
    expect:    sources, the first of which that has a figure is what ours is compared with.
    within:    tolerance in points.
    readings:  the rows are readings of something that the source does not state, so that a figure
               which differs speaks against the reading and not against ours.
    """

    name: str
    title: str
    dataset: str
    split: str
    nets: tuple[str, ...]
    sources: dict[str, Source]
    published: dict[str, dict[str, dict[str, tuple[str | None, ...]]]]
    expect: tuple[str, ...]
    within: float
    runs: str = "net"
    readings: bool = False
    variants: dict[str, Row] = field(default_factory=dict)
    scorings: dict[str, Scoring] = field(default_factory=lambda: {"score": Scoring()})

    def row(self, name: str) -> Row:
        """What is run for the row `name`."""
        return self.variants.get(name, Row(name))

    def figure(self, net: str, source: str, scoring: str, metric: str) -> str | None:
        """The figure that `source` prints for `net`, as printed."""
        figures = self.published.get(net, {}).get(source, {}).get(scoring)
        return figures[self.scorings[scoring].metrics.index(metric)] if figures else None

    def expected(self, net: str, scoring: str, metric: str) -> tuple[str, Source] | None:
        """The figure that ours is compared with and where it is from, if there is one."""
        found = ((self.figure(net, key, scoring, metric), self.sources[key]) for key in self.expect)
        return next((pair for pair in found if pair[0] is not None), None)


def names() -> list[str]:
    """The names of all tables."""
    here = files(__package__).iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in here if file.name.endswith(".yaml"))


@cache
def load(name: str) -> Table:
    """Table `name`.  Raises DataError for an unknown one, listing those there are."""
    if name not in names():
        raise DataError(f"table {name!r}: unknown, expected one of {', '.join(names())}, all")
    values = _read(name)
    if like := values.pop("figures_of", None):
        values |= {key: _read(like)[key] for key in ("sources", "published")}
    return _table(name, values)


def _table(name: str, values: dict) -> Table:
    _check_keys(name, values)
    scorings = {key: _scoring(name, given) for key, given in values.get("scorings", {}).items()}
    values["scorings"] = scorings or {"score": Scoring()}
    values["variants"] = {key: Row(**row) for key, row in values.get("variants", {}).items()}
    values["sources"] = {key: Source(**source) for key, source in values["sources"].items()}
    values["published"] = {
        net: {source: _figures(name, text, values["scorings"]) for source, text in given.items()}
        for net, given in values["published"].items()
    }
    values["nets"], values["expect"] = tuple(values["nets"]), tuple(values["expect"])
    return Table(name=name, **values)


def _check_keys(name: str, values: dict) -> None:
    known = {field.name for field in fields(Table)} - {"name"}
    needed = known - {"runs", "readings", "variants", "scorings"}
    if not needed <= values.keys() <= known:
        raise DataError(f"{name}.yaml: keys {sorted(values)}, expected {sorted(known)}")
    if values.get("runs", "net") not in RUNS:
        raise DataError(f"{name}.yaml: runs {values['runs']!r}, expected one of {', '.join(RUNS)}")


def _scoring(name: str, values: dict) -> Scoring:
    if unknown := sorted(values.keys() - {field.name for field in fields(Scoring)}):
        raise DataError(f"{name}.yaml: scorings: unknown keys {unknown}")
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Scoring(**values | lists)


def _read(name: str) -> dict:
    return yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))


def _figures(
    name: str, given: str | Mapping[str, str], scorings: Mapping[str, Scoring]
) -> dict[str, tuple[str | None, ...]]:
    """Scoring -> figures; a text alone is of the only scoring."""
    texts = {next(iter(scorings)): given} if isinstance(given, str) else given
    if unknown := sorted(texts.keys() - scorings.keys()):
        raise DataError(f"{name}.yaml: figures of {unknown}, expected {sorted(scorings)}")
    return {key: _split(name, str(text), scorings[key]) for key, text in texts.items()}


def _split(name: str, text: str, scoring: Scoring) -> tuple[str | None, ...]:
    figures = tuple(None if figure == "-" else figure for figure in text.split())
    if len(figures) != len(scoring.metrics):
        raise DataError(f"{name}.yaml: {text!r}, expected {len(scoring.metrics)} figures")
    return figures


def for_sample(table: Table) -> Table:
    """`table` for the bundled sample: the figures are real Caffe's on the same drawings."""
    name, split = sample.dataset(table.dataset, table.split)
    dataset = open_dataset(name, sample.FOLDER, split, offline=True, checked=False)
    rows = tuple(row for row in table.nets if _in_sample(table, row))
    caffe = {row: _caffe(table, table.row(row), dataset) for row in rows}
    known = any(caffe.values())
    return replace(
        table,
        title=f"The bundled sample of {table.name}: drawings and narrow nets",
        dataset=name,
        split=split,
        nets=rows,
        sources={"caffe": CAFFE} if known else {},
        published={row: {"caffe": figures} for row, figures in caffe.items() if figures},
        expect=("caffe",) if known else (),
        within=0.001,
    )


def _in_sample(table: Table, row: str) -> bool:
    return table.runs != "net" or table.row(row).net in sample.nets()


def _caffe(table: Table, row: Row, dataset: Dataset) -> dict[str, tuple[str | None, ...]]:
    """Scoring -> figures of real Caffe, which ran whole images only."""
    if table.runs != "net" or row.mask:
        return {}
    heads, found = nets.load(row.net).heads, {}
    for key, scoring in table.scorings.items():
        counts = sample.caffe_counts(row.net, scoring.head)
        classes = dataset.tasks[heads[scoring.head]].classes
        if scores := scoring.scores(counts, classes, lists_of(dataset)):
            found[key] = tuple(f"{100 * getattr(scores, m):.4f}" for m in scoring.metrics)
    return found


def without_figures(table: Table, split: str) -> Table:
    """`table` with other images or weights than the published ones: nothing to compare with."""
    title = f"{table.dataset}, split {split}: without published figures"
    return replace(table, title=title, published={}, sources={}, expect=())
