"""The explanation of recipes against numbers that are worked out by hand."""

from dataclasses import replace

import pytest

from reproduce import recipes
from reproduce.training.explain import beginnings, explain, frozen, rates
from weights_convert.graph import read_graph


def said(name, **more):
    """The explanation on one line."""
    return " ".join(explain(recipes.load(name), **more).split())


def graph(name):
    return read_graph(recipes.load(name).prototxt(), "TRAIN")


def test_the_rate_of_a_summed_loss():
    text = said("voc-fcn32s")
    # 500 * 375 = 187,500; 187,500 * 1e-10 = 1.875e-05
    assert "500 x 375 has 187,500 pixels, base_lr 1e-10 is a rate of 1.875e-05 for the mean" in text
    assert "sum over the pixels, not their mean" in text
    assert "10 x 20 has 200 pixels, base_lr 1e-10 is a rate of 2e-08" in said(
        "voc-fcn32s", size=(20, 10)
    )


def test_the_rate_of_a_mean_loss():
    # 1e-4 / 187,500 = 5.333e-10
    text = said("voc-fcn-alexnet")
    assert "base_lr 0.0001 is a rate per pixel" in text and "would take 5.333e-10" in text
    assert "normalize: true" in said("voc-fcn32s-cvpr")


def test_sizes_of_other_data_sets():
    # 560 * 425 = 238,000; 256 * 256 * 1e-12 = 6.554e-08
    assert "560 x 425 has 238,000 pixels" in said("nyud-fcn32s-color")
    assert "65,536 pixels, base_lr 1e-12 is a rate of 6.554e-08" in said("siftflow-fcn8s")


def test_heavy_momentum():
    text = said("voc-fcn32s")
    # 0.9 ** 0.05 = 0.994746; ln 0.99 / ln 0.994746 = 0.0100503 / 0.0052680 = 1.908
    assert "1 / (1 - 0.99) = 100 iterations, 100 images; each moves a weight by" in text
    assert "base_lr / (1 - momentum) = 1e-08 times itself" in text
    assert "0.9^(1/20) = 0.9947 per image" in text and "1.9 times as fast" in text


def test_accumulation_and_online():
    accum, online = said("voc-fcn32s-accum"), said("voc-fcn32s-online")
    assert "1 / (1 - 0.9) = 10 iterations, 200 images" in accum
    assert "momentum 0.9 fades by 0.9^(1/20) = 0.9947" in accum
    assert "25 x 200 = 5,000 iterations of 20 images, 100,000 images in all" in accum
    assert "1 / (1 - 0.9) = 10 iterations, 10 images" in online
    assert "Why" not in online and "Batch" not in online


def test_decay():
    # 1e-10 * 5e-4 * 100 * 100,000 = 5e-07 of a weight; 1 - exp(-1e-4 * 5e-4 * 10 * 1e5) = 4.877 %
    assert "take 5e-05 % from a weight" in said("voc-fcn32s")
    assert "take 4.9 % from a weight" in said("voc-fcn-alexnet")


def test_multipliers():
    assert rates(graph("voc-fcn32s"))["conv1_1"] == ((1, 1), (2, 0))
    assert rates(graph("voc-fcn-alexnet"))["conv1"] == ((1, 1), (1, 1))
    assert rates(graph("voc-fcn-alexnet"))["upscore"] == ((0, 1),)
    text = said("voc-fcn-alexnet")
    assert "twice the rate and not decayed in score_fr." in text
    assert "as the weights, decayed too, in conv1 ... fc7 (7 layers)" in text


def test_what_is_frozen():
    assert frozen(graph("voc-fcn32s")) == ["upscore"]
    scales = ["scale_pool4", "scale_pool3"]
    assert set(scales) < set(frozen(graph("voc-fcn8s-atonce")))
    assert len(frozen(graph("voc-fcn8s-atonce"))) == 5
    assert "Frozen (lr_mult 0): conv1_1 ... fc7 (15 layers), upscore." in said("voc-fcn32s-fixed")
    assert "Frozen (lr_mult 0): upscore8." in said("voc-fcn8s-learned")
    assert "Frozen (lr_mult 0): nothing." in said("voc-fcn32s-learned")


def test_what_layers_begin_with():
    found = beginnings(recipes.load("voc-fcn16s"), graph("voc-fcn16s"))
    assert [len(layers) for layers in found.values()] == [16, 2, 1]
    assert list(found) == ["the outcome of voc-fcn32s", "bilinear kernels", "zeros"]
    assert found["zeros"] == ["score_pool4"]
    text = said("voc-fcn32s")
    assert "with VGG_ILSVRC_16_layers.caffemodel, fully connected layers cast to conv" in text
    assert "Begins with zeros: score_fr." in text
    assert "outcome of voc-fcn16s-learned: conv1_1 ... score_pool4 (18 layers)." in said(
        "voc-fcn8s-learned"
    )


def test_two_beginnings():
    text = said("nyud-fcn32s-color-hha")
    assert "nyud-fcn32s-color after 28,000 iterations: conv1_1color ... score_frcolor (16" in text
    assert "nyud-fcn32s-hha after 60,000 iterations: conv1_1hha ... score_frhha (16" in text
    assert "the mean of its channels for depth: conv1_1_bgrd." in said("nyud-fcn32s-color-d")
    assert "the constant that it states: scale_pool4, scale_pool3." in said("voc-fcn8s-atonce")


@pytest.mark.parametrize("name", recipes.names())
def test_every_recipe(name):
    recipe = recipes.load(name)
    text = explain(recipe)
    assert max(map(len, text.splitlines())) <= 100
    assert " ".join(recipe.source.split()) in " ".join(text.split())
    assert all(note in " ".join(text.split()) for note in recipe.notes)
    assert ("Masked in each image" in text) == (recipe.mask is not None)


def test_own_classes_are_explained_too():
    recipe = recipes.on_own_data(recipes.load("voc-fcn32s"), 3)
    assert "from folder train; scored on folder val" in " ".join(explain(recipe).split())
    quick = replace(recipe, solver=recipe.solver | {"momentum": 0})
    assert "1 / (1 - 0) = 1 iterations, 1 image;" in " ".join(explain(quick).split())
