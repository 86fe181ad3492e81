"""The progress bar of what is counted in bytes: on stderr, only on a terminal, after a second."""

from functools import partial

from tqdm import tqdm

byte_bar = partial(tqdm, unit="B", unit_scale=True, leave=False, delay=1, disable=None)
