"""What a solver reports, and what it refuses before it changes anything."""

import math

import pytest
import torch
from solver_cases import feed, product, small_net, small_solver, squared, weights

from reproduce.errors import DataError
from reproduce.solver import NotFinite, Solver
from weights_convert import ConvertError
from weights_convert.errors import PrototxtError


def test_the_loss_and_its_mean_over_the_last_ones():
    solver = small_solver("average_loss: 2")
    assert math.isnan(solver.smoothed_loss)
    losses = [solver.step([feed(t=t)]) for t in (2.0, 4.0, 6.0)]
    # Caffe's own rule: a running mean, then each new loss in the place of the oldest
    first = losses[0]
    second = (first * 1 + losses[1]) / 2
    third = second + (losses[2] - losses[0]) / 2
    assert solver.smoothed_loss == pytest.approx(third)
    assert solver.iter == 3


def test_the_loss_is_that_of_the_iteration():
    solver = small_solver("")
    assert solver.step([feed(t=3.0)]) == 2
    assert solver.step([feed(t=3.0)]) == pytest.approx((1.2 - 3) ** 2 / 2)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
def test_a_loss_that_is_no_number_stops_before_the_update(value):
    solver = small_solver("momentum: 0.5")
    solver.step([feed()])
    before = weights(solver), solver.history[0].clone()
    with pytest.raises(NotFinite, match=r"iteration 1: loss is (nan|inf), expected a number: "):
        solver.step([feed(t=value)])
    assert (weights(solver), solver.history[0], solver.iter) == (*before, 1)
    assert issubclass(NotFinite, DataError)
    solver.step([feed()])  # and it can go on
    assert math.isfinite(weights(solver)[0])


def test_a_gradient_that_is_no_number_is_not_clipped_but_refused():
    solver = small_solver("clip_gradients: 1")
    loss = solver.accumulate([feed()])
    solver.learnables[0].parameter.grad.fill_(float("inf"))
    with pytest.raises(NotFinite, match="iteration 0: gradient norm is inf"):
        solver.apply_update(loss)
    assert weights(solver) == [1]


def test_gradients_are_summed_in_one_place_and_freed():
    solver = small_solver("iter_size: 3")
    parameter, seen = solver.learnables[0].parameter, []
    parameter.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.data_ptr()))
    solver.step([feed(t=t) for t in (1.0, 2.0, 3.0)])
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert parameter.grad is None


def test_what_is_left_of_a_step_that_failed_does_not_count():
    solver = small_solver("iter_size: 2")
    with pytest.raises(ConvertError, match=r"^feed 1: inputs \['x'\] given, the net takes \['t',"):
        solver.step([feed(t=-2.0), {"x": torch.ones(1, 1)}])
    solver.step([feed(), feed()])
    assert weights(solver) == pytest.approx([0.9])


def test_a_net_that_was_scored_meanwhile_trains_on():
    drop = """layer { name: "d" type: "Dropout" bottom: "fc" top: "fc"
      dropout_param { dropout_ratio: 1 } }"""
    solver = small_solver("", product(), drop, squared())
    solver.net.eval()
    assert solver.step([feed(t=2.0)]) == 2  # everything is dropped
    assert solver.net.training


def test_nothing_to_learn_is_no_error():
    solver = small_solver("weight_decay: 1", product(param="lr_mult: 0"), squared())
    assert solver.step([feed()]) == 0.5
    assert weights(solver) == [1]
    assert solver.gradient_norm() == 0


@pytest.mark.parametrize("count", [0, 1, 3])
def test_feeds_of_another_number(count):
    with pytest.raises(ConvertError, match=f"^{count} feeds, expected iter_size 2"):
        small_solver("iter_size: 2").step([feed()] * count)


@pytest.mark.parametrize(
    "kw, error",
    [
        ({"phase": "TEST", "losses": True}, r"phase TEST with losses \['loss'\], expected phase"),
        ({"losses": False}, r'phase TRAIN with losses \[\], expected phase="TRAIN" and a loss'),
    ],
)
def test_nets_that_cannot_be_trained(kw, error):
    with pytest.raises(ConvertError, match=error):
        small_solver("", **kw)


def test_a_solver_of_a_file(tmp_path):
    file = tmp_path / "solver.prototxt"
    file.write_text('base_lr: 0.5\nlr_policy: "fixed"\nlearning_rate: 1\n')
    error = rf"^{file}:3:1: solver has no field 'learning_rate'; known: net, "
    with pytest.raises(PrototxtError, match=error):
        Solver.from_prototxt(file, small_net())
    file.write_text('base_lr: 0.5\nlr_policy: "fixed"\n')
    assert Solver.from_prototxt(file, small_net()).lr == 0.5
