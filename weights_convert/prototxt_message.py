"""What a prototxt says, field by field and before any type is known: Message, Field, Word, Number.

Units   line and column count from 1, the column in characters; 0 where no file was read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import NamedTuple

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Word(str):
    """A bare identifier such as MAX, true or inf."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Word({str(self)!r})"


class Number(str):
    """A number as it was written, its minus sign put next to it: -1e-4, 0x10, 2f, -inf."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Number({str(self)!r})"


@dataclass(frozen=True, eq=False)
class Field:
    """`name: value`.  Equal to a field that says the same elsewhere; "MAX" is not Word("MAX")."""

    name: str
    value: "Message | Word | Number | str"
    line: int = 0  # of the name
    column: int = 0
    value_line: int = 0
    value_column: int = 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Field):
            return NotImplemented
        same_kind = self.name == other.name and type(self.value) is type(other.value)
        return same_kind and self.value == other.value

    __hash__ = None


class Bracket(NamedTuple):
    """The `[` of a field written as a list, perhaps empty; `colon`: whether one led to it."""

    name: str
    line: int
    column: int
    colon: bool


@dataclass
class Message:
    """The fields between two braces, or of a whole file, in order.  Equal if the fields are.

    >>> Message.of({"pool": Word("MAX"), "pad": [0, 1]}).all("pad")
    [Number('0'), Number('1')]
    """

    source: str = field(default="<python>", compare=False)
    line: int = field(default=0, compare=False)  # of its opening brace
    column: int = field(default=0, compare=False)
    fields: list[Field] = field(default_factory=list)
    brackets: list[Bracket] = field(default_factory=list, compare=False, repr=False)

    def all(self, name: str) -> list["Message | Word | Number | str"]:
        """The values of every field `name`, in order."""
        return [field.value for field in self.fields if field.name == name]

    def names(self) -> list[str]:
        """Each name once, in the order of its first field."""
        return list(dict.fromkeys(field.name for field in self.fields))

    @classmethod
    def of(cls, values: Mapping) -> "Message":
        """The message that `values`, name -> value, would be read back as.

        A mapping becomes a message, a list or tuple a repeated field, a str a string; bool, int and
        float what they are.  Raises TypeError for other types, ValueError for a name that is none.
        """
        message = cls()
        for name, value in values.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"field {name!r}: not a name, expected letters, digits and '_'")
            items = value if isinstance(value, list | tuple) else (value,)
            message.fields += [Field(name, _value(name, item)) for item in items]
        return message


def _value(name: str, value: object) -> Message | Word | Number | str:
    """`value` as the parser would give it."""
    match value:
        case Message() | str():
            return value
        case Mapping():
            return Message.of(value)
        case bool():
            return Word(str(value).lower())
        case Integral():
            return Number(int(value))
        case Real():
            text = repr(float(value))  # the shortest that reads back as the same number
            return Word(text) if text in ("inf", "nan") else Number(text)
    raise TypeError(
        f"field {name!r}: a {type(value).__name__}, expected a mapping, str, bool, int or float"
    )
