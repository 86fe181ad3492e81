"""`BatchReindex` as an index."""

from ..step import Step


def emit(step: Step) -> str:
    x, items = step.bottoms
    return f"{x}[{items}.long()]"
