"""What training nets begin with: narrow nets, whose weights real Caffe loaded and ran."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import yaml
from beginnings import (
    TORCHVISION,
    VGG16,
    assert_same,
    begun,
    classifier,
    golden,
    narrow,
    numbers,
    trunk,
)

from reproduce import recipes, remotes
from reproduce.errors import ChecksumError, DataError, MissingError
from reproduce.training.start import start
from weights_convert import load_net, read_caffemodel, write_caffemodel
from weights_convert.prototxt import parse, write_prototxt


def test_a_classifier_is_cast(tmp_path):
    net, started = begun(narrow("voc-fcn32s"), tmp_path, given=classifier(tmp_path))
    theirs = numbers("voc-fcn32s")
    assert len(trunk("voc-fcn32s")) == 15
    assert_same(net, [*trunk("voc-fcn32s"), "upscore"], theirs)
    assert not any(blob.any() for blob in net.params()["score_fr"])
    assert started.files == (tmp_path / "classifier.caffemodel",)
    text = "\n".join(started.lines)
    assert "reshaped 'fc6' blob 0 to 'fc6' blob 0, (32, 1568) to (32, 32, 7, 7)" in text
    assert "28 blobs copied as they are" in text
    assert started.lines[-2:] == ("upscore bilinear", "score_fr zeros")


def test_the_files_name_is_that_of_the_recipe(tmp_path, monkeypatch):
    path = classifier(tmp_path).rename(tmp_path / VGG16)
    with pytest.raises(ChecksumError, match=f"{VGG16}.*expected sha1:9363e1f6d65f7dba68c4f27a1e6"):
        begun(narrow("voc-fcn32s"), tmp_path)
    sha1 = hashlib.sha1(path.read_bytes()).hexdigest()
    remote = replace(remotes.remote(VGG16), checksum=f"sha1:{sha1}")
    monkeypatch.setattr(remotes, "remote", lambda name: remote)
    net, started = begun(narrow("voc-fcn32s"), tmp_path)
    assert started.files == (path,)
    assert_same(net, trunk("voc-fcn32s"), numbers("voc-fcn32s"))


def test_a_classifier_that_is_missing(tmp_path):
    with pytest.raises(
        MissingError, match=rf"{VGG16} is not in .*robots.ox.ac.uk.*or begin with {TORCHVISION}"
    ):
        begun(narrow("voc-fcn32s"), tmp_path)
    with pytest.raises(MissingError, match=r"bvlc_googlenet.caffemodel is not in .*berkeleyvision"):
        begun(recipes.load("voc-fcn-googlenet"), tmp_path)
    with pytest.raises(MissingError, match=r"no.caffemodel: no such file, expected a caffemodel"):
        begun(narrow("voc-fcn32s"), tmp_path, given=tmp_path / "no.caffemodel")


def test_scales_have_their_constants(tmp_path):
    net, started = begun(narrow("voc-fcn8s-atonce"), tmp_path, given=classifier(tmp_path))
    for number, value in ((4, 0.01), (3, 0.0001)):
        assert net.params()[f"scale_pool{number}"][0].unique().tolist() == [np.float32(value)]
    assert "scale_pool3 as its filler says" in started.lines
    assert_same(net, ["upscore2", "upscore_pool4", "upscore8"], numbers("voc-fcn8s-atonce"))


def test_caffenet_and_googlenet(tmp_path):
    net, _ = begun(narrow("voc-fcn-alexnet"), tmp_path, given=golden("voc-fcn-alexnet"))
    assert_same(net, numbers("voc-fcn-alexnet"), numbers("voc-fcn-alexnet"))
    recipe = narrow("voc-fcn-googlenet", narrow=8)
    net, _ = begun(recipe, tmp_path, given=golden("voc-fcn-googlenet"))
    assert_same(net, numbers("voc-fcn-googlenet"), numbers("voc-fcn-googlenet"))


def test_a_stage_begins_with_the_one_before(tmp_path):
    net, started = begun(narrow("voc-fcn16s"), tmp_path, made={"voc-fcn32s": golden("voc-fcn32s")})
    assert_same(net, [*trunk("voc-fcn32s"), "score_fr"], numbers("voc-fcn32s"))
    assert_same(net, ["upscore2", "upscore16"], numbers("voc-fcn16s"))  # bilinear there
    assert not any(blob.any() for blob in net.params()["score_pool4"])
    bilinear = ["upscore2 bilinear", "upscore16 bilinear", "score_pool4 zeros"]
    assert started.lines[-3:] == tuple(bilinear)


def test_learned_upsampling_is_kept(tmp_path):
    learned = numbers("voc-fcn16s")
    learned["upscore2"][0] += 1
    write_caffemodel(tmp_path / "voc-fcn16s-learned.caffemodel", learned)
    net, _ = begun(narrow("voc-fcn8s-learned"), tmp_path)
    assert_same(net, ["upscore2", "score_pool4"], learned)
    assert_same(net, ["upscore_pool4", "upscore8"], numbers("voc-fcn8s"))


def test_stages_are_looked_for_by_name(tmp_path, monkeypatch):
    with pytest.raises(MissingError, match=r"made.caffemodel: no such file; train it first: pyth"):
        begun(narrow("voc-fcn16s"), tmp_path, made={"voc-fcn32s": tmp_path / "made.caffemodel"})
    with pytest.raises(MissingError, match=r"fcn32s-heavy-pascal.caffemodel is not in"):
        begun(narrow("voc-fcn16s"), tmp_path)
    with pytest.raises(MissingError, match=r"reproduce.train voc-fcn16s-learned$"):
        begun(narrow("voc-fcn8s-learned"), tmp_path)
    released = tmp_path / "fcn32s-heavy-pascal.caffemodel"
    write_caffemodel(released, numbers("voc-fcn32s"))
    remote = replace(remotes.remote(released.name), checksum=None)
    monkeypatch.setattr(remotes, "remote", lambda name: remote)
    assert begun(narrow("voc-fcn16s"), tmp_path)[1].files == (released,)


def test_late_fusion_has_two_trunks(tmp_path):
    made = {name: golden(name) for name in ("nyud-fcn32s-color", "nyud-fcn32s-hha")}
    net, started = begun(narrow("nyud-fcn32s-color-hha"), tmp_path, made=made)
    for name, path in made.items():
        layers = [*trunk(name), "score_fr"]
        assert_same(net, layers, read_caffemodel(path), suffix=name.rsplit("-", 1)[1])
    assert_same(net, ["upscore"], numbers("nyud-fcn32s-color-hha"))
    assert started.files == tuple(made.values())


def test_early_fusion_sees_depth_as_the_mean(tmp_path):
    net, started = begun(narrow("nyud-fcn32s-color-d"), tmp_path, given=classifier(tmp_path))
    theirs = numbers("voc-fcn32s")
    assert_same(net, [name for name in trunk("voc-fcn32s") if name != "conv1_1"], theirs)
    weight, bias = (blob.detach().numpy() for blob in net.params()["conv1_1_bgrd"])
    assert np.array_equal(weight[:, :3], theirs["conv1_1"][0])
    np.testing.assert_allclose(weight[:, 3], theirs["conv1_1"][0].mean(1), rtol=1e-6)
    assert np.array_equal(bias, theirs["conv1_1"][1])
    assert any("extended 'conv1_1' blob 0" in line for line in started.lines)


def test_other_classes_begin_at_zero(tmp_path):
    recipe = recipes.on_own_data(narrow("voc-fcn32s"), 5)
    net, started = begun(recipe, tmp_path, given=golden("voc-fcn32s"))
    assert net.params()["score_fr"][0].shape == (5, 32, 1, 1)
    assert not any(blob.any() for blob in net.params()["score_fr"])
    assert net.params()["upscore"][0].shape == (5, 5, 64, 64)
    expected = numbers("voc-fcn32s")["upscore"][0][:5, :5]
    assert np.array_equal(net.params()["upscore"][0].detach().numpy(), expected)
    assert "  score_fr not taken: it has other classes" in started.lines
    assert_same(net, trunk("voc-fcn32s"), numbers("voc-fcn32s"))


def test_refuses_to_train_from_zeros(tmp_path):
    given = classifier(tmp_path, zero=("conv3_2",))
    with pytest.raises(
        DataError, match=f"layer 'conv3_2': {given} has zeros there, and a net whose trunk is zero"
    ):
        begun(narrow("voc-fcn32s"), tmp_path, given=given)
    given = classifier(tmp_path, drop=("fc7",))
    with pytest.raises(
        DataError, match=f"layer 'fc7': {given} has no layer of that name, .*give.*such as {VGG16}"
    ):
        begun(narrow("voc-fcn32s"), tmp_path, given=given)
    with pytest.raises(DataError, match=r"layer 'conv1/7x7_s2': .* has no layer of that name"):
        recipe = narrow("voc-fcn-googlenet", narrow=8)
        begun(recipe, tmp_path, given=classifier(tmp_path))


def test_refuses_a_layer_that_its_filler_made(tmp_path):
    recipe, given = narrow("voc-fcn32s"), classifier(tmp_path, drop=("conv5_1",))
    before, name, after = write_prototxt(recipe.prototxt()).partition('name: "conv5_1"')
    filler = 'convolution_param { weight_filler { type: "xavier" }'
    text = before + name + after.replace("convolution_param {", filler, 1)
    net = load_net(parse(text), None, phase="TRAIN")
    with pytest.raises(DataError, match=r"layer 'conv5_1': .* has no layer of that name"):
        start(recipe, net, tmp_path, given=given)
    assert net.params()["conv5_1"][0].any()


def test_refuses_weights_of_another_width(tmp_path):
    path = classifier(tmp_path)
    with pytest.raises(DataError, match=f"^{path}: 'conv1_1' blob 0 .* does not go into 'conv1_1'"):
        begun(narrow("voc-fcn32s", narrow=8), tmp_path, given=path)
    path.write_bytes(b"<html>")
    with pytest.raises(DataError, match="not a caffemodel"):
        begun(narrow("voc-fcn32s"), tmp_path, given=path)


def test_checksums_of_the_model_zoo():
    sha1 = {
        VGG16: "9363e1f6d65f7dba68c4f27a1e62105cdf6c4e24",
        "bvlc_reference_caffenet.caffemodel": "4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46",
        "bvlc_googlenet.caffemodel": "405fc5acd08a3bb12de8ee5e23a96bec22f08204",
    }
    stated = {name: remotes.remote(name).checksum for name in sha1}
    assert stated == {name: f"sha1:{value}" for name, value in sha1.items()}
    assert yaml.safe_load((remotes.FOLDER / f"{TORCHVISION}.yaml").read_text())["checksum"] is None
