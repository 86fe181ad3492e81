"""A solverstate: where a solver stood, with the arrays that it keeps for each parameter.

Binary, Caffe's `SolverState`, or HDF5: data sets iter, learned_net, current_step and
history/0, history/1, ...  Both are written so that Caffe resumes from them.

Errors  CaffemodelError for a file that is broken or another one; ConvertError for what it cannot
        hold, or without h5py.
Source  BVLC/caffe src/caffe/proto/caffe.proto (SolverState), src/caffe/solvers/sgd_solver.cpp
        (SnapshotSolverState...), src/caffe/util/hdf5.cpp (hdf5_save_int, hdf5_save_string).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike

import numpy as np

from .atomic import placing
from .blobproto import Blob, read_blob
from .caffemodel_writer import Piece, blob_pieces, float32, string, within, write_pieces
from .errors import CaffemodelError, ConvertError
from .hdf5 import BROKEN, MAGIC, seekable, stored_blob
from .mapped import Mapped
from .optional import optional
from .wire import VARINT, Message, varint

ITER, LEARNED_NET, HISTORY, CURRENT_STEP = 1, 2, 3, 4
MAX_ITER = 2**31 - 1


@dataclass(frozen=True)
class SolverState:
    """What a solverstate says.

    iter: how often the parameters were updated; learned_net: the caffemodel that belongs to it, as
    the file calls it, "" if it names none; history: in the order of Caffe's learnable parameters;
    current_step: how many steps of the learning rate are done.
    """

    iter: int
    learned_net: str
    history: tuple[Blob, ...]
    current_step: int = 0


@contextmanager
def opened(path: str | PathLike) -> Iterator[SolverState]:
    """The solverstate in file `path`, binary or HDF5, gzipped or not; its blobs can be read inside.

    Raises CaffemodelError if it cannot be read, is cut short or is something else altogether.
    """
    file = Mapped(path)
    try:
        hdf5 = bytes(file.data[: len(MAGIC)]) == MAGIC
        yield (_from_hdf5 if hdf5 else _from_binary)(file)
    finally:
        file.close()


def write_solverstate(
    path: str | PathLike,
    iter: int,
    learned_net: str,
    history: Sequence[np.ndarray],
    current_step: int = 0,
) -> None:
    """Writes a solverstate to `path`: HDF5 if that ends in .h5, else binary.

    history: arrays or tensors whose numbers float32 holds exactly, in the order of Caffe's
        learnable parameters.
    """
    for name, value in (("iter", iter), ("current_step", current_step)):
        if not 0 <= value <= MAX_ITER:
            raise ConvertError(f"{path}: {name} {value}, expected 0 to {MAX_ITER}")
    write = _write_hdf5 if str(path).endswith(".h5") else _write_binary
    write(path, iter, learned_net, history, current_step)


def _from_binary(file: Mapped) -> SolverState:
    found: dict[int, int | str] = {LEARNED_NET: "", CURRENT_STEP: 0}
    history: list[Blob] = []
    message = Message(file, 0, len(file.data))
    for field in message.fields():
        if field.number == ITER and field.wire != VARINT:
            raise _stranger(file, "its first field is no number")
        if field.number in (ITER, CURRENT_STEP):
            found[field.number] = message.number(field)
        elif field.number == LEARNED_NET:
            found[LEARNED_NET] = message.text(field)
        elif field.number == HISTORY:
            history.append(read_blob(message.inside(field), f"history {len(history)}"))
    return _checked(file, found, history)


def _checked(file: Mapped, found: dict[int, int | str], history: list[Blob]) -> SolverState:
    if ITER not in found:
        raise _stranger(file, "it has no iter")
    for name, number in (("iter", ITER), ("current_step", CURRENT_STEP)):
        if not 0 <= found[number] <= MAX_ITER:
            raise CaffemodelError(f"{file.name}: {name} {found[number]}, expected 0 or more")
    return SolverState(found[ITER], found[LEARNED_NET], tuple(history), found[CURRENT_STEP])


def _stranger(file: Mapped, why: str) -> CaffemodelError:
    return CaffemodelError(
        f"{file.name}: not a solverstate ({why}): give the .solverstate that Caffe writes "
        f"beside the .caffemodel"
    )


def _from_hdf5(file: Mapped) -> SolverState:
    h5py = optional("h5py", "hdf5")
    try:
        with h5py.File(seekable(file), "r") as root:
            if lacking := {"iter", "current_step", "history"} - set(root):
                raise _stranger(file, f"it has no data set {sorted(lacking)[0]}")
            found = {ITER: _integer(root["iter"]), CURRENT_STEP: _integer(root["current_step"])}
            found[LEARNED_NET] = _text(root["learned_net"]) if "learned_net" in root else ""
            names = [str(index) for index in range(len(root["history"]))]
            blobs = [stored_blob(root["history"][n], file, f"history {n}") for n in names]
            return _checked(file, found, blobs)
    except CaffemodelError:
        raise
    except (*BROKEN, AttributeError) as error:
        raise CaffemodelError(f"{file.name}: broken HDF5 data ({error}): fetch it again") from error


def _integer(data: object) -> int:
    (value,) = np.asarray(data[()]).reshape(-1)
    return int(value)


def _text(data: object) -> str:
    value = data[()]
    return value.decode() if isinstance(value, bytes) else str(value)


def _write_binary(
    path: str | PathLike, iter: int, learned_net: str, history: Sequence, current_step: int
) -> None:
    pieces: list[Piece] = [varint(ITER << 3 | VARINT) + varint(iter)]
    pieces += string(LEARNED_NET, learned_net, "learned_net")
    for index, blob in enumerate(history):
        pieces += within(HISTORY, blob_pieces(blob, f"history {index}"))
    pieces.append(varint(CURRENT_STEP << 3 | VARINT) + varint(current_step))
    write_pieces(path, pieces)


def _write_hdf5(
    path: str | PathLike, iter: int, learned_net: str, history: Sequence, current_step: int
) -> None:
    h5py = optional("h5py", "hdf5")
    # Given a name and not a file, HDF5 crashes on a full disk.
    with placing(path) as part, part.open("x+b") as raw, h5py.File(raw, "w") as file:
        file.create_dataset("iter", data=np.array([iter], "<i4"))
        _write_text(h5py, file, "learned_net", learned_net)
        file.create_dataset("current_step", data=np.array([current_step], "<i4"))
        group = file.create_group("history")
        for index, blob in enumerate(history):
            group.create_dataset(str(index), data=float32(blob, f"history {index}"))


def _write_text(h5py: object, file: object, name: str, text: str) -> None:
    # Caffe: reads a string of fixed length that ends in a zero, and no other.
    data = text.encode() + b"\0"
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(len(data))
    kind.set_strpad(h5py.h5t.STR_NULLTERM)
    space = h5py.h5s.create(h5py.h5s.SCALAR)
    stored = h5py.h5d.create(file.id, name.encode(), kind, space)
    stored.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(data, f"S{len(data)}"), mtype=kind)
