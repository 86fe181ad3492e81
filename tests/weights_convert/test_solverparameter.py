"""solver.prototxt: read as Caffe reads it, and refused where Caffe would stop."""

from pathlib import Path

import pytest

from weights_convert.errors import ConvertError, PrototxtError
from weights_convert.prototxt import parse
from weights_convert.solverparameter import SOLVER, TYPES, read_solver

SHARED = Path(__file__).parents[3] / "shared"
RELEASE = sorted((SHARED / "release").glob("*/solver.prototxt"))
GOLDEN = Path(__file__).parents[1] / "golden" / "solver"
# REFERENCE: net -> base_lr, momentum, iter_size, max_iter
RELEASED = {
    "voc-fcn32s": (1e-10, 0.99, 1, 100000),
    "voc-fcn16s": (1e-12, 0.99, 1, 100000),
    "voc-fcn8s": (1e-14, 0.99, 1, 100000),
    "voc-fcn8s-atonce": (1e-10, 0.99, 1, 300000),
    "voc-fcn-alexnet": (1e-4, 0.9, 20, 100000),
    "nyud-fcn32s-color-hha": (1e-12, 0.99, 1, 300000),
    "siftflow-fcn8s": (1e-12, 0.99, 1, 300000),
    "pascalcontext-fcn8s": (1e-14, 0.99, 1, 300000),
}


def read(text):
    return read_solver(parse(text, "solver.prototxt"))


@pytest.mark.skipif(not RELEASE, reason=f"no solvers of the release in {SHARED / 'release'}")
def test_the_solvers_of_the_release():
    assert len(RELEASE) == 15
    params = {path.parent.name: read_solver(path) for path in RELEASE}
    for net, (base_lr, momentum, iter_size, max_iter) in RELEASED.items():
        param = params[net]
        assert (param.iter_size, param.max_iter) == (iter_size, max_iter)
        assert (param.base_lr, param.momentum) == pytest.approx((base_lr, momentum))
    for param in params.values():
        assert (param.type, param.lr_policy, param.average_loss) == ("SGD", "fixed", 20)
        assert param.weight_decay == pytest.approx(0.0005)
        assert not param.test_initialization


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no solver of 2014 in {SHARED}")
def test_a_solver_of_2014():
    param = read_solver(SHARED / "caffe-v1" / "cifar10_quick_solver.prototxt")
    assert (param.test_iter, param.test_interval, param.solver_mode) == ((100,), 500, "GPU")
    assert param.net == "examples/cifar10/cifar10_quick_train_test.prototxt"


def test_the_solvers_of_the_golden_cases():
    types = {read_solver(path).type for path in GOLDEN.glob("*/solver.prototxt")}
    assert types == set(TYPES.values())


def test_the_defaults_of_caffe():
    param = read("")
    assert param.given == frozenset()
    assert (param.iter_size, param.average_loss, param.snapshot) == (1, 1, 0)
    assert (param.type, param.regularization_type, param.clip_gradients) == ("SGD", "L2", -1)
    assert (param.delta, param.momentum2) == pytest.approx((1e-8, 0.999))
    assert (param.rms_decay, param.random_seed) == (pytest.approx(0.99), -1)
    assert (param.snapshot_format, param.solver_mode) == ("BINARYPROTO", "GPU")
    assert param.test_initialization and param.snapshot_after_train
    assert len(SOLVER) == 42  # fields of caffe.proto


def test_numbers_are_float32():
    assert read("base_lr: 0.1").base_lr == 0.100000001490116119384765625


@pytest.mark.parametrize(
    "word, number, type", [(w, i, t) for i, (w, t) in enumerate(TYPES.items())]
)
def test_the_older_solver_type(word, number, type):
    assert read(f"solver_type: {word}").type == read(f"solver_type: {number}").type == type


def test_nested_messages():
    param = read(
        'train_net_param { name: "n" } train_state { stage: "a" level: 2 } '
        'test_net: "t" test_state { phase: TEST } test_iter: 3 test_interval: 1'
    )
    assert param.train_net_param.all("name") == ["n"]
    assert (param.train_state.stage, param.train_state.level) == (("a",), 2)
    assert param.test_state[0].phase == "TEST"


@pytest.mark.parametrize(
    "stated, expected",
    [("", "{0}/own"), ('snapshot_prefix: "snap/t"', "snap/t"), ("folder", "{0}/own")],
)
def test_snapshot_prefix(tmp_path, stated, expected):
    file = tmp_path / "own.prototxt"
    file.write_text(f'snapshot_prefix: "{tmp_path}"' if stated == "folder" else stated)
    assert read_solver(file).snapshot_prefix == expected.format(tmp_path)


@pytest.mark.parametrize(
    "text, error",
    [
        ("base_lr: 1\nbase_rl: 1", "2:1: solver has no field 'base_rl'; known: net, net_param"),
        ("base_lr: 1 base_lr: 2", "1:12: solver: base_lr: found it again"),
        ('base_lr: "1"', '1:10: solver: base_lr: found "1", expected a number'),
        ("iter_size: 1.5", "1:12: solver: iter_size: found 1.5, expected an integer"),
        ("lr_policy: fixed", "1:12: solver: lr_policy: found fixed, expected a string in quotes"),
        ("solver_type: SDG", "1:14: solver: solver_type: found SDG, expected one of SGD, NESTEROV"),
        ("snapshot_format: H5", "1:18: solver: snapshot_format: found H5, expected one of HDF5"),
        ("train_state { stag: 1 }", "1:15: solver: train_state has no field 'stag'"),
    ],
)
def test_what_the_text_parser_refuses(text, error):
    with pytest.raises(PrototxtError, match=rf"^solver\.prototxt:{error}"):
        read(text)


@pytest.mark.parametrize(
    "text, error",
    [
        ('type: "SGD" solver_type: SGD', "both type and solver_type, expected type alone"),
        ("iter_size: 0", "iter_size 0, expected 1 at least"),
        ("iter_size: -2", "iter_size -2, expected 1 at least"),
        ("average_loss: 0", "average_loss 0, expected 1 at least"),
        ('regularization_type: "L3"', "regularization_type 'L3', expected L1 or L2"),
        ("snapshot: 4", "snapshot 4 without snapshot_prefix, expected both"),
        ('net: "a" train_net: "b"', "net and train_net, expected one of them"),
        ('test_net: "a"', "0 test_iter, expected one for each of the 1 test nets"),
        ("test_iter: 1", "1 test_iter, expected one for each of the 0 test nets"),
        ('test_net: "a" test_iter: 1', "test_interval 0, expected 1 at least"),
        (
            'net: "a" test_iter: 1 test_interval: 1 test_state {} test_state {}',
            "2 test_state, expected none or one for each of the 1 test nets",
        ),
    ],
)
def test_what_the_solver_refuses(text, error):
    with pytest.raises(ConvertError, match=rf"^solver\.prototxt: {error}"):
        read(text)


def test_a_generic_net_has_as_many_tests_as_test_iter():
    assert read('net: "a" test_iter: 1 test_iter: 2 test_interval: 5').test_iter == (1, 2)
