"""Losses and Accuracy: values and gradients worked out by hand, and what they refuse.

Values of x such as log 3 give round probabilities: the softmax of (0, log 3) is (1/4, 3/4).
"""

from math import exp, log, log1p

import pytest
import torch
from encoder import dims, packed
from prototxts import fed, graph, layer, net

from weights_convert import ConvertError
from weights_convert.errors import CaffemodelError, ShapeError

BOTTOMS = fed("x", 2, 3) + fed("y", 2, 3) + fed("n", 2) + fed("m", 3) + fed("v", 2, 3, 1, 1, 1)
THREE_QUARTERS = [0.0, log(3)]


def run(type, fields="", tops="a", **blobs):
    """The tops of a layer on `blobs`, in their order, and the blobs as tensors with gradients."""
    blobs = {name: torch.tensor(x).float().requires_grad_() for name, x in blobs.items()}
    inputs = "".join(fed(name, *x.shape) for name, x in blobs.items())
    made = net(inputs, layer(type, " ".join(blobs), tops, fields), phase="TRAIN")
    tops = made(**blobs)
    if tops["a"].requires_grad:
        tops["a"].backward()
    return tops, blobs


def close(x, expected):
    return x.detach().flatten().tolist() == pytest.approx(expected, rel=1e-5)


def refused(type, error, kind, bottoms="x n", fields="", tops="a"):
    """Expects that layer `a` on BOTTOMS is refused, by its name, with an error of this `kind`."""
    with pytest.raises(ConvertError, match=error) as caught:
        net(BOTTOMS, layer(type, bottoms, tops, fields), phase="TRAIN")
    assert caught.type is kind
    assert "layer 'a': " in str(caught.value)


def test_euclidean():
    tops, blobs = run("EuclideanLoss", x=[[1, 2], [3, 4]], y=[[[0], [2]], [[3], [6]]])
    assert tops["a"].item() == (1 + 4) / 2 / 2
    assert close(blobs["x"].grad, [0.5, 0, 0, -1])
    assert close(blobs["y"].grad, [-0.5, 0, 0, 1])


@pytest.mark.parametrize(
    "norm, loss, gradient", [("L1", 2.25, [0, 0.5, -0.5, 0.5]), ("L2", 4.125, [0, 1, -1, 2.5])]
)
def test_hinge(norm, loss, gradient):
    # margins: 1 - 1 (at 0 there is no gradient), 1 + 0; 1 - 0, 1 + 1.5; 0.9 is label 0
    fields = f"hinge_loss_param {{ norm: {norm} }}"
    tops, blobs = run("HingeLoss", fields, x=[[1, 0], [0, 1.5]], n=[0, 0.9])
    assert tops["a"].item() == loss
    assert close(blobs["x"].grad, gradient)


@pytest.mark.parametrize("shape", [(2,), (2, 1, 1, 1)])
def test_multinomial_logistic(shape):
    labels = torch.tensor([1.0, 0]).view(shape).tolist()
    tops, blobs = run("MultinomialLogisticLoss", x=[[0.5, 0.25], [0, 1]], n=labels)
    assert tops["a"].item() == pytest.approx((log(4) + 20 * log(10)) / 2)
    # Caffe: where the probability is cut off, its gradient is that of 1e-20
    assert close(blobs["x"].grad, [0, -2, -0.5e20, 0])


@pytest.mark.parametrize(
    "fields, divisor",
    [
        ("", 2),
        ("normalization: VALID", 3),
        ("normalization: FULL", 4),
        ("normalization: NONE", 1),
        ("normalize: true", 3),
        ("normalize: false", 2),
        ("normalize: true normalization: NONE", 1),
    ],
)
def test_sigmoid_cross_entropy_is_divided_as_loss_param_says(fields, divisor):
    fields = f"loss_param {{ ignore_label: 255 {fields} }}"
    tops, blobs = run(
        "SigmoidCrossEntropyLoss", fields, x=[[0, 2], [-3, 9]], y=[[1, 0], [0.5, 255]]
    )
    loss = log(2) + (2 + log1p(exp(-2))) + (3 / 2 + log1p(exp(-3)))
    assert tops["a"].item() == pytest.approx(loss / divisor)
    gradient = [-0.5, 1 / (1 + exp(-2)), 1 / (1 + exp(3)) - 0.5, 0]
    assert close(blobs["x"].grad, [g / divisor for g in gradient])


def test_sigmoid_cross_entropy_cuts_targets_to_compare_them():
    fields = "loss_param { ignore_label: 0 normalization: VALID }"
    tops, _ = run("SigmoidCrossEntropyLoss", fields, x=[[0, 5]], y=[[1, 0.7]])
    assert tops["a"].item() == pytest.approx(log(2))


@pytest.mark.parametrize(
    "legacy, apart, gradient",
    [("false", 0.25, -0.5 / (0.5 + 1e-4)), ("true", 0.75, -1.0)],
)
def test_contrastive(legacy, apart, gradient):
    # pairs: similar at distance 2; apart at 0.5, at 0 (its gradient is finite) and past the margin
    fields = f"contrastive_loss_param {{ legacy_version: {legacy} }}"
    x, y = [[2, 0], [0, 0.5], [0, 0], [3, 0]], [[0, 0]] * 4
    tops, blobs = run("ContrastiveLoss", fields, x=x, y=y, n=[1, 0, 0.5, 0])
    assert tops["a"].item() == pytest.approx((4 + apart + 1 + 0) / 8)
    expected = [2 / 4, 0, 0, 0.5 * gradient / 4, 0, 0, 0, 0]
    assert close(blobs["x"].grad, expected)
    assert close(blobs["y"].grad, [-g for g in expected])


def infogain(matrix, fields="", scores=(THREE_QUARTERS, [0, 0]), labels=(1, 0), **kw):
    return run("InfogainLoss", fields, x=list(scores), n=list(labels), h=matrix, **kw)


def test_infogain_by_hand():
    tops, blobs = infogain([[1, 2], [3, 5]], tops="a prob")
    first, second = 3 * log(4) + 5 * log(4 / 3), 1 * log(2) + 2 * log(2)
    assert tops["a"].item() == pytest.approx((first + second) / 2)
    assert close(tops["prob"], [0.25, 0.75, 0.5, 0.5])
    # probability times the row's sum, less the row
    assert close(blobs["x"].grad, [(2 - 3) / 2, (6 - 5) / 2, (1.5 - 1) / 2, (1.5 - 2) / 2])
    assert blobs["h"].grad is None


@pytest.mark.parametrize(
    "mode, divisor", [("VALID", 1), ("FULL", 2), ("BATCH_SIZE", 2), ("NONE", 1)]
)
def test_infogain_ignores_and_divides(mode, divisor):
    fields = f"loss_param {{ ignore_label: 9 normalization: {mode} }}"
    tops, blobs = infogain([[1, 0], [0, 1]], fields, labels=(1, 9))
    assert tops["a"].item() == pytest.approx(log(4 / 3) / divisor)
    assert close(blobs["x"].grad, [0.25 / divisor, -0.25 / divisor, 0, 0])


def test_infogain_cuts_off_a_logarithm_but_not_its_gradient():
    tops, blobs = infogain([[1, 0], [0, 1]], scores=[[100, 0]], labels=[1])
    assert tops["a"].item() == pytest.approx(20 * log(10))
    assert close(blobs["x"].grad, [1, -1])


def infogain_of(source, fields=""):
    fields += f' infogain_loss_param {{ source: "{source}" }}'
    return run("InfogainLoss", fields, x=[THREE_QUARTERS], n=[1])[0]["a"].item()


def test_infogain_of_a_file(tmp_path):
    matrix = tmp_path / "h.binaryproto"
    matrix.write_bytes(dims(1, 1, 2, 2) + packed(5, [1, 2, 3, 5]))
    assert infogain_of(matrix) == pytest.approx(3 * log(4) + 5 * log(4 / 3))


@pytest.mark.parametrize(
    "written, error, kind",
    [
        (dims(2) + packed(5, [1, 2]), "layer 'a': H of 2 numbers, expected 2 squared", ShapeError),
        (dims(2) + packed(5, [1]), "the matrix: shape 2 promises 2 numbers, fou", CaffemodelError),
        (None, "h.binaryproto: cannot be read: No such file", CaffemodelError),
    ],
)
def test_infogain_of_a_bad_file(tmp_path, written, error, kind):
    if written is not None:
        (tmp_path / "h.binaryproto").write_bytes(written)
    with pytest.raises(kind, match=error):
        infogain_of(tmp_path / "h.binaryproto")


def test_accuracy_counts_ties_against_the_label():
    # of the label's class: alone at the top; in a tie for it; second
    x, n = [[3, 2, 1], [2, 2, 1], [3, 2, 1]], [0, 0, 1]
    assert run("Accuracy", x=x, n=n)[0]["a"].item() == pytest.approx(1 / 3)
    top_two = "accuracy_param { top_k: 2 }"
    assert run("Accuracy", top_two, x=x, n=n)[0]["a"].item() == 1


def test_accuracy_of_each_class_and_along_another_axis():
    # classes down the columns; the labels are 0, 1, 1 and one that does not count
    fields = "accuracy_param { axis: 0 ignore_label: 255 }"
    x = [[5, 5, 0, 0], [0, 0, 5, 5], [1, 1, 1, 1]]
    tops, _ = run("Accuracy", fields, "a each", x=x, n=[0, 1, 1, 255])
    assert tops["a"].item() == pytest.approx(2 / 3)
    assert close(tops["each"], [1, 0.5, 0])


def test_accuracy_of_no_label_is_zero():
    fields = "accuracy_param { ignore_label: 1 }"
    tops, _ = run("Accuracy", fields, "a each", x=[[1, 2]], n=[1])
    assert (tops["a"].item(), tops["each"].tolist()) == (0, [0, 0])


@pytest.mark.parametrize(
    "type, bottoms, error",
    [
        ("EuclideanLoss", "x m", r"items of 3 and 1 numbers, expected as many"),
        ("EuclideanLoss", "n m", r"bottoms of shapes \(2,\) and \(3,\), expected the same N"),
        ("EuclideanLoss", "v v", r"a bottom of shape \(2, 3, 1, 1, 1\), expected at most 4 axes"),
        ("HingeLoss", "x m", r"bottoms of shapes \(2, 3\) and \(3,\), expected the same N"),
        ("SigmoidCrossEntropyLoss", "x n", "2 targets for 6 scores"),
        ("MultinomialLogisticLoss", "x y", r"labels of shape \(2, 3\), expected one for each item"),
        ("ContrastiveLoss", "x n m", r"\(2, 3\), \(2,\), expected \(N, C\) twice"),
        ("ContrastiveLoss", "x y y", r"a third bottom of shape \(2, 3\), expected \(2,\)"),
        ("InfogainLoss", "x y n", "6 labels for 2 predictions"),
        ("InfogainLoss", "x n m", "H of 3 numbers, expected 3 squared"),
        ("SoftmaxWithLoss", "x y", "6 labels for 2 predictions"),
        ("Accuracy", "x m", "3 labels for 2 predictions"),
    ],
)
def test_shapes_that_do_not_fit(type, bottoms, error):
    refused(type, error, ShapeError, bottoms)


@pytest.mark.parametrize(
    "type, fields, error, kind",
    [
        ("InfogainLoss", "", "infogain_loss_param lacks source, expected it, or a", ConvertError),
        (
            "InfogainLoss",
            "loss_param { normalize: true }",
            "loss_param: normalize, expected normalization",
            ConvertError,
        ),
        ("InfogainLoss", "infogain_loss_param { axis: 2 }", "axis 2 of a bottom", ShapeError),
        ("SoftmaxWithLoss", "softmax_param { axis: 2 }", "softmax_param: axis 2 of", ShapeError),
        ("Accuracy", "accuracy_param { axis: 2 }", "accuracy_param: axis 2 of a b", ShapeError),
        ("Accuracy", "accuracy_param { top_k: 4 }", "top_k 4 of 3 classes, expect", ShapeError),
        ("EuclideanLoss", "loss_weight: 1 loss_weight: 1", "2 loss_weight, expected", ConvertError),
    ],
)
def test_fields_that_are_wrong(type, fields, error, kind):
    refused(type, error, kind, fields=fields)


@pytest.mark.parametrize("label", [2, -1])
@pytest.mark.parametrize("type", ["HingeLoss", "MultinomialLogisticLoss", "Accuracy"])
def test_a_label_that_is_no_class(type, label):
    with pytest.raises(ConvertError, match=rf"layer 'a': a label outside 0 .. 1 .*: {label}$"):
        run(type, x=[[0.5, 0.5]], n=[label])


def test_what_needs_labels_is_left_out_in_test_unless_asked_for():
    text = fed("z", 1), BOTTOMS, layer("Accuracy", "x n", "a"), layer("HingeLoss", "x n", "b")
    rest = layer("Silence", "y m v", name="quiet")
    assert list(graph(*text, rest).inputs) == ["z", "y", "m", "v"]
    assert graph(*text, rest, losses=True).outputs == ("z", "a", "b")
