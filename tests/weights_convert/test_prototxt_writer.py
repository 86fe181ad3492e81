"""Messages made in Python, and their text, which reads back as the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weights_convert.prototxt import Message, Word, parse, write_prototxt


def test_message_of_python_values():
    layer = {"pad": 3, "bias_term": False, "pool": Word("MAX"), "lr": 1e-10, "top": ["x", "y"]}
    message = Message.of({"layer": [layer, {}], "std": -0.5, "k": (float("inf"), 2), "none": []})
    assert write_prototxt(message) == (
        "layer {\n  pad: 3\n  bias_term: false\n  pool: MAX\n  lr: 1e-10\n"
        '  top: "x"\n  top: "y"\n}\nlayer {\n}\nstd: -0.5\nk: inf\nk: 2\n'
    )


def test_message_of_refuses_what_has_no_text():
    with pytest.raises(TypeError, match="field 'pad': a NoneType, expected a mapping, str"):
        Message.of({"pad": None})
    with pytest.raises(TypeError, match="field 'pad': a list, expected"):
        Message.of({"pad": [[1]]})
    with pytest.raises(ValueError, match="field 'a b': not a name, expected letters"):
        Message.of({"a b": 1})


def test_strings_are_written_with_escapes():
    assert write_prototxt(Message.of({"a": 'é"\\\n\x01\x7f1'})) == 'a: "é\\"\\\\\\n\\001\\1771"\n'


SCALARS = st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8"))
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
TREES = st.recursive(
    st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=3), max_size=4),
    lambda inner: st.dictionaries(NAMES, inner | st.lists(inner, max_size=3) | SCALARS, max_size=4),
)


@settings(deadline=None, max_examples=50)
@given(TREES)
def test_written_text_reads_back_as_the_same(values):
    message = Message.of(values)
    assert parse(write_prototxt(message)) == message
