"""The papers': the forward pass alone, one image, its blobs there where the net is.

Source  CVPR 2015, table 1: 20 trials at 500 x 500; whether they had warm-up, or counted the
        transfer to the GPU, is not stated.  Here: warm-up, no transfer where a runner allows it
"""

from collections.abc import Callable
from functools import partial

from ..bench import Bench, Values
from ..devices import waiting
from ..interleaved import timed

PAUSE = 0.02  # s, in which the threads of the runner before stop waiting for more


def measure(bench: Bench, bar: Callable[[], object]) -> list[dict[str, str]]:
    """Seconds of each runner, for each batch that was asked for, by default 1."""
    rows = []
    for batch in bench.batches or (1,):
        rows += bench.rows("forward", passes(bench, batch, bar), "s", batch)
    return rows


def passes(bench: Bench, batch: int, bar: Callable[[], object]) -> Values:
    """Seconds of forward passes over a batch, of all that are able to."""
    able, blobs = bench.checks(batch).able, bench.case.blobs(batch)
    calls = {
        setting: partial(bench.ready[setting].forward, bench.ready[setting].take(blobs))
        for setting in able
    }
    device = bench.settings[0].device
    return timed(calls, bench.runs, 1, waiting(device), bar, PAUSE if device == "cpu" else 0.0)
