"""Surgery against the net that Caffe transplanted, and against the release's words for the rest."""

import numpy as np
import pytest
import torch
from golden import GOLDEN, arrays, assert_blobs, feeds, weights
from prototxts import convolution, fed, net

from weights_convert import load_net, read_caffemodel
from weights_convert.errors import WeightsError
from weights_convert.surgery import bilinear, expand_score, extend_input, interpolate, transplant

TRANSPLANT = GOLDEN / "legacy" / "transplant"
CAST = {"fc8": "score_fr"}


def unfilled(case):
    """The narrow net of a case, its parameters as their fillers make them: zeros."""
    return load_net(GOLDEN / "nets" / case / "net.prototxt", None)


def filled(case):
    folder = GOLDEN / "nets" / case
    return load_net(folder / "net.prototxt", weights(folder))


def test_a_classifier_becomes_the_net_that_caffe_made_of_it():
    fcn = load_net(TRANSPLANT / "net.prototxt", None)
    report = transplant(fcn, read_caffemodel(TRANSPLANT / "classifier.caffemodel"), names=CAST)
    for name, blobs in read_caffemodel(TRANSPLANT / "weights.caffemodel").items():
        for ours, theirs in zip(fcn.params()[name], blobs, strict=True):
            assert np.array_equal(ours.detach().numpy(), theirs)
    assert [move.new for move in report.moves if move.how == "reshaped"] == [
        ("fc6", 0),
        ("fc7", 0),
        ("score_fr", 0),
    ]
    assert report.dropped == report.untouched == ()
    assert "reshaped 'fc8' blob 0 to 'score_fr' blob 0, (10, 12) to (10, 12, 1, 1)" in str(report)
    given = feeds(arrays(TRANSPLANT / "input_large.npz"))
    assert_blobs(fcn, fcn(**given, keep="all"), arrays(TRANSPLANT / "output_large.npz"))


def test_what_is_dropped_or_left_is_listed_first():
    fcn = load_net(TRANSPLANT / "net.prototxt", None)
    report = transplant(fcn, read_caffemodel(TRANSPLANT / "classifier.caffemodel"))
    assert report.dropped == (("fc8", 0), ("fc8", 1))
    assert report.untouched == (("score_fr", 0), ("score_fr", 1))
    assert str(report).splitlines()[:5] == [
        "dropped 'fc8' blob 0",
        "dropped 'fc8' blob 1",
        "left as it was 'score_fr' blob 0",
        "left as it was 'score_fr' blob 1",
        "reshaped 'fc6' blob 0 to 'fc6' blob 0, (14, 392) to (14, 8, 7, 7)",
    ]


def test_a_bias_that_the_new_layer_lacks_is_dropped():
    data = fed("x", 1, 3, 5, 5)
    old = net(data, convolution("x", "y"))
    new = net(data, convolution("x", "y", "num_output: 2 kernel_size: 3 bias_term: false"))
    report = transplant(new, old)
    assert (report.dropped, report.untouched) == ((("y", 1),), ())
    assert torch.equal(new.params()["y"][0], old.params()["y"][0])


def test_two_nets_are_put_side_by_side_by_suffix():
    color, hha = filled("nyud-fcn32s-color"), filled("nyud-fcn32s-hha")
    fused = unfilled("nyud-fcn32s-color-hha")
    first = transplant(fused, color, suffix="color", names={"upscore": None})
    second = transplant(fused, hha, suffix="hha", names={"upscore": "upscore"})
    assert first.dropped == (("upscore", 0),) and len(first.untouched) == 33
    assert second.dropped == () and {move.how for move in second.moves} == {"copied"}
    given = feeds(arrays(GOLDEN / "nets" / "nyud-fcn32s-color-hha" / "input_tiny.npz"))
    score = fused(**given, keep="score_fused")["score_fused"]
    alone = [color(data=given["color"], keep="score_fr"), hha(data=given["hha"], keep="score_fr")]
    assert torch.equal(score, sum(0.5 * blobs["score_fr"] for blobs in alone))


def test_early_fusion_sees_depth_as_the_mean_of_the_colors():
    color, fused = filled("nyud-fcn32s-color"), unfilled("nyud-fcn32s-color-d")
    report = transplant(fused, color)
    assert report.dropped == (("conv1_1", 0), ("conv1_1", 1))
    assert report.untouched == (("conv1_1_bgrd", 0), ("conv1_1_bgrd", 1))
    report = extend_input(fused, "conv1_1_bgrd", color, "conv1_1")
    assert str(report).splitlines() == [
        "extended 'conv1_1' blob 0 to 'conv1_1_bgrd' blob 0, (4, 3, 3, 3) to (4, 4, 3, 3)",
        "copied 'conv1_1' blob 1 to 'conv1_1_bgrd' blob 1",
    ]
    old = color.params()["conv1_1"][0].detach().numpy()
    weight, bias = fused.params()["conv1_1_bgrd"]
    assert np.array_equal(weight[:, :3].detach().numpy(), old)
    np.testing.assert_allclose(weight[:, 3].detach().numpy(), np.mean(old, axis=1), rtol=1e-6)
    assert torch.equal(bias, color.params()["conv1_1"][1])


def test_a_score_is_expanded_by_new_classes():
    old, new = filled("voc-fcn32s"), unfilled("pascalcontext-fcn32s")
    transplant(new, old, names={"score_fr": None, "upscore": None})
    report = expand_score(new, "score_fr", old)
    assert [move.how for move in report.moves] == ["expanded", "expanded"]
    for ours, theirs in zip(new.params()["score_fr"], old.params()["score_fr"], strict=True):
        assert torch.equal(ours[:21], theirs) and not ours[21:].any()


def test_a_legacy_bias_is_expanded_too():
    old = {"y": [np.ones((1, 3, 3, 3), np.float32), np.full((1, 1, 1, 1), 5, np.float32)]}
    new = net(fed("x", 1, 3, 5, 5), convolution("x", "y"))
    second = new.params()["y"][1][1].item()
    expand_score(new, "y", old)
    assert new.params()["y"][1].tolist() == [5, second]


@pytest.mark.parametrize("case", ["voc-fcn8s-atonce", "voc-fcn-alexnet", "siftflow-fcn16s"])
def test_bilinear_kernels_are_those_of_the_nets_that_caffe_ran(case):
    ours, theirs = unfilled(case), filled(case)
    names = [each.name for each in ours.graph.layers if each.type == "Deconvolution"]
    assert interpolate(ours) == tuple(names)
    for name in names:
        assert torch.equal(ours.params()[name][0], theirs.params()[name][0]), name


def test_bilinear_kernels_by_hand():
    assert bilinear(3)[1].tolist() == [0.5, 1, 0.5]
    assert (bilinear(4)[0] * 16).tolist() == [1, 3, 3, 1]
    assert bilinear(63)[31].argmax() == 31 and bilinear(63)[31, 31] == 1


def deconvolution(fields):
    return net(fed("x", 1, 2, 5, 5), convolution("x", "y", fields, type="Deconvolution"))


def test_a_kernel_for_each_class_and_zeros_between_them():
    made = deconvolution("num_output: 2 kernel_size: 3 bias_term: false")
    interpolate(made)
    weight = made.params()["y"][0].detach().numpy()
    assert np.array_equal(weight[0, 0], bilinear(3)) and np.array_equal(weight[1, 1], bilinear(3))
    assert not weight[0, 1].any() and not weight[1, 0].any()


def test_a_kernel_for_each_group_of_one():
    made = deconvolution("num_output: 2 kernel_size: 3 group: 2")
    interpolate(made, ["y"])
    weight = made.params()["y"][0]
    assert weight.shape == (2, 1, 3, 3)
    assert np.array_equal(weight[1, 0].detach().numpy(), bilinear(3))


@pytest.mark.parametrize(
    "fields", ["num_output: 2 kernel_h: 3 kernel_w: 4", "num_output: 3 kernel_size: 3"]
)
def test_refuses_to_interpolate(fields):
    with pytest.raises(
        WeightsError, match=r"layer 'y': kernels of shape .*expected square ones, and"
    ):
        interpolate(deconvolution(fields))


@pytest.mark.parametrize(
    "names, text",
    [
        ({"fc9": "score_fr"}, "the old net has no parameters of 'fc9'; expected of conv1, conv2"),
        ({"fc8": "score"}, "the new net has no parameters of 'score'; expected of conv1, conv2"),
        ({"fc8": "fc6"}, "'fc6' blob 0 would get 'fc6' blob 0 and 'fc8' blob 0, expected one"),
        (
            {"fc6": "fc7", "fc7": None},
            r"'fc6' blob 0 \(14, 392\) does not go into 'fc7' blob 0 \(12",
        ),
    ],
)
def test_refuses_and_moves_nothing(names, text):
    fcn = load_net(TRANSPLANT / "net.prototxt", None)
    with pytest.raises(WeightsError, match=text):
        transplant(fcn, read_caffemodel(TRANSPLANT / "classifier.caffemodel"), names=names)
    assert not any(blob.any() for blobs in fcn.params().values() for blob in blobs)


def test_refuses_layers_that_do_not_fit():
    data = fed("x", 1, 3, 5, 5)
    wide, narrow = (
        net(data, convolution("x", "y", f"num_output: {n} kernel_size: 3")) for n in (3, 2)
    )
    with pytest.raises(WeightsError, match=r"'y' blob 0 \(3, 3, 3, 3\) does not go into 'y' blob"):
        expand_score(narrow, "y", wide)
    with pytest.raises(WeightsError, match="does not go into"):
        extend_input(narrow, "y", {"y": [np.ones((2, 6, 3, 3)), np.ones(2)]}, "y")
    with pytest.raises(WeightsError, match="layer 'y': 1 blobs, expected 2 as layer 'y' has"):
        expand_score(narrow, "y", {"y": [np.ones((1, 3, 3, 3))]})
    with pytest.raises(WeightsError, match="the new net has no parameters of 'z'; expected of y"):
        expand_score(narrow, "z", wide)
