"""`Split` as one Identity for each top."""

from ..step import Step


def emit(step: Step) -> None:
    for index in range(len(step.tops)):
        step.top("Identity", *step.bottoms, index=index)
