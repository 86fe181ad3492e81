"""A PNG drawn with matplotlib; the same drawing gives the same bytes, whatever the user's settings.

Units   inches at DPI pixels
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reproduce import atomic
from weights_convert.optional import optional

DPI = 100
EXTRA = "train"
SETTINGS = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}


@contextmanager
def picture(path: Path, size: tuple[float, float]) -> Iterator[Any]:
    """A matplotlib Figure of `size`, (width, height) in inches, which is `path` at the end.

    Raises ConvertError naming the extra that installs matplotlib, DataError if `path` cannot be
    written.
    """
    matplotlib, style = optional("matplotlib", EXTRA), optional("matplotlib.style", EXTRA)
    figure = optional("matplotlib.figure", EXTRA).Figure
    with style.context("default", after_reset=True), matplotlib.rc_context(SETTINGS):
        drawn = figure(size, dpi=DPI, layout="constrained")
        yield drawn
        data = io.BytesIO()
        drawn.savefig(data, format="png", metadata={"Software": None})  # it would name a version
    atomic.write(path, data.getvalue())
