"""HTML from Python: elements, attributes, and texts that are escaped unless they are markup."""

import html
import re
from collections.abc import Iterable

VOID = {"img", "meta"}  # elements without an end


class Html(str):
    """Markup.  Any other text is escaped before it comes into a page."""

    __slots__ = ()


def escaped(value: object) -> Html:
    """`value` as markup.

    >>> escaped("a < b"), escaped(Html("<b>"))
    ('a &lt; b', '<b>')
    """
    return value if isinstance(value, Html) else Html(html.escape(str(value)))


def joined(parts: Iterable[object], between: str = "") -> Html:
    """The parts in a row, each escaped unless it is markup."""
    return Html(between.join(map(escaped, parts)))


def tag(element: str, *inside: object, **attributes: object) -> Html:
    """An element.  An attribute that is None or False is left out, one that is True has no value.

    >>> tag("td", "1 < 2", class_="number", data_at=3, hidden=True)
    '<td class="number" data-at="3" hidden>1 &lt; 2</td>'
    """
    words = [element, *(_attribute(name, value) for name, value in attributes.items())]
    start = f"<{' '.join(filter(None, words))}>"
    return Html(start if element in VOID else f"{start}{joined(inside)}</{element}>")


def _attribute(name: str, value: object) -> str:
    name = name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return name if value is True else f'{name}="{html.escape(str(value))}"'


def prose(text: str) -> Html:
    """A line of text in which `commands` are set as code.

    >>> prose("run `a > b` now")
    'run <code>a &gt; b</code> now'
    """
    return joined(
        tag("code", part) if index % 2 else part for index, part in enumerate(text.split("`"))
    )


def anchor(*names: str) -> str:
    """An id that is another one for other names, whatever they hold.

    >>> anchor("made", "voc-fcn8s"), anchor("a b", "c.d")
    ('made.voc-fcn8s', 'a_20_b.c_2e_d')
    """
    return ".".join(
        re.sub(r"[^A-Za-z0-9-]", lambda sign: f"_{ord(sign[0]):x}_", name) for name in names
    )
