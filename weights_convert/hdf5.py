"""`.caffemodel.h5`: a caffemodel that is an HDF5 file, data set /data/LAYER/INDEX for each blob.

h5py, which is needed for this format alone, finds where the arrays lie; they are then read like
those of a binary caffemodel.

Errors  CaffemodelError for a file that is broken or laid out as Caffe does not; ConvertError for
        what it cannot hold, or without h5py.
Source  BVLC/caffe src/caffe/net.cpp (ToHDF5, CopyTrainedLayersFromHDF5), src/caffe/util/hdf5.cpp.
"""

import io
import mmap
from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np

from .atomic import placing
from .blobproto import MAX_AXES, MAX_COUNT, Blob
from .caffemodel import Caffemodel, LayerBlobs
from .caffemodel_writer import float32
from .errors import CaffemodelError, ConvertError
from .mapped import Mapped, Numbers
from .optional import optional

MAGIC = b"\x89HDF\r\n\x1a\n"
BROKEN = (
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
)  # of h5py, for what it cannot read


class Hdf5Model(Caffemodel):
    """An open HDF5 caffemodel; its layers are in alphabetical order, those without blobs left out.

    A blob that its layer shares with another is None: Caffe saves it with one of them only.
    """

    omits_shared = True

    def __init__(self, file: Mapped):
        self._file, self.path, self.name = file, file.name, ""
        self.layers = tuple(
            LayerBlobs(name, "", _in_order(blobs)) for name, blobs in _layers(file).items()
        )


def write_hdf5(path: str | PathLike, params: Mapping[str, Sequence[np.ndarray]]) -> None:
    """Writes {layer name: [array, ...]} to `path` so that Caffe reads it back bit for bit.

    params: arrays or tensors of any dtype whose numbers float32 holds exactly.
    """
    h5py = optional("h5py", "hdf5")
    # Given a name and not a file, HDF5 crashes on a full disk.
    with placing(path) as part, part.open("x+b") as raw, h5py.File(raw, "w") as file:
        data = file.create_group("data")
        for layer, blobs in params.items():
            _check_name(layer, data)
            group = data.create_group(layer)
            for index, blob in enumerate(blobs):
                owner = f"layer {layer!r} blob {index}"
                group.create_dataset(str(index), data=float32(blob, owner))


def _check_name(layer: str, data: object) -> None:
    # Caffe: can neither write nor read a name with a slash; here it is a group within a group.
    if any(part in ("", ".") for part in layer.split("/")) or layer in data:
        raise ConvertError(f"layer {layer!r}: no HDF5 group can be called so")


def _layers(file: Mapped) -> dict[str, dict[int, Blob]]:
    """Layer name -> index -> blob."""
    h5py = optional("h5py", "hdf5")
    layers: dict[str, dict[int, Blob]] = {}
    try:
        with h5py.File(seekable(file), "r") as root:
            found: list = []
            root["data"].visititems(lambda name, item: found.append((name, item)))
            for name, item in found:
                if isinstance(item, h5py.Dataset):
                    layer, _, index = name.rpartition("/")
                    blob = stored_blob(item, file, f"data set {name!r}")
                    layers.setdefault(layer, {})[_index(index, file, name)] = blob
    except CaffemodelError:
        raise
    except BROKEN as error:
        raise CaffemodelError(f"{file.name}: broken HDF5 data ({error}): fetch it again") from error
    return layers


def seekable(file: Mapped) -> str | io.BytesIO:
    """What h5py opens: the file itself, or what was unpacked of it."""
    return file.name if isinstance(file.data, mmap.mmap) else io.BytesIO(file.data)


def _index(text: str, file: Mapped, name: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < MAX_AXES):
        raise CaffemodelError(f"{file.name}: data set {name!r}, expected LAYER/0, LAYER/1, ...")
    return int(text)


def stored_blob(item: object, file: Mapped, owner: str) -> Blob:
    """The blob that the h5py.Dataset `item` is, checked against the bytes that are there."""
    shape, offset = tuple(item.shape or ()), item.id.get_offset()
    if item.dtype.str not in ("<f4", "<f8", ">f4", ">f8"):
        raise CaffemodelError(f"{file.name}: {owner} has {item.dtype} numbers, expected float32")
    if item.size > MAX_COUNT or (offset is None and item.size):
        raise CaffemodelError(
            f"{file.name}: {owner} of shape {shape} is not stored in one piece, "
            f"expected it as Caffe writes it: h5repack -l CONTI"
        )
    if (offset or 0) + item.nbytes > len(file.data):
        raise CaffemodelError(f"{file.name}: {owner} ends after the file, which is cut short")
    numbers = Numbers(offset or 0, item.size, item.dtype.str, item.dtype.itemsize)
    return Blob(shape, parts=(numbers,) if item.size else (), file=file)


def _in_order(blobs: dict[int, Blob]) -> tuple[Blob | None, ...]:
    return tuple(blobs.get(index) for index in range(max(blobs) + 1))
