"""A caffemodel written anew: Caffe's own files byte for byte, others with every change named."""

import gzip

import golden
import numpy as np
import pytest
from encoder import dims, integer, nested, packed, tag

from weights_convert import load_net, parameters, read_caffemodel
from weights_convert.__main__ import main
from weights_convert.caffemodel import Caffemodel
from weights_convert.caffemodel_resave import resave

GOLDEN = golden.GOLDEN


def convert(out, *arguments):
    return main(["convert", *map(str, arguments), "-o", str(out)])


@pytest.mark.parametrize("net", ["voc-fcn8s-atonce", "voc-fcn-alexnet", "voc-fcn-googlenet"])
def test_a_file_that_caffe_wrote_is_byte_identical(tmp_path, capsys, net):
    files = [GOLDEN / "nets" / net / name for name in ("net.prototxt", "weights.caffemodel.gz")]
    assert convert(tmp_path / "w.caffemodel", *files) == 0
    assert (tmp_path / "w.caffemodel").read_bytes() == gzip.decompress(files[1].read_bytes())
    assert f"w.caffemodel: the same bytes as {files[1]}\n" in capsys.readouterr().out


def saved_by_caffe(kind):
    folders = [golden.GOLDEN / kind / case for case in golden.cases(kind)]
    return [folder for folder in folders if golden.weights(folder)]


@pytest.mark.parametrize("kind, least", [("layers", 30), ("nets", 15)])
def test_every_file_that_caffe_wrote_comes_through_a_net_byte_for_byte(tmp_path, kind, least):
    folders = saved_by_caffe(kind)
    assert len(folders) >= least
    for folder in folders:
        phase = golden.meta(folder).get("phase", "TEST")
        net = load_net(folder / "net.prototxt", golden.weights(folder), phase, align_crops=True)
        with Caffemodel.open(golden.weights(folder)) as model:
            changes = resave(tmp_path / "w", model, parameters.blobs(net), parameters.types(net))
            assert changes == [] and (tmp_path / "w").read_bytes() == model.message.file.data[:]


OLDER = "`layers` became `layer`, with name, type, bottoms, tops and arrays alone (layer 'conv1'"
ODD = [
    ("double_data", "64-bit numbers became 32-bit ones (layer 'c1' blob 0, "),
    ("unpacked_wire", "numbers that were stored one by one are packed (layer 'sc' blob 0, "),
    ("v1", OLDER),
    ("v0", OLDER),
]


@pytest.mark.parametrize("case, change", ODD)
def test_what_is_not_as_it_was_is_named(tmp_path, capsys, case, change):
    [weights] = (GOLDEN / "legacy" / case).glob("weights.caffemodel*")
    assert convert(tmp_path / "w.caffemodel", weights.parent / "net.prototxt", weights) == 0
    assert f"w.caffemodel: not as in {weights}: {change}" in capsys.readouterr().out
    old, new = read_caffemodel(weights), read_caffemodel(tmp_path / "w.caffemodel")
    flat = [{k: [b.ravel().tolist() for b in v] for k, v in read.items()} for read in (old, new)]
    assert flat[0] == flat[1]


def test_an_old_file_becomes_todays_byte_for_byte_by_hand(tmp_path):
    """A V0 net with a padding layer, whose convolution has the pad in Caffe's form of today."""
    (tmp_path / "net.prototxt").write_text("""
        input: "data" input_dim: 1 input_dim: 1 input_dim: 4 input_dim: 4
        layers { layer { name: "p" type: "padding" pad: 1 } bottom: "data" top: "p" }
        layers { layer { name: "c" type: "conv" num_output: 2 kernelsize: 1 }
                 bottom: "p" top: "c" }""")
    weight, bias = [1.0, 2.0], [3.0, 4.0]
    shape = [integer(n, size) for n, size in enumerate((2, 1, 1, 1), 1)]
    blobs = b"".join(shape) + packed(5, weight), dims(2) + packed(5, bias)
    inner = [nested(1, "p") + nested(2, "padding"), nested(1, "c") + nested(2, "conv")]
    inner[1] += b"".join(nested(50, blob) for blob in blobs)
    wires = [nested(2, "data") + nested(3, "p"), nested(2, "p") + nested(3, "c")]
    layers = [nested(2, nested(1, one) + wire) for one, wire in zip(inner, wires, strict=True)]
    head = nested(1, "old") + nested(3, "data")
    (tmp_path / "old").write_bytes(head + b"".join(layers))
    assert convert(tmp_path / "new.caffemodel", tmp_path / "net.prototxt", tmp_path / "old") == 0
    today = [packed(5, weight) + dims(2, 1, 1, 1), packed(5, bias) + dims(2)]
    words = nested(1, "c") + nested(2, "Convolution") + nested(3, "data") + nested(4, "c")
    layer = nested(100, words + b"".join(nested(7, blob) for blob in today))
    assert (tmp_path / "new.caffemodel").read_bytes() == head + layer


def test_bytes_that_we_do_not_know_stay(tmp_path):
    """Fields of other versions, of the net, of a layer and of a layer without arrays."""
    (tmp_path / "net.prototxt").write_text("""
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }
        layer { name: "s" type: "Scale" bottom: "x" top: "y" }""")
    blob = nested(7, packed(5, [1, 2]) + dims(2))
    data = nested(1, "net") + integer(9999, 1) + nested(100, nested(1, "x") + integer(888, 7))
    data += nested(100, nested(1, "s") + blob + tag(777, 5) + b"abcd") + integer(5, 1)
    (tmp_path / "odd").write_bytes(data)
    assert convert(tmp_path / "w.caffemodel", tmp_path / "net.prototxt", tmp_path / "odd") == 0
    assert (tmp_path / "w.caffemodel").read_bytes() == data


def saved(tmp_path, data, arrays):
    """What resave makes of these bytes, and what it tells."""
    (tmp_path / "w").write_bytes(data)
    with Caffemodel.open(tmp_path / "w") as model:
        told = resave(tmp_path / "new", model, arrays, {})
    return (tmp_path / "new").read_bytes(), told


def layer(name, blob):
    return nested(100, nested(1, name) + nested(7, blob))


ONE_TWO, THREE_FOUR = (packed(5, numbers) + dims(2) for numbers in ([1, 2], [3, 4]))
ARRAY = np.float32([3, 4])


def test_changed_numbers_are_written_and_named(tmp_path):
    new, told = saved(tmp_path, layer("a", ONE_TWO) + layer("b", ONE_TWO), {"b": [ARRAY]})
    assert new == layer("a", ONE_TWO) + layer("b", THREE_FOUR)
    assert told == ["numbers changed (layer 'b' blob 0)"]


def test_of_one_name_the_last_layer_is_written(tmp_path):
    new, _ = saved(tmp_path, layer("a", ONE_TWO) + layer("a", ONE_TWO), {"a": [ARRAY]})
    assert new == layer("a", ONE_TWO) + layer("a", THREE_FOUR)


def test_layers_that_the_source_has_not_come_last(tmp_path):
    new, told = saved(tmp_path, layer("a", ONE_TWO), {"b": [ARRAY]})
    assert new == layer("a", ONE_TWO) + layer("b", THREE_FOUR)
    assert told == ["layers of which the source has no arrays were added (layer 'b')"]


def test_layers_of_an_older_form_that_the_net_has_not_keep_their_arrays(tmp_path):
    old = nested(2, nested(4, "a") + nested(6, ONE_TWO))
    assert saved(tmp_path, old, {})[0] == layer("a", ONE_TWO)


def test_four_number_shapes_and_trailing_fields_are_named(tmp_path):
    four = b"".join(integer(n, size) for n, size in enumerate((1, 1, 1, 2), 1)) + packed(5, [3, 4])
    for blob, change in (
        (four, "four-number shapes became plain shapes (layer 'a' blob 0)"),
        (THREE_FOUR + integer(9, 1), "what is neither number nor shape, such as diff, was left"),
    ):
        new, [told] = saved(tmp_path, layer("a", blob), {"a": [ARRAY]})
        assert new == layer("a", THREE_FOUR) and told.startswith(change)


def test_of_layers_of_one_name_in_a_net_the_first_is_saved(tmp_path):
    folder = GOLDEN / "accepted" / "same_layer_name_weights"
    [weights] = folder.glob("weights.*")
    files = [folder / "net.prototxt", weights, "--partial"]
    assert convert(tmp_path / "w.caffemodel", *files) == 0
    assert (tmp_path / "w.caffemodel").read_bytes() == weights.read_bytes()


def test_lengths_and_extra_fields_are_named(tmp_path, capsys):
    (tmp_path / "net.prototxt").write_text("""
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }
        layer { name: "s" type: "Scale" bottom: "x" top: "y" }""")
    inside = nested(1, "s") + nested(7, packed(5, [1, 2]) + dims(2))
    long = tag(100, 2) + bytes([len(inside) + 128, 0]) + inside
    diff = nested(100, nested(1, "s") + nested(7, packed(5, [1, 2]) + packed(6, [0, 0]) + dims(2)))
    last = nested(100, nested(1, "s") + nested(7, dims(2) + packed(5, [1, 2])))
    slow = inside[:3] + tag(7, 2) + bytes([len(inside) - 5 + 128, 0]) + inside[5:]
    for data, change in (
        (long, "lengths are written in fewer bytes (layer 's')"),
        (nested(100, slow), "lengths are written in fewer bytes (layer 's')"),
        (diff, "what is neither number nor shape, such as diff, was left out (layer 's' blob 0)"),
        (last, "numbers were put before the shape, as Caffe has them (layer 's' blob 0)"),
    ):
        (tmp_path / "w").write_bytes(data)
        assert convert(tmp_path / "new.caffemodel", tmp_path / "net.prototxt", tmp_path / "w") == 0
        assert (tmp_path / "new.caffemodel").read_bytes() == nested(100, inside)
        assert change in capsys.readouterr().out
