"""The pages of paper tables in a results folder: written, and found again to be checked."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from .. import atomic
from . import Paper, for_sample, load, names
from .views import views


def write(paper: Paper, folder: Path) -> dict[str, str]:
    """{suffix: text} of the views of `paper`, which are written into `folder`.

    "json" is the lines of the CSV as a list of objects, which is not written: there, JSON files are
    evidence.
    """
    texts = views(paper, folder)
    for suffix, text in texts.items():
        atomic.write(folder / f"{paper.stem}.{suffix}", text)
    lines = list(csv.DictReader(io.StringIO(texts["csv"])))
    return {**texts, "json": json.dumps(lines, indent=1, ensure_ascii=False) + "\n"}


def kept(folder: Path) -> Iterator[Paper]:
    """The papers, or their samples, of which `folder` holds a Markdown page."""
    for name in names():
        if (folder / f"{name}.md").exists():
            yield load(name)
        if (folder / f"{name}-sample.md").exists():
            yield for_sample(load(name))


def stale(paper: Paper, folder: Path) -> Iterator[str]:
    """The views of `paper` in `folder` that are not what its evidence renders to."""
    for suffix, text in views(paper, folder).items():
        view = folder / f"{paper.stem}.{suffix}"
        if not view.exists() or view.read_text("utf-8") != text:
            yield f"{view.name} is not what its evidence renders to, run python -m reproduce.render"
