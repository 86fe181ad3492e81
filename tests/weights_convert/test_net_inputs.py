"""What may be fed to a CaffeNet, and what it says of anything else."""

import pytest
import torch
from prototxts import convolution, fed, layer, net

from weights_convert.errors import ConvertError, ShapeError, UnsupportedError

DATA = fed("data", 1, 3, 5, 6)
LABELLED = layer("Python", "", "data label", 'python_param { module: "voc_layers" }')
SCORE = convolution("data", "score")
LOSS = layer("SoftmaxWithLoss", "score label", "loss")


def relu(blob, top=None, name="r"):
    return layer("ReLU", blob, top or blob, name=name)


@pytest.fixture
def x():
    return torch.randn(1, 3, 5, 6, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize(
    "feeds, error",
    [
        ({}, r"^inputs \[\] given, the net takes \['data'\]$"),
        ({"data": (1, 3, 5, 6), "label": (1, 1, 5, 6)}, r"inputs \['data', 'label'\] given"),
        ({"data": (3, 5, 6)}, r"input 'data' has shape \(3, 5, 6\), expected like \(1, 3, 5, 6\)"),
        ({"data": (1, 3, 5)}, r"'data' has shape \(1, 3, 5\), expected like"),
        ({"data": (1, 1, 5, 6)}, r"'data' has shape \(1, 1, 5, 6\), expected like \(1, 3, 5, 6\)"),
        ({"data": (1, 3, 0, 6)}, r"'data' has shape \(1, 3, 0, 6\), expected like"),
        ({"data": (0, 3, 5, 6)}, r"'data' has shape \(0, 3, 5, 6\), expected like"),
    ],
)
def test_wrong_inputs(feeds, error):
    with pytest.raises(ConvertError, match=error):
        net(DATA, SCORE)(**{blob: torch.zeros(shape) for blob, shape in feeds.items()})


@pytest.mark.parametrize("text", [SCORE, relu("data", "score")])
@pytest.mark.parametrize("dtype", [torch.float64, torch.uint8, torch.float16])
def test_wrong_numbers(x, text, dtype):
    error = f"input 'data' is {dtype}, expected torch.float32: convert it first"
    with pytest.raises(ConvertError, match=error):
        net(DATA, text)(data=x.to(dtype))


def test_wrong_kind_and_device(x):
    made = net(DATA, SCORE)
    with pytest.raises(ConvertError, match=r"'data' is a ndarray, expected a torch.Tensor"):
        made(data=x.numpy())
    with pytest.raises(ConvertError, match="input 'data' is on meta, the net is on cpu"):
        made(data=x.to("meta"))


def test_a_net_in_double_takes_doubles(x):
    made = net(DATA, SCORE)
    single = made(data=x)["score"]
    assert torch.allclose(made.double()(data=x.double())["score"].float(), single, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8, torch.int64])
def test_labels_may_be_of_any_type(x, dtype):
    made = net(LABELLED, SCORE, LOSS, phase="TRAIN")
    labels = (torch.arange(30) % 2).reshape(1, 1, 5, 6)
    expected = made(data=x, label=labels.float())["loss"]
    assert torch.equal(made(data=x, label=labels.to(dtype))["loss"], expected)


def test_bottoms_that_do_not_fit_at_another_size():
    crop = layer("Crop", "data other", "c", "crop_param { offset: 1 }")
    made = net(DATA, fed("other", 1, 1, 2, 2), crop)
    sizes = {"data": torch.zeros(1, 3, 4, 4), "other": torch.zeros(1, 1, 3, 4)}
    error = "layer 'c': 4 pixels at offset 1 leave axis 3, which has 4"
    with pytest.raises(ShapeError, match=error):
        made(**sizes)


@pytest.mark.parametrize(
    "shapes, error",
    [
        (None, "input 'data': the prototxt states no shape, give it in `shapes`"),
        ({"data": (1, 3, 5, 6), "dat": (1,)}, r"shapes of \['dat'\], the inputs are \['data'\]"),
        ({"data": (3, 5, 6)}, r"layer 'score': a bottom of shape \(3, 5, 6\), expected \(N, C, H"),
    ],
)
def test_wrong_shapes(shapes, error):
    with pytest.raises(ConvertError, match=error):
        net(fed("data"), SCORE, shapes=shapes)


def test_shapes_stand_in_for_those_of_the_prototxt(x):
    assert net(fed("data"), SCORE, shapes={"data": [1, 3, 9, 9]})(data=x)["score"].shape[1] == 2
    made = net(DATA, SCORE, shapes={"data": (1, 4, 9, 9)})
    assert made(data=torch.zeros(2, 4, 1, 1))["score"].shape == (2, 2, 1, 1)


def test_one_input_layer_may_make_several_blobs():
    both = layer("Input", "", "a b", "input_param { shape { dim: 1 dim: 2 } shape { dim: 3 } }")
    assert net(both, relu("a", "c")).input_shapes == {"a": (1, 2), "b": (3,)}
    same = both.replace("shape { dim: 3 }", "")
    assert net(same, relu("a", "c")).input_shapes == {"a": (1, 2), "b": (1, 2)}


def test_data_layer_of_the_release_has_the_channels_of_its_images():
    tops = "color depth hha label"
    made = net(layer("Python", "", tops), layer("Eltwise", "color hha", "both"))
    assert [shape[1] for shape in made.input_shapes.values()] == [3, 1, 3, 1]
    with pytest.raises(UnsupportedError, match="layer 'a': a Python layer with bottoms, only data"):
        net(DATA, layer("Python", "data", "a"), relu("a", "b"))
