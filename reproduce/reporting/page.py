"""The whole page: one HTML file that needs nothing else, not even a network.

Its head forbids whatever is not in it: other styles than its own, other scripts, all connections.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from .. import results
from ..errors import DataError
from ..results import Results
from . import (
    citing,
    classes,
    confusion,
    curves,
    gallery,
    growth,
    measured,
    papers,
    speed,
    summary,
    tables,
)
from .markup import Html, joined, tag

TITLE = "Fully Convolutional Networks, reproduced"
ABOUT = (
    "The published figures of the FCN papers (Long, Shelhamer, Darrell) beside what this software "
    "computes, and what each figure rests on. Where weights and data may not be bundled, the rows "
    "are of narrow nets on drawings, held against real Caffe; their titles say so."
)


TEXTS = {  # id -> title and text of each section
    "summary": (
        "In short",
        "How many figures there are of each verdict, file by file. Another way: differs, of a "
        "protocol that the paper leaves open and of which this is one reading. No reference: "
        "nothing was published to compare with. Not run: what is missing stands below its table.",
    ),
    "tables": (
        "Evaluations",
        "Published figures, or real Caffe's, beside ours. Scores are in percent; a click on a "
        "column's head sorts, the name of a row leads to how its figures were made.",
    ),
    "papers": (
        "The papers' tables",
        "The tables as the papers have them, other methods included; ours from the evaluations "
        "above, or from the graph of the net.",
    ),
    "classes": ("Classes", "IU of each class, in percent, from the pixel counts."),
    "confusion": (
        "Confusion",
        "For each true class (a row), which class its pixels were given (a column).",
    ),
    "gallery": (
        "Gallery",
        "Drawings of the bundled sample: the truth, the labels that real Caffe gave, and ours, "
        "computed while this page was made.",
    ),
    "speed": (
        "Speed",
        "Medians; the thin line goes from the tenth to the ninetieth percentile. Published times "
        "are of the papers' own GPUs.",
    ),
    "training": ("Training", "Loss, and scores in percent, over the iterations of training runs."),
    "measured": ("Measurements", "Other things that were measured, each with its machine."),
    "citing": ("Citing", "The papers for method and numbers, this software for the reproduction."),
}


class Section(NamedTuple):
    """A part of the page; text: a line or more below its title."""

    id: str
    title: str
    text: str
    body: Html


def page(folder: Path, pictures: int) -> str:
    """The page of the results folder.  pictures: of the gallery, for each data set.

    Raises DataError for a folder without results, and for files that are not what they should be.
    """
    sections = [one for one in _sections(folder, _evidence(folder), pictures) if one.body]
    body = tag(
        "body",
        tag("a", "Skip to the results", href=f"#{sections[0].id}", class_="skip"),
        tag("header", tag("h1", TITLE), tag("p", ABOUT)),
        tag("nav", tag("ol", *map(_entry, sections)), aria_label="Contents"),
        tag("main", *map(_section, sections)),
        tag("p", role="status", class_="said"),
        tag("script", _file("page.js")),
    )
    return f"<!doctype html>\n{tag('html', _head(), body, lang='en')}\n"


def _evidence(folder: Path) -> dict[str, Results]:
    """The results files; none is all right where there are measurements."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder, expected what reproduce.table wrote to")
    if not list(folder.glob("*.csv")):
        results.files(folder)
    found = {path.stem: results.read(path) for path in sorted(folder.glob("*.json"))}
    return tables.in_order(found)


def _sections(folder: Path, files: Mapping[str, Results], pictures: int) -> Iterator[Section]:
    found = papers.shown(folder)
    drawn = [*speed.stems(folder), *growth.stems(folder)]
    bodies = {
        "summary": summary.section(files, found),
        "tables": tables.section(files),
        "papers": papers.section(found, files),
        "classes": classes.section(files),
        "confusion": confusion.section(files),
        "gallery": gallery.section(pictures),
        "speed": joined([speed.section(folder), growth.section(folder)]),
        "training": curves.section(folder),
        "measured": measured.section(folder, drawn),
        "citing": citing.section(),
    }
    for id, body in bodies.items():
        yield Section(id, *TEXTS[id], body)


def _section(one: Section) -> Html:
    return tag(
        "section", tag("h2", one.title), tag("p", one.text, class_="lead"), one.body, id=one.id
    )


def _entry(one: Section) -> Html:
    return tag("li", tag("a", one.title, href=f"#{one.id}"))


def _head() -> Html:
    script = hashlib.sha256(_file("page.js").encode()).digest()
    allowed = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
        f"form-action 'none'; script-src 'sha256-{base64.b64encode(script).decode()}'"
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", TITLE),
        tag("style", _file("page.css")),
    )


def _file(name: str) -> Html:
    """A file of this folder, as it goes into the page."""
    return Html((files(__package__) / name).read_text("utf-8"))
