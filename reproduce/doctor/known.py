"""What is known of each data set's splits, reproduce/known/<dataset>.yaml.

sources   key -> words
splits    split -> figure -> what it must be (Expected)
sample    the same for the drawings of the bundled sample
"""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml

from ..errors import DataError

HOW = ("equal", "one_of", "between", "near")


@dataclass(frozen=True)
class Expected:
    """What a figure must be, in one of the ways HOW, and where that is from.

    equal:   the value, or the list of values.
    one_of:  where sources disagree, or several are right.
    between: lowest and highest, None where there is none.
    near:    a number, or three channels; each at most `within` off.
    swapped: of three channels: what it says that they fit better with the outer two swapped.
    causes:  value found -> what is likely the cause, and what to do.
    cause:   the same for every other value.
    """

    source: str
    equal: Any = None
    one_of: list | None = None
    between: list | None = None
    near: Any = None
    within: float = 0.0
    swapped: str | None = None
    causes: dict[str, str] = field(default_factory=dict)
    cause: str = "this is another copy of the data, or a changed one: get the released one"

    @property
    def how(self) -> str:
        """Which of HOW it is."""
        return next(name for name in HOW if getattr(self, name) is not None)


def known_figures(dataset: str, split: str, *, bundled: bool = False) -> dict[str, Expected]:
    """Figure -> Expected, {} where none is known.  bundled: of the sample's drawings."""
    file = files("reproduce") / "known" / f"{dataset}.yaml"
    if not file.is_file():
        return {}
    text = yaml.safe_load(file.read_text("utf-8"))
    given, sources = text["sample" if bundled else "splits"].get(split, {}), text["sources"]
    return {name: _expected(dataset, name, one, sources) for name, one in given.items()}


def _expected(dataset: str, name: str, given: dict, sources: dict[str, str]) -> Expected:
    ways = [key for key in given if key in HOW]
    if len(ways) != 1:
        raise DataError(f"known/{dataset}.yaml: {name}: {ways}, expected one of {', '.join(HOW)}")
    causes = {str(found): words for found, words in given.get("causes", {}).items()}
    return Expected(**given | {"source": sources[given["source"]], "causes": causes})
