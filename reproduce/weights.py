"""Which caffemodel a net is filled from: given, bundled, cached or downloaded."""

from dataclasses import dataclass
from pathlib import Path

from weights_convert import load_net
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Message, read_prototxt

from . import downloads, sample
from .downloads import cache_folder, digest, remote
from .errors import MissingError
from .nets import NetSpec

KINDS = ("RELEASED", "SAMPLE")  # of weights that are known by name
UNRELEASED = (
    "net {0!r}: no weights were released; train it, and give {0}.caffemodel as `weights`, or in "
    "--weights with --own-weights"
)


@dataclass(frozen=True)
class Weights:
    """A caffemodel on disk, the prototxt it belongs to, and the sha256 of the (unzipped) file."""

    path: Path
    prototxt: Message
    sha256: str

    def net(self) -> CaffeNet:
        """The filled net, on the CPU.  Raises ConvertError if file and prototxt do not fit."""
        return load_net(self.prototxt, self.path)


def released(spec: NetSpec, folder: Path, *, offline: bool = False) -> Weights:
    """The released weights of `spec`: in `folder` under their released name, else fetched there.

    Raises MissingError, which says where to put them, or ChecksumError for a file that is another.
    """
    if spec.weights is None:
        raise MissingError(UNRELEASED.format(spec.name))
    path = downloads.fetch(remote(spec.weights), folder, offline=offline)
    return Weights(path, spec.prototxt(), digest(path, "sha256"))


def own(spec: NetSpec, folder: Path) -> Weights:
    """A user's weights for `spec`, in `folder` under the released name, whatever their checksum.

    The name is that of the net where no weights were released.  Raises MissingError.
    """
    path = folder / (spec.weights or f"{spec.name}.caffemodel")
    if not path.is_file():
        raise MissingError(f"{path.name} is not in {folder}: put your caffemodel there")
    return Weights(path, spec.prototxt(), digest(path, "sha256"))


def bundled(name: str) -> Weights:
    """The narrow net `name` of the sample."""
    path = sample.weights(name)
    return Weights(path, read_prototxt(path.parent / "net.prototxt"), sample.weights_sha256(name))


def of_kind(
    spec: NetSpec, kind: str, *, folder: Path | None = None, offline: bool = False
) -> Weights:
    """The weights `kind`, one of KINDS; the released ones in `folder`, by default the cache's.

    Raises DataError for a net that has none of the kind.
    """
    if kind == "SAMPLE":
        return bundled(spec.name)
    return released(spec, folder or cache_folder() / "weights", offline=offline)
