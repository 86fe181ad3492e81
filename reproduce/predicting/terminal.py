"""A picture in the terminal: sixels where it says that it draws them, else half blocks in colour.

Source  the terminals' reports: ECMA-48 and DEC's device attributes, of which 4 is sixel graphics
"""

import os
import re
import select
import shutil
import sys
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageShow

from ..errors import DataError

ASK, ANSWER = "\x1b[c", re.compile(rb"\x1b\[\?([\d;]*)c")
PATIENCE = 0.3  # seconds that a terminal has to answer
WIDEST = 800  # pixels of a sixel picture
COLOURS = 255


def half_blocks(rgb: np.ndarray, columns: int, lines: int) -> str:
    """The picture (H, W, 3) uint8 in at most so many columns and lines, two pixels a character."""
    image = _fitted(rgb, columns, 2 * lines)
    if len(image) % 2:
        image = np.concatenate([image, image[-1:]])
    rows = []
    for upper, lower in zip(image[::2], image[1::2], strict=True):
        cells = (
            f"\x1b[38;2;{';'.join(map(str, up))}m\x1b[48;2;{';'.join(map(str, down))}m\u2580"
            for up, down in zip(upper.tolist(), lower.tolist(), strict=True)
        )
        rows.append("".join(cells) + "\x1b[0m")
    return "\n".join(rows) + "\n"


def sixels(rgb: np.ndarray) -> str:
    """The picture (H, W, 3) uint8 as sixel graphics of at most 255 colours."""
    image = Image.fromarray(_fitted(rgb, WIDEST, WIDEST)).quantize(COLOURS)
    indices = np.array(image)
    palette = np.array(image.getpalette(), int).reshape(-1, 3)
    used = np.unique(indices).tolist()
    percent = {i: (100 * palette[i] + 127) // 255 for i in used}
    colours = "".join(f"#{i};2;{';'.join(map(str, percent[i].tolist()))}" for i in used)
    height, width = indices.shape
    bands = "-".join("$".join(_band(indices[top : top + 6])) for top in range(0, height, 6))
    return f'\x1bPq"1;1;{width};{height}{colours}{bands}\x1b\\\n'


def _band(rows: np.ndarray) -> Iterator[str]:
    """Six rows: for each colour in them, which of the six pixels of each column have it."""
    weights = 1 << np.arange(len(rows))[:, None]
    for colour in np.unique(rows).tolist():
        bits = ((rows == colour) * weights).sum(0).tolist()
        text = "".join(chr(63 + one) for one in bits)
        packed = re.sub(r"(.)\1{3,}", lambda run: f"!{len(run[0])}{run[1]}", text)
        yield f"#{colour}{packed}"


def show(rgb: np.ndarray) -> None:
    """Prints the picture in the terminal, or opens a viewer where standard output is none.

    Raises DataError where there is neither.
    """
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        columns, lines = shutil.get_terminal_size()
        text = sixels(rgb) if draws_sixels() else half_blocks(rgb, columns, max(lines - 2, 1))
        sys.stdout.write(text)
        sys.stdout.flush()
    elif not (_has_windows() and ImageShow.show(Image.fromarray(rgb))):
        raise DataError(
            "--show: standard output is no terminal that draws, and no viewer of images was found: "
            "open the file instead"
        )


def _has_windows() -> bool:
    """Whether a viewer could open one; without, xdg-open looks for browsers of text, and complains.

    On Unix other than macOS the display is named in the environment.
    """
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def draws_sixels() -> bool:
    """Whether the terminal says so when it is asked; no where it cannot be."""
    try:
        import termios
        import tty

        with open(os.ctermid(), "r+b", buffering=0) as terminal:  # noqa: PTH123
            before = termios.tcgetattr(terminal)
            try:
                tty.setcbreak(terminal)
                terminal.write(ASK.encode())
                return says_sixels(_answer(terminal.fileno()))
            finally:
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    except (ImportError, AttributeError, OSError):  # not Unix, or no terminal of one's own
        return False


def says_sixels(answer: bytes) -> bool:
    """Whether a terminal's device attributes name sixel graphics.

    >>> says_sixels(b"\\x1b[?62;4;22c"), says_sixels(b"\\x1b[?64;22c"), says_sixels(b"")
    (True, False, False)
    """
    found = ANSWER.search(answer)
    return bool(found) and b"4" in found[1].split(b";")[1:]


def _answer(terminal: int) -> bytes:
    answer = b""
    while not ANSWER.search(answer) and select.select([terminal], [], [], PATIENCE)[0]:
        answer += os.read(terminal, 64)
    return answer


def _fitted(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    """The picture, shrunk in proportion if it is larger."""
    factor = min(1, width / rgb.shape[1], height / rgb.shape[0])
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return np.array(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))
