"""`Silence` as nothing."""

from ..step import Step


def emit(step: Step) -> None:
    """A blob that no node reads is just not computed."""
