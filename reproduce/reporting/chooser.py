"""Parts of which one is shown at a time: the script puts a menu above them.

Without the script, all of them are shown.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .markup import Html, tag


class Choice(NamedTuple):
    """One of the parts: what the menu calls it, and under which heading."""

    group: str
    name: str
    part: Html


def chooser(label: str, choices: Iterable[Choice]) -> Html:
    """The parts, each with its name above it; label: what is chosen.  Nothing of no parts."""
    parts = [
        tag("section", tag("h3", _title(one)), one.part, data_group=one.group, data_name=one.name)
        for one in choices
    ]
    return tag("div", *parts, class_="chooser", data_label=label) if parts else Html()


def _title(choice: Choice) -> str:
    return f"{choice.group}: {choice.name}" if choice.name else choice.group
