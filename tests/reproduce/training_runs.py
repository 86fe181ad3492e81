"""Runs of reproduce.train on the bundled images, which stand in for the drawn training images."""

import json
import os
import subprocess
import sys
from pathlib import Path

from reproduce import sample, train
from reproduce.datasets import open_dataset
from reproduce.training import on_sample

ROOT = Path(__file__).parents[2]
# Steps that move all parameters, and no loss that is not finite within a few.
SCRIPT = """
import sys
import training_runs
training_runs.stand_in()
{more}
from reproduce import train
sys.exit(train.main())
"""


def bundled(folder=None):
    return open_dataset("voc2011", sample.FOLDER, "seg11valid", offline=True, checked=False)


def stand_in():
    on_sample.training_data = bundled


def words(out, *more, net="voc-fcn32s"):
    """A call with few images scored."""
    return [net, "--sample", "--out", str(out), "--device", "cpu", "--limit", "2", *more]


def run(monkeypatch, out, *more, net="voc-fcn32s"):
    """The exit status of a call in this process."""
    monkeypatch.setattr(on_sample, "training_data", bundled)
    return train.main(words(out, *more, net=net))


def started(call, cwd, more="", **environment):
    """A call in a process of its own."""
    paths = f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'reproduce'}"
    script = SCRIPT.format(more=more)
    return subprocess.Popen(
        [sys.executable, "-c", script, *call],
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """(exit status, stdout, stderr)."""
    try:
        texts = process.communicate(timeout=200)
    finally:
        process.kill()
    return process.returncode, *texts


def log(folder, event):
    lines = (Path(folder) / "log.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == event]
