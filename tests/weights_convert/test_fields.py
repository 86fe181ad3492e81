"""Types of fields: what protobuf's parser takes, and files that real Caffe refused."""

import math
import re
from pathlib import Path

import pytest

from weights_convert.errors import PrototxtError
from weights_convert.fields import (
    Anything,
    Bool,
    Enum,
    Float,
    Int32,
    Int64,
    Nested,
    Repeated,
    String,
    UInt32,
    read,
)
from weights_convert.prototxt import Message, parse, read_prototxt

BAD = Path(__file__).parents[1] / "golden" / "bad"
POOL = {"MAX": 0, "AVE": 1}
CONVOLUTION = {
    "num_output": UInt32(),
    "bias_term": Bool(True),
    "kernel_size": Repeated(UInt32()),
    "pad": Repeated(UInt32()),
    "stride": Repeated(UInt32()),
}
LAYER = {
    "name": String(""),
    "type": String(""),
    "bottom": Repeated(String()),
    "top": Repeated(String()),
    "input_param": Anything(),
    "crop_param": Anything(),
    "convolution_param": Nested(CONVOLUTION),
    "pooling_param": Nested(
        {"pool": Enum(POOL, "MAX"), "kernel_size": UInt32(), "stride": UInt32(1)}
    ),
}
NET = {"name": String(""), "layer": Repeated(Nested(LAYER))}


def value(kind, text):
    return read(parse(text), {"a": kind}, "net").a


@pytest.mark.parametrize(
    "kind, text, expected",
    [
        (UInt32(), "0", 0),
        (UInt32(), "017", 15),
        (UInt32(), "0X1f", 31),
        (UInt32(), "4294967295", 2**32 - 1),
        (Int32(), "-2147483648", -(2**31)),
        (Int32(), "- 0x10", -16),
        (Int64(), "-9223372036854775808", -(2**63)),
        (Int64(), "9223372036854775807", 2**63 - 1),
        (Float(), "3", 3.0),
        (Float(), "-1.5e2", -150.0),
        (Float(), "2f", 2.0),
        (Float(), "1.F", 1.0),
        (Float(), ".5", 0.5),
        (Float(), "0.1", 13421773 * 2.0**-27),  # float32's nearest to a tenth
        (Float(), "1e-46", 0.0),
        (Float(), "1e39", math.inf),
        (Float(), "-1e400", -math.inf),
        (Float(), "99999999999999999999", 1.0000000200408773e20),  # nearest float32 of 1e20
        (Float(), "inf", math.inf),
        (Float(), "-Infinity", -math.inf),
        (Bool(), "true", True),
        (Bool(), "True", True),
        (Bool(), "t", True),
        (Bool(), "1", True),
        (Bool(), "0x1", True),
        (Bool(), "false", False),
        (Bool(), "False", False),
        (Bool(), "f", False),
        (Bool(), "0", False),
        (String(), "'b' 'c'", "bc"),
        (String(), "''", ""),
        (Enum(POOL), "AVE", "AVE"),
        (Enum(POOL), "1", "AVE"),
        (Enum(POOL), "-0", "MAX"),
    ],
)
def test_taken(kind, text, expected):
    found = value(kind, f"a: {text}")
    assert (found, type(found)) == (expected, type(expected))


def test_nan_is_a_float():
    assert math.isnan(value(Float(), "a: nan"))
    assert math.isnan(value(Float(), "a: -NaN"))


@pytest.mark.parametrize(
    "kind, text, error",
    [
        (UInt32(), "-1", "found -1, expected an integer from 0 to 4294967295"),
        (UInt32(), "-0", "found -0, expected an integer from 0 to 4294967295"),
        (UInt32(), "4294967296", "found 4294967296, expected an integer from 0 to 4294967295"),
        (UInt32(), "1.0", "found 1.0, expected an integer from 0 to"),
        (UInt32(), "1e3", "found 1e3, expected an integer from 0 to"),
        (UInt32(), "2f", "found 2f, expected an integer from 0 to"),
        (UInt32(), "'6'", 'found "6", expected an integer from 0 to'),
        (UInt32(), "six", "found six, expected an integer from 0 to"),
        (UInt32(), "{}", "found a message, expected an integer from 0 to"),
        (UInt32(), "[1]", "found a list, expected an integer from 0 to"),
        (UInt32(), "[]", "found a list, expected an integer from 0 to"),
        (UInt32(), "9" * 5000, "found 9{5000}, expected an integer from 0 to"),
        (Int32(), "2147483648", "found 2147483648, expected an integer from -2147483648 to 214748"),
        (Int64(), "9223372036854775808", "found 9223372036854775808, expected an integer from -92"),
        (Float(), "0x10", "found 0x10, expected a number, in decimal"),
        (Float(), "-010", "found -010, expected a number, in decimal"),
        (Float(), "00", "found 00, expected a number, in decimal"),
        (Float(), "inff", "found inff, expected a number, in decimal"),
        (Float(), "'1'", 'found "1", expected a number, in decimal'),
        (Bool(), "yes", "found yes, expected true or false"),
        (Bool(), "TRUE", "found TRUE, expected true or false"),
        (Bool(), "2", "found 2, expected true or false"),
        (Bool(), "-0", "found -0, expected true or false"),
        (Bool(), "1.0", "found 1.0, expected true or false"),
        (Bool(), "'true'", 'found "true", expected true or false'),
        (String(), "b", "found b, expected a string in quotes"),
        (String(), "1", "found 1, expected a string in quotes"),
        (Enum(POOL), "MEDIAN", "found MEDIAN, expected one of MAX, AVE, without quotes"),
        (Enum(POOL), "2", "found 2, expected one of MAX, AVE, without quotes"),
        (Enum(POOL), "'MAX'", 'found "MAX", expected one of MAX, AVE, without quotes'),
        (Anything(), "1", "found 1, expected a message in braces"),
        (Nested({}), "'b'", 'found "b", expected a message in braces'),
    ],
)
def test_wrong_type_is_refused(kind, text, error):
    with pytest.raises(PrototxtError, match=f"^<prototxt>:1:4: net: a: {error}"):
        value(kind, f"a: {text}")


@pytest.mark.parametrize(
    "case, error",
    [
        ("bad_enum", "38:11: net: layer: pooling_param: pool: found MEDIAN, expected one of MAX"),
        ("bad_enum_quoted", '38:11: net: layer: pooling_param: pool: found "MAX", expected one'),
        ("field_of_other_message", "29:3: net: layer has no field 'kernel_size'; known: name, typ"),
        ("int_overflow", "21:17: net: layer: convolution_param: num_output: found 99999999999, ex"),
        ("negative_kernel", "22:18: net: layer: convolution_param: kernel_size: found -3, expect"),
        ("singular_twice", "22:5: net: layer: convolution_param: num_output: found it again"),
        ("wrong_type_bool", "22:16: net: layer: convolution_param: bias_term: found yes, expected"),
        ("wrong_type_string", '21:17: net: layer: convolution_param: num_output: found "six", exp'),
    ],
)
def test_files_that_caffe_refuses(case, error):
    message = read_prototxt(BAD / case / "net.prototxt")
    with pytest.raises(PrototxtError, match=re.escape(f"net.prototxt:{error}")):
        read(message, NET, "net")


def test_the_same_file_without_its_fault():
    text = (BAD / "bad_enum" / "net.prototxt").read_text().replace("MEDIAN", "AVE")
    net = read(parse(text), NET, "net")
    names = ["data", "conv1", "relu1", "pool1", "score", "up", "crop", "fuse", "prob"]
    assert [layer.name for layer in net.layer] == names
    assert net.layer[3].pooling_param.pool == "AVE"


def test_defaults_and_given():
    spec = {"a": UInt32(7), "b": Repeated(Float()), "c": Nested({}), "d": Float(0.1), "e": Bool()}
    values = read(parse("e: false b: []"), spec, "net")
    assert (values.a, values.b, values.c, values.e) == (7, (), None, False)
    assert values.d == value(Float(), "a: 0.1")  # rounded as if it had been read
    assert values.given == {"e"}


def test_repeated():
    kind = Repeated(UInt32())
    assert value(kind, "a: 1 a: [2, 3] a: [] a: 4") == (1, 2, 3, 4)
    with pytest.raises(PrototxtError, match=r"1:8: net: a: found -2, expected an integer"):
        value(kind, "a: [1, -2]")
    with pytest.raises(PrototxtError, match=r"1:3: net: a: found '\[', expected ':'"):
        value(kind, "a []")


def test_nested():
    inner = Repeated(Nested({"b": UInt32(5)}))
    assert [message.b for message in value(inner, "a {} a [{b: 1}] a: [<>]")] == [5, 1, 5]
    with pytest.raises(PrototxtError, match="1:5: net: a has no field 'c'; known: b"):
        value(inner, "a { c: 1 }")


def test_anything_is_not_looked_into():
    assert value(Anything(), "a { b: 1 b: MAX }") == parse("b: 1 b: MAX")


@pytest.mark.parametrize("text", ["b: 1", "b: []", "b {}"])
def test_unknown_field_is_refused(text):
    with pytest.raises(PrototxtError, match=r"^x:1:\d: net has no field 'b'; known: a, c$"):
        read(parse(text, "x"), {"a": UInt32(), "c": Bool()}, "net")


@pytest.mark.parametrize("kind, text", [(UInt32(), "a: 1\n\na: 1"), (Nested({}), "a {}\n\na {}")])
def test_singular_field_stands_once(kind, text):
    with pytest.raises(PrototxtError, match=r"3:1: net: a: found it again, .* in line 1 already"):
        value(kind, text)


def test_reads_messages_made_in_python():
    message = Message.of({"a": [1, 2], "b": True, "c": "x"})
    values = read(message, {"a": Repeated(Int32()), "b": Bool(), "c": String()}, "net")
    assert (values.a, values.b, values.c) == ((1, 2), True, "x")
