"""Which gradients there are: lr_mult, force_backward, propagate_down, loss_weight, phases."""

import pytest
import torch
from prototxts import convolution, fed, graph, layer, net

from weights_convert.errors import ConvertError, UnsupportedError

DATA = fed("data", 1, 1, 3, 3)
LABELLED = layer("Python", "", "data label", 'python_param { module: "voc_layers" }')
A, B = convolution("data", "a"), convolution("a", "b")
FORCED = "force_backward: true "


def rates(text, *lr_mults):
    params = " ".join(f"param {{ lr_mult: {rate} }}" for rate in lr_mults)
    return text.replace("convolution_param", f"{params} convolution_param")


@pytest.mark.parametrize(
    "text, learnable",
    [
        (A, {"a.weight", "a.bias"}),
        (rates(A, 0), {"a.bias"}),
        (rates(A, 1, 0), {"a.weight"}),
        (rates(A, 0, 0), set()),
        (FORCED + rates(A, 0, 0), {"a.weight", "a.bias"}),
    ],
)
def test_learnable(text, learnable):
    train, test = (net(DATA, text, phase=phase) for phase in ("TRAIN", "TEST"))
    assert train.learnable == test.learnable == learnable
    assert {name for name, p in train.named_parameters() if p.requires_grad} == learnable
    assert not any(p.requires_grad for p in test.parameters())


def test_the_statistics_of_batchnorm_are_never_learned():
    text = layer("BatchNorm", "data", "n") + layer("Scale", "n", "s")
    assert net(FORCED, DATA, text, phase="TRAIN").learnable == {"s.weight"}


@pytest.mark.parametrize("down", ["", "propagate_down: true"])
def test_a_gradient_is_passed_down(down):
    assert gradients(down, "")["a.weight"] is not None


@pytest.mark.parametrize("forced, reached", [("", False), (FORCED, True)])
def test_propagate_down_false_stops_the_gradient_unless_forced(forced, reached):
    found = gradients("propagate_down: false", forced)
    assert (found["a.weight"] is not None) == reached
    assert found["b.weight"] is not None


def gradients(down, forced):
    made = net(
        forced, DATA, A, B.replace("convolution_param", f"{down} convolution_param"), phase="TRAIN"
    )
    made(data=torch.ones(1, 1, 3, 3))["b"].sum().backward()
    return {name: parameter.grad for name, parameter in made.named_parameters()}


def test_propagate_down_of_one_bottom_of_two():
    total = layer("Eltwise", "a b", "sum", "propagate_down: true propagate_down: false")
    made = net(DATA, A, convolution("data", "b"), total, phase="TRAIN")
    made(data=torch.ones(1, 1, 3, 3))["sum"].sum().backward()
    reached = {name for name, parameter in made.named_parameters() if parameter.grad is not None}
    assert reached == {"a.weight", "a.bias"}


@pytest.mark.parametrize(
    "rest, error",
    [
        ("propagate_down: true propagate_down: true", "2 propagate_down, expected none or 1"),
        ("loss_weight: 1 loss_weight: 1", "2 loss_weight, expected none or 1"),
    ],
)
def test_lists_of_another_length_are_refused(rest, error):
    with pytest.raises(ConvertError, match=f"layer 'r': {error}"):
        graph(DATA, layer("ReLU", "data", "r", rest))


def test_loss_weights():
    loss = layer("SoftmaxWithLoss", "a label", "loss")
    half = layer("SoftmaxWithLoss", "a label", "half", "loss_weight: 0.5")
    none = layer("SoftmaxWithLoss", "a label", "none", "loss_weight: 0")
    other = layer("ReLU", "a", "other", "loss_weight: 2")
    read = graph(LABELLED, A, loss, half, none, other, phase="TRAIN")
    assert read.loss_weights == {"loss": 1.0, "half": 0.5, "other": 2.0}


@pytest.mark.parametrize(
    "phase, losses, outputs",
    [
        ("TEST", None, ("a",)),
        ("TEST", True, ("loss",)),
        ("TRAIN", None, ("loss",)),
        ("TRAIN", False, ("a",)),
    ],
)
def test_losses_may_stay_and_go(phase, losses, outputs):
    loss = layer("SoftmaxWithLoss", "a label", "loss")
    assert graph(LABELLED, A, loss, phase=phase, losses=losses).outputs == outputs


def test_a_layer_may_have_a_phase_of_its_own():
    always = layer("Dropout", "data", "always", "phase: TRAIN dropout_param { dropout_ratio: 1 }")
    never = layer("Dropout", "data", "never", "phase: TEST dropout_param { dropout_ratio: 1 }")
    made = net(DATA, always, never)
    for mode in (made.eval(), made.train()):
        tops = mode(data=torch.ones(1, 1, 3, 3))
        assert (tops["always"].sum(), tops["never"].sum()) == (0, 9)


def test_blobs_in_the_prototxt_are_refused():
    with pytest.raises(UnsupportedError, match="layer 'a': blobs in the prototxt, expected them"):
        graph(DATA, A.replace("convolution_param", "blobs { } convolution_param"))
