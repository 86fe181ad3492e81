"""Every solver type and learning rate policy, eight iterations each, against real Caffe."""

import numpy as np
import pytest
from solver_cases import (
    CASES,
    arrays,
    feeds,
    golden_solver,
    one_thread,
    parameters,
    train,
)

ADAPTIVE = {"AdaGrad", "RMSProp", "AdaDelta", "Adam"}
SNAPSHOTS = (1, 2, 8)


@pytest.mark.parametrize("case", CASES)
def test_the_trace_of_caffe(case):
    solver, expected = golden_solver(case), arrays(case, "output.npz")
    start = parameters(solver)
    within = 1e-3 if solver.param.type in ADAPTIVE else 1e-4
    for iteration in range(8):
        # float32 arithmetic of Caffe against the formula in float64
        assert solver.lr == pytest.approx(expected["lr_formula"][iteration], rel=3e-7)
        loss, norm = step(case, solver)
        assert loss == pytest.approx(expected["mean_loss"][iteration], rel=within)
        assert norm == pytest.approx(expected["grad_l2_before_clip"][iteration], rel=within)
        if solver.iter in SNAPSHOTS:
            assert_moved_alike(solver, start, expected)


def step(case, solver):
    """(loss, norm of the gradients before anything is done to them) of one iteration."""
    with one_thread():
        loss = solver.accumulate(feeds(case, solver))
        norm = solver.gradient_norm()
        solver.apply_update(loss)
    return loss, norm


def assert_moved_alike(solver, start, expected):
    for name, found in parameters(solver).items():
        want = expected[f"{name}@{solver.iter}"]
        moved = np.abs(want - start[name]).max()
        far = np.abs(found - want) > 1e-3 * moved
        # An adaptive step is as long where the gradient is but rounding noise.
        allowed = max(1, far.size // 100) if solver.param.type in ADAPTIVE else 0
        assert far.sum() <= allowed, f"{name} after {solver.iter}: {far.sum()} of {far.size}"
        assert np.abs(found - want).max() <= 1e-2 * moved, f"{name} after {solver.iter}"


@pytest.mark.parametrize("case", ["f32s_sigmoid_mults", "f32s_nesterov", "f8s_adam"])
def test_whole_parameters_together_as_on_a_gpu_are_updated_alike(case, monkeypatch):
    apart, together = golden_solver(case), golden_solver(case)
    train(case, apart, 2)
    monkeypatch.setattr("reproduce.solver.batch._on_cpu", lambda learnables: False)
    train(case, together, 2)
    for name, found in parameters(together).items():
        assert np.array_equal(found, parameters(apart)[name]), name


def test_frozen_parameters_stay_to_the_bit():
    solver = golden_solver("f8s_adam")
    start = parameters(solver)
    train("f8s_adam", solver, 2)
    found = parameters(solver)
    frozen = [name for name in start if np.array_equal(start[name], found[name])]
    assert frozen == [
        "upscore2:0",
        "scale_pool4:0",
        "upscore_pool4:0",
        "scale_pool3:0",
        "upscore8:0",
    ]
