"""`PReLU` as PRelu; a slope for all channels is a scalar."""

from ..step import Step


def emit(step: Step) -> None:
    [slope], [blob] = step.parameters(), step.blobs
    step.top("PRelu", *step.bottoms, step.aligned(slope, blob.dim(), begin=1))
