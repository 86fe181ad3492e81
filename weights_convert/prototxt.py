"""Prototxt, protobuf's text format, read exactly as Caffe reads it, and written.

No field is known here: which names there are, and of which type, is for fields.py.

Errors  PrototxtError, "SOURCE:LINE:COLUMN: found ..., expected ...".
Source  protobuf v3.21 src/google/protobuf/text_format.cc (ParserImpl).
"""

from os import PathLike
from pathlib import Path
from typing import NoReturn

from .errors import PrototxtError
from .prototxt_message import Bracket, Field, Message, Number, Word
from .prototxt_strings import decode
from .prototxt_tokens import Token, tokens
from .prototxt_writer import write_prototxt

__all__ = ["Field", "Message", "Number", "Word", "parse", "read_prototxt", "write_prototxt"]

DEEPEST = (
    100  # Caffe: no bound on messages inside each other; 100 is protobuf's for its binary form
)
_CLOSING = {"{": "}", "<": ">"}
_NOT_FINITE = {"inf", "infinity", "nan"}


def read_prototxt(path: str | PathLike) -> Message:
    """The message in the file `path`.  Raises PrototxtError where Caffe would not read one."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise PrototxtError(f"{path}: {error.strerror}, expected a prototxt to read") from None
    if (zero := raw.find(b"\0")) >= 0:
        line, column = raw.count(b"\n", 0, zero) + 1, zero - raw.rfind(b"\n", 0, zero)
        raise PrototxtError(
            f"{path}:{line}:{column}: found a zero byte, expected text: "
            f"is this a binary file, such as a caffemodel?"
        )
    # Caffe: a comment may hold any bytes, such as Latin-1; elsewhere the parser refuses stray ones.
    return parse(raw.decode("utf-8", "surrogateescape"), str(path))


def parse(text: str, source: str = "<prototxt>") -> Message:
    """The message that `text` is; errors name `source`.

    >>> parse("layer { name: 'pool1' }").all("layer")[0].all("name")
    ['pool1']
    """
    return _Parser(text, source).file()


class _Parser:
    """Reads with one token of foresight, in `self.token`."""

    def __init__(self, text: str, source: str):
        self.source = source
        self.tokens = tokens(text, source)
        self.token = next(self.tokens)
        self.depth = 0

    def file(self) -> Message:
        message = Message(self.source, 1, 1)
        while self.token.kind != "end":
            self.field(message)
        return message

    def field(self, message: Message) -> None:
        """One field with all its values, and the one `,` or `;` that may follow."""
        name = self.expect("word", "a field name")
        colon = bool(self.accept(":"))
        if opened := self.accept("["):
            message.brackets.append(Bracket(name.text, opened.line, opened.column, colon))
            self.values(message, name, colon)
        else:
            self.value(message, name, colon)
        self.accept(",") or self.accept(";")

    def values(self, message: Message, name: Token, colon: bool) -> None:
        """The rest of a list."""
        if self.accept("]"):
            return
        self.value(message, name, colon)
        while not self.accept("]"):
            self.expect(",", f"',' or ']' in the list of {name.text}")
            self.value(message, name, colon)

    def value(self, message: Message, name: Token, colon: bool) -> None:
        first = self.token
        if first.kind in _CLOSING:
            value = self.message()
        elif colon:
            value = self.scalar(name.text)
        else:
            self.refuse(f"':' or '{{' after {name.text}")
        place = (name.line, name.column, first.line, first.column)
        message.fields.append(Field(name.text, value, *place))

    def message(self) -> Message:
        opened = self.take()
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(opened, f"found messages {self.depth} deep, expected at most {DEEPEST}")
        message = Message(self.source, opened.line, opened.column)
        closing = f"'{_CLOSING[opened.kind]}' for the '{opened.kind}' of line {opened.line}"
        while self.token.kind not in _CLOSING.values():
            if self.token.kind == "end":
                self.refuse(closing)
            self.field(message)
        self.expect(_CLOSING[opened.kind], closing)
        self.depth -= 1
        return message

    def scalar(self, name: str) -> Word | Number | str:
        if self.token.kind == "string":
            return self.string()
        if self.accept("-"):
            if self.token.kind == "number" or self.token.text.lower() in _NOT_FINITE:
                return Number("-" + self.take().text)
            self.refuse("a number after '-'")
        if self.token.kind == "number":
            return Number(self.take().text)
        return Word(self.expect("word", f"a value of {name}").text)

    def string(self) -> str:
        """The text of one or more adjacent literals."""
        first = self.token
        literals = []
        while self.token.kind == "string":
            literals.append(self.take().text)
        try:
            return decode(literals)
        except UnicodeError:
            self.fail(first, "found a string that is not UTF-8, expected UTF-8")

    def take(self) -> Token:
        taken, self.token = self.token, next(self.tokens, self.token)
        return taken

    def accept(self, kind: str) -> Token | None:
        return self.take() if self.token.kind == kind else None

    def expect(self, kind: str, what: str) -> Token:
        return self.accept(kind) or self.refuse(what)

    def refuse(self, expected: str) -> NoReturn:
        """Raises PrototxtError: the token at hand is not what was expected."""
        kind, text = self.token.kind, self.token.text
        shown = {"string": text, "number": text, "end": "the end of the file"}.get(
            kind, f"'{text}'"
        )
        self.fail(self.token, f"found {shown}, expected {expected}")

    def fail(self, token: Token, what: str) -> NoReturn:
        raise PrototxtError(f"{self.source}:{token.line}:{token.column}: {what}")
