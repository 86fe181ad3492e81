"""The text format: protobuf's rules, and files that real Caffe reads or refuses."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weights_convert.errors import PrototxtError
from weights_convert.prototxt import (
    DEEPEST,
    Field,
    Message,
    Number,
    Word,
    parse,
    read_prototxt,
    write_prototxt,
)

CHECKOUT = Path(__file__).parents[2]
BAD = CHECKOUT / "tests" / "golden" / "bad"
SHARED = CHECKOUT.parent / "shared"
FOLDERS = ["release", "caffe-v1", "golden"]


def only(text):
    """The value of the single field of `text`, and its type."""
    (field,) = parse(text).fields
    return field.value, type(field.value)


@pytest.mark.parametrize(
    "text, value",
    [
        ("a: MAX", Word("MAX")),
        ("a: -1e-4", Number("-1e-4")),
        ("a: - 5", Number("-5")),
        ("a: -# why\n 5", Number("-5")),
        ("a: 0x1F", Number("0x1F")),
        ("a: 017", Number("017")),
        ("a: .5", Number(".5")),
        ("a: 1.", Number("1.")),
        ("a: 2f", Number("2f")),
        ("a: inf", Word("inf")),
        ("a: -INF", Number("-INF")),
        ("a\n:\n'b'", "b"),
        ("a: 'b' \"c\"# d\n'e'", "bce"),
        ("a: '#' # b", "#"),
        (r"a: '\n\t\'\"\\\r\a\b\f\v\?'", "\n\t'\"\\\r\a\b\f\v?"),
        (r"a: '\101\x418\x4g\18'", "AA8\x04g\x018"),
        (r"a: '\303' '\xA9'", "é"),
        (r"a: '\u00e9\U0001F600\ud83d\ude00'", "é😀😀"),
        ("a: '\t\r\x01'", "\t\r\x01"),
    ],
)
def test_scalars(text, value):
    assert only(text) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    [
        "a { b: 1 } a { b: 2 }",
        "a: { b: 1 }, a: < b: 2 >;",
        "a [ { b: 1 }, < b: 2; > ]",
        "a{b:1}a<b:[2]>",
        "a: [{b: 1}] a []; a { b: 2 # }\n}",
        "\r\n\t\v\fa{\tb:1,}\r\na{b:[2];}",
    ],
)
def test_spellings_of_one_message(text):
    assert parse(text) == Message.of({"a": [{"b": 1}, {"b": 2}]})


@pytest.mark.parametrize(
    "text, error",
    [
        ("a: 1;;", "1:6: found ';', expected a field name"),
        ("a: 1,;", "1:6: found ';', expected a field name"),
        (", a: 1", "1:1: found ',', expected a field name"),
        ("a 1", "1:3: found 1, expected ':' or '{' after a"),
        ("a\n  [1]", "2:4: found 1, expected ':' or '{' after a"),
        ("a:", "1:3: found the end of the file, expected a value of a"),
        ("a: [1,]", "1:7: found ']', expected a value of a"),
        ("a: [1 2]", "1:7: found 2, expected ',' or ']' in the list of a"),
        ("a: [[1]]", "1:5: found '[', expected a value of a"),
        ("a: +1", "1:4: found '+', expected a field or a value"),
        ("a: --1", "1:5: found '-', expected a number after '-'"),
        ("a: -b", "1:5: found 'b', expected a number after '-'"),
        ("a {\n b: 1\n>", "3:1: found '>', expected '}' for the '{' of line 1"),
        ("a {\n b <", "2:5: found the end of the file, expected '>' for the '<' of line 2"),
        ("}", "1:1: found '}', expected a field name"),
        ('"a": 1', '1:1: found "a", expected a field name'),
        ("[a.b]: 1", "1:1: found '[', expected a field name"),
        ("a.b: 1", "1:2: found '.', expected a field or a value"),
        ("a: 08", "1:4: found 08, expected a number such as"),
        ("a: 1e", "1:4: found 1e, expected a number such as"),
        ("a: 0x", "1:4: found 0x, expected a number such as"),
        ("a: 1.5.2", "1:4: found 1.5.2, expected a number such as"),
        ("a: 017.5", "1:4: found 017.5, expected a number such as"),
        ("a: 12px", "1:4: found 12px, expected a number such as"),
        ("a: 1_000", "1:4: found 1_000, expected a number such as"),
        ("a: 'b\n'", "1:6: found the end of the line, expected the closing quote"),
        ("a: \"b'", "1:7: found the end of the file, expected the closing quote"),
        (r"a: 'b\q'", r"1:6: found the escape '\\q', expected one such as"),
        (r"a: '\u12'", r"1:5: found the escape '\\u', expected one such as"),
        (r"a: '\U00110000'", r"1:5: found the escape '\\U', expected one such as"),
        (r"a: 'b' '\377'", "1:4: found a string that is not UTF-8, expected UTF-8"),
        (r"a: '\ud83d'", "1:4: found a string that is not UTF-8, expected UTF-8"),
        ("a: '\ud83d'", "1:4: found a string that is not UTF-8, expected UTF-8"),
        ("// a", "1:1: found '/', expected a field or a value: comments begin with #"),
        ("\ufeffa: 1", "1:1: found a byte order mark, expected plain UTF-8"),
        ("a: 1 \x01", r"1:6: found '\x01', expected text: is this a binary file"),
        ("a: 'b\0'", "1:6: found a zero byte, expected the closing quote: is this a binary"),
        ("a: é", "1:4: found 'é', expected a field or a value"),
    ],
)
def test_refused(text, error):
    with pytest.raises(PrototxtError, match="^" + re.escape(f"net.prototxt:{error}")):
        parse(text, "net.prototxt")


@pytest.mark.parametrize(
    "case, error",
    [
        ("c_comment", "1:1: found '/'"),
        ("mismatched_brackets", "41:3: found '}', expected '>' for the '<' of line 37"),
        ("missing_colon", "1:6: found \"base\", expected ':'"),
        ("unbalanced_open", "88:1: found the end of the file, expected '}' for the '{' of line 83"),
        ("unterminated_string", "1:12: found the end of the line"),
    ],
)
def test_refused_where_caffe_refuses(case, error):
    """Line and column are those of Caffe's own message."""
    place = error.split(": ")[0]
    assert f"caffe.NetParameter: {place}: " in (BAD / case / "why.txt").read_text()
    with pytest.raises(PrototxtError, match=re.escape(f"net.prototxt:{error}")):
        read_prototxt(BAD / case / "net.prototxt")


def test_places_count_from_one():
    field = parse("a: 1\n  é: 2".replace("é", "b") + "\n\tc\n  {d: 3}", "x").fields
    assert [(f.line, f.column) for f in field] == [(1, 1), (2, 3), (3, 2)]
    assert [(f.value_line, f.value_column) for f in field] == [(1, 4), (2, 6), (4, 3)]
    inner = field[2].value
    assert (inner.source, inner.line, inner.column) == ("x", 4, 3)
    assert (inner.fields[0].line, inner.fields[0].column) == (4, 4)


def test_depth_is_bounded():
    parse(("a{" * DEEPEST + "}" * DEEPEST) * 2)
    with pytest.raises(PrototxtError, match="1:202: found messages 101 deep, expected at most 100"):
        parse("a{" * 100_000)


def test_all_and_names():
    message = parse("b: 1 a: 2 b: 3")
    assert message.all("b") == ["1", "3"]
    assert message.all("c") == []
    assert message.names() == ["b", "a"]


def test_equality_minds_the_kind_of_value_and_not_its_place():
    assert parse("a: 1") == parse("\n  a : 1")
    assert parse("a: MAX") != parse("a: 'MAX'")
    assert parse("a: 1") != parse("a: '1'")
    assert parse("a: 1") != parse("b: 1")
    assert Field("a", "1") != "1"


@settings(deadline=None)
@given(st.text() | st.text("a0:;,{}<>[]-.\"'\\#/ \n\0exuf", max_size=20))
def test_any_text_is_read_or_refused(text):
    try:
        parse(text, "x")
    except PrototxtError as error:
        assert re.match(r"x:\d+:\d+: found .*expected ", str(error), re.DOTALL)


def test_read_prototxt_refuses_other_files(tmp_path):
    with pytest.raises(PrototxtError, match=r"none\.prototxt: No such file.*expected a prototxt"):
        read_prototxt(tmp_path / "none.prototxt")
    with pytest.raises(PrototxtError, match="Is a directory, expected a prototxt"):
        read_prototxt(tmp_path)
    path = tmp_path / "net.caffemodel"
    path.write_bytes(b"\n\x04netx\xa2\x06\x10\n\x00\x00")
    with pytest.raises(PrototxtError, match=r"caffemodel:3:1: found a zero byte.*a caffemodel\?"):
        read_prototxt(path)
    path.write_bytes(b"\xef\xbb\xbfname: 'a'")
    with pytest.raises(PrototxtError, match=":1:1: found a byte order mark"):
        read_prototxt(path)


def test_bytes_that_are_not_utf8_may_stand_in_comments_only(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_bytes(b"# caf\xe9\nname: 'a'")
    assert read_prototxt(path).all("name") == ["a"]
    for text in (b"'caf\xe9'", rb"'\ud83d" + b"\xe9'"):
        path.write_bytes(b"name: " + text)
        with pytest.raises(PrototxtError, match=":1:7: found a string that is not UTF-8"):
            read_prototxt(path)
    path.write_bytes(b"name: \xe9")
    with pytest.raises(PrototxtError, match=r":1:7: found .*is this a binary file"):
        read_prototxt(path)


def refused_by_the_parser(path):
    why = path.parent / "why.txt"
    return why.exists() and "refuses: parse" in why.read_text()


@pytest.mark.shared
@pytest.mark.parametrize("folder", FOLDERS)
def test_files_that_caffe_parses(folder):
    files = [*(SHARED / folder).rglob("*.prototxt")]
    if not files:
        pytest.skip(f"the prototxts are not beside the checkout (../shared/{folder})")
    for path in files:
        if not refused_by_the_parser(path):
            message = read_prototxt(path)
            assert parse(write_prototxt(message)) == message, path
