"""Verdicts: a mark and a word, so that they are told apart without colour; the counts of them."""

from collections import Counter
from collections.abc import Iterable

from ..cells import NONE, UNVERIFIED
from .markup import Html, joined, tag

# The style sheet has a mark and a colour for each.
WORDS = ("reproduced", "differs", "another way", "no reference", "no class list", "not run")


def word(verdict: str) -> str | None:
    """The word that `verdict` begins with; None: there is none, as of a competitor's row."""
    return next((one for one in WORDS if verdict.startswith(one)), None)


def marked(verdict: str) -> Html:
    """The verdict with its word set as a badge, and what follows it as it is."""
    found = word(verdict)
    if found is None:
        return joined([verdict])
    rest = verdict.removeprefix(found)
    kind = "unverified" if rest.startswith(UNVERIFIED) else ""
    badge = tag("span", found, class_=f"verdict {found.replace(' ', '-')} {kind}".strip())
    return joined([badge, tag("span", rest, class_="why") if rest else ""])


def counted(verdicts: Iterable[str]) -> dict[str, str]:
    """Word -> how many have it, "-" for none."""
    found = Counter(map(word, verdicts))
    return {one: str(found[one]) if found[one] else NONE for one in WORDS}
