"""The typed reading of a Message: the fields it may have, their types, their defaults.

A spec is a dict, field name -> kind; a kind says what it takes as protobuf's text parser does.

>>> from weights_convert.prototxt import parse
>>> spec = {"pool": Enum({"MAX": 0, "AVE": 1}, "MAX"), "pad": Repeated(UInt32())}
>>> read(parse("pad: 1 pad: 0x2"), spec, "pooling_param")
namespace(pool='MAX', pad=(1, 2), given=frozenset({'pad'}))

Errors  PrototxtError, "SOURCE:LINE:COLUMN: WHERE: FIELD: found ..., expected ...".
Source  protobuf v3.21 src/google/protobuf/text_format.cc (ConsumeField, ConsumeFieldValue).
"""

import re
import struct
from types import SimpleNamespace

from .errors import PrototxtError
from .prototxt import Field, Message, Number, Word
from .prototxt_strings import quote

_INTEGER = re.compile(r"-?(?P<digits>0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_HEX_OR_OCTAL = re.compile(r"-?0[xX0-9]")
_LONGEST = len(str(2**64))  # digits of a decimal integer that can be in range
_TRUTHS = {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}


def read(message: Message, spec: dict[str, "Kind"], where: str) -> SimpleNamespace:
    """The value of every field of `spec`, and `given`, the frozenset of names that `message` has.

    where: what errors call the message, such as "layer 'pool1': pooling_param".
    Raises PrototxtError for an unknown field, a wrong type, or a field that stands too often.
    """
    _check_names(message, spec, where)
    _check_lists(message, spec, where)
    found: dict[str, list[Field]] = {}
    for field in message.fields:
        found.setdefault(field.name, []).append(field)
    values = {name: kind.default for name, kind in spec.items()}
    for name, fields in found.items():
        values[name] = spec[name].read(message.source, fields, f"{where}: {name}")
    return SimpleNamespace(**values, given=frozenset(found))


class Kind:
    """A type of field.  `expected` says what it takes."""

    expected = ""

    def __init__(self, default: object = None):
        self.default = default

    def read(self, source: str, fields: list[Field], where: str) -> object:
        """The value of a field that may stand once."""
        if len(fields) > 1:
            again, first = fields[1], fields[0]
            raise PrototxtError(
                f"{source}:{again.line}:{again.column}: {where}: found it again, "
                f"expected it once: it stands in line {first.line} already"
            )
        return self.convert(source, fields[0], where)

    def convert(self, source: str, field: Field, where: str) -> object:
        """The value of one field.  Raises PrototxtError if it is not what this kind takes."""
        value = self.take(field.value, where)
        if value is None:
            raise PrototxtError(
                f"{source}:{field.value_line}:{field.value_column}: {where}: "
                f"found {_shown(field.value)}, expected {self.expected}"
            )
        return value

    def take(self, value: Message | Word | Number | str, where: str) -> object:
        """What `value` means to this kind, None if nothing."""
        raise NotImplementedError


class _Integer(Kind):
    low, high = 0, 0

    @property
    def expected(self) -> str:
        return f"an integer from {self.low} to {self.high}"

    def take(self, value, where):
        number = _integer(value, signed=self.low < 0)
        return number if number is not None and self.low <= number <= self.high else None


class UInt32(_Integer):
    """uint32, in decimal, octal (017) or hexadecimal (0xF)."""

    low, high = 0, 2**32 - 1


class Int32(_Integer):
    """int32, written likewise."""

    low, high = -(2**31), 2**31 - 1


class Int64(_Integer):
    """int64, written likewise."""

    low, high = -(2**63), 2**63 - 1


class Float(Kind):
    """A float32, as a Python float; takes decimal integers, exponents, 2f, inf and nan as well."""

    expected = "a number, in decimal"

    def __init__(self, default: float | None = None):
        super().__init__(None if default is None else _float32(default))

    def take(self, value, where):
        text = value.lower() if isinstance(value, Word | Number) else ""
        if text.lstrip("-") in ("inf", "infinity", "nan"):
            return float(text)
        if isinstance(value, Number) and not _HEX_OR_OCTAL.match(text):
            return _float32(float(text.removesuffix("f")))
        return None


class Bool(Kind):
    """A truth value: true, True, t, 1 or false, False, f, 0."""

    expected = "true or false"

    def take(self, value, where):
        if isinstance(value, Word):
            return _TRUTHS.get(value)
        return {0: False, 1: True}.get(_integer(value, signed=False))


class String(Kind):
    """A string in quotes."""

    expected = "a string in quotes"

    def take(self, value, where):
        return value if type(value) is str else None


class Enum(Kind):
    """One of the names of `numbers`, as a str; takes its number too, as protobuf does."""

    def __init__(self, numbers: dict[str, int], default: str | None = None):
        super().__init__(default)
        self.numbers = numbers
        self.expected = f"one of {', '.join(numbers)}, without quotes"

    def take(self, value, where):
        if isinstance(value, Word):
            return str(value) if value in self.numbers else None
        number = _integer(value, signed=True)
        return next((name for name, code in self.numbers.items() if code == number), None)


class Anything(Kind):
    """A message whose inside is not looked at: the Message itself."""

    expected = "a message in braces"

    def take(self, value, where):
        return value if isinstance(value, Message) else None


class Nested(Anything):
    """A message of its own spec: what `read` gives."""

    def __init__(self, spec: dict[str, Kind]):
        super().__init__()
        self.spec = spec

    def take(self, value, where):
        return read(value, self.spec, where) if isinstance(value, Message) else None


class Repeated(Kind):
    """A field that may stand any number of times: a tuple of what `kind` gives."""

    def __init__(self, kind: Kind):
        super().__init__(())
        self.kind = kind

    def read(self, source, fields, where):
        return tuple(self.kind.convert(source, field, where) for field in fields)


def _check_names(message: Message, spec: dict[str, Kind], where: str) -> None:
    for named in (*message.fields, *message.brackets):
        if named.name not in spec:
            raise PrototxtError(
                f"{message.source}:{named.line}:{named.column}: {where} has no field "
                f"{named.name!r}; known: {', '.join(spec)}"
            )


def _check_lists(message: Message, spec: dict[str, Kind], where: str) -> None:
    """A field written as a list is a repeated one, and has its colon unless it is of messages."""
    for name, line, column, colon in message.brackets:
        kind = spec[name]
        place = f"{message.source}:{line}:{column}: {where}: {name}"
        if not isinstance(kind, Repeated):
            raise PrototxtError(f"{place}: found a list, expected {kind.expected}")
        if not colon and not isinstance(kind.kind, Anything):
            raise PrototxtError(f"{place}: found '[', expected ':'")


def _integer(value: object, signed: bool) -> int | None:
    """The integer that a Number states, None if it is none or, not `signed`, has a minus."""
    found = _INTEGER.fullmatch(value) if isinstance(value, Number) else None
    if not found or (value[0] == "-" and not signed):
        return None
    digits = found["digits"]
    if digits[0] == "0":
        number = int(digits, 16 if digits[1:2] in ("x", "X") else 8)
    else:
        number = int(digits[: _LONGEST + 1])  # one digit too many is enough to be out of range
    return -number if value[0] == "-" else number


def _float32(number: float) -> float:
    """`number` as float32 keeps it; beyond its range it is infinite."""
    try:
        return struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _shown(value: Message | Word | Number | str) -> str:
    if isinstance(value, Message):
        return "a message"
    return value if isinstance(value, Word | Number) else quote(value)
