"""Puts every `# Caffe:` mark of the code into caffe-and-pytorch.md: `python docs/caffe_marks.py`.

A mark is such a comment, to its end.  THEMES says on which table of the page the marks of a file
stand; a file with marks and without a theme is an error, so that the page lacks none.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "caffe-and-pytorch.md"
CODE = ("weights_convert", "reproduce")
# theme -> files, relative to the checkout; `*` crosses folders; the first theme that fits counts
THEMES = {
    "windows": (
        *("weights_convert/window.py", "*/layers/pooling.py", "*/layers/crop.py"),
        *("*/layers/*convolution.py", "*/layers/im2col.py"),
    ),
    "losses": (
        *("*/layers/*loss.py", "*/layers/accuracy.py", "weights_convert/lossnormalizer.py"),
        "weights_convert/classlabels.py",
    ),
    "layers": ("*/layers/*", "weights_convert/to_*/step.py"),
    "files": (
        *("weights_convert/prototxt*", "weights_convert/upgrade*", "weights_convert/caffemodel*"),
        *("weights_convert/blobproto.py", "weights_convert/wire.py", "weights_convert/mapped.py"),
        *("weights_convert/hdf5.py", "weights_convert/solver*", "weights_convert/load.py"),
    ),
    "nets": (
        *("weights_convert/graph.py", "weights_convert/net.py", "weights_convert/pycaffe*"),
        *("weights_convert/to_*", "weights_convert/backward.py", "weights_convert/cropping.py"),
        "weights_convert/fast/*",
    ),
    "beginnings": (
        *("weights_convert/filler.py", "weights_convert/surgery.py", "weights_convert/trunks/*"),
        "reproduce/training/start.py",
    ),
    "solver": ("reproduce/solver/*", "reproduce/training/*", "reproduce/recipes/*"),
    "data": ("reproduce/*",),
}
MARK = re.compile(r"(?<!`)# Caffe: (.*)")
TABLE = re.compile(r"(<!-- marks: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


class Mark(NamedTuple):
    """A mark: the file, relative to the checkout, and what it says."""

    file: str
    text: str


def marks() -> list[Mark]:
    """All marks, by file and line."""
    files = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    return [mark for path in files for mark in _of_file(path)]


def _of_file(path: Path) -> Iterator[Mark]:
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if match := MARK.search(line):
            code = line[: match.start()].strip()
            whole = code or _continued(lines[number + 1 :])
            text = f"{match[1]} {whole}" if not code else _beside(match[1], code)
            yield Mark(path.relative_to(ROOT).as_posix(), " ".join(text.split()))


def _continued(lines: list[str]) -> str:
    """The rest of a comment that stands on lines of its own."""
    rest = []
    for line in lines:
        if not line.strip().startswith("# "):
            break
        rest.append(line.strip()[2:])
    return " ".join(rest)


def _beside(text: str, code: str) -> str:
    """A mark at the end of a line of code; without it, if that is a line for another file."""
    return text.rstrip('"]') if code.endswith('"') else f"{text} (`{code}`)"


def theme_of(file: str) -> str:
    """Raises ValueError for a file that no theme has."""
    for theme, patterns in THEMES.items():
        if any(fnmatch(file, pattern) for pattern in patterns):
            return theme
    raise ValueError(f"{file}: has a mark and no theme, give it one in docs/caffe_marks.py")


def filled(page: str) -> str:
    """`page` with the marks in its tables."""
    found = marks()
    themes = {theme: [mark for mark in found if theme_of(mark.file) == theme] for theme in THEMES}
    return TABLE.sub(lambda table: table[1] + _table(themes.pop(table[2])) + table[3], page)


def _table(found: list[Mark]) -> str:
    rows, last = ["| file | Caffe |", "|---|---|"], ""
    for mark in found:
        name = mark.file.removeprefix("weights_convert/")
        file = f"[{name}](../{mark.file})" if mark.file != last else ""
        last = mark.file
        text = mark.text.replace("|", "\\|")
        rows.append(f"| {file} | {text} |")
    return "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
