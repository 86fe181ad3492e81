"""Samples come in order from a thread and from processes, and so does whatever goes wrong."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from reproduce import masking, sample
from reproduce.datasets import Sample, blobs, open_dataset
from reproduce.errors import ChecksumError, DataError, MissingError
from reproduce.loader import FEW, samples, workers_for

IDS = [f"{number:02}" for number in range(40)]
ROOT = Path(__file__).parents[2]


def read(id, spoilt=None, error=None):
    """A sample whose every value is the number of its id."""
    if id == spoilt:
        raise error
    if id == "00":
        time.sleep(0.2)  # the others are decoded before the first
    number = int(id)
    inputs = {"data": torch.full((1, 3, 4, 5), float(number))}
    return Sample(id, inputs, {"label": np.full((4, 5), number, np.uint8)})


def who(id):
    return Sample(id, {"threads": torch.tensor(torch.get_num_threads())}, {"pid": os.getpid()})


def die(id):
    if id == "20":
        os.kill(os.getpid(), signal.SIGKILL)
    return read(id)


def voc():
    return open_dataset("voc2011", sample.FOLDER, "seg11valid", offline=True, checked=False)


def drawn(id, dataset, mask):
    color = blobs.Input("color", (104.00699, 116.66877, 122.67892))
    return masking.masked(partial(blobs.sample, dataset, inputs={"data": color}), id, mask)


def children_gone():
    until = time.monotonic() + 10
    while multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.01)
    return not multiprocessing.active_children()


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_in_order(workers):
    found = list(samples(read, IDS, workers))
    assert [one.id for one in found] == IDS
    for number, one in enumerate(found):
        assert one.inputs["data"].dtype == torch.float32 and (one.inputs["data"] == number).all()
        assert (one.labels["label"] == number).all()
    assert children_gone()


@pytest.mark.parametrize("workers", [0, 2])
def test_no_image(workers):
    assert list(samples(read, [], workers)) == []


def test_where_they_are_decoded():
    assert {one.labels["pid"] for one in samples(who, IDS, 0)} == {os.getpid()}
    found = list(samples(who, IDS, 2))
    assert os.getpid() not in {one.labels["pid"] for one in found}
    assert {int(one.inputs["threads"]) for one in found} == {1}


def test_how_many(monkeypatch):
    monkeypatch.setattr("reproduce.loader._cores", lambda: 16)
    assert workers_for(FEW - 1) == 0  # starting processes would take longer
    assert [workers_for(FEW, sharing) for sharing in (1, 4, 5, 8, 32)] == [4, 3, 2, 0, 0]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    "error", [DataError("a.png: is bad"), ChecksumError("b"), MissingError("c"), KeyError("d")]
)
def test_what_read_raises_comes_at_its_turn(workers, error):
    todo, found = samples(partial(read, spoilt="17", error=error), IDS, workers), []
    with pytest.raises(type(error)) as caught:
        found.extend(one.id for one in todo)
    assert type(caught.value) is type(error) and str(caught.value) == str(error)
    assert found == IDS[:17]
    assert children_gone()


def test_a_killed_process_is_an_error_in_words():
    found = []
    with pytest.raises(DataError, match=r"^image \d\d or one soon after .* ended from outside"):
        found.extend(one.id for one in samples(die, IDS, 2))
    assert found == IDS[: len(found)] and len(found) <= 20
    assert children_gone()


def test_closing_leaves_no_process():
    with closing(samples(read, IDS, 2)) as todo:
        next(todo)
        assert multiprocessing.active_children()
    assert children_gone()


@pytest.mark.parametrize("mask", masking.MASKS)
def test_a_real_data_set_after_the_net_has_run(mask):
    """A fork lacks the threads of its parent: a product there must not wait for them."""
    torch.nn.functional.conv2d(torch.rand(1, 8, 256, 256), torch.rand(64, 8, 3, 3))
    dataset = voc()
    make = partial(drawn, dataset=dataset, mask=mask)
    for one in samples(make, dataset.ids[:4], 2):
        here = make(one.id)
        assert torch.equal(one.inputs["data"], here.inputs["data"])
        assert np.array_equal(one.labels["label"], here.labels["label"])


def test_processes_that_inherit_nothing(tmp_path):
    """As they start on macOS, and everywhere from Python 3.14 on: what is read is pickled."""
    script = tmp_path / "start.py"
    script.write_text(
        "import multiprocessing\n"
        "from test_loader import IDS, drawn, partial, samples, voc\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.set_start_method('spawn')\n"
        "    make = partial(drawn, dataset=voc(), mask='shape')\n"
        "    print(*(one.id for one in samples(make, voc().ids[:5], 1)))\n"
    )
    run = subprocess.run(
        [sys.executable, script], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert run.stdout.split() == list(voc().ids[:5]) and run.stderr == ""


def environment():
    return os.environ | {"PYTHONPATH": f"{Path(__file__).parent}{os.pathsep}{ROOT}"}


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to find children in")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_processes_do_not_outlive_a_run(how, tmp_path):
    script = (
        "import time\n"
        "from test_loader import *\n"
        "for one in samples(who, IDS * 10, 3):\n"
        "    print(one.labels['pid'], flush=True); time.sleep(0.05)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pids = {int(run.stdout.readline()) for _ in range(12)}
    os.killpg(run.pid, how) if how == signal.SIGINT else os.kill(run.pid, how)
    error = run.communicate(timeout=30)[1]
    until = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, pids))
    if how == signal.SIGINT:  # a process whose run was killed may say that it is alone
        assert error.count("Traceback") == 1  # of the run alone
