"""Two processes train as one with twice the iter_size does."""

import socket
import time

import numpy as np
import pytest
from training_runs import ended, log, started, words

from reproduce import sample
from weights_convert import read_caffemodel

SOLVER = """
from dataclasses import replace
from reproduce.training import on_sample
recipe = on_sample.recipe
fields = {{"iter_size": {}, "clip_gradients": 1e4, "base_lr": 1e-6, "display": 1}}
on_sample.recipe = lambda name: replace(recipe(name), solver=recipe(name).solver | fields)
"""


def two(call, cwd, more):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    return [started(call, cwd, more, **where, RANK=str(r), LOCAL_RANK=str(r)) for r in (0, 1)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The runs of two processes, and of one."""
    folder = tmp_path_factory.mktemp("ranks")
    begun = str(sample.weights("voc-fcn32s"))  # with scores, else the trunk hardly moves
    call = ("--iterations", "3", "--every", "2", "--start", begun)
    found = [ended(one) for one in two(words("two", *call), folder, SOLVER.format(2))]
    alone = ended(started(words("one", *call), folder, SOLVER.format(4)))
    assert [status for status, *_ in (*found, alone)] == [0, 0, 0], (found, alone)
    return folder / "two" / "voc-fcn32s", folder / "one" / "voc-fcn32s", found


def test_parameters_are_those_of_one_process(folders):
    two, one, _ = folders
    for n, within in ((2, 1e-5), (3, 1e-4)):
        ours = read_caffemodel(two / f"train_iter_{n}.caffemodel")
        theirs = read_caffemodel(one / f"train_iter_{n}.caffemodel")
        begun = read_caffemodel(sample.weights("voc-fcn32s"))
        for layer in begun.keys() - {"upscore"}:
            for a, b, start in zip(ours[layer], theirs[layer], begun[layer], strict=True):
                moved, digit = np.abs(b - start).max(), np.spacing(np.abs(b).max())
                assert moved > 10 * digit, layer
                assert np.abs(a - b).max() <= within * moved + digit, layer


def test_losses_and_scores_are_those_of_one_process(folders):
    two, one, _ = folders
    ours, theirs = ([line["loss"] for line in log(folder, "loss")] for folder in (two, one))
    assert len(ours) == 3 and ours == pytest.approx(theirs, rel=1e-5)
    ours, theirs = (log(folder, "scores")[0] for folder in (two, one))
    assert ours["counts"] == theirs["counts"] and ours["images"] == 2


def test_only_the_first_writes_and_prints(folders):
    two, one, ((_, first, told), (_, other, nothing)) = folders
    assert "train_iter_3.caffemodel" in first and (other, nothing) == ("", "")
    assert told.count("iteration 3 of 3") == 1
    assert {path.name for path in two.iterdir()} == {path.name for path in one.iterdir()}


BROKEN = """
from pathlib import Path
from reproduce.errors import DataError
from reproduce.training import passes
import os
class Broken(passes.Passes):
    def __iter__(self):
        if os.environ["RANK"] == "1" and self.taken:
            raise DataError("image x: is broken")
        return super().__iter__()
from reproduce.training import loop
loop.Passes = Broken
"""


def test_an_error_of_one_ends_all(tmp_path):
    call = words("runs", "--iterations", "3", "--every", "1", "--no-scores")
    (status, _, error), (other, *said) = (ended(one) for one in two(call, tmp_path, BROKEN))
    assert (status, other) == (2, 2), error
    assert said == ["", ""]
    assert error.splitlines()[-1] == "error: image x: is broken"


def test_a_rank_that_dies_ends_the_other(tmp_path):
    call = words("runs", "--iterations", "900", "--every", "1", "--no-scores")
    first, other = two(call, tmp_path, "")
    until = time.monotonic() + 100
    while not (tmp_path / "runs" / "voc-fcn32s" / "train_iter_1.rng").exists():
        assert first.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    other.kill()
    status, _, error = ended(first)
    assert status == 2 and "another rank has ended or cannot be reached" in error
    assert "Traceback" not in error and ended(other)[0] == -9


def test_other_numbers_of_processes_do_not_go_on(folders):
    two, _, _ = folders
    call = [*words("two", "--iterations", "4", "--resume")]
    status, _, error = ended(started(call, two.parents[1], SOLVER.format(2)))
    assert status == 2
    assert "is of so many processes: 2, this call has 1" in error
