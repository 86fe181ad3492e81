"""Learning rates worked out by hand, and policies that are not one."""

from math import exp, isnan

import pytest
from solver_cases import feed, small_solver, weights

from reproduce.solver import NotFinite
from reproduce.solver.policies import POLICIES, learning_rate
from weights_convert import ConvertError
from weights_convert.prototxt import parse
from weights_convert.solverparameter import read_solver


def rates(text, iterations):
    """The rate of each of `iterations`, each with current_step 0 before it."""
    param = read_solver(parse(f"base_lr: 8 {text}"))
    return [learning_rate(param, iteration, 0)[0] for iteration in iterations]


@pytest.mark.parametrize(
    "text, iterations, expected",
    [
        ('lr_policy: "fixed"', (0, 10**6), [8, 8]),
        ('lr_policy: "step" gamma: 0.5 stepsize: 3', (0, 2, 3, 6), [8, 8, 4, 2]),
        ('lr_policy: "multistep" gamma: 0.5 stepvalue: 2', (1, 2), [8, 4]),
        ('lr_policy: "exp" gamma: 0.5', (0, 1, 4), [8, 4, 0.5]),
        ('lr_policy: "inv" gamma: 0.5 power: 2', (0, 2, 6), [8, 2, 0.5]),
        ('lr_policy: "poly" power: 2 max_iter: 4', (0, 2, 4), [8, 2, 0]),
        ('lr_policy: "sigmoid" gamma: 0.5 stepsize: 4', (4, 6), [4, 8 / (1 + exp(-1))]),
        # what C++ does with what is too large
        ('lr_policy: "exp" gamma: 1e30', (100,), [float("inf")]),
        ('lr_policy: "sigmoid" gamma: 1e30 stepsize: 4', (0,), [0]),
    ],
)
def test_rates_by_hand(text, iterations, expected):
    assert rates(text, iterations) == pytest.approx(expected, rel=1e-7)


def test_a_rate_is_a_float32():
    # the float32 next to .1, times 1
    param = read_solver(parse('base_lr: 0.1 lr_policy: "fixed"'))
    assert learning_rate(param, 0, 0)[0] == 0.100000001490116119384765625


def test_multistep_takes_one_step_an_iteration_as_caffe():
    policy = 'lr_policy: "multistep" gamma: 0.5 stepvalue: 1 stepvalue: 1 stepvalue: 2'
    solver = small_solver(f"base_lr: 8e-3 {policy}")
    seen = []
    for _ in range(5):
        seen.append((round(solver.lr * 1e3, 6), solver.current_step))
        solver.step([feed()])
    assert seen == [(8, 0), (4, 0), (2, 1), (1, 2), (1, 3)]


def test_looking_at_the_rate_changes_nothing():
    solver = small_solver('base_lr: 1 lr_policy: "multistep" gamma: 0.5 stepvalue: 0 stepvalue: 0')
    assert solver.lr == solver.lr == 0.5
    assert solver.current_step == 0


def test_poly_ends_at_max_iter():
    solver = small_solver('base_lr: 0.1 lr_policy: "poly" power: 0.5 max_iter: 1')
    solver.step([feed()])
    solver.step([feed()])
    before = weights(solver)
    assert isnan(solver.lr)  # the root of a negative number, which Caffe would train on with
    with pytest.raises(NotFinite, match="iteration 2: learning rate is nan, expected a number"):
        solver.step([feed()])
    assert weights(solver) == before
    assert solver.iter == 2


@pytest.mark.parametrize(
    "text, error",
    [
        ("base_lr: 1", f"lr_policy '', expected one of {', '.join(POLICIES)}"),
        ('base_lr: 1 lr_policy: "cosine"', "lr_policy 'cosine', expected one of fixed, step, mul"),
        ('lr_policy: "fixed"', "lr_policy 'fixed' lacks base_lr"),
        ('base_lr: 1 lr_policy: "step"', "lr_policy 'step' lacks gamma and stepsize"),
        ('base_lr: 1 lr_policy: "multistep" gamma: 1', "lr_policy 'multistep' lacks stepvalue"),
        ('base_lr: 1 lr_policy: "exp"', "lr_policy 'exp' lacks gamma"),
        ('base_lr: 1 lr_policy: "inv" gamma: 1', "lr_policy 'inv' lacks power"),
        ('base_lr: 1 lr_policy: "poly" power: 1', "lr_policy 'poly' lacks max_iter"),
        ('base_lr: 1 lr_policy: "sigmoid" gamma: 1', "lr_policy 'sigmoid' lacks stepsize"),
        (
            'base_lr: 1 lr_policy: "step" gamma: 1 stepsize: 0',
            "stepsize 0 with lr_policy 'step', expected 1 at least",
        ),
        (
            'base_lr: 1 lr_policy: "exp" gamma: -0.5',
            "gamma -0.5 with lr_policy 'exp', expected 0 at least",
        ),
        (
            'base_lr: 1 lr_policy: "poly" power: 1 max_iter: 0',
            "max_iter 0 with lr_policy 'poly', expected 1 at least",
        ),
    ],
)
def test_policies_that_are_refused(text, error):
    text = f"{text} # lr_policy" if "lr_policy" not in text else text
    with pytest.raises(ConvertError, match=rf"^solver\.prototxt: {error}"):
        small_solver(text)
