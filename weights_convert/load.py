"""Prototxt and caffemodel to a filled net: each array used once, each parameter filled."""

from os import PathLike

from torch import nn

from .caffemodel import Blob, Caffemodel
from .errors import WeightsError
from .graph import read_graph
from .net import CaffeNet
from .prototxt import Message, read_prototxt

Path = str | PathLike


def load_net(
    prototxt: Path | Message,
    caffemodel: Path,
    phase: str = "TEST",
    shapes: dict[str, tuple[int, ...]] | None = None,
) -> CaffeNet:
    """The net of `prototxt` with the parameters of `caffemodel`: float32, on the CPU.

    phase: "TEST" gives the net in eval mode, without losses; "TRAIN" the training net with them.
    shapes: of inputs for which the prototxt states none, e.g. {"data": (1, 3, 500, 500)}.
    Raises ConvertError for anything wrong with either file, or if they do not belong together.
    """
    message = prototxt if isinstance(prototxt, Message) else read_prototxt(prototxt)
    net = CaffeNet(read_graph(message, phase), shapes)
    with Caffemodel.open(caffemodel) as model:
        fill(net, model)
    return net


def fill(net: CaffeNet, model: Caffemodel) -> None:
    """Copies the arrays of `model` into the parameters of `net`.

    Raises WeightsError, before anything is copied, unless each array has one parameter of its
    layer's name and shape, and each parameter has an array.
    """
    arrays = {layer.name: layer.blobs for layer in model.layers if layer.blobs}
    parameters = _parameters(net)
    if missing := [name for name in parameters if name not in arrays]:
        raise WeightsError(_strangers(model, "lacks", missing, parameters))
    if unused := [name for name in arrays if name not in parameters]:
        raise WeightsError(_strangers(model, "has, and the net has not,", unused, parameters))
    for name, own in parameters.items():
        _check(name, own, arrays[name])
    for name, own in parameters.items():
        for parameter, blob in zip(own, arrays[name], strict=True):
            blob.read_into(parameter.detach().numpy())


def _parameters(net: CaffeNet) -> dict[str, list[nn.Parameter]]:
    """Layer name -> its parameters in Caffe's blob order."""
    named = [(layer.name, list(module.parameters())) for layer, module in net.steps()]
    return {name: parameters for name, parameters in named if parameters}


def _strangers(model: Caffemodel, what: str, names: list[str], parameters: dict) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return (
        f"{model.path}: {what} parameters of {shown}; "
        f"expected exactly the {len(parameters)} layers of the prototxt: is it another net's file?"
    )


def _check(name: str, own: list[nn.Parameter], blobs: tuple[Blob, ...]) -> None:
    if len(own) != len(blobs):
        raise WeightsError(f"layer {name!r}: {len(blobs)} blobs in the file, expected {len(own)}")
    for index, (parameter, blob) in enumerate(zip(own, blobs, strict=True)):
        if not blob.fits(tuple(parameter.shape)):
            raise WeightsError(
                f"layer {name!r}: blob {index} has shape {blob.shape} in the file, "
                f"expected {tuple(parameter.shape)}"
            )
