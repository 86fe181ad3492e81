"""As many cores as a test wants, however many there are."""

from contextlib import contextmanager

import torch


@contextmanager
def using(count):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
