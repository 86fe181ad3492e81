"""A solver's state in Caffe's files, and back.

Errors  ConvertError for files that are broken or another net's; MissingError without the net.
Source  BVLC/caffe src/caffe/solver.cpp (Snapshot, Restore), src/caffe/solvers/sgd_solver.cpp
        (RestoreSolverState...).
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from weights_convert import ConvertError, parameters, write_caffemodel
from weights_convert.caffemodel import Caffemodel
from weights_convert.errors import WeightsError
from weights_convert.hdf5 import write_hdf5
from weights_convert.load import fill
from weights_convert.net import CaffeNet
from weights_convert.solverstate import SolverState, opened, write_solverstate

from ..errors import MissingError

if TYPE_CHECKING:
    from . import Solver

SUFFIX = {"BINARYPROTO": "", "HDF5": ".h5"}


def write(solver: "Solver", prefix: str | PathLike) -> Path:
    """Writes PREFIX.caffemodel, then PREFIX.solverstate, which it returns; both with .h5 if so."""
    suffix = SUFFIX[solver.param.snapshot_format]
    model, state = f"{prefix}.caffemodel{suffix}", f"{prefix}.solverstate{suffix}"
    blobs = parameters.blobs(solver.net)
    if suffix:
        write_hdf5(model, blobs)
    else:
        write_caffemodel(model, blobs, parameters.types(solver.net), solver.net.graph.name)
    write_solverstate(state, solver.iter, model, solver.history, solver.current_step)
    return Path(state)


def read(solver: "Solver", path: str | PathLike) -> None:
    """Makes `solver` and its net what they were; or raises, and has changed nothing."""
    with opened(path) as state:
        _check(solver, state, path)
        with Caffemodel.open(_model(path, state.learned_net)) as model:
            _fill(solver.net, model)
        for own, blob in zip(solver.history, state.history, strict=True):
            own.copy_(torch.from_numpy(blob.read()).view(own.shape))
        solver.iter, solver.current_step = state.iter, state.current_step


def _check(solver: "Solver", state: SolverState, path: str | PathLike) -> None:
    """Raises WeightsError unless the history of `state` is that of the solver's parameters."""
    count, found = len(solver.history), len(state.history)
    if found != count:
        raise WeightsError(
            f"{path}: {found} arrays of history, expected {count}: type {solver.param.type!r} has "
            f"{solver.rule.histories} for each of {len(solver.learnables)} parameters; "
            f"is it of another net or another type?"
        )
    for place, (own, blob) in enumerate(zip(solver.history, state.history, strict=True)):
        # Caffe: takes on whatever shape is in the file.
        if not blob.fits(tuple(own.shape)):
            learnable = solver.learnables[place % len(solver.learnables)]
            raise WeightsError(
                f"{path}: history {place} has shape {blob.shape}, expected {tuple(own.shape)} "
                f"for {learnable}: is it of another net?"
            )


def _model(path: str | PathLike, learned_net: str) -> Path:
    """Where the caffemodel of a solverstate is."""
    if not learned_net:
        raise ConvertError(f"{path}: names no learned_net, expected the caffemodel beside it")
    # Caffe: only looks where the path leads from the current folder; here a snapshot may be moved.
    places = [Path(path).parent / Path(learned_net).name, Path(learned_net)]
    for place in places:
        if place.is_file():
            return place
    raise MissingError(
        f"{path}: its net {learned_net} is not there, looked for {' and '.join(map(str, places))}: "
        f"put the .caffemodel beside the .solverstate"
    )


def _fill(net: CaffeNet, model: Caffemodel) -> None:
    device = next(net.parameters()).device
    net.cpu()
    try:
        fill(net, model)
    finally:
        net.to(device)
