"""The inventory of a caffemodel, from its headers alone: no array is read, torch is not needed."""

from collections.abc import Iterator
from os import PathLike

from .caffemodel import V0, V1, V2, Caffemodel, LayerBlobs
from .caffemodel_wiring import learnable, wiring
from .inventory import Entry, Inventory

FORMS = {V2: "", V1: " of the older V1 form", V0: " of the oldest V0 form"}


def inspect_caffemodel(path: str | PathLike) -> Inventory:
    """What the caffemodel holds.  Raises CaffemodelError as `Caffemodel.open`."""
    with Caffemodel.open(path) as model:
        layers = tuple(_entry(layer) for layer in model.layers)
        form = _form(model)
    return Inventory(
        file=str(path),
        kind=f"caffemodel{form}",
        net=model.name,
        layers=layers,
        parameters=sum(entry.parameters for entry in layers),
        learnable=_sum(entry.learnable for entry in layers),
    )


def _entry(layer: LayerBlobs) -> Entry:
    bottoms, tops, _, offset = wiring(layer)
    blobs = [blob for blob in layer.blobs if blob is not None]  # HDF5: stands with another layer
    return Entry(
        layer=layer.name,
        type=layer.type,
        bottoms=bottoms,
        tops=tops,
        blob_shapes=tuple(blob.shape for blob in blobs),
        parameters=sum(blob.size for blob in blobs),
        learnable=learnable(layer) if tops or not blobs else None,
        offset=offset or None,
    )


def _form(model: Caffemodel) -> str:
    if model.message is None:
        return " of the HDF5 form"
    return max((FORMS[layer.form] for layer in model.layers), default="", key=len)


def _sum(counts: Iterator[int | None]) -> int | None:
    """None if one is: a file with arrays alone does not say which of them are learned."""
    counts = list(counts)
    return None if None in counts else sum(counts)
