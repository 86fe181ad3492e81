"""`Dropout` as Dropout, which is the identity in TEST, whatever the ratio."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Dropout", *step.bottoms)
