"""The loading benchmark measures what it says, in processes of its own."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import load
from weights_convert import write_caffemodel

NET = Path(__file__).parents[1] / "golden" / "nets" / "voc-fcn8s"
FILES = ["--prototxt", str(NET / "net.prototxt"), "--weights", str(NET / "weights.caffemodel.gz")]


def test_both_calls_in_csv_and_table(tmp_path, capsys):
    assert load.main([*FILES, "--runs", "1", "--out", str(tmp_path / "out" / "load.csv")]) == 0
    text = (tmp_path / "out" / "load.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["call"] for row in rows] == ["read_caffemodel", "load_net"]
    for row in rows:
        assert (row["weights"], row["file MB"], row["runs"]) == (
            "weights.caffemodel.gz",
            "0.4",
            "1",
        )
        assert 0 < float(row["seconds"]) < 60 and float(row["peak / file"]) > 1
        assert row["cpu"] and int(row["cores"]) and row["torch"] and row["python"]
    peaks = [float(row["peak MB"]) for row in rows]
    assert peaks[1] > 2 * peaks[0]  # torch, which read_caffemodel does without
    table = (tmp_path / "out" / "load.md").read_text("utf-8")
    assert table == capsys.readouterr().out
    assert rows[0]["seconds"] in table and str(NET.parent) not in text + table


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read memory from")
def test_memory_is_that_of_the_call(tmp_path):
    write_caffemodel(tmp_path / "w.caffemodel", {"a": [np.ones(1 << 24, np.float32)]})
    command = [sys.executable, "-m", "benchmarks.load_once", "read_caffemodel"]
    run = subprocess.run(
        [*command, str(tmp_path / "w.caffemodel")], capture_output=True, text=True, check=True
    )
    measured = json.loads(run.stdout)
    assert 1 <= measured["growth"] / (4 << 24) < 1.25 and measured["peak"] > measured["growth"]


def test_medians_by_hand():
    runs = [{"seconds": s, "peak": p, "growth": None} for s, p in ((1, 3e8), (3, 4e8), (2, 9e8))]
    row = load._row("load_net", "w", 538_000_000, runs)
    assert (row["file MB"], row["runs"], row["seconds"]) == ("538.0", "3", "2.000")
    assert (row["fastest"], row["slowest"]) == ("1.000", "3.000")
    assert (row["peak MB"], row["peak / file"]) == ("400", "0.743")
    assert row["growth MB"] == row["growth / file"] == "not known"


@pytest.mark.parametrize(
    "arguments, error",
    [
        (["--weights", "w"], "--prototxt, --weights: only one is given"),
        (["--runs", "0"], "--runs 0: too few, expected at least 1"),
        (["--out", "load.md"], "--out load.md: expected a name that ends in .csv"),
        (["--prototxt", "p", "--weights", "w"], "p: no such file, expected a prototxt"),
        ([*FILES[:3], FILES[1]], "net.prototxt: not a caffemodel but text"),
    ],
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, capsys, arguments, error):
    monkeypatch.setenv("PYTHONPATH", str(Path(load.__file__).parents[1]))
    monkeypatch.chdir(tmp_path)
    assert load.main(arguments) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and error in line
    assert not list(tmp_path.glob("results/*"))
