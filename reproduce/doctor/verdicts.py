"""Findings held against what is known: each figure found, expected, and whether it fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..datasets import VOID
from .findings import Findings
from .known import Expected

NONE = "none"


@dataclass(frozen=True)
class Verdict:
    """One figure: `found` is None where the data set has nothing of the kind."""

    figure: str
    found: Any
    expected: Expected | None
    cause: str | None  # what is likely wrong and what to do; None where nothing is

    @property
    def word(self) -> str:
        """differs, ok, or - for what has nothing to be compared with."""
        nothing = self.found is None or self.expected is None
        return "differs" if self.cause else "-" if nothing else "ok"


def verdicts(findings: Findings, known: Mapping[str, Expected]) -> list[Verdict]:
    """One for each figure that was found, and each that was expected."""
    found = figures(findings)
    names = [*found, *(name for name in known if name not in found)]
    return [_verdict(name, found.get(name), known.get(name), findings) for name in names]


def complaints(findings: Findings, known: Mapping[str, Expected]) -> list[str]:
    """In words: what was found, what was expected, the likely cause, and what to do."""
    return [
        f"{findings.dataset} {findings.split}: {one.figure}: found {shown(one.found)}, "
        f"expected {wanted(one.expected)} ({one.expected.source}): {one.cause}"
        for one in verdicts(findings, known)
        if one.cause
    ]


def figures(findings: Findings) -> dict[str, Any]:
    """Figure -> its value, under the names that the files of known figures use."""
    found = {"images": findings.images, "ids SHA-256": findings.ids_sha256}
    if findings.devkit_val is not None:
        found["val list of the devkit"] = findings.devkit_val
    found["sizes"] = list(findings.sizes)
    found["longest side"] = max(int(n) for size in findings.sizes for n in size.split(" x "))
    for kind, count in findings.files.items():
        found[f"{kind} images"] = count
    for truth, names in findings.classes.items():
        found |= _of_labels(truth, names, findings.pixels[truth])
    found |= {f"mean of {kind}": _rounded(mean) for kind, mean in findings.means.items()}
    if findings.sky:
        found["red less blue in the sky"] = round(findings.sky[0] - findings.sky[2], 2)
    for name, value in (findings.depth or {}).items():
        found[f"depth {name}"] = round(value, 2)
    return found


def _of_labels(truth: str, names: list[str], pixels: list[int]) -> dict[str, Any]:
    share = 100 / max(sum(pixels), 1)
    return {
        f"void of {truth}, %": round(share * pixels[VOID], 2),
        f"{names[0]} of {truth}, %": round(share * pixels[0], 2),
        f"classes of {truth}": sum(n > 0 for n in pixels[: len(names)]),
        f"never in {truth}": [name for name, n in zip(names, pixels, strict=False) if not n],
    }


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 2) for value in values]


def _verdict(name: str, found: Any, expected: Expected | None, findings: Findings) -> Verdict:
    if found is None or expected is None:
        return Verdict(name, found, expected, None)
    if expected.swapped and swapped(found, expected.near):
        return Verdict(name, found, expected, expected.swapped)
    if _fits(found, expected):
        return Verdict(name, found, expected, None)
    cause = expected.causes.get(shown(found)) or _shift(name, expected, findings) or expected.cause
    return Verdict(name, found, expected, cause)


def _fits(found: Any, expected: Expected) -> bool:
    how, value = expected.how, getattr(expected, expected.how)
    if how == "between":
        low, high = value
        return (low is None or found >= low) and (high is None or found <= high)
    if how == "near":
        pairs = zip(*(v if isinstance(v, list) else [v] for v in (found, value)), strict=True)
        return all(abs(one - other) <= expected.within for one, other in pairs)
    return found in value if how == "one_of" else found == value


def swapped(found: list[float], near: list[float]) -> bool:
    """Whether the means `found` fit `near` better with the outer two channels swapped.

    What counts is their difference: it must have the other sign, and half the size at least, so
    that images which are nearly grey decide nothing.

    >>> swapped([104, 112, 116], [122.7, 116.7, 104.0])
    True
    >>> swapped([110, 112, 111], [122.7, 116.7, 104.0])
    False
    """
    return (found[0] - found[2]) / (near[0] - near[2]) < -0.5


def _shift(name: str, expected: Expected, findings: Findings) -> str | None:
    """Words for classes that would be the expected ones if all labels were one more, or less."""
    truth = name.removeprefix("never in ")
    if truth == name:
        return None
    names = findings.classes[truth]
    present = {label for label, n in enumerate(findings.pixels[truth][: len(names)]) if n}
    right = {label for label, name in enumerate(names) if name not in expected.equal}
    for step, words in ((-1, "low"), (1, "high")):
        if present == {label + step for label in right} & set(range(len(names))):
            return (
                f"the labels look shifted, one too {words}: give the files as the data set's "
                "authors number them"
            )
    return None


def shown(value: Any) -> str:
    """A value as it is printed.

    >>> shown(["cow", "moon"]), shown([]), shown(None), shown(1449)
    ('cow, moon', 'none', '-', '1449')
    """
    if value is None:
        return "-"
    if isinstance(value, list):
        more = f" and {len(value) - 5} more" if len(value) > 5 else ""
        return ", ".join(map(str, value[:5])) + more if value else NONE
    return str(value)


def wanted(expected: Expected | None) -> str:
    """What is expected, as it is printed."""
    if expected is None:
        return "-"
    how, value = expected.how, getattr(expected, expected.how)
    if how == "between":
        low, high = value
        return f"at most {high}" if low is None else f"at least {low}" + _to(high)
    if how == "near":
        return f"{shown(value)} +- {expected.within:g}"
    return " or ".join(map(shown, value)) if how == "one_of" else shown(value)


def _to(high: float | None) -> str:
    return "" if high is None else f" and at most {high}"
