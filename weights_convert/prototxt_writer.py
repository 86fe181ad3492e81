"""A message as prototxt text."""

from collections.abc import Iterator

from .prototxt_message import Message, Number, Word
from .prototxt_strings import quote


def write_prototxt(message: Message) -> str:
    """Text that `parse` reads back as an equal message, one field a line, two spaces a level.

    >>> print(write_prototxt(Message.of({"layer": {"name": "pool1", "top": ["a", "b"]}})), end="")
    layer {
      name: "pool1"
      top: "a"
      top: "b"
    }
    """
    return "".join(f"{line}\n" for line in _lines(message, ""))


def _lines(message: Message, indent: str) -> Iterator[str]:
    for field in message.fields:
        if isinstance(field.value, Message):
            yield f"{indent}{field.name} {{"
            yield from _lines(field.value, indent + "  ")
            yield f"{indent}}}"
        else:
            bare = isinstance(field.value, Word | Number)
            yield f"{indent}{field.name}: {field.value if bare else quote(field.value)}"
