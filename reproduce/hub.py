"""What hubconf.py offers to torch.hub: a function that opens each net."""

from collections.abc import Callable
from pathlib import Path

from weights_convert import load_net
from weights_convert.fast import Fast, fold
from weights_convert.net import CaffeNet

from . import nets
from .errors import DataError
from .nets import NetSpec
from .opening import described, open_net
from .predicting.tasks import tasks_of
from .released import NetWeights, get_net_weights

DOC = """{title}: {classes}.

pretrained: False gives the net as Caffe begins it, for weights of your own.
sample: the bundled narrow weights, made for drawings; works offline.
fast: True, or a mode of weights_convert.fast, gives the same outputs in less time.
weights: a file, or what else open_net takes.
offline: never touch the network.

It takes {inputs}, float32, as net.preprocess(image) gives them, and gives {outputs}.
Weights: {weights}.
"""


def entry(name: str) -> Callable[..., CaffeNet | Fast]:
    """The function that opens the net `name`; called and documented for torch.hub."""

    def opened(
        pretrained: bool = True,
        sample: bool = False,
        fast: bool | str = False,
        weights: NetWeights | str | Path | None = None,
        offline: bool = False,
    ) -> CaffeNet | Fast:
        if sample and weights is not None:
            raise DataError(f"{name}: sample brings its own weights, leave `weights` away")
        if pretrained:
            chosen = "SAMPLE" if sample else weights
            return open_net(name, chosen, offline=offline, fast=fast)
        if sample or weights is not None:
            raise DataError(f"{name}: pretrained=False takes no weights, leave the others away")
        net = _unfilled(nets.load(name))
        return fold(net, "exact" if fast is True else fast) if fast else net

    opened.__name__ = opened.__qualname__ = name.replace("-", "_")
    opened.__doc__ = _described(nets.load(name))
    return opened


def _unfilled(spec: NetSpec) -> CaffeNet:
    return described(load_net(spec.prototxt(), None), spec)


def _described(spec: NetSpec) -> str:
    tasks = tasks_of(spec)
    known = [f"{one.name} {one.url}" for one in get_net_weights(spec.name)]
    channels = {blob: len(one.mean) for blob, one in spec.inputs.items()}
    return DOC.format(
        title=spec.title,
        classes=" and ".join(f"{len(task.classes)} classes" for task in tasks.values()),
        inputs=", ".join(f"{blob} (N, {c}, H, W)" for blob, c in channels.items()),
        outputs=", ".join(f"{head} (N, {len(t.classes)}, H, W)" for head, t in tasks.items()),
        weights=", ".join(known) or "none were released; give your own as `weights`",
    )
