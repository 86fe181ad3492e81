"""Damage to prototxts and caffemodels, as hypothesis draws it and as it is done."""

import re

from hypothesis import strategies as st

NUMBER = re.compile(r"(?<![\w.])-?\d[\w.]*")
WORD = re.compile(r"[A-Za-z_]\w*")
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "255",
    "0x10",
    "017",
    "1e9",
    "1e38",
    "1e-45",
    "nan",
    "inf",
    "-inf",
    "0.5",
    "65536",
    "46341",
]
NUMBERS += [str(n) for n in (2**31 - 1, 2**31, 4_000_000_000, 2**32, 2**63 - 1, 2**64)]
PLACE = st.integers(0, 2**31)


def text_edits(texts):
    """Up to three edits (kind, place, new); words are drawn from those of `texts`."""
    words = sorted({word for text in texts for word in WORD.findall(text)})
    edits = (
        st.tuples(st.just("number"), PLACE, st.sampled_from(NUMBERS)),
        st.tuples(st.just("word"), PLACE, st.sampled_from(words)),
        st.tuples(st.just("line"), PLACE, st.text(max_size=2)),
        st.tuples(st.just("put"), PLACE, st.text(max_size=4)),
    )
    return st.lists(st.one_of(*edits), min_size=1, max_size=3)


def byte_edits():
    """The same for bytes."""
    kinds = st.sampled_from(["put", "put", "insert", "cut", "drop"])
    return st.lists(st.tuples(kinds, PLACE, st.binary(max_size=5)), min_size=1, max_size=3)


def edited_text(text, edits):
    for kind, place, new in edits:
        found = list((NUMBER if kind == "number" else WORD).finditer(text))
        if kind in ("number", "word") and found:
            start, end = found[place % len(found)].span()
            text = text[:start] + new + text[end:]
        elif kind == "line":
            lines = text.splitlines(keepends=True) or [""]
            at = place % len(lines)
            lines[at : at + 1] = [lines[at]] * (len(new) % 3)  # gone, kept or twice
            text = "".join(lines)
        else:
            at = place % (len(text) + 1)
            text = text[:at] + new + text[at + len(new) % 3 :]
    return text


def edited_bytes(data, edits):
    for kind, place, new in edits:
        at = place % (len(data) + 1)
        end = {"insert": at, "put": at + len(new), "cut": len(data), "drop": at + 9}[kind]
        data = data[:at] + (b"" if kind in ("cut", "drop") else new) + data[end:]
    return data
