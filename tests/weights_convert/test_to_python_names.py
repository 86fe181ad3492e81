"""Generated Python files of nets whose names are not Python's, or whose parameters are shared."""

import pytest
from generated import CONV, RELU, assert_same, imported, small, twin
from golden import GOLDEN, weights

from weights_convert import load_net
from weights_convert.errors import UnsupportedError
from weights_convert.prototxt import parse
from weights_convert.runs import runs
from weights_convert.to_python import to_python


@pytest.mark.parametrize(
    "name",
    [
        "a.b",
        "a/b-1x1",
        "1conv",
        "forward",
        "eval",
        "class",
        "self",
        "torch",
        "__init__",
        "caffe_crop",
        "\u00e9t\u00e9 \U0001f600",
        '"""\\nraise SystemExit\\n"""',
        "it's {0} % \\\\",
        "",
    ],
)
def test_names_of_all_kinds(name, tmp_path):
    text = (CONV + RELU).replace('"conv"', f'"{name}"' if '"' not in name else f"'{name}'")
    if not name:
        text = CONV.replace('name: "conv"', 'name: ""')
    net = small(text.replace('"tiny"', f"'{name}'"))
    to_python(net, tmp_path / "net.py")
    other = twin(net, tmp_path / "net.py")
    assert other.state_dict().keys() == net.state_dict().keys()
    assert_same(net, other, next(runs(net))[0])


def test_many_inputs(tmp_path):
    names = [f"a_rather_long_name_of_an_input_{i}" for i in range(9)]
    tops = " ".join(f'top: "{name}"' for name in names)
    text = f"""layer {{ name: "in" type: "Input" {tops} input_param {{ shape {{ dim: 2 }} }} }}
      layer {{ name: "l" type: "Eltwise" {tops.replace("top", "bottom")} top: "sum" }}"""
    net = load_net(parse(text), None)
    to_python(net, tmp_path / "net.py")
    assert_same(net, imported(tmp_path / "net.py").Net(), next(runs(net))[0])


def test_two_blobs_that_python_would_call_alike(tmp_path):
    first, second = (CONV.replace('"conv"', f'"{name}"') for name in ("a/b", "a.b"))
    net = small(first + second)
    to_python(net, tmp_path / "net.py")
    assert_same(net, twin(net, tmp_path / "net.py"), next(runs(net))[0])


def test_shared_parameters_stay_one(tmp_path):
    folder = GOLDEN / "layers" / "shared_params"
    net = load_net(folder / "net.prototxt", weights(folder))
    to_python(net, tmp_path / "net.py")
    other = twin(net, tmp_path / "net.py")
    assert other.c1.weight is other.c2.weight


def test_parameter_shared_in_another_shape(tmp_path):
    shared = 'param { name: "w" share_mode: PERMISSIVE }'
    text = f"""
      layer {{ name: "a" type: "Scale" bottom: "data" top: "a" param {{ name: "w" }}
        scale_param {{ axis: 1 num_axes: 1 }} }}
      layer {{ name: "b" type: "Scale" bottom: "data" top: "b" {shared}
        scale_param {{ axis: 0 num_axes: 2 }} }}"""
    with pytest.raises(UnsupportedError, match=r"layer 'b'.*shares a parameter in a shape of its"):
        to_python(small(text), tmp_path / "net.py")


def test_layer_after_one_within_it(tmp_path):
    text = CONV.replace('"conv"', '"a.b"') + CONV.replace('"conv"', '"a"')
    with pytest.raises(UnsupportedError, match=r"layer 'a'.*follows a layer .* begins with 'a.'"):
        to_python(small(text), tmp_path / "net.py")
