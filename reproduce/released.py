"""The weights that are known by name, enumerated as torchvision enumerates its own.

    from reproduce.released import VOC_FCN8S_Weights, get_weight

    weights = VOC_FCN8S_Weights.RELEASED  # or .SAMPLE; .DEFAULT is RELEASED
    net = open_net("voc-fcn8s", weights=weights)
    labels = net(**weights.transforms()("photo.jpg"))["score"].argmax(1)
    weights.meta["metrics"]["voc2011"]["score"]["mean_iu"]  # Figure(value=65.5126, ...)

One enumeration a file of nets/, made of the YAML files: RELEASED where weights were released,
SAMPLE where the bundled sample has the net, with narrow weights of its own.
"""

from enum import Enum
from typing import Any, ClassVar

from torch import Tensor

from . import downloads, nets, sample
from .errors import DataError
from .preprocess import Preprocess
from .released_meta import meta_of
from .remotes import Remote
from .weights import Weights, of_kind

RELEASED, SAMPLE, DEFAULT = "RELEASED", "SAMPLE", "DEFAULT"


class NetWeights(Enum):
    """Weights of one net; a value is (name of the net, one of weights.KINDS)."""

    RELEASED: ClassVar["NetWeights"]  # for type checkers; not every net has both
    SAMPLE: ClassVar["NetWeights"]
    DEFAULT: ClassVar["NetWeights"]

    @property
    def net(self) -> str:
        """The name of the net, as open_net takes it."""
        return self.value[0]

    @property
    def url(self) -> str:
        """The first address of the file; of SAMPLE, that of the bundled file."""
        return self._remote.mirrors[0] if self.name == RELEASED else self.open().path.as_uri()

    @property
    def checksum(self) -> str | None:
        """As "sha1:c449...", None where none is published; of SAMPLE, of the unzipped file."""
        if self.name == RELEASED:
            return self._remote.checksum
        return f"sha256:{sample.weights_sha256(self.net)}"

    @property
    def meta(self) -> dict[str, Any]:
        """What is known of the weights; released_meta.py has the keys."""
        return meta_of(nets.load(self.net), self.name)

    def transforms(self) -> Preprocess:
        """What makes the net's inputs of an image."""
        return Preprocess(nets.load(self.net).inputs)

    def open(self, *, offline: bool = False) -> Weights:
        """The file, checked; RELEASED is fetched into the cache folder.  Raises DataError."""
        return of_kind(nets.load(self.net), self.name, offline=offline)

    def get_state_dict(self, *, offline: bool = False) -> dict[str, Tensor]:
        """Caffe's layer names and "weight" or "bias" -> float32 on the CPU."""
        return self.open(offline=offline).net().state_dict()

    @property
    def _remote(self) -> Remote:
        return downloads.remote(nets.load(self.net).weights)


def list_nets() -> list[str]:
    """The names of all nets, of which those of the release have weights."""
    return nets.names()


def get_net_weights(net: str) -> type[NetWeights]:
    """The enumeration of `net`, such as VOC_FCN8S_Weights of "voc-fcn8s".

    It is empty for a net of which there are no weights.  Raises DataError for an unknown one.
    """
    nets.load(net)
    if (name := _class_name(net)) not in globals():
        globals()[name] = _enumeration(net)
    return globals()[name]


def get_weight(name: str) -> NetWeights:
    """The weights called, such as "VOC_FCN8S_Weights.SAMPLE".  Raises DataError."""
    of, _, member = name.partition(".")
    for net in nets.names():
        if of == _class_name(net) and member in (found := get_net_weights(net).__members__):
            return found[member]
    known = [str(one) for net in nets.names() for one in get_net_weights(net)]
    raise DataError(f"weights {name!r}: unknown, expected one of {', '.join(known)}")


def _enumeration(net: str) -> type[NetWeights]:
    members = {SAMPLE: (net, SAMPLE)} if net in sample.nets() else {}
    if nets.load(net).weights:
        members = {RELEASED: (net, RELEASED), **members, DEFAULT: (net, RELEASED)}
    return NetWeights(_class_name(net), members, module=__name__)


def _class_name(net: str) -> str:
    """As builders and weights are called elsewhere: `voc_fcn8s`, `VOC_FCN8S_Weights`."""
    return f"{net.replace('-', '_').upper()}_Weights"


def __getattr__(name: str) -> type[NetWeights]:
    """The enumerations by their names; made on first use."""
    for net in nets.names():
        if name == _class_name(net):
            return get_net_weights(net)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *map(_class_name, nets.names())])
