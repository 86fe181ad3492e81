"""Two gloo processes on this machine count as one does, and end in words when one is lost."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from reproduce import results, sample, table, weights
from reproduce.errors import DataError, MissingError
from reproduce.ranks import Ranks, _joined, _told

NET = "voc-fcn-alexnet"
ROOT = Path(__file__).parents[2]
TABLE = "from reproduce import table; import sys; sys.exit(table.main())"
# The narrow net on a user's data, each image taking a while.
DEVKIT = (
    "import sys, time\n"
    "from reproduce import progress, table, weights\n"
    "from reproduce.run import Run\n"
    "Run.weights = lambda self, net: weights.bundled(net)\n"
    "from weights_convert.fast import Fast\n"
    "progress.EVERY, labels = 0, Fast.labels\n"
    "Fast.labels = lambda net, **images: (time.sleep({pause}), labels(net, **images))[1]\n"
    "sys.exit(table.main())"
)


def started(script, words, world=2):
    """The processes of a run, as torchrun would start them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(world)}
    return [
        subprocess.Popen(
            [sys.executable, "-c", script, *words],
            env={**os.environ, **where, "RANK": str(rank), "LOCAL_RANK": str(rank)}
            | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(world)
    ]


def ended(processes):
    """(exit status, stdout, stderr) of each."""
    try:
        found = [process.communicate(timeout=100) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(process.returncode, *texts) for process, texts in zip(processes, found, strict=True)]


@pytest.fixture
def devkit(tmp_path):
    """A user's devkit of six images."""
    shutil.copytree(sample.FOLDER / "VOCdevkit", tmp_path / "VOCdevkit")
    root = tmp_path / "VOCdevkit" / "VOC2011"
    lists = root / "ImageSets" / "Segmentation"
    ids = (lists / "seg11valid.txt").read_text().split()[:6]
    (lists / "few.txt").write_text("\n".join(ids) + "\n")
    words = ["voc2011", "--data", str(tmp_path), "--split", "few", "--nets", NET, "--offline"]
    return root, ids, [*words, "--out", str(tmp_path / "out")]


def row(words):
    [found] = Path(words[-1]).glob("voc2011*.json")
    return results.read(found).rows[NET]


def test_two_count_as_one(tmp_path, capsys):
    words = ["voc2011", "--sample", "--nets", NET, "--limit", "3", "--out"]
    one, two = [*words, str(tmp_path / "one")], [*words, str(tmp_path / "two")]
    assert table.main(one) == 0
    (status, page, error), other = ended(started(TABLE, two))
    assert (status, error) == (0, "") and other == (0, "", "")
    assert "PARTIAL: only the first 3 images" in page
    for key in ("counts", "caffe_labels", "scores", "images", "ids_sha256"):
        assert row(one)[key] == row(two)[key]
    assert row(two)["images"] == 3 and row(two)["provenance"]["ranks"] == 2
    assert "ranks" not in row(one)["provenance"]
    assert not (tmp_path / "two" / ".progress").exists()


def test_a_missing_image_fails_the_row_on_both(devkit):
    root, ids, words = devkit
    (root / "JPEGImages" / f"{ids[3]}.jpg").unlink()
    first, other = ended(started(DEVKIT.format(pause=0.1), words))
    assert (first[0], other[0]) == (2, 2) and other[1:] == ("", "")
    assert first[2].count("\n") == 1
    assert first[2].startswith(f"error: {NET}: ")
    assert f"{ids[3]}.jpg: the image is missing" in first[2]
    assert row(words)["status"] == "failed" and f"{ids[3]}.jpg" in row(words)["reasons"][0]
    kept = sorted((Path(words[-1]) / ".progress").glob("*.json"))
    assert [path.name for path in kept] == [f"voc2011-few.{NET}.{r}of2.json" for r in (0, 1)]
    assert json.loads(kept[1].read_text())["done"] == 1  # ids 1, 3 and 5 are its own


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_rank_ends_the_other_and_the_run_goes_on(devkit, victim, monkeypatch):
    words = devkit[2]
    ranks = started(DEVKIT.format(pause=0.3), words)
    kept = Path(words[-1]) / ".progress" / f"voc2011-few.{NET}.{victim}of2.json"
    until = time.monotonic() + 100
    while not (kept.exists() and json.loads(kept.read_text())["done"]):
        assert time.monotonic() < until and ranks[victim].poll() is None
        time.sleep(0.01)
    os.kill(ranks[victim].pid, signal.SIGKILL)
    found = ended(ranks)
    assert found[victim][0] == -signal.SIGKILL
    status, page, error = found[1 - victim]
    assert status == 2 and page == ""
    assert f"error: rank {1 - victim} of 2: another rank has ended" in error
    assert "Traceback" not in error
    assert 1 <= json.loads(kept.read_text())["done"] < 3
    assert [status for status, *_ in ended(started(DEVKIT.format(pause=0), words))] == [0, 0]
    counted = row(words)["counts"]
    monkeypatch.setattr("reproduce.run.Run.weights", lambda self, net: weights.bundled(net))
    assert table.main(words) == 0
    assert row(words)["counts"] == counted and "ranks" not in row(words)["provenance"]


def test_a_wrong_call_is_said_once(tmp_path):
    words = ["voc2011", "--sample", "--nets", "voc-fcn4s", "--out", str(tmp_path)]
    first, other = ended(started(TABLE, words))
    assert first[0] == other[0] == 2 and other[1:] == ("", "")
    assert first[2].startswith("error: --nets voc-fcn4s: not in voc2011")


ONE_LATE = """
import sys, time
from datetime import timedelta
from reproduce.command import command
from reproduce.ranks import joined

@command
def main(arguments):
    with joined(waiting=timedelta(seconds=1)) as ranks:
        ranks.together(lambda: None if ranks.first else time.sleep(8))
    return 0

sys.exit(main(None))
"""


def test_a_rank_that_hangs_is_not_waited_for_for_ever():
    (status, _, error), _ = ended(started(ONE_LATE, []))
    assert status == 2 and error.splitlines()[-1].startswith(
        "error: rank 0 of 2: another rank has ended or cannot be reached ("
    )


STEPS = """
import time
import torch
from reproduce.ranks import joined

done = []
def fetch():
    time.sleep(0 if ranks.rank else 0.5)
    with open(FOLDER + "/order", "a") as file:
        file.write(str(ranks.rank))
    return ranks.rank

with joined() as ranks:
    assert ranks.in_turn(fetch) == ranks.rank
    big = torch.tensor([[2**53 + 1, ranks.rank]])
    assert ranks.summed(big).tolist() == [[2**54 + 2, 1]] and big[0, 1] == ranks.rank
    assert ranks.longest(ranks.rank + 0.5) == 1.5
"""


def test_sums_are_exact_and_the_first_goes_first(tmp_path):
    script = f"FOLDER = {str(tmp_path)!r}\n{STEPS}"
    assert ended(started(script, [])) == [(0, "", "")] * 2
    assert (tmp_path / "order").read_text() == "01"


def test_shares():
    ids = tuple("abcdefg")
    assert [Ranks(rank, 3).share(ids) for rank in range(3)] == [
        tuple("adg"),
        ("b", "e"),
        ("c", "f"),
    ]
    assert Ranks().share(ids) == ids
    assert Ranks(4, 5).share(("a", "b")) == ()


def test_a_gpu_for_each(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    third = Ranks(7, 8, local=3)
    assert [third.device(name) for name in ("auto", "cuda", "cuda:1", "cpu")] == [
        "cuda:3",
        "cuda:3",
        "cuda:1",
        "cpu",
    ]
    assert Ranks().device("auto") == "auto"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert third.device("auto") == "auto"


def test_alone_nothing_is_exchanged():
    alone = Ranks()
    assert alone.together(lambda: 1) == alone.in_turn(lambda: 1) == 1
    assert alone.summed(torch.tensor([3])).tolist() == [3] and alone.longest(2.5) == 2.5
    alone.check()


def test_reasons_of_several_ranks():
    missing = [_told(MissingError("a is missing")), _told(MissingError("b is missing"))]
    assert type(_joined(missing)) is MissingError
    assert str(_joined([*missing, missing[0]])) == "a is missing; b is missing"
    mixed = _joined([missing[0], _told(MemoryError("of it"))])
    assert type(mixed) is DataError and str(mixed) == "a is missing; not enough memory: of it"


def test_an_environment_that_is_not_whole(monkeypatch, capsys):
    for name in ("MASTER_ADDR", "MASTER_PORT", "RANK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert table.main(["voc2011", "--sample"]) == 2
    assert "error: torchrun: the ranks cannot meet: " in capsys.readouterr().err
