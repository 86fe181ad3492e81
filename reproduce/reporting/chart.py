"""Lines in a coordinate system, as SVG; told apart by mark and dashes as well as by colour.

The style sheet has the colours and dashes of `series0` to `series5`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .markup import Html, joined, tag

WIDTH, HEIGHT = 560, 280
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 30, 44
MARKS = ("circle", "square", "triangle", "diamond", "cross", "ring")


@dataclass(frozen=True)
class Line:
    """points: (x, y) from left to right; marked: whether each has a mark; faint: in the back."""

    name: str
    points: tuple[tuple[float, float], ...]
    marked: bool = True
    faint: bool = False


@dataclass(frozen=True)
class Axis:
    """A direction of the chart; log: whether its steps are factors; named: (value, its text)."""

    title: str
    low: float
    high: float
    log: bool = False
    named: tuple[tuple[float, str], ...] = ()

    def place(self, value: float) -> float:
        """Where `value` is, from 0 to 1."""
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        """The values that are written beside it, and how."""
        return list(self.named) or [(value, f"{value:g}") for value in self._round()]

    def _round(self) -> list[float]:
        if not self.log:
            return _steps(self.low, self.high)
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        wide = math.log10(self.high / self.low) > 3
        every = (f * 10.0**decade for decade in decades for f in ((1,) if wide else (1, 2, 5)))
        return [value for value in every if self.low * 0.999 <= value <= self.high * 1.001]


def axis(title: str, values: Sequence[float], *, log: bool = False, zero: bool = False) -> Axis:
    """An axis with room for all values; zero: beginning there.  Not log if a value forbids it."""
    log = log and min(values) > 0
    low, high = min(values), max(values)
    if log:
        margin = (high / low) ** 0.04 if high > low else 2
        return Axis(title, low / margin, high * margin, True)
    low = min(0.0, low) if zero else low
    return Axis(title, low, high if high > low else low + 1)


def _steps(low: float, high: float) -> list[float]:
    """About five round numbers from low to high.

    >>> _steps(0, 600)
    [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0]
    """
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((f * power for f in (1, 2, 5, 10)), key=lambda each: abs(each - rough))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def chart(label: str, lines: Sequence[Line], x: Axis, y: Axis) -> Html:
    """The lines with a legend; label: what is seen, for those who do not see it."""
    parts = (_line(index, line, x, y) for index, line in enumerate(lines))
    drawing = tag(
        "svg",
        *_frame(x, y),
        *parts,
        role="img",
        aria_label=label,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
    )
    keys = (_key(index, line) for index, line in enumerate(lines))
    return tag(
        "figure",
        tag("p", *keys, class_="legend"),
        tag("div", drawing, class_="box"),
        class_="chart",
    )


def _at(x: Axis, y: Axis, point: tuple[float, float]) -> tuple[str, str]:
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return (
        f"{LEFT + wide * x.place(point[0]):.1f}",
        f"{TOP + high * (1 - y.place(point[1])):.1f}",
    )


def _frame(x: Axis, y: Axis) -> Iterator[Html]:
    bottom = HEIGHT - BOTTOM
    for value, text in y.ticks():
        _, at = _at(x, y, (x.low, value))
        yield tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at, class_="rule")
        yield tag("text", text, x=LEFT - 8, y=at, class_="tick-y")
    for value, text in x.ticks():
        at, _ = _at(x, y, (value, y.low))
        yield tag("line", x1=at, x2=at, y1=bottom, y2=bottom + 5, class_="tick")
        yield tag("text", text, x=at, y=bottom + 18, class_="tick-x")
    yield tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom, class_="tick")
    yield tag("text", x.title, x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 6, class_="axis-x")
    yield tag("text", y.title, x=0, y=12, class_="axis-y")


def _line(index: int, line: Line, x: Axis, y: Axis) -> Html:
    places = [_at(x, y, point) for point in line.points]
    path = "M" + "L".join(f"{a} {b}" for a, b in places)
    marks = joined(_mark(index, *place) for place in places) if line.marked else ""
    titles = tag("title", line.name)
    return tag("g", titles, tag("path", d=path, class_="line"), marks, class_=_style(index, line))


def _style(index: int, line: Line) -> str:
    return f"series{index % len(MARKS)}{' faint' * line.faint}"


def _mark(index: int, x: object, y: object) -> Html:
    kind = MARKS[index % len(MARKS)]
    shapes = {
        "circle": "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
        "square": "M-3-3h6v6h-6z",
        "triangle": "M0-4l4 7h-8z",
        "diamond": "M0-4.5l4 4.5-4 4.5-4-4.5z",
        "cross": "M-3-3l6 6M3-3l-6 6",
        "ring": "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    }
    return tag("path", d=shapes[kind], transform=f"translate({x} {y})", class_=f"mark {kind}")


def _key(index: int, line: Line) -> Html:
    inner = [tag("path", d="M0 6h28", class_="line"), _mark(index, 14, 6) if line.marked else ""]
    swatch = tag("svg", *inner, width=28, height=12, viewBox="0 0 28 12", aria_hidden="true")
    return tag("span", swatch, line.name, class_=_style(index, line))
