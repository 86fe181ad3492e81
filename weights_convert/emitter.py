"""How a net is said in another language, from a folder with one file per layer type."""

from collections.abc import Callable
from importlib import import_module

from .errors import ConvertError, UnsupportedError
from .graph import Graph, Layer


def emitter(folder: str, layer: Layer, language: str) -> Callable:
    """The `emit` of the file in package `folder` that is called as `layer`'s type in lower case.

    Raises UnsupportedError, naming the layer, if there is none.
    """
    file = f"{folder}.{layer.type.lower()}"
    try:
        return import_module(file).emit
    except ModuleNotFoundError as error:
        if error.name != file:
            raise  # the file is there, something it imports is not
        raise UnsupportedError(
            f"layer {layer.name!r}: type {layer.type!r} cannot be written as {language}"
        ) from None


def check(graph: Graph) -> None:
    """Raises ConvertError unless `graph` is all of TEST and computes something there."""
    if graph.phase != "TEST":
        raise ConvertError(f"net {graph.name!r}: phase {graph.phase}, expected one loaded for TEST")
    if training := [layer.name for layer in graph.layers if layer.phase == "TRAIN"]:
        raise UnsupportedError(f"layer {training[0]!r}: states phase TRAIN, expected TEST")
    if not made_outputs(graph):
        raise ConvertError(
            f"net {graph.name!r}: without its losses it computes no output, expected other layers"
        )


def made_outputs(graph: Graph) -> list[str]:
    """The output blobs that a layer makes, not those that are inputs which none touches."""
    made = {top for layer in graph.layers for top in layer.tops}
    return [blob for blob in graph.outputs if blob in made]
