"""The wire format against bytes put together by hand."""

import pytest
from encoder import integer, nested, packed, tag, unpacked, varint

from weights_convert import wire
from weights_convert.errors import CaffemodelError
from weights_convert.mapped import Mapped


@pytest.fixture
def message(tmp_path):
    def write(data: bytes) -> wire.Message:
        (tmp_path / "file").write_bytes(data)
        return wire.Message(Mapped(tmp_path / "file"), 0, len(data))

    return write


def numbers(message, number, dtype):
    found = [message.floats(f, dtype) for f in message.fields() if f.number == number]
    return [message.file.view(part).tolist() for part in found]


def test_the_worked_examples_of_the_format(message):
    read = message(b"\x08\x96\x01\x12\x07testing\x32\x06\x03\x8e\x02\x9e\xa7\x05")
    first, second, third = read.fields()
    assert (first.number, read.number(first)) == (1, 150)
    assert (second.number, read.text(second)) == (2, "testing")
    assert (third.number, list(read.numbers(third))) == (6, [3, 270, 86942])


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**31 - 1, 2**63 - 1, -1, -(2**63)])
def test_integers_keep_sign_and_size(message, value):
    read = message(integer(3, value))
    assert [read.number(field) for field in read.fields()] == [value]


@pytest.mark.parametrize("value", [0, 127, 128, 2**28, 2**35 + 7])
def test_written_numbers(value):
    assert wire.varint(value) == varint(value)
    assert wire.head(100, value) == tag(100, 2) + varint(value)


def test_packed_and_unpacked_numbers_mixed(message):
    data = packed(5, [1, 2]) + unpacked(5, [3, 4, 5]) + packed(5, []) + unpacked(5, [6])
    assert numbers(message(data), 5, "<f4") == [[1, 2], [3, 4, 5], [], [6]]
    data = unpacked(8, [1, 2], "d") + unpacked(9, [7], "d") + packed(8, [3], "d")
    assert numbers(message(data), 8, "<f8") == [[1, 2], [3]]


@pytest.mark.parametrize("count", [1, 63, 64, 65, 66, 192, 193, 1000])
def test_a_run_ends_where_the_tag_changes(message, count):
    values = [float(n) for n in range(count)]
    data = unpacked(5, values) + unpacked(6, values) + unpacked(5, [9])
    assert numbers(message(data), 5, "<f4") == [values, [9]]
    assert numbers(message(unpacked(5, values)), 5, "<f4") == [values]


def test_fields_with_tags_of_two_bytes_come_one_by_one(message):
    assert numbers(message(unpacked(50, [1, 2])), 50, "<f4") == [[1], [2]]


@pytest.mark.parametrize(
    "data, error",
    [
        (b"\x03", r"byte 0: no field begins here \(number 0, wire type 3\)"),
        (integer(1, 5) + b"\x0b\x0c", r"byte 2: no field begins here \(number 1, wire type 3\)"),
        (b"\x0c", "number 1, wire type 4"),
        (b"\x0e", "number 1, wire type 6"),
        (b"\x00\x01", "number 0, wire type 0"),
        (tag(2**29, 0) + b"\x01", "number 536870912, wire type 0"),
        (integer(1, 5) + b"\x80" * 11, "byte 2: a number longer than 10 bytes"),
        (b"\x08\x80\x80", "byte 1: a number does not end, but the file ends after 2: is it cut"),
        (nested(2, "abc")[:-1], "byte 0: field 2 takes 3 bytes, but the file ends after 2"),
        (tag(2, 2) + varint(2**62), "field 2 takes 4611686018427387904 bytes"),
        (unpacked(5, [1.0])[:-1], "byte 0: field 5 takes 4 bytes, but the file ends after 3"),
        (unpacked(5, [1.0, 2.0])[:-1], "byte 5: field 5 takes 4 bytes, but the file ends after 3"),
        (tag(50, 1) + b"1234567", "byte 0: field 50 takes 8 bytes, but the file ends after 7"),
    ],
)
def test_refuses(message, data, error):
    with pytest.raises(CaffemodelError, match=f"file: .*{error}"):
        list(message(data).fields())


def test_refuses_a_field_longer_than_its_message(message):
    outer = message(nested(1, b"\x12\x05ab") + integer(2, 1))
    [inner, _] = outer.fields()
    with pytest.raises(CaffemodelError, match=r"byte 2: .* takes 5 bytes, but its message ends"):
        list(outer.inside(inner).fields())


def test_refuses_a_field_of_another_type(message):
    read = message(nested(1, b"\xff") + integer(2, 1) + nested(5, b"12345"))
    text, number, floats = read.fields()
    with pytest.raises(CaffemodelError, match="byte 0: field 1 is not UTF-8"):
        read.text(text)
    with pytest.raises(CaffemodelError, match="field 1 is bytes with a length, expected a varint"):
        read.number(text)
    with pytest.raises(CaffemodelError, match="field 2 is a varint, expected bytes with a length"):
        read.inside(number)
    with pytest.raises(CaffemodelError, match="byte 5: 5 bytes of numbers of 4 bytes each"):
        read.floats(floats, "<f4")
    with pytest.raises(CaffemodelError, match="field 2 is a varint, expected bytes"):
        read.floats(number, "<f8")
