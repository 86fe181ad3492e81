"""Training runs as CSV, from logs made by hand."""

import csv
import json

import pytest
from report_folders import COMMITTED

from benchmarks import sheet
from reproduce import render
from reproduce.reporting import curves
from reproduce.training import curve

MADE = {
    "command": "python -m reproduce.train voc-fcn32s --sample --out DIR",
    "provenance": {
        "commit": "abc",
        "version": "0",
        "python": "3",
        "libraries": {"torch": "2"},
        "device": "a device",
        "threads": 1,
        "date": "2026-01-02",
    },
    "key": {"net": "voc-fcn32s", "data": ["voc2011", "train", "123"], "seed": 7},
}


def scores(iteration, **values):
    return {"event": "scores", "iteration": iteration, "scores": values, "counts": {}}


def loss(iteration, value):
    numbers = {"loss": value, "smoothed_loss": value / 2, "lr": 0.0003000000142492354}
    return {"event": "loss", "iteration": iteration, **numbers, "images_per_second": 1.0}


LINES = [
    {"event": "start", **MADE},
    scores(0, score={"mean_acc": 0.04761904, "mean_iu": 0.036285836}),
    loss(1, 50761.32421875),
    {"event": "warning", "iteration": 1, "text": "the loss"},
    loss(20, 10.0),
    scores(20, score={"mean_acc": 0.5, "mean_iu": 0.25}),
]


def run(folder, lines, name="run"):
    (folder / name).mkdir()
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / name / "log.jsonl").write_text(text)
    return folder / name


def made(folder, *lines, said=0):
    """The rows of the only CSV that is written of a run."""
    assert curve.main([str(run(folder, lines)), "--out", str(folder / "out")]) == said
    [path] = (folder / "out").iterdir()
    with path.open(newline="") as file:
        return path.name, list(csv.DictReader(file))


def test_rows(tmp_path, capsys):
    name, rows = made(tmp_path, *LINES)
    assert name == "curve-voc-fcn32s-sample.csv"
    assert capsys.readouterr().out.strip() == str(tmp_path / "out" / name)
    about = {
        **{"net": "voc-fcn32s", "trained on": "voc2011 train", "ids sha256": "123", "seed": "7"},
        **{"device": "a device", "threads": "1", "python": "3", "torch": "2", "commit": "abc"},
        **{"date": "2026-01-02", "command": MADE["command"]},
    }
    assert set(about) == set(curves.MADE)
    keys = ["iteration", "loss", "smoothed loss", "rate", "mean acc.", "mean IU"]
    assert rows == [
        dict(zip(keys, cells, strict=True)) | about
        for cells in (
            ("0", "-", "-", "-", "4.7619", "3.6286"),
            ("1", "50761.3", "25380.7", "0.0003", "-", "-"),
            ("20", "10", "5", "0.0003", "50.0000", "25.0000"),
        )
    ]


def test_several_scorings_are_named(tmp_path):
    _, rows = made(tmp_path, LINES[0], scores(5, sem={"mean_iu": 0.5}, geo={"pixel_acc": 0.25}))
    assert (rows[0]["sem mean IU"], rows[0]["geo pixel acc."]) == ("50.0000", "25.0000")


def test_what_was_made_after_a_resume_says_so(tmp_path):
    again = {**MADE, "provenance": {**MADE["provenance"], "commit": None, "version": "0.2"}}
    again = {"event": "resume", "iteration": 1, **again}
    _, rows = made(tmp_path, LINES[0], loss(1, 2.0), again, loss(2, 1.0))
    assert [row["commit"] for row in rows] == ["abc", "version 0.2"]


@pytest.mark.parametrize(
    ("command", "data", "name"),
    [
        ("python -m reproduce.train voc-fcn32s", "sbd", "curve-voc-fcn32s.csv"),
        ("python -m reproduce.train voc-fcn32s", "folder", "curve-voc-fcn32s-folder.csv"),
    ],
)
def test_names(tmp_path, command, data, name):
    key = {**MADE["key"], "data": [data, "train", "1"]}
    start = {"event": "start", **MADE, "command": command, "key": key}
    assert made(tmp_path, start, loss(1, 1.0))[0] == name


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([loss(1, 1.0)], "log.jsonl: does not say how the run began, expected a start"),
        (LINES[:1], "log.jsonl: has no loss and no scores yet: expected a run of iterations"),
        ([{"event": "start"}], "log.jsonl: a line is not what reproduce.train writes"),
        ([LINES[0], {"event": "loss", "iteration": 3}], "a line is not what reproduce.train"),
    ],
)
def test_logs_that_are_none(tmp_path, capsys, lines, said):
    assert curve.main([str(run(tmp_path, lines)), "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_no_log(tmp_path, capsys):
    assert curve.main([str(tmp_path)]) == 2
    assert "log.jsonl: no such file, expected a folder that reproduce.train filled" in (
        capsys.readouterr().err
    )


def test_two_runs_of_one_name(tmp_path, capsys):
    runs = [str(run(tmp_path, LINES, name)) for name in ("a", "b")]
    assert curve.main([*runs, "--out", str(tmp_path / "out")]) == 2
    assert "b: gives curve-voc-fcn32s-sample.csv as a run before it does" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_other_commands_leave_curves_alone(tmp_path, capsys):
    folder = tmp_path / "results"
    assert curve.main([str(run(tmp_path, LINES)), "--out", str(folder)]) == 0
    path = folder / "curve-voc-fcn32s-sample.csv"
    before = path.read_bytes()
    assert sheet.main([str(path)]) == 0
    evidence = COMMITTED / "siftflow-sample.json"
    (folder / evidence.name).write_bytes(evidence.read_bytes())
    assert render.main([str(folder)]) == 0
    assert path.read_bytes() == before
    assert not path.with_suffix(".md").exists()
