"""Two steps of each rule by hand: loss w^2 / 2, so that the gradient is w, which begins at 1."""

from pathlib import Path

import pytest
from solver_cases import feed, history, product, small_solver, squared, weights

from reproduce.solver import rules
from weights_convert import ConvertError


@pytest.mark.parametrize(
    "text, first, second",
    [
        # steps .1, then .5 * .1 + .1 * .9
        ("momentum: 0.5", 0.9, 0.76),
        # 1.5 * .1, then 1.5 * (.05 + .085) - .5 * .1
        ('type: "Nesterov" momentum: 0.5', 0.85, 0.6975),
        # .1 * 1 / 1, then .1 * .9 / sqrt(1.81)
        ('type: "AdaGrad"', 0.9, 0.8331036),
        # .1 * 1 / sqrt(.25), then .1 * .8 / sqrt(.1875 + .16)
        ('type: "RMSProp" rms_decay: 0.75', 0.8, 0.6642903),
        # .1 * sqrt(1 / 1.5), then g = .9183503: .1 * g * sqrt(1.3333333 / (1.25 + g^2 / 2))
        ('type: "AdaDelta" momentum: 0.5 delta: 1', 0.9183503, 0.8363339),
        # m / sqrt(v) = .5 / .5, corrected by 1; then .7 / sqrt(.39) by sqrt(.4375) / .75
        ('type: "Adam" momentum: 0.5 momentum2: 0.75', 0.9, 0.8011464),
    ],
)
def test_two_steps_by_hand(text, first, second):
    solver = small_solver(text)
    assert solver.step([feed()]) == 0.5
    assert weights(solver) == pytest.approx([first], rel=1e-6)
    solver.step([feed()])
    assert weights(solver) == pytest.approx([second], rel=1e-6)


def test_delta_stands_outside_of_the_root():
    solver = small_solver('type: "AdaGrad" delta: 1')
    solver.step([feed()])
    assert weights(solver) == pytest.approx([1 - 0.1 / 2])


def test_the_history_holds_the_learning_rate():
    solver = small_solver('base_lr: 0.1 lr_policy: "exp" gamma: 0.5 momentum: 0.5')
    solver.step([feed()])
    solver.step([feed()])
    # torch.optim.SGD, with the rate outside: .9 - .05 * (.5 + .9)
    assert weights(solver) == pytest.approx([0.9 - (0.5 * 0.1 + 0.05 * 0.9)])


@pytest.mark.parametrize(
    "text, moved",
    [
        ("iter_size: 2", 0.1 * 4),
        # gradients of 3 and 5 are clipped in their sum, then divided
        ("iter_size: 2 clip_gradients: 2", 0.1 * 1),
        ("iter_size: 2 clip_gradients: 8", 0.1 * 4),
        # weight decay comes last
        ("iter_size: 2 clip_gradients: 2 weight_decay: 0.5", 0.1 * 1.5),
        ("iter_size: 2 weight_decay: 0.5", 0.1 * 4.5),
    ],
)
def test_sum_clip_divide_decay(text, moved):
    solver = small_solver(text)
    # losses (1 + 2)^2 / 2 and (1 + 4)^2 / 2
    assert solver.step([feed(t=-2.0), feed(t=-4.0)]) == (4.5 + 12.5) / 2
    assert weights(solver) == pytest.approx([1 - moved])


@pytest.mark.parametrize("kind, pull", [("L2", 2 * 0.5), ("L1", 0.5)])
def test_both_regularisations(kind, pull):
    solver = small_solver(f'weight_decay: 0.5 regularization_type: "{kind}"', weight=-2.0)
    solver.step([feed()])
    assert weights(solver) == pytest.approx([-2 + 0.1 * (2 + pull)])


def test_lr_mult_and_decay_mult():
    layer = product(param="lr_mult: 2 decay_mult: 3")
    solver = small_solver("weight_decay: 0.5", layer, squared())
    solver.step([feed()])
    assert weights(solver) == pytest.approx([1 - 0.2 * (1 + 3 * 0.5)])


def test_a_frozen_parameter_keeps_a_history_as_in_caffe():
    frozen = product("a", param="lr_mult: 0")
    layers = frozen, product("fc", "a"), squared()
    solver = small_solver('type: "AdaGrad" weight_decay: 0.5', *layers)
    solver.step([feed()])
    assert weights(solver) == pytest.approx([1, 0.9])
    # no gradient, but its decay: (.5 * 1)^2; the other's gradient is 1 + .5
    assert history(solver) == pytest.approx([0.25, 2.25])


def test_momentum_carries_on_what_is_frozen_now():
    layers = product("a", param="lr_mult: 0"), product("fc", "a"), squared()
    solver = small_solver("momentum: 0.5", *layers)
    solver.history[0].fill_(0.25)
    solver.step([feed()])
    assert weights(solver) == pytest.approx([1 - 0.125, 0.9])


def test_a_shared_parameter_is_updated_once_with_the_rates_that_any_layer_states():
    layers = product("a", param='name: "w"'), product("fc", "a", 'name: "w" lr_mult: 2'), squared()
    solver = small_solver("", *layers)
    assert [str(each) for each in solver.learnables] == ["layer 'a' blob 0"]
    solver.step([feed()])
    # y = w^2, half its square has the gradient 2 w^3
    assert weights(solver) == pytest.approx([1 - 0.2 * 2])


def test_the_statistics_of_batchnorm_have_a_history_and_are_not_moved():
    norm = 'layer { name: "n" type: "BatchNorm" bottom: "x" top: "n" }'
    solver = small_solver("weight_decay: 1", norm, product("fc", "n"), squared())
    assert [each.lr_mult for each in solver.learnables] == [0, 0, 0, 1]
    solver.step([feed()])
    # a batch of one: its mean is 1, its variance 0 (of which Caffe keeps 0), the count 1
    assert weights(solver)[:3] == pytest.approx([0.999 + 1, 0.999, 0.999 + 1])


def test_loss_weight_counts():
    solver = small_solver("", product(), squared(rest="loss_weight: 3"))
    assert solver.step([feed()]) == 3 * 0.5
    assert weights(solver) == pytest.approx([1 - 0.1 * 3])


def test_large_parameters_are_updated_to_the_last_number(monkeypatch):
    monkeypatch.setattr("reproduce.solver.batch.PIECE", 3)
    layer = product().replace("num_output: 1", "num_output: 7")
    wide = 'layer { name: "sum" type: "Reduction" bottom: "fc" top: "sum" loss_weight: 1 }'
    solver = small_solver("", layer, wide, 'layer { name: "q" type: "Silence" bottom: "t" }')
    solver.step([feed(x=2.0)])
    assert solver.learnables[0].parameter.flatten().tolist() == pytest.approx([1 - 0.2] * 7)


def test_the_norm_of_large_gradients_keeps_its_digits():
    solver = small_solver("")
    solver.step([feed()])
    parameter = solver.learnables[0].parameter
    parameter.data = parameter.data.new_ones(2**22 + 1)
    parameter.grad = parameter.data.clone().fill_(1e-3)
    # one float32 sum stops growing, or loses digits, long before
    assert solver.gradient_norm() == pytest.approx(1e-3 * (2**22 + 1) ** 0.5, rel=1e-7)


@pytest.mark.parametrize(
    "text, error",
    [
        ('type: "adam"', "type 'adam', expected one of AdaDelta, AdaGrad, Adam, .*SGD"),
        ('type: "AdaGrad" momentum: 0.5', "momentum 0.5 with type 'AdaGrad', expected none"),
        ('type: "RMSProp" momentum: 0.5', "momentum 0.5 with type 'RMSProp', expected none"),
        ('type: "RMSProp" rms_decay: 1', "rms_decay 1.0 with type 'RMSProp', expected at least 0"),
        ('type: "Adam" momentum: 1', "momentum 1.0 with type 'Adam', expected at least 0 and less"),
        ("snapshot_diff: true", "snapshot_diff, expected snapshots of data alone"),
    ],
)
def test_settings_with_which_there_is_no_solver(text, error):
    with pytest.raises(ConvertError, match=rf"^solver\.prototxt: {error}"):
        small_solver(text)


def test_every_file_is_a_rule():
    files = {path.stem for path in Path(rules.__file__).parent.glob("[a-z]*.py")}
    assert {name.lower() for name in rules.types()} == files
