"""Snapshots: resumed from Caffe's own, written as Caffe writes them, and refused where wrong."""

import gzip

import h5py
import numpy as np
import pytest
import torch
from solver_cases import (
    GOLDEN,
    arrays,
    feed,
    golden_solver,
    parameters,
    product,
    small_solver,
    squared,
    train,
    weights,
)

from reproduce.errors import MissingError
from weights_convert import ConvertError, read_caffemodel
from weights_convert.errors import CaffemodelError, WeightsError
from weights_convert.solverstate import opened, write_solverstate

BY_CAFFE = ("f32s_fixed_m09", "f8s_poly")
TYPES = (
    'type: "SGD" momentum: 0.5',
    'type: "Nesterov" momentum: 0.5',
    'type: "AdaGrad"',
    'type: "RMSProp"',
    'type: "AdaDelta" momentum: 0.5 delta: 1',
    'type: "Adam" momentum: 0.5',
    'base_lr: 0.1 lr_policy: "multistep" gamma: 0.5 stepvalue: 1 stepvalue: 1 stepvalue: 3',
)
FORMATS = ("BINARYPROTO", "HDF5")


def by_caffe(case, folder):
    """The path of Caffe's snapshot after iteration 4, unpacked into `folder`."""
    for suffix in ("caffemodel", "solverstate"):
        file = next((GOLDEN / case).glob(f"snap_iter_4.{suffix}*"))
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        (folder / f"snap_iter_4.{suffix}").write_bytes(data)
    return folder / "snap_iter_4.solverstate"


@pytest.mark.parametrize("case", BY_CAFFE)
def test_a_snapshot_of_caffe_leads_where_caffe_went(case, tmp_path):
    solver, expected = golden_solver(case), arrays(case, "output.npz")
    start = parameters(solver)
    solver.restore(by_caffe(case, tmp_path))
    assert (solver.iter, solver.current_step) == (4, 0)
    losses = train(case, solver, 8)
    assert losses == pytest.approx(expected["mean_loss"][4:].tolist(), rel=1e-4)
    for name, found in parameters(solver).items():
        want = expected[f"{name}@8"]
        moved = np.abs(want - start[name]).max()
        assert np.abs(found - want).max() <= 1e-3 * moved, name


@pytest.mark.parametrize("case", BY_CAFFE)
def test_a_snapshot_has_the_fields_of_one_of_caffe(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    solver = golden_solver(case)
    train(case, solver, 4)
    written = solver.snapshot("ours_iter_4")
    assert str(written) == "ours_iter_4.solverstate"
    with opened(written) as ours, opened(by_caffe(case, tmp_path)) as theirs:
        assert (ours.iter, ours.current_step) == (theirs.iter, theirs.current_step)
        assert ours.learned_net == theirs.learned_net.replace("snap_", "ours_")
        assert [blob.shape for blob in ours.history] == [blob.shape for blob in theirs.history]
        for own, other in zip(ours.history, theirs.history, strict=True):
            assert_close(own.read(), other.read())
    ours, theirs = (read_caffemodel(f"{name}_iter_4.caffemodel") for name in ("ours", "snap"))
    assert list(ours) == list(theirs)
    for name, blobs in theirs.items():
        for own, other in zip(ours[name], blobs, strict=True):
            assert own.shape == other.shape
            assert_close(own, other)


def assert_close(found, expected):
    assert np.abs(found - expected).max() <= 1e-3 * np.abs(expected).max()


@pytest.mark.parametrize("case", BY_CAFFE)
def test_restored_and_written_again_it_is_caffes_file_byte_by_byte(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = by_caffe(case, tmp_path)
    expected = state.read_bytes()
    solver = golden_solver(case)
    solver.restore(state)
    solver.snapshot("snap_iter_4")
    assert state.read_bytes() == expected


def test_resuming_is_bit_identical_on_a_real_net(tmp_path):
    case = "f8s_poly"
    through, resumed = golden_solver(case), golden_solver(case)
    train(case, through, 3)
    state = through.snapshot(tmp_path / "a")
    resumed.restore(state)
    assert train(case, through, 6) == train(case, resumed, 6)
    assert_same(through, resumed)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("text", TYPES)
def test_resuming_is_bit_identical(text, kind, tmp_path):
    text += f' snapshot_prefix: "{tmp_path}/snap" snapshot_format: {kind}'
    layers = product("a"), product("fc", "a"), squared()
    through, resumed = (small_solver(text, *layers) for _ in range(2))
    for t in (0.3, 0.7):
        through.step([feed(t=t)])
    state = through.snapshot()
    assert state.name == ("snap_iter_2.solverstate.h5" if kind == "HDF5" else state.name)
    resumed.restore(state)
    assert resumed.iter == 2
    for t in (0.2, 0.9):
        assert through.step([feed(t=t)]) == resumed.step([feed(t=t)])
    assert_same(through, resumed)


def assert_same(one, other):
    assert (one.iter, one.current_step, one.lr) == (other.iter, other.current_step, other.lr)
    for a, b in zip(one.history, other.history, strict=True):
        assert torch.equal(a, b)
    for a, b in zip(one.learnables, other.learnables, strict=True):
        assert torch.equal(a.parameter, b.parameter)


def test_hdf5_as_caffe_lays_it_out(tmp_path):
    solver = small_solver('type: "Adam" snapshot_format: HDF5', product("a"), squared("a"))
    solver.step([feed()])
    solver.snapshot(tmp_path / "s")
    with h5py.File(tmp_path / "s.caffemodel.h5") as file:
        assert file["data/a/0"].shape == (1, 1)
    with h5py.File(tmp_path / "s.solverstate.h5") as file:
        assert file["learned_net"][()].decode() == f"{tmp_path}/s.caffemodel.h5"
        assert set(file["history"]) == {"0", "1"}


def test_a_folder_of_snapshots_may_be_moved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    solver = small_solver("")
    solver.step([feed()])
    solver.snapshot("there/s")
    (tmp_path / "there").rename(tmp_path / "here")
    resumed = small_solver("")
    resumed.restore("here/s.solverstate")
    assert weights(resumed) == weights(solver)


def test_a_net_elsewhere_is_found_where_the_state_says(tmp_path):
    solver = small_solver("")
    solver.step([feed()])
    state = solver.snapshot(tmp_path / "s")
    (tmp_path / "states").mkdir()
    moved = state.rename(tmp_path / "states" / state.name)
    resumed = small_solver("")
    resumed.restore(moved)
    assert weights(resumed) == weights(solver)


def refused(path, kind, error, text="momentum: 0.5", layers=()):
    """Expects that a solver refuses to restore, and stays as it was."""
    solver = small_solver(text, *layers)
    solver.step([feed()])
    before = weights(solver), [x.clone() for x in solver.history], solver.iter
    with pytest.raises(kind, match=error):
        solver.restore(path)
    assert (weights(solver), solver.history, solver.iter) == before


@pytest.fixture
def state(tmp_path):
    solver = small_solver("momentum: 0.5")
    solver.step([feed()])
    solver.step([feed()])
    return solver.snapshot(tmp_path / "s_iter_2")


def test_a_state_of_another_type(state):
    error = (
        r"s_iter_2.solverstate: 1 arrays of history, expected 2: type 'Adam' has 2 for each of 1 "
        r"parameters; is it of another net or another type"
    )
    refused(state, WeightsError, error, 'type: "Adam"')


def test_a_state_of_another_net(state):
    layer = product().replace("num_output: 1", "num_output: 2")
    wide = 'layer { name: "sum" type: "Reduction" bottom: "fc" top: "sum" loss_weight: 1 }'
    solver = small_solver("", layer, wide, 'layer { name: "q" type: "Silence" bottom: "t" }')
    error = (
        r"history 0 has shape \(1, 1\), expected \(2, 1\) for layer 'fc' blob 0: is it of another"
    )
    with pytest.raises(WeightsError, match=error):
        solver.restore(state)


def test_the_caffemodel_of_another_net(state):
    model = state.with_suffix(".caffemodel")
    other = small_solver("momentum: 0.5", product("b"), squared("b"))
    other.snapshot(model.with_suffix(""))
    refused(state, WeightsError, "s_iter_2.caffemodel: has, and the net has not,|lacks parameters")


def test_a_state_whose_caffemodel_is_missing(state):
    state.with_suffix(".caffemodel").unlink()
    error = r"s_iter_2.solverstate: its net .*s_iter_2.caffemodel is not there, looked for .* put t"
    refused(state, MissingError, error)


def test_a_state_that_names_no_caffemodel(tmp_path):
    write_solverstate(tmp_path / "s.solverstate", 2, "", [np.zeros((1, 1))])
    refused(tmp_path / "s.solverstate", ConvertError, "s.solverstate: names no learned_net, expec")


def test_states_that_are_cut_short(state):
    data = state.read_bytes()
    for size in range(len(data) - 2):  # the last field, current_step 0, is as good as none
        state.write_bytes(data[:size])
        refused(state, ConvertError, "cut short|not a solverstate|arrays of history|learned_net")


def test_a_caffemodel_that_is_cut_short(state):
    model = state.with_suffix(".caffemodel")
    model.write_bytes(model.read_bytes()[:-3])
    refused(state, CaffemodelError, "s_iter_2.caffemodel: .* is it cut short")


def test_a_snapshot_that_cannot_be_written(tmp_path):
    solver = small_solver("")
    with pytest.raises(ConvertError, match=r"nowhere/s.caffemodel: cannot be written: No such fil"):
        solver.snapshot(tmp_path / "nowhere" / "s")
    assert not list(tmp_path.iterdir())
