"""From a JPEG file to a PNG file of labels: decoding, blob, net, argmax, palette, writing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from reproduce import nets
from reproduce.datasets.voc import colour_map
from reproduce.predicting.drawing import label_png

from ..bench import Bench
from ..case import Case
from ..cases import blobs_of
from ..devices import waiting
from ..interleaved import timed
from ..runners import Runner
from .forward import PAUSE


def measure(bench: Bench, bar: Callable[[], object]) -> list[dict[str, str]]:
    """Seconds for one image."""
    calls = {
        setting: partial(label, bench.case, bench.ready[setting], bench.case.folder)
        for setting in bench.checks(1).able
    }
    wait = waiting(bench.settings[0].device)
    return bench.rows("end-to-end", timed(calls, bench.runs, 1, wait, bar, PAUSE), "s")


def label(case: Case, runner: Runner, folder: Path) -> list[Path]:
    """The files written, one for each head."""
    with Image.open(case.jpeg) as image:
        rgb = np.array(image.convert("RGB"))
    taken = runner.take(blobs_of(nets.load(case.net), rgb))
    files = []
    for head, labels in runner.labels(taken).items():
        files.append(folder / f"{head}.png")
        files[-1].write_bytes(label_png(labels[0], colour_map()))
    return files
