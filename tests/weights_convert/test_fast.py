"""The folded net against real Caffe, and against the net itself at many sizes."""

import re
import warnings

import numpy as np
import pytest
import torch
from golden import GOLDEN, arrays, assert_blobs, cases, feeds, weights
from hypothesis import given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, layer, net

from weights_convert import load_net
from weights_convert.errors import ConvertError
from weights_convert.fast import convolution as ways
from weights_convert.fast import fold, route, strips

NETS = cases("nets")


def input_of(name, kind):
    return GOLDEN / "nets" / name / f"input{kind}.npz"


# In standard deviations of the scores; their sums have another order, and late fusion cancels.
NEAR = 1e-4
SIDES, SMALL = st.integers(1, 130), st.integers(1, 70)
GIVEN = [(name, kind) for name in NETS for kind in ("", "_tiny") if input_of(name, kind).exists()]


def golden_net(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the older dialect's crops
        return load_net(GOLDEN / "nets" / name / "net.prototxt", weights(GOLDEN / "nets" / name))


KNOWN = {name: (made := golden_net(name), fold(made)) for name in NETS}


def images(made, height, width, batch=1, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {
        blob: 50 * torch.randn(batch, shape[1], height, width, generator=generator)
        for blob, shape in made.input_shapes.items()
    }


def assert_equal(made, fast, given):
    """Scores, and labels where the two largest scores are not as near as rounding."""
    with torch.inference_mode():
        expected = {blob: scores.nan_to_num(99.0) for blob, scores in made(**given).items()}
    actual = {blob: scores.nan_to_num(99.0) for blob, scores in fast(**given).items()}
    labels = fast.labels(**given)
    assert list(actual) == list(expected) == list(labels)
    for blob, scores in expected.items():
        scale = float(scores.std(correction=0)) or 1.0
        assert actual[blob].shape == scores.shape and actual[blob].is_contiguous()
        assert float((actual[blob] - scores).abs().max()) <= NEAR * scale, blob
        best = scores.topk(2, 1).values if scores.shape[1] > 1 else None
        clear = best is None or best[:, 0] - best[:, 1] > 2 * NEAR * scale
        assert labels[blob].dtype == torch.uint8
        assert bool(((labels[blob] == scores.argmax(1)) | ~torch.as_tensor(clear)).all()), blob


@pytest.mark.parametrize("name, kind", GIVEN)
def test_scores_are_those_of_caffe(name, kind):
    fast, image = KNOWN[name][1], feeds(arrays(input_of(name, kind)))
    actual, labels = fast(**image), fast.labels(**image)
    expected = arrays(GOLDEN / "nets" / name / f"output{kind}.npz")
    assert_blobs(fast.net, actual, {blob: expected[blob] for blob in actual})
    for blob, scores in labels.items():
        assert np.mean(scores.numpy() == expected[blob].argmax(1)) >= 0.9999


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(NETS), SIDES, SIDES, st.integers(0, 9))
def test_scores_are_those_of_the_net_at_any_size(name, height, width, seed):
    made, fast = KNOWN[name]
    given_images = images(made, height, width, seed=seed)
    try:
        made(**given_images)
    except ConvertError as error:
        with pytest.raises(type(error)) as found:
            fast(**given_images)
        assert str(found.value) == str(error)
    else:
        assert_equal(made, fast, given_images)


@pytest.mark.parametrize("name", ["voc-fcn8s", "voc-fcn-alexnet", "voc-fcn-googlenet"])
@pytest.mark.parametrize("size", [(1, 1), (2, 130), (32, 33), (97, 64)])
def test_several_images_at_once(name, size):
    made, fast = KNOWN[name]
    assert_equal(made, fast, images(made, *size, batch=3))


@pytest.mark.parametrize("name", NETS)
def test_borders_are_folded(name):
    made, fast = KNOWN[name]
    line = fast.report(**{blob: (1, s[1], 61, 83) for blob, s in made.input_shapes.items()})
    found = re.search(r"mode exact, (.*)% of the convolutions' multiplications", line)
    assert float(found[1]) < 85


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from(NETS),
    st.integers(1, 70),
    st.integers(1, 70),
    st.integers(15, 18),
    st.booleans(),
)
def test_strips_and_winograd_change_nothing(name, height, width, bytes, large):
    """All chains in strips of a few rows, as of large images, whose borders are not folded."""
    made, _ = KNOWN[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "LARGEST", 0)
        patch.setattr(strips, "HALO", 0)
        patch.setattr(strips, "STRIP", 1 << bytes)
        patch.setattr(strips, "KEPT", 1 << (bytes + 2))
        # All that can be by Winograd's filtering.
        patch.setattr(ways, "CHANNELS", dict.fromkeys(ways.CHANNELS, 1))
        patch.setattr(route, "FOLDED", 0 if large else 1 << 21)
        try:
            made(**images(made, height, width))
        except ConvertError:
            return
        assert_equal(made, fold(made), images(made, height, width))


BORDER = "num_output: 3 kernel_size: 3 pad: 20"
ODD = {
    "a pool of a pad": [
        convolution("data", "a", BORDER),
        layer("Pooling", "a", "b", "pooling_param { kernel_size: 3 stride: 2 pad: 1 }"),
        convolution("b", "c"),
    ],
    "means, past the end": [
        convolution("data", "a", BORDER),
        layer("Pooling", "a", "b", "pooling_param { pool: AVE kernel_size: 2 stride: 3 }"),
        convolution("b", "c"),
    ],
    "ways of different strides": [
        convolution("data", "a", BORDER + " stride: 2"),
        convolution("data", "b", "num_output: 3 kernel_size: 5 pad: 21 stride: 2"),
        layer("Concat", "a b", "c"),
        convolution("c", "d"),
    ],
    "two borders, one upon the other": [
        convolution("data", "a", BORDER + " stride: 3"),
        layer("ReLU", "a", "a"),
        convolution("a", "b", BORDER + " dilation: 2"),
        layer("Eltwise", "b b", "c"),
    ],
    "a learned upsampling": [
        convolution("data", "a", BORDER),
        convolution("a", "b", "num_output: 3 kernel_size: 4 stride: 2", "Deconvolution"),
        layer("Crop", "b data", "c", "crop_param { offset: 35 offset: 2 }"),
    ],
    "a crop into the border": [
        convolution("data", "a", BORDER),
        layer("Crop", "a data", "b", "crop_param { offset: 1 offset: 19 }"),
        layer("ReLU", "b", "c", "relu_param { negative_slope: 0.5 }"),
    ],
    "a layer that looks at all of the blob": [
        convolution("data", "a", BORDER),
        layer("MVN", "a", "b"),
        layer("Softmax", "b", "c"),
    ],
    "a convolution that is read before its ReLU": [
        convolution("data", "a", BORDER),
        layer("ReLU", "a", "b"),
        layer("Eltwise", "a b", "c"),
    ],
    "normalizations": [
        convolution("data", "a", "num_output: 7 kernel_size: 3 pad: 20"),
        layer("LRN", "a", "b", "lrn_param { local_size: 3 alpha: 5 k: 2 }"),
        layer("LRN", "b", "c", "lrn_param { local_size: 5 alpha: 2 beta: 0.5 }"),
        layer("LRN", "c", "d", "lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 }"),
    ],
    "scales by channel and by pixel": [
        convolution("data", "a", BORDER),
        layer("Scale", "a", "b", "scale_param { bias_term: true }"),
        layer("Power", "b", "c", "power_param { power: 2 shift: 1 }"),
        layer("Scale", "c a", "d", "scale_param { axis: 0 }"),
    ],
}


@pytest.mark.parametrize("layers", ODD.values(), ids=ODD)
@pytest.mark.parametrize("size", [(1, 1), (7, 12), (30, 31)])
def test_odd_nets(layers, size):
    made = net(fed("data", 1, 2, *size), *layers)
    assert_equal(made, fold(made), images(made, *size))


@pytest.mark.parametrize("change", [None, (0, 1, 2, 2), (1, 1, 0, 3)])
def test_upsampling_by_kernels_that_are_not_quite_bilinear(change):
    """One that mixes channels, and one whose kernels differ, are computed as they are."""
    fields = "num_output: 2 kernel_size: 4 stride: 2 bias_term: false"
    made = net(
        fed("data", 1, 2, 7, 9),
        convolution("data", "a", fields, "Deconvolution"),
        layer("Crop", "a data", "b", "crop_param { offset: 5 offset: 3 }"),
    )
    filter = torch.tensor([0.25, 0.75, 0.75, 0.25])
    weight = torch.zeros(2, 2, 4, 4)
    weight[[0, 1], [0, 1]] = torch.outer(filter, filter)
    if change:
        weight[change] += 0.125
    made.params()["a"][0].data.copy_(weight)
    fast = fold(made)
    assert ("separable" in fast.report()) == (change is None)
    assert_equal(made, fast, images(made, 7, 9))


def test_shared_parameters_in_other_shapes_are_left_to_the_net():
    shared = 'param { name: "w" } convolution_param { num_output: 2 kernel_size: 1 '
    other = 'param { name: "w" share_mode: PERMISSIVE } convolution_param { num_output: 1 '
    made = net(
        fed("data", 1, 4, 6, 5),
        layer("Convolution", "data", "a", shared + "bias_term: false }"),
        layer("Convolution", "a", "b", other + "bias_term: false kernel_h: 2 kernel_w: 2 }"),
    )
    fast = fold(made)
    assert_equal(made, fast, images(made, 6, 5))
    assert "as the net itself" in fast.report()


def test_bfloat16_is_near():
    made, _ = KNOWN["voc-fcn8s"]
    feed = images(made, 40, 50)
    exact, rounded = made(**feed)["score"], fold(made, "bf16")(**feed)["score"]
    assert rounded.dtype == torch.float32
    error = float((rounded - exact).abs().max() / exact.std())
    assert 1e-4 < error < 0.2


@pytest.mark.parametrize("mode, text", [("int8", "mode 'int8': unknown"), ("tf32", "NVIDIA")])
def test_refuses_a_mode_that_there_is_not(mode, text):
    with pytest.raises(ConvertError, match=text):
        fold(KNOWN["voc-fcn8s"][0], mode)


def test_refuses_a_net_in_training():
    made = net(fed("data", 1, 1, 3, 3), convolution("data", "a"), phase="TRAIN")
    with pytest.raises(ConvertError, match="phase TRAIN, expected TEST"):
        fold(made)


def test_refuses_wrong_inputs_as_the_net_does():
    _, fast = KNOWN["voc-fcn8s"]
    with pytest.raises(ConvertError, match="the net takes"):
        fast(image=torch.zeros(1, 3, 5, 5))
    with pytest.raises(ConvertError, match=r"expected torch\.float32"):
        fast(data=torch.zeros(1, 3, 5, 5, dtype=torch.float64))
