"""The tables that can be asked for, one YAML file each: rows, data set, and published figures.

Adding a table is adding a file.  Figures keep the digits they were printed with; each source says
whether its figures were read in the text itself or are held from memory (`verified: false`).
`figures_of: TABLE` takes sources and figures from another table.
"""

from dataclasses import dataclass, fields, replace
from importlib.resources import files

import yaml

from .. import sample
from ..errors import DataError
from ..metrics import scores

METRICS = ("pixel_acc", "mean_acc", "mean_iu", "fw_iu")
TITLES = {
    "pixel_acc": "pixel acc.",
    "mean_acc": "mean acc.",
    "mean_iu": "mean IU",
    "fw_iu": "f.w. IU",
}


@dataclass(frozen=True)
class Source:
    """Where figures were published; `verified` if they were read there."""

    title: str
    text: str
    verified: bool


@dataclass(frozen=True)
class Table:
    """One table.

    published: net -> source -> four figures in percent as printed, None where none was.
    expect:    sources, the first of which that has a figure is what ours is compared with.
    within:    tolerance in points.
    """

    name: str
    title: str
    dataset: str
    split: str
    nets: tuple[str, ...]
    sources: dict[str, Source]
    published: dict[str, dict[str, tuple[str | None, ...]]]
    expect: tuple[str, ...]
    within: float

    def figure(self, net: str, source: str, metric: str) -> str | None:
        """The figure that `source` prints for `net`, as printed."""
        figures = self.published.get(net, {}).get(source)
        return figures[METRICS.index(metric)] if figures else None

    def expected(self, net: str, metric: str) -> str | None:
        """The figure that ours is compared with, if there is one."""
        found = (self.figure(net, source, metric) for source in self.expect)
        return next((figure for figure in found if figure is not None), None)


def names() -> list[str]:
    """The names of all tables."""
    here = files(__package__).iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in here if file.name.endswith(".yaml"))


def load(name: str) -> Table:
    """Table `name`.  Raises DataError for an unknown one, listing those there are."""
    if name not in names():
        raise DataError(f"table {name!r}: unknown, expected one of {', '.join(names())}, all")
    values = _read(name)
    if like := values.pop("figures_of", None):
        values |= {key: _read(like)[key] for key in ("sources", "published")}
    known = {field.name for field in fields(Table)} - {"name"}
    if values.keys() != known:
        raise DataError(f"{name}.yaml: keys {sorted(values)}, expected {sorted(known)}")
    values["sources"] = {key: Source(**source) for key, source in values["sources"].items()}
    values["published"] = {
        net: {source: _figures(name, text) for source, text in by_source.items()}
        for net, by_source in values["published"].items()
    }
    values["nets"], values["expect"] = tuple(values["nets"]), tuple(values["expect"])
    return Table(name=name, **values)


def _read(name: str) -> dict:
    return yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))


def _figures(name: str, text: str) -> tuple[str | None, ...]:
    figures = tuple(None if figure == "-" else figure for figure in text.split())
    if len(figures) != len(METRICS):
        raise DataError(f"{name}.yaml: {text!r}, expected {len(METRICS)} figures")
    return figures


def for_sample(table: Table) -> Table:
    """`table` for the bundled sample: the figures are real Caffe's on the same drawings."""
    nets = tuple(net for net in table.nets if net in sample.nets())
    figures = {net: {"caffe": _caffe_figures(net)} for net in nets}
    return replace(
        table,
        title=f"The bundled sample of {table.name}: drawings and narrow nets",
        nets=nets,
        sources={"caffe": Source("Caffe", "Real Caffe on the bundled sample.", True)},
        published=figures,
        expect=("caffe",),
        within=0.001,
    )


def _caffe_figures(net: str) -> tuple[str, ...]:
    return tuple(f"{100 * score:.4f}" for score in scores(sample.caffe_counts(net)))


def without_figures(table: Table, split: str) -> Table:
    """`table` with other images or weights than the published ones: nothing to compare with."""
    title = f"{table.dataset}, split {split}: without published figures"
    return replace(table, title=title, published={}, sources={}, expect=())
