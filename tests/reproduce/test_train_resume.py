"""A run that is killed goes on as if it never was; what cannot go on is refused in words."""

import json
import os
import shutil
import signal
import time

import pytest
from training_runs import ended, log, run, started, words

from reproduce.lock import locked
from reproduce.training import snapshots

PARTS = ("caffemodel", "solverstate", "rng")


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The folder of a run of five iterations, snapshots after 2, 4 and 5."""
    folder = tmp_path_factory.mktemp("unbroken")
    call = words("runs", "--iterations", "5", "--every", "2", "--no-scores")
    status, _, error = ended(started(call, folder))
    assert status == 0, error
    return folder / "runs" / "voc-fcn32s"


@pytest.fixture
def copied(unbroken, tmp_path):
    """A copy of it that a test may spoil."""
    shutil.copytree(unbroken, tmp_path / "voc-fcn32s")
    return tmp_path / "voc-fcn32s"


def test_a_killed_run_goes_on_bit_for_bit(unbroken, tmp_path):
    call = words("runs", "--iterations", "5", "--every", "2", "--no-scores")
    slow = "import time; from reproduce.training.parallel import Stepper as S; step = S.step\n"
    slow += "S.step = lambda *given: (time.sleep(0.3), step(*given))[1]"
    first = started(call, tmp_path, slow)
    folder = tmp_path / "runs" / "voc-fcn32s"
    until = time.monotonic() + 100
    while not (folder / "train_iter_2.rng").exists():
        assert first.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGKILL)
    ended(first)
    assert not (folder / "train_iter_5.rng").exists()
    status, _, error = ended(started([*call, "--resume"], tmp_path))
    assert status == 0, error
    for name in ("train_iter_5.caffemodel", "train_iter_5.solverstate"):
        assert (folder / name).read_bytes() == (unbroken / name).read_bytes()
    told = [
        {key: line[key] for key in ("iteration", "loss", "smoothed_loss", "lr")}
        for line in log(folder, "loss")
    ]
    assert [line["iteration"] for line in told] == [1, 5]
    assert told == [{key: line[key] for key in told[0]} for line in log(unbroken, "loss")]
    assert len(log(folder, "start")) == len(log(folder, "resume")) == 1
    assert log(folder, "resume")[0]["iteration"] in (2, 4)


def test_resuming_takes_the_newest_whole_snapshot(copied, tmp_path):
    model = copied / "train_iter_5.caffemodel"
    expected = model.read_bytes()
    with model.open("r+b") as file:
        file.truncate(1000)
    call = words(tmp_path, "--iterations", "5", "--no-scores", "--resume")
    status, _, error = ended(started(call, tmp_path))  # as many threads as the unbroken run had
    assert status == 0, error
    assert "train_iter_5 is not whole, going on from train_iter_4" in error
    assert model.read_bytes() == expected


def test_nothing_whole(copied, tmp_path, monkeypatch, capsys):
    for name in ("train_iter_2.rng", "train_iter_4.solverstate", "train_iter_5.caffemodel"):
        (copied / name).unlink()
    assert run(monkeypatch, tmp_path, "--resume") == 2
    assert "no snapshot is whole" in capsys.readouterr().err


def test_no_snapshots_to_resume(tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, tmp_path, "--resume") == 2
    error = capsys.readouterr().err
    assert "--resume: " in error and "has no snapshot" in error and "leave --resume away" in error


def test_snapshots_are_not_overwritten(copied, tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, tmp_path) == 2
    assert "has snapshots of a run, up to train_iter_5: go on with --resume" in (
        capsys.readouterr().err
    )


def test_two_at_once_are_refused(tmp_path, monkeypatch, capsys):
    with locked(tmp_path / "voc-fcn32s.lock"):
        assert run(monkeypatch, tmp_path) == 2
    assert f"process {os.getpid()} is at work on it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (("--seed", "7"), "is of --seed 1337, this call has 7"),
        (("--bf16",), "is of --bf16 False, this call has True"),
    ],
)
def test_another_call_does_not_go_on(copied, tmp_path, monkeypatch, capsys, more, text):
    assert run(monkeypatch, tmp_path, "--resume", *more) == 2
    assert text in capsys.readouterr().err


def test_another_net_or_solver_does_not_go_on(copied, tmp_path, monkeypatch, capsys):
    path = copied / "train_iter_5.rng"
    kept = json.loads(path.read_text())
    kept["state"]["key"]["solver"]["momentum"] = 0.5
    path.write_text(json.dumps(kept))
    assert run(monkeypatch, tmp_path, "--resume") == 2
    error = capsys.readouterr().err
    assert "is of a solver with {'momentum': 0.5}, this call has {'momentum': " in error
    copied.rename(tmp_path / "voc-fcn16s")
    assert run(monkeypatch, tmp_path, "--resume", net="voc-fcn16s") == 2
    assert "is of recipe voc-fcn32s, this call has voc-fcn16s" in capsys.readouterr().err


def test_files_of_another_net_under_the_right_name(copied, tmp_path, monkeypatch, capsys):
    for suffix in snapshots.FILES:
        other = copied / f"train_iter_4.{suffix}"
        (copied / f"train_iter_5.{suffix}").write_bytes(other.read_bytes()[:-9])
        kept = json.loads((copied / "train_iter_5.rng").read_text())
        kept["bytes"][suffix] = other.stat().st_size - 9
        (copied / "train_iter_5.rng").write_text(json.dumps(kept))
    assert run(monkeypatch, tmp_path, "--resume") == 2
    assert "train_iter_5." in capsys.readouterr().err


def test_a_finished_run_has_nothing_left_to_do(copied, tmp_path, monkeypatch, capsys):
    before = {path.name: path.read_bytes() for path in copied.glob("train_iter_*")}
    more = ("--iterations", "5", "--no-scores", "--resume")
    assert run(monkeypatch, tmp_path, *more) == 0
    assert {path.name: path.read_bytes() for path in copied.glob("train_iter_*")} == before
    assert "train_iter_5.caffemodel" in capsys.readouterr().out
