"""HTML as a tree, for tests: elements with their attributes, texts and what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "meta"}


@dataclass
class Element:
    """name: of the element; inside: texts and elements in their order."""

    name: str
    attributes: dict[str, str | None]
    inside: list[Element | str] = field(default_factory=list)

    def every(self, name: str | None = None, **attributes: str) -> list[Element]:
        """The elements within of that name whose attributes have these values."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self._within()
            if name in (None, one.name) and wanted.items() <= one.attributes.items()
        ]

    def one(self, name: str | None = None, **attributes: str) -> Element:
        """The only such element."""
        [found] = self.every(name, **attributes)
        return found

    @property
    def text(self) -> str:
        """All text within, as it is."""
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    def _within(self) -> Iterator[Element]:
        for part in self.inside:
            if isinstance(part, Element):
                yield part
                yield from part._within()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag, attrs):
        made = Element(tag, dict(attrs))
        assert len(made.attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"</{tag}> within <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].inside.append(data)


def parsed(text: str) -> Element:
    """The tree of a page; fails where an element is not closed in its turn."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].name}> is not closed"
    return reader.open[0]
