"""Published times of a net, of published_times.yaml: other hardware, to be seen beside ours."""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import yaml

from reproduce.cells import UNVERIFIED
from reproduce.errors import DataError

from .case import Case

FILE = Path(__file__).with_name("published_times.yaml")
TYPICAL = ("500x500", "375x500", "500x375")


@dataclass(frozen=True)
class Published:
    """One time; the head of the YAML file has the fields."""

    net: str
    size: str
    seconds: float
    gpu: str
    source: str
    verified: bool

    def __str__(self) -> str:
        mark = "" if self.verified else UNVERIFIED
        return f"{self.seconds:g} s{mark} {self.gpu} ({self.source})"


def text(case: Case) -> str:
    """The times of a net at this size, in a row's cell; of full-size nets only.

    >>> text(Case("voc-fcn-alexnet", 500, 500, Path(), (), "seed 0"))
    '0.05 s Tesla K40c (CVPR 2015 table 1); 0.016 s† Titan X (PAMI 2016 table 1)'
    """
    if case.weights.startswith("narrow"):
        return ""
    sizes = (case.size, *(["typical"] if case.size in TYPICAL else []))
    return "; ".join(str(one) for one in read() if one.net == case.net and one.size in sizes)


@cache
def read(path: Path = FILE) -> tuple[Published, ...]:
    """All of them.  Raises DataError for an entry that lacks a field or has others."""
    known = {field.name for field in fields(Published)}
    entries = yaml.safe_load(path.read_text("utf-8"))
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or entry.keys() != known:
            raise DataError(f"{path}: entry {number} is {entry}, expected the keys {sorted(known)}")
    return tuple(Published(**entry) for entry in entries)
