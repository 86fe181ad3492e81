"""The words, numbers, strings and signs of a prototxt, each with its place.

Errors  PrototxtError, "SOURCE:LINE:COLUMN: found ..., expected ...".
Source  protobuf v3.21 src/google/protobuf/io/tokenizer.cc (Next, ConsumeNumber, ConsumeString).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .errors import PrototxtError

_SKIPPED = re.compile(r"(?:[ \t\n\r\v\f]+|#[^\n\0]*)*")
_ESCAPE = (
    r"\\(?:[abfnrtv\\?'\"0-7]|x[0-9a-fA-F]|u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})"
)
_IN_DOUBLE = rf'"[^"\\\n\0]*(?:{_ESCAPE}[^"\\\n\0]*)*'
_IN_SINGLE = rf"'[^'\\\n\0]*(?:{_ESCAPE}[^'\\\n\0]*)*"
_TOKEN = re.compile(
    rf"""
    (?P<word> [A-Za-z_][A-Za-z0-9_]* )
  | (?P<number> (?: 0[xX][0-9a-fA-F]+ | 0[0-7]+
                  | (?: (?: 0 | [1-9][0-9]* ) (?: \.[0-9]* )? | \.[0-9]+ )
                    (?: [eE][-+]?[0-9]+ )? [fF]? ) (?! [A-Za-z0-9_.] ) )
  | (?P<string> {_IN_DOUBLE}" | {_IN_SINGLE}' )
  | (?P<sign> [{{}}<>\[\]:,;-] )
    """,
    re.VERBOSE,
)
_OPEN_STRING = re.compile(f"{_IN_DOUBLE}|{_IN_SINGLE}")
_LIKE_A_NUMBER = re.compile(r"\.?[0-9][0-9A-Za-z_.]*")


class Token(NamedTuple):
    """kind: "word", "number", "string", "end", or the sign itself, such as "{"."""

    kind: str
    text: str  # as it stands in the file
    line: int
    column: int


def tokens(text: str, source: str) -> Iterator[Token]:
    """The tokens of `text`, found one by one as they are asked for; the last is of kind "end"."""
    line, line_start, at = 1, 0, 0
    while True:
        start = _SKIPPED.match(text, at).end()
        if breaks := text.count("\n", at, start):
            line, line_start = line + breaks, text.rindex("\n", at, start) + 1
        if start == len(text):
            yield Token("end", "", line, start - line_start + 1)
            return
        found = _TOKEN.match(text, start)
        if not found:
            offset, what = _fault(text, start)
            raise PrototxtError(f"{source}:{line}:{offset - line_start + 1}: {what}")
        kind = found[0] if found.lastgroup == "sign" else found.lastgroup
        yield Token(kind, found[0], line, start - line_start + 1)
        at = found.end()


def _fault(text: str, start: int) -> tuple[int, str]:
    """Where, as an offset, and what is wrong at `start`, where no token begins."""
    char = text[start]
    if char in "\"'":
        return _string_fault(text, _OPEN_STRING.match(text, start).end())
    if number := _LIKE_A_NUMBER.match(text, start):
        return start, f"found {number[0]}, expected a number such as 12, 0x1F, 017, 0.5, 1e-4 or 2f"
    if char == "\ufeff":
        return start, "found a byte order mark, expected plain UTF-8: save the file without it"
    if char == "/":
        return start, "found '/', expected a field or a value: comments begin with #"
    if char < " " or "\ud800" <= char <= "\udfff":
        return start, f"found {char!r}, expected text: is this a binary file, such as a caffemodel?"
    return start, f"found {char!r}, expected a field or a value"


def _string_fault(text: str, end: int) -> tuple[int, str]:
    """The same for a string that is well up to `end`."""
    if text.startswith("\\", end):
        escape = text[end : end + 2]
        return end, f'found the escape {escape!r}, expected one such as \\n, \\" or \\303'
    if text.startswith("\0", end):
        return end, "found a zero byte, expected the closing quote: is this a binary file?"
    what = "the end of the line" if end < len(text) else "the end of the file"
    return end, f"found {what}, expected the closing quote: strings cannot cross lines"
