"""A net as one plain Python file that needs PyTorch alone, and computes the same bits.

Names   attributes and state_dict keys are Caffe's layers ("conv1_1.weight"), variables its blobs.
        Parameters are not in the file: it loads them from a state_dict, .safetensors or .pt.
Errors  ConvertError for a net of phase TRAIN, for a layer that we cannot say so, naming it, and for
        a file whose outputs are not the net's.
"""

from os import PathLike

from .. import emitter
from ..atomic import replacing
from ..net import CaffeNet
from ..runs import Sizes
from .check import check_python
from .layers import emit
from .script import Script
from .source import source

__all__ = ["check_python", "to_python"]


def to_python(net: CaffeNet, path: str | PathLike, sizes: Sizes | None = None) -> None:
    """Writes the code of `net` to `path`, which appears once check_python has approved it.

    The parameters go beside it as `torch.save(net.state_dict(), ...)` or safetensors write them;
    the head of the file says how it is used.
    """
    emitter.check(net.graph)
    script = Script(net)
    for layer, module in net.steps():
        emit(script, layer, module)
    with replacing(path) as file:
        file.write(source(script).encode())
        file.flush()
        check_python(net, file.name, sizes)
