"""torchvision's VGG16 as a beginning, drawn up in its form from a narrow net that Caffe ran."""

import pytest
import torch
import torch.nn.functional as F
from beginnings import TORCHVISION, assert_same, begun, narrow, numbers, trunk

from reproduce.errors import DataError


def features(tmp_path, classifier=float("nan"), **more):
    """torchvision's form of the narrow trunk: its input is RGB, its layers are numbered."""
    numbered = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # torchvision's vgg16().features
    places = dict(zip(trunk("voc-fcn32s")[:13], numbered, strict=True))
    given = numbers("voc-fcn32s")
    given["conv1_1"][0] = given["conv1_1"][0][:, ::-1].copy()
    state = {
        f"features.{place}.{kind}": torch.from_numpy(blob)
        for layer, place in places.items()
        for kind, blob in zip(("weight", "bias"), given[layer], strict=True)
    }
    state["classifier.0.weight"] = torch.full((4, 4), classifier)
    path = tmp_path / TORCHVISION
    torch.save({k: v for k, v in (state | more).items() if v is not None}, path)
    return path


def test_torchvision(tmp_path):
    path = features(tmp_path)
    recipe, generator = narrow("voc-fcn32s"), torch.Generator().manual_seed(0)
    net, started = begun(recipe, tmp_path, given=path, generator=generator)
    assert_same(net, trunk("voc-fcn32s")[:13], numbers("voc-fcn32s"))
    # its standard deviation is that of msra, (2 / (32 * 7 * 7)) ** 0.5, within four of its errors
    fc6, bias = net.params()["fc6"]
    assert abs(fc6.std().item() - 0.03571) < 4 * 0.03571 / (2 * 32 * 32 * 49) ** 0.5
    assert abs(net.params()["fc7"][0].std().item() - 0.25) < 4 * 0.25 / (2 * 32 * 32) ** 0.5
    assert not bias.any()
    random = [line for line in started.lines if "random (msra)" in line]
    assert [line.split()[0] for line in random] == ["fc6", "fc7"]
    assert "torchvision's VGG16 has no such layer" in random[0]


def test_torchvision_by_hand(tmp_path):
    """Caffe's conv1_1 on BGR less mean is torchvision's on RGB / 255, normalised as it says."""
    net, _ = begun(narrow("voc-fcn32s"), tmp_path, given=features(tmp_path))
    rgb = torch.randint(0, 256, (1, 3, 6, 5), generator=torch.Generator().manual_seed(0)).float()
    mean = torch.tensor((0.48235, 0.45882, 0.40784)).view(1, 3, 1, 1)
    state = torch.load(tmp_path / TORCHVISION, weights_only=True)
    theirs = F.conv2d(
        (rgb / 255 - mean) / (1 / 255), state["features.0.weight"], state["features.0.bias"]
    )
    ours = F.conv2d((rgb - 255 * mean).flip(1), *net.params()["conv1_1"])
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "more, text",
    [
        ({"classifier": 0.5}, f"has a classifier, .*unlike Caffe's: expected {TORCHVISION}"),
        ({"features.5.weight": None}, r"lacks features\.5\.weight, expected vgg16_features"),
        ({"features.5.bias": torch.zeros(3)}, r"'conv2_1' blob 1 \(3,\) does not go into"),
        ({"features.5.bias": torch.full((8,), float("inf"))}, "'conv2_1': not all its numbers"),
    ],
)
def test_refuses_other_weights_of_torchvision(tmp_path, more, text):
    path = features(tmp_path, **more)
    with pytest.raises(DataError, match=text):
        begun(narrow("voc-fcn32s"), tmp_path, given=path)


def test_refuses_what_torch_cannot_read(tmp_path):
    path = tmp_path / "x.pth"
    path.write_bytes(b"no weights")
    with pytest.raises(DataError, match=f"^{path}: cannot be read"):
        begun(narrow("voc-fcn32s"), tmp_path, given=path)
    torch.save([1], path)
    with pytest.raises(DataError, match=f"^{path}: holds a list, expected a state_dict"):
        begun(narrow("voc-fcn32s"), tmp_path, given=path)
