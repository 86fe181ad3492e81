"""The threads of the fast engine: whatever they are given, all of it is done once."""

import os
import threading
import time
import warnings

import pytest
import torch
from cores import using

from weights_convert.fast import crew


@pytest.fixture
def cores():
    """Four of them, however many there are."""
    with using(4):
        yield 4


@pytest.mark.parametrize(
    "total, most, parts, expected",
    [
        (10, 3, 1, [(0, 2), (2, 5), (5, 7), (7, 10)]),
        (10, 10, 1, [(0, 10)]),
        (10, 0, 1, [(i, i + 1) for i in range(10)]),
        (10, 4, 2, [(0, 2), (2, 5), (5, 7), (7, 10)]),  # not three, of which one would be alone
        (3, 9, 4, [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_cuts(total, most, parts, expected):
    assert crew.cuts(total, most, parts) == expected


def test_each_part_is_computed_once_and_on_one_core(cores):
    seen, together = [], threading.Barrier(cores)

    def work(part):
        together.wait(10)  # all threads are there at once
        seen.append((part, torch.get_num_threads(), crew.size(), torch.is_inference_mode_enabled()))

    def conduct():
        crew.each(work, range(2 * cores))
        return crew.size()

    assert crew.conducted(conduct) == cores
    assert sorted(seen) == [(part, 1, 1, True) for part in range(2 * cores)]


def test_threads_of_others_keep_their_number(cores):
    crew.conducted(lambda: crew.each(lambda part: torch.ones(9), range(8)))
    found = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert [torch.get_num_threads(), *found] == [cores, cores]


def test_together_is_on_all_cores(cores):
    assert crew.conducted(lambda: crew.together(torch.get_num_threads)) == cores
    assert crew.together(lambda: 7) == 7  # nothing is conducted here


def test_an_error_ends_all_and_is_raised(cores):
    ended = []

    def work(part):
        if part == 1:
            raise ValueError("part 1")
        time.sleep(0.05)
        ended.append(part)

    with pytest.raises(ValueError, match="part 1"):
        crew.conducted(lambda: crew.each(work, range(100)))
    count = len(ended)
    assert count < 50
    time.sleep(0.15)
    assert len(ended) == count


def test_on_one_core_all_is_done_where_it_is_called(cores):
    torch.set_num_threads(1)
    seen = []
    work = lambda part: seen.append((part, threading.current_thread()))  # noqa: E731
    crew.conducted(lambda: crew.each(work, range(3)))
    assert seen == [(part, threading.current_thread()) for part in range(3)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_threads_of_its_own(cores):
    crew.conducted(lambda: crew.each(time.sleep, [0] * 8))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads
        child = os.fork()
    if not child:
        found = []
        crew.conducted(lambda: crew.each(found.append, range(8)))
        os._exit(0 if sorted(found) == list(range(8)) else 1)
    deadline = time.monotonic() + 20
    while (done := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.05)
    if done == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert done == (child, 0)
