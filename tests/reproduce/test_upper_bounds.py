"""Labels shrunk and enlarged again, against ones worked out by hand and by slow loops."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from reproduce.errors import DataError
from reproduce.upper_bounds import FACTORS, METHODS
from reproduce.upper_bounds.blending import area, caffe, cubic, imresize, triangle

VOC = Path(__file__).parents[3] / "shared" / "voc" / "VOCdevkit" / "VOC2012"
SIZES = [(1, 1), (3, 7), (9, 4), (33, 50)]
CORNERS = [[1, 0, 2, 2], [0, 0, 2, 2], [3, 3, 0, 0], [3, 3, 0, 1]]


def labels(rows):
    return np.array(rows, np.uint8)


def through(method, rows, factor, classes=4):
    return METHODS[method].function(labels(rows), factor, classes).tolist()


def random_labels(size, values=(0, 1, 2, 3), seed=0):
    return np.random.default_rng(seed).choice(np.array(values, np.uint8), size)


def test_factors_are_those_of_the_paper():
    assert FACTORS == (128, 64, 32, 16, 8, 4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", SIZES)
def test_factor_1_changes_nothing(method, size):
    label = random_labels(size)
    found = METHODS[method].function(label, 1, 4)
    assert found.dtype == np.uint8
    assert np.array_equal(found, label)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("factor", FACTORS)
def test_a_uniform_label_comes_back(method, factor):
    for size in SIZES:
        assert (METHODS[method].function(np.full(size, 3, np.uint8), factor, 4) == 3).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("factor", [2, 3, 8])
def test_void_never_comes_back(method, factor):
    label = random_labels((13, 10), (1, 2, 255))
    before = label.copy()
    found = METHODS[method].function(label, factor, 3)
    assert found.shape == label.shape
    assert found.max() <= 2
    assert np.array_equal(label, before)


@pytest.mark.parametrize("method", METHODS)
def test_void_alone_is_background(method):
    assert through(method, [[255] * 5] * 3, 2) == [[0] * 5] * 3


def test_corner_pixels():
    blocks = [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 0, 0], [3, 3, 0, 0]]
    assert through("subsample-corner", CORNERS, 2) == blocks
    assert through("subsample-corner", [[1, 2, 3, 2, 255]], 2) == [[1, 1, 3, 3, 0]]


def test_centre_pixels():
    blocks = [[0, 0, 2, 2], [0, 0, 2, 2], [3, 3, 1, 1], [3, 3, 1, 1]]
    assert through("subsample-centre", CORNERS, 2) == blocks
    assert through("subsample-centre", [[0, 0, 1, 0, 0, 2]], 4) == [[1, 1, 1, 1, 2, 2]]


@pytest.mark.parametrize(("size", "factor"), [((12, 8), 4), ((13, 10), 4), ((75, 33), 8)])
def test_nearest_is_the_one_of_torch(size, factor):
    label = random_labels(size)
    cells = [int(pixels / factor + 0.5) for pixels in size]
    small = F.interpolate(torch.from_numpy(label)[None, None], cells, mode="nearest-exact")
    expected = F.interpolate(small, size, mode="nearest-exact")[0, 0].numpy()
    assert np.array_equal(METHODS["nearest"].function(label, factor, 4), expected)


def test_the_majority_wins_and_the_first_of_equal_ones():
    blocks = [[0, 0, 2, 2], [0, 0, 2, 2], [3, 3, 0, 0], [3, 3, 0, 0]]
    assert through("mode", CORNERS, 2) == blocks
    assert through("mode", [[3, 1], [1, 3]], 2) == [[1, 1], [1, 1]]


def test_void_has_no_vote_and_a_cut_cell_has_its_own():
    assert through("mode", [[255, 255, 3, 0, 2], [255, 1, 3, 3, 2]], 2) == [[1, 1, 3, 3, 2]] * 2


def test_area_bilinear_by_hand():
    """Class 1 has 1, 3/4 and 0 of three cells; between centres it falls to 1/2 at pixel 6.83."""
    row = [[1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]]
    assert through("area-bilinear", row, 4) == [[1] * 7 + [0] * 5]
    # Shares 1/2 everywhere: equal, so the first class wins.
    assert through("area-bilinear", [[2, 1, 1, 2, 2, 1, 1, 2]], 4) == [[1] * 8]


def test_void_is_background_or_of_no_class():
    row = [[255, 255, 255, 3, 255, 255, 255, 3]]
    assert through("area-bilinear", row, 4) == [[0] * 8]
    assert through("area-bilinear-no-void", row, 4) == [[3] * 8]


def test_area_weights():
    down, up = area(5, 2)
    assert down.tolist() == [[0.5, 0.5, 0, 0, 0], [0, 0, 0.5, 0.5, 0], [0, 0, 0, 0, 1]]
    expected = [[1, 0, 0], [0.75, 0.25, 0], [0.25, 0.75, 0], [0, 0.75, 0.25], [0, 0.25, 0.75]]
    assert up.tolist() == expected


def test_imresize_halves_as_matlab_does():
    """imresize([1 0 0 0], 0.5) has the weights 1/8, 3/8, 3/8, 1/8, the border mirrored."""
    down, _ = imresize(triangle, True)(4, 2)
    np.testing.assert_allclose(down, [[0.5, 0.375, 0.125, 0], [0, 0.125, 0.375, 0.5]], atol=1e-15)
    down, _ = imresize(triangle, False)(4, 2)
    assert down.tolist() == [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]


@pytest.mark.parametrize(("size", "factor"), [((75, 100), 8), ((41, 33), 4)])
def test_imresize_is_the_one_of_torch_inside(size, factor):
    """torch's antialiased bilinear has the same weights; at the border it leaves them out."""
    image = np.random.default_rng(1).random(size)
    rows, columns = (imresize(triangle, True)(pixels, factor) for pixels in size)
    small = rows[0] @ image @ columns[0].T
    how = {"mode": "bilinear", "antialias": True}
    expected = F.interpolate(torch.from_numpy(image)[None, None], small.shape, **how)[0, 0]
    np.testing.assert_allclose(small[1:-1, 1:-1], expected[1:-1, 1:-1], atol=1e-12)


@pytest.mark.parametrize("axis", [imresize(cubic, True), imresize(cubic, False), area])
def test_weights_sum_to_one(axis):
    for pixels, factor in [(5, 1), (37, 4), (20, 64)]:
        for weights in axis(pixels, factor):
            np.testing.assert_allclose(weights.sum(1), 1, atol=1e-12)


def test_the_cubic_kernel():
    assert cubic(np.array([0, 0.5, -1, 1.5, 2, 3])).tolist() == [1, 0.5625, 0, -0.0625, 0, 0]


@pytest.mark.parametrize("factor", [1, 2, 3, 8, 64])
def test_caffe_is_a_strided_convolution_and_deconvolution(factor):
    label = random_labels((60, 45), (0, 1, 2, 255), seed=factor).repeat(2, 0).repeat(2, 1)
    kernel = 2 * factor - factor % 2
    ramp = 1 - np.abs(np.arange(kernel) - (kernel - 1) / 2) / factor
    weight = torch.from_numpy(np.outer(ramp, ramp))[None, None]
    maps = np.stack([np.isin(label, (0, 255)), label == 1, label == 2]).astype(float)
    padded = F.pad(torch.from_numpy(maps)[:, None], [100] * 4)
    scores = F.conv_transpose2d(F.conv2d(padded, weight, stride=factor), weight, stride=factor)
    scores = scores[:, 0, 100 : 100 + label.shape[0], 100 : 100 + label.shape[1]] / factor**2
    expected = (scores + torch.tensor([2e-9, 1e-9, 0])[:, None, None]).argmax(0).numpy()
    assert np.array_equal(METHODS["caffe-bilinear"].function(label, factor, 3), expected)


def test_caffe_does_not_reach_the_last_pixels_of_factor_128():
    """333 pixels, padded to 533, have 3 windows: they end at pixel 128 * 4 - 100 = 412.
    300, padded to 500, have 2, which end at 284: 16 pixels are out of reach."""
    assert (caffe(333, 128)[1] @ np.ones(3) > 0).all()
    found = METHODS["caffe-bilinear"].function(np.full((300, 1), 3, np.uint8), 128, 4)[:, 0]
    assert found.tolist() == [3] * 284 + [0] * 16


@pytest.mark.parametrize(
    ("label", "factor", "classes", "words"),
    [
        (np.zeros((2, 2), np.int64), 4, 3, r"label: int64 \(2, 2\), expected uint8 \(H, W\)"),
        (np.zeros((1, 2, 2), np.uint8), 4, 3, r"label: uint8 \(1, 2, 2\), expected"),
        (np.zeros((0, 2), np.uint8), 4, 3, "with pixels"),
        (np.zeros((2, 2), np.uint8), 0, 3, "factor 0: expected 1 or more"),
        (np.zeros((2, 2), np.uint8), 4, 256, "256 classes: expected 1 to 255"),
        (np.full((2, 2), 3, np.uint8), 4, 3, "label: 3 is in it, expected 0 to 2 or 255"),
    ],
)
def test_what_is_refused(label, factor, classes, words):
    for method in METHODS.values():
        with pytest.raises(DataError, match=words):
            method.function(label, factor, classes)


def ious(truths, guess):
    """Mean IU as its definition has it, class by class."""
    pairs = [(truth[truth != 255], guess(truth)[truth != 255]) for truth in truths]
    truth, guessed = (np.concatenate(side) for side in zip(*pairs, strict=True))
    hits = [((truth == k) & (guessed == k)).sum() for k in range(21)]
    union = [((truth == k) | (guessed == k)).sum() for k in range(21)]
    return np.mean([h / u for h, u in zip(hits, union, strict=True) if u])


def by_blocks(label):
    """The mode of each 32 x 32 block in a loop."""
    found = np.zeros_like(label)
    for y in range(0, label.shape[0], 32):
        for x in range(0, label.shape[1], 32):
            block = label[y : y + 32, x : x + 32]
            values, votes = np.unique(block[block != 255], return_counts=True)
            found[y : y + 32, x : x + 32] = values[votes.argmax()] if len(values) else 0
    return found


@pytest.mark.shared
@pytest.mark.skipif(not VOC.exists(), reason="no VOC labels in ../shared/voc")
def test_mean_iu_of_twenty_real_labels():
    ids = (VOC / "ImageSets" / "Segmentation" / "seg11valid.txt").read_text().split()[:20]
    truths = [np.array(Image.open(VOC / "SegmentationClass" / f"{id}.png")) for id in ids]
    found = ious(truths, lambda label: METHODS["mode"].function(label, 32, 21))
    assert 0.5 < found < 1
    assert found == ious(truths, by_blocks)
