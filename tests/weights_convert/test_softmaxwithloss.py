"""The loss of a whole image: its sum keeps its digits, its gradient is that of Caffe."""

import numpy as np
import pytest
import torch
from prototxts import fed, layer, net

SIDE, CLASSES, IGNORED = 500, 21, 255


def loss_of(score, label, fields):
    inputs = fed("score", *score.shape) + fed("label", *label.shape)
    text = layer("SoftmaxWithLoss", "score label", "loss", f"loss_param {{ {fields} }}")
    return net(inputs, text, phase="TRAIN")(score=score, label=label)["loss"]


@pytest.fixture(scope="module")
def image():
    """Scores and labels of 500 x 500 pixels, some of them ignored, some nearly impossible."""
    rng = np.random.Generator(np.random.PCG64(1))
    score = rng.normal(0, 4, (1, CLASSES, SIDE, SIDE)).astype(np.float32)
    label = rng.integers(0, CLASSES, (1, 1, SIDE, SIDE))
    label[rng.random(label.shape) < 0.1] = IGNORED
    score[:, :, :5] *= 40
    return score, label


def expected(score, label):
    """(sum of capped losses, gradient of the sum, pixels that count), all in float64."""
    x = score.astype(np.float64)
    p = np.exp(x - x.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    counted = label != IGNORED
    hot = (np.arange(CLASSES).reshape(1, -1, 1, 1) == label).astype(np.float64)
    of_label = (p * hot).sum(1, keepdims=True)[counted]
    losses = -np.log(np.maximum(of_label, np.finfo(np.float32).tiny))
    return losses.sum(), (p - hot) * counted, counted.sum()


@pytest.mark.parametrize("mode", ["BATCH_SIZE", "VALID", "FULL", "NONE"])
def test_the_loss_of_a_whole_image(image, mode):
    total, gradient, counted = expected(*image)
    divisor = {"BATCH_SIZE": 1, "VALID": counted, "FULL": SIDE * SIDE, "NONE": 1}[mode]
    score, label = (torch.from_numpy(x) for x in image)
    score.requires_grad_(True)
    fields = f"ignore_label: {IGNORED} normalization: {mode}"
    loss = loss_of(score, label, fields)
    # A sum of 2 * 10^5 float32 numbers, one after the other, is off by up to 3e-5.
    assert loss.item() == pytest.approx(total / divisor, rel=2e-7)
    loss.backward()
    assert np.abs(score.grad.numpy() * divisor - gradient).max() < 1e-6


def test_a_pixel_that_is_impossible_has_the_whole_gradient():
    score = torch.tensor([0.0, 1e4, -1e4]).reshape(1, 3, 1, 1).requires_grad_(True)
    loss = loss_of(score, torch.full((1, 1, 1, 1), 2), "normalize: false")
    assert loss.item() == pytest.approx(87.33654)  # -log(FLT_MIN)
    loss.backward()
    assert score.grad.flatten().tolist() == [0, 1, -1]
