r"""String literals of a prototxt: from their text to what they mean, and back.

>>> print(quote('say "hi"\n'))
"say \"hi\"\n"
>>> decode([r'"caf\303\251"', "' au lait'"])
'café au lait'

Source  protobuf v3.21 src/google/protobuf/io/tokenizer.cc (ConsumeString, ParseStringAppend).
"""

import re

_LETTERS = dict(zip(b"abfnrtv\\?'\"", b"\a\b\f\n\r\t\v\\?'\"", strict=True))
_ESCAPE = re.compile(
    rb"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9a-fA-F]{1,2})"
    rb"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<letter>.))"
)
_PLAIN = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\"]')


def decode(literals: list[str]) -> str:
    """What adjacent literals, quotes included and escapes valid, say together.

    Raises UnicodeError if their bytes, those of a file read with `surrogateescape`, are not UTF-8.
    """
    raw = b"".join(
        _ESCAPE.sub(_meaning, text[1:-1].encode("utf-8", "surrogateescape")) for text in literals
    )
    text = raw.decode("utf-8", "surrogatepass")
    # The escapes \ud83d\ude00 are the halves of one character: UTF-16 joins them, or refuses one.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def quote(text: str) -> str:
    """`text` as one literal in double quotes."""
    safe = _UNSAFE.sub(lambda char: _PLAIN.get(char[0], f"\\{ord(char[0]):03o}"), text)
    return f'"{safe}"'


def _meaning(escape: re.Match) -> bytes:
    if escape["letter"]:
        return bytes([_LETTERS[ord(escape["letter"])]])
    if escape["octal"]:
        return bytes([int(escape["octal"], 8) & 0xFF])  # Caffe: \777 is the byte \377
    if escape["hex"]:
        return bytes([int(escape["hex"], 16)])
    return chr(int(escape["short"] or escape["long"], 16)).encode("utf-8", "surrogatepass")
