"""The tables of `inspect` against what real Caffe's files and blobs are known to be."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from encoder import dims, nested, packed, tag, unpacked, varint

from weights_convert import read_caffemodel, read_prototxt, write_caffemodel, write_prototxt
from weights_convert.__main__ import main
from weights_convert.prototxt import Message

GOLDEN = Path(__file__).parents[1] / "golden"
FCN8S = GOLDEN / "nets" / "voc-fcn8s"


@pytest.fixture
def told(capsys):
    """What the command prints as JSON."""

    def run(*arguments):
        assert main(["inspect", "--format", "json", *map(str, arguments)]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def layers(found, *keys):
    return {layer["layer"]: tuple(layer.get(key) for key in keys) for layer in found["layers"]}


@pytest.mark.parametrize("net", ["voc-fcn8s", "voc-fcn-alexnet", "voc-fcn8s-atonce"])
def test_shapes_are_those_of_caffes_blobs(told, net):
    found = told(GOLDEN / "nets" / net / "net.prototxt")
    shapes = {
        top: shape
        for layer in found["layers"]
        for top, shape in zip(layer["tops"], layer["top_shapes"], strict=True)
    }
    with np.load(GOLDEN / "nets" / net / "output.npz") as output:
        assert all(shapes[blob] == list(output[blob].shape) for blob in output)


@pytest.mark.parametrize("file", ["net.prototxt", "weights.caffemodel.gz"])
def test_parameters_are_those_of_caffes_file(told, file):
    found = told(FCN8S / file)
    read = read_caffemodel(FCN8S / "weights.caffemodel.gz")
    shapes = {name: ([list(blob.shape) for blob in blobs],) for name, blobs in read.items()}
    assert {
        name: shape for name, shape in layers(found, "blob_shapes").items() if shape[0]
    } == shapes
    count = {name: sum(blob.size for blob in blobs) for name, blobs in read.items()}
    upsampling = sum(count[name] for name in ("upscore2", "upscore_pool4", "upscore8"))
    assert (found["net"], found["parameters"]) == ("voc-fcn8s", sum(count.values()))
    assert found["learnable"] == found["parameters"] - upsampling
    assert layers(found, "parameters", "learnable")["upscore8"] == (count["upscore8"], 0)


def test_crops_are_stated_and_derived(told):
    crops = {"score_pool4c": 5, "score_pool3c": 9, "score": 31}
    found = layers(told(FCN8S / "net.prototxt"), "offset", "derived")
    assert {crop: found[crop] for crop in crops} == {c: ([n, n],) * 2 for c, n in crops.items()}
    found = layers(told(FCN8S / "weights.caffemodel.gz"), "offset", "bottoms")
    assert {crop: found[crop][0] for crop in crops} == {c: [n] for c, n in crops.items()}
    assert found["score"][1] == ["upscore8", "data_data_0_split_1"]


def test_crops_of_the_older_dialect_are_derived_alone(told, capsys):
    path = GOLDEN / "nets" / "voc-fcn8s-olddialect" / "net.prototxt"
    crops = [layer for layer in told(path)["layers"] if layer["type"] == "Crop"]
    assert [(crop.get("offset"), crop["derived"]) for crop in crops] == [
        (None, [n, n]) for n in (5, 9, 31)
    ]
    assert main(["inspect", str(path)]) == 0
    assert "none |       9 |" in capsys.readouterr().out


def test_a_crop_at_another_offset_is_pointed_out(capsys, tmp_path):
    text = (FCN8S / "net.prototxt").read_text().replace("offset: 31", "offset: 30")
    (tmp_path / "net.prototxt").write_text(text)
    assert main(["inspect", str(tmp_path / "net.prototxt")]) == 0
    assert "crop 'score': states 30, where the layers before it align at 31" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    "net, last, sees", [("voc-fcn8s", "fc7", 404), ("voc-fcn-alexnet", "fc7", 355)]
)
def test_receptive_fields_are_those_of_the_paper(told, tmp_path, net, last, sees):
    """CVPR 2015, table 1: "rf size" and "max stride"."""
    whole = read_prototxt(GOLDEN / "nets" / net / "net.prototxt")
    named = [str(field.value.all("name")[0]) for field in whole.fields if field.name == "layer"]
    fields = [field for field in whole.fields if field.name == "layer"][: named.index(last) + 1]
    (tmp_path / "trunk.prototxt").write_text(write_prototxt(Message(fields=fields)))
    [output] = told(tmp_path / "trunk.prototxt")["outputs"]
    assert output == {"blob": last, "field": [sees] * 2, "stride": ["32"] * 2}


@pytest.mark.parametrize("case, form", [("v1", "older V1"), ("v0", "oldest V0")])
def test_older_forms_in_todays_words(told, case, form):
    found = told(GOLDEN / "legacy" / case / "weights.caffemodel")
    assert found["kind"] == f"caffemodel of the {form} form"
    wires = layers(found, "type", "bottoms", "tops", "parameters")
    assert wires["relu1"] == ("ReLU", ["conv1"], ["conv1"], 0)
    read = read_caffemodel(GOLDEN / "legacy" / case / "weights.caffemodel")
    assert wires["conv1"][3] == sum(blob.size for blob in read["conv1"])


def test_learning_rates_of_every_form(told, tmp_path):
    """The first of two blobs is never learned; where no rate is stated, it is 1."""
    blobs = [dims(2, 3) + packed(5, range(6)), dims(2) + packed(5, (1, 2))]
    rates = unpacked(7, [0.0]), unpacked(51, [0.0])
    today = nested(1, "a") + nested(4, "top") + nested(6, unpacked(3, [0.0]))
    today = nested(100, today + b"".join(nested(7, blob) for blob in blobs))
    v1 = nested(3, "top") + nested(4, "a") + rates[0] + b"".join(nested(6, b) for b in blobs)
    v0 = nested(1, nested(1, "a") + rates[1] + b"".join(nested(50, b) for b in blobs))
    for data in (today, nested(2, v1), nested(2, v0 + nested(3, "top"))):
        (tmp_path / "w").write_bytes(data)
        assert [told(tmp_path / "w")[key] for key in ("parameters", "learnable")] == [8, 2]


def test_a_shared_parameter_counts_once(told, tmp_path):
    """With each layer that has it, whatever its shape there, but once in the total."""
    share = 'param { name: "w" share_mode: PERMISSIVE }'
    (tmp_path / "net.prototxt").write_text(f"""
        layer {{ name: "x" type: "Input" top: "x"
                 input_param {{ shape {{ dim: 1 dim: 3 dim: 1 dim: 1 }} }} }}
        layer {{ name: "c" type: "Convolution" bottom: "x" top: "y" {share}
                 convolution_param {{ num_output: 3 kernel_size: 1 bias_term: false }} }}
        layer {{ name: "i" type: "InnerProduct" bottom: "y" top: "z" {share}
                 inner_product_param {{ num_output: 3 bias_term: false }} }}""")
    found = told(tmp_path / "net.prototxt")
    assert layers(found, "blob_shapes", "parameters", "learnable") == {
        "x": ([], 0, 0), "c": ([[3, 3, 1, 1]], 9, 9), "i": ([[3, 3]], 9, 9)
    }  # fmt: skip
    assert (found["parameters"], found["learnable"]) == (9, 9)


def test_a_file_of_arrays_alone_does_not_say_what_is_learned(told, tmp_path, capsys):
    write_caffemodel(tmp_path / "w", {"a": [np.ones((2, 3), np.float32)]})
    found = told(tmp_path / "w")
    assert (found["parameters"], found["learnable"]) == (6, None)
    assert main(["inspect", str(tmp_path / "w")]) == 0
    assert "learnable" not in capsys.readouterr().out


TABLE = r"""
| layer | type        | bottoms | tops | top shapes | parameter shapes | parameters | learnable | stride |
| ----- | ----------- | ------- | ---- | ---------- | ---------------- | ---------: | --------: | -----: |
| x     | Input       |         | x    | 1x2x8x6    |                  |            |           |        |
| c\|1  | Convolution | x       | y    | 1x4x3x2    | 4x2x3x3 4        |         76 |         4 |      2 |
"""  # noqa: E501


def test_the_table_by_hand(capsys, tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_text("""
        name: "two" layer { name: "x" type: "Input" top: "x"
                            input_param { shape { dim: 1 dim: 2 dim: 8 dim: 6 } } }
        layer { name: "c|1" type: "Convolution" bottom: "x" top: "y" param { lr_mult: 0 }
                convolution_param { num_output: 4 kernel_size: 3 stride: 2 } }""")
    assert main(["inspect", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{path}: prototxt, phase TEST, net 'two', 2 layers",
        *TABLE.splitlines(),
        "",
        "parameters: 76 (4 learnable), 0.0 MB as float32",
        "output 'y': each pixel sees 3 x 3 of the image, stride 2 x 2",
    ]


def test_shape_of_an_input_that_states_none(told, tmp_path, capsys):
    path = tmp_path / "net.prototxt"
    path.write_text('layer { name: "x" type: "Input" top: "x" }\n'
                    'layer { name: "r" type: "ReLU" bottom: "x" top: "y" }')  # fmt: skip
    assert layers(told(path, "--shape", "x=1x2x3x4"), "top_shapes")["r"] == ([[1, 2, 3, 4]],)
    assert main(["inspect", str(path)]) == 2
    assert "error: input 'x': the prototxt states no shape" in capsys.readouterr().err
    for odd in ("x=1,2", "x", "=1x2", "x=", "x=1x-2", f"x={'9' * 5000}"):
        assert main(["inspect", str(path), "--shape", odd]) == 2
        assert f"error: --shape {odd}: expected BLOB=SIZES" in capsys.readouterr().err


def test_a_large_caffemodel_in_under_a_second_without_torch(tmp_path):
    """A file with holes, of the size of FCN-8s, in a fresh process."""
    count = 134_000_000
    blob = dims(count) + tag(5, 2) + varint(4 * count)
    start = nested(1, "big") + tag(7, 2) + varint(len(blob) + 4 * count) + blob
    with (tmp_path / "big").open("wb") as file:
        file.write(tag(100, 2) + varint(len(start) + 4 * count) + start)
        file.truncate(file.tell() + 4 * count)
    code = "import sys; from weights_convert.__main__ import main; main()"
    code += "; assert 'torch' not in sys.modules"
    before = time.perf_counter()
    command = [sys.executable, "-c", code, "inspect", str(tmp_path / "big")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert time.perf_counter() - before < 1
    assert "134,000,000" in run.stdout and "536.0 MB" in run.stdout


@pytest.mark.parametrize(
    "content, error",
    [
        (b"layer { name: 'a' type: 'Nope' }", "unknown layer type 'Nope'"),
        (b"\nlayer {", "f:2:8: found the end of the file, expected '}'"),
        (b"PK\x03\x04rest", "f: not a caffemodel but a zip archive"),
        (b"\xa2\x06\x07abc", "f: byte 0: field 100 takes 7 bytes, but the file ends after 3"),
        (b"\x1f\x8b\x08", "f: broken gzip data"),
        (None, "f: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_errors_are_one_line_and_exit_2(capsys, tmp_path, content, error):
    if content is not None:
        (tmp_path / "f").write_bytes(content)
    assert main(["inspect", str(tmp_path / "f")]) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("error: ") and err.count("\n") == 1 and error in err


def test_help_has_an_example(capsys):
    for command in ([], ["inspect"], ["convert"], ["verify"]):
        with pytest.raises(SystemExit, match="0"):
            main([*command, "--help"])
        shown = " ".join(capsys.readouterr().out.split())
        assert f"example: python -m weights_convert {' '.join(command)}" in shown


def test_a_wrong_call_exits_2(capsys):
    for wrong in ([], ["explode"], ["inspect"], ["inspect", "a", "b"]):
        with pytest.raises(SystemExit, match="2"):
            main(wrong)
        assert "usage: python -m weights_convert" in capsys.readouterr().err


def test_phase_level_and_stages_choose_the_layers(told):
    """As real Caffe chose them; the losses, and what they alone read, stay for TRAIN only."""
    folder = GOLDEN / "legacy" / "rules"
    with np.load(folder / "input.npz") as given:
        sizes = {blob: "x".join(map(str, given[blob].shape)) for blob in ("data", "label")}
    for case in json.loads((folder / "meta.json").read_text())["variants"].values():
        options = ["--phase", case["phase"], "--level", case["level"]]
        options += [word for stage in case["stages"] for word in ("--stage", stage)]
        options += ["--shape", f"data={sizes['data']}"]
        gone = {"loss", "accuracy"}
        if case["phase"] == "TRAIN":
            gone = set()
            options += ["--shape", f"label={sizes['label']}"]
        found = [layer["layer"] for layer in told(folder / "net.prototxt", *options)["layers"]]
        assert found == [name for name in case["layers"] if name not in gone]
