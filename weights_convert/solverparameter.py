"""A solver.prototxt: Caffe's `SolverParameter`, its fields typed, checked as Caffe's solver does.

Errors  PrototxtError, "FILE:LINE:COLUMN: ...", for what the text parser refuses; ConvertError for
        fields that contradict each other.
Source  BVLC/caffe src/caffe/proto/caffe.proto (SolverParameter), src/caffe/solver.cpp (Init,
        InitTrainNet, InitTestNets), src/caffe/util/upgrade_proto.cpp (UpgradeSolverType,
        UpgradeSnapshotPrefixProperty).
"""

from os import PathLike
from pathlib import Path
from types import SimpleNamespace

from .errors import ConvertError
from .fields import Anything, Bool, Enum, Float, Int32, Int64, Repeated, String, read
from .netparameter import NET
from .prototxt import Message, read_prototxt

TYPES = {
    "SGD": "SGD",
    "NESTEROV": "Nesterov",
    "ADAGRAD": "AdaGrad",
    "RMSPROP": "RMSProp",
    "ADADELTA": "AdaDelta",
    "ADAM": "Adam",
}  # as the enum `solver_type` has it -> today's `type`
TRAIN_NETS = ("net", "net_param", "train_net", "train_net_param")
STATE = NET["state"]
SOLVER = {
    "net": String(),
    "net_param": Anything(),
    "train_net": String(),
    "test_net": Repeated(String()),
    "train_net_param": Anything(),
    "test_net_param": Repeated(Anything()),
    "train_state": STATE,
    "test_state": Repeated(STATE),
    "test_iter": Repeated(Int32()),
    "test_interval": Int32(0),
    "test_compute_loss": Bool(False),
    "test_initialization": Bool(True),
    "base_lr": Float(0.0),
    "display": Int32(0),
    "average_loss": Int32(1),
    "max_iter": Int32(0),
    "iter_size": Int32(1),
    "lr_policy": String(""),
    "gamma": Float(0.0),
    "power": Float(0.0),
    "momentum": Float(0.0),
    "weight_decay": Float(0.0),
    "regularization_type": String("L2"),
    "stepsize": Int32(0),
    "stepvalue": Repeated(Int32()),
    "clip_gradients": Float(-1.0),
    "snapshot": Int32(0),
    "snapshot_prefix": String(""),
    "snapshot_diff": Bool(False),
    "snapshot_format": Enum({"HDF5": 0, "BINARYPROTO": 1}, "BINARYPROTO"),
    "solver_mode": Enum({"CPU": 0, "GPU": 1}, "GPU"),
    "device_id": Int32(0),
    "random_seed": Int64(-1),
    "type": String("SGD"),
    "delta": Float(1e-8),
    "momentum2": Float(0.999),
    "rms_decay": Float(0.99),
    "debug_info": Bool(False),
    "snapshot_after_train": Bool(True),
    "solver_type": Enum({name: number for number, name in enumerate(TYPES)}, "SGD"),
    "layer_wise_reduce": Bool(True),
    "weights": Repeated(String()),
}


def read_solver(prototxt: str | PathLike | Message) -> SimpleNamespace:
    """The fields of a solver.prototxt, defaults where they are absent, and `given`, their names.

    prototxt: a file, or a Message that was parsed.  Numbers of type float are rounded to float32.
    `type` is in today's words, also where the file has the older `solver_type`; snapshot_prefix
    is the file without its suffix if it states none, and within that folder if it states one.
    Raises PrototxtError or ConvertError where Caffe would stop before it makes a net.
    """
    message = prototxt if isinstance(prototxt, Message) else read_prototxt(prototxt)
    param = read(message, SOLVER, "solver")
    param.source = message.source
    _upgrade_type(param)
    if message is not prototxt:
        _upgrade_prefix(param, Path(prototxt))
    _check_numbers(param)
    _check_nets(param)
    return param


def _upgrade_type(param: SimpleNamespace) -> None:
    if {"type", "solver_type"} <= param.given:
        raise ConvertError(f"{param.source}: both type and solver_type, expected type alone")
    if "solver_type" in param.given:
        param.type = TYPES[param.solver_type]


def _upgrade_prefix(param: SimpleNamespace, file: Path) -> None:
    if "snapshot_prefix" not in param.given:
        param.snapshot_prefix = str(file.with_suffix(""))
    elif Path(param.snapshot_prefix).is_dir():
        param.snapshot_prefix = str(Path(param.snapshot_prefix, file.stem))


def _check_numbers(param: SimpleNamespace) -> None:
    for name in ("iter_size", "average_loss"):
        # Caffe: an iter_size below 1 is not refused, the loss is then 0 / 0.
        if getattr(param, name) < 1:
            raise ConvertError(
                f"{param.source}: {name} {getattr(param, name)}, expected 1 at least"
            )
    if param.regularization_type not in ("L1", "L2"):
        raise ConvertError(
            f"{param.source}: regularization_type {param.regularization_type!r}, expected L1 or L2"
        )
    if param.snapshot and not param.snapshot_prefix:
        raise ConvertError(
            f"{param.source}: snapshot {param.snapshot} without snapshot_prefix, expected both"
        )


def _check_nets(param: SimpleNamespace) -> None:
    # Caffe: asks for exactly one net to train; here the caller may have it from elsewhere.
    if len(named := [name for name in TRAIN_NETS if name in param.given]) > 1:
        raise ConvertError(f"{param.source}: {' and '.join(named)}, expected one of them")
    least = len(param.test_net) + len(param.test_net_param)
    for_all = not {"net", "net_param"} & param.given  # else the others test `net`
    if len(param.test_iter) < least or (for_all and len(param.test_iter) > least):
        raise ConvertError(
            f"{param.source}: {len(param.test_iter)} test_iter, expected one for each of the "
            f"{least} test nets"
        )
    if param.test_iter and param.test_interval < 1:
        raise ConvertError(
            f"{param.source}: test_interval {param.test_interval}, expected 1 at least"
        )
    if len(param.test_state) not in (0, len(param.test_iter)):
        raise ConvertError(
            f"{param.source}: {len(param.test_state)} test_state, expected none or one for each of "
            f"the {len(param.test_iter)} test nets"
        )
