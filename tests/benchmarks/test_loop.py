"""The benchmark of the loop measures the loop: what it draws, counts and writes."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import loop
from reproduce.datasets import Sample, open_dataset

WORDS = ["--images", "3", "--runs", "1", "--out"]


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(loop, "DRAWN", 2)


def test_a_row_for_each_number_of_workers(tmp_path, capsys, few):
    assert loop.main([*WORDS, str(tmp_path / "out" / "loop.csv")]) == 0
    text = (tmp_path / "out" / "loop.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["workers"] for row in rows] == ["0", "1", "2", "auto"]
    for row in rows:
        assert (row["images"], row["runs"]) == ("3", "1")
        assert row["data"].startswith("2 drawn, 500 x 375, JPEGs of ")
        assert 0 < float(row["slowest"]) <= float(row["images/s"]) <= float(row["fastest"])
        assert float(row["CPU ms/image"]) > 0 and 0 <= float(row["in net"]) < 1
        assert row["cpu"] and row["torch"] and row["command"].startswith("python -m benchmarks")
    assert (tmp_path / "out" / "loop.md").read_text("utf-8") == capsys.readouterr().out


def test_what_is_drawn_is_like_voc(tmp_path):
    loop.draw(tmp_path, 2)
    dataset = open_dataset("voc2012", tmp_path, "val", offline=True)
    assert len(dataset) == 2
    for id in dataset.ids:
        assert dataset.image(id, "color").shape == (375, 500, 3)
        label = dataset.labels(id)["label"]
        assert label.shape == (375, 500) and len(np.unique(label)) > 10
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.jpg")]
    assert all(80_000 < size < 100_000 for size in sizes)  # VOC's are about 90 kB
    assert {Image.open(path).mode for path in tmp_path.rglob("*.png")} == {"P"}


def test_own_data(tmp_path, few):
    loop.draw(tmp_path, 2)
    words = ["--data", str(tmp_path), *WORDS, str(tmp_path / "loop.csv")]
    assert loop.main(words) == 0
    text = (tmp_path / "loop.csv").read_text("utf-8")
    assert "VOC2012 val" in text and str(tmp_path) not in text


def test_the_stand_in_gives_every_class():
    labels = {"label": np.zeros((4, 42), np.uint8)}
    found = loop.stripes(Sample("a", {}, labels))["score"]
    assert found.dtype == torch.uint8 and found.shape == (4, 42)
    assert found.unique().tolist() == list(range(21)) and (found[0] == found[3]).all()


def test_medians_by_hand():
    runs = [{"seconds": s, "net": n, "cpu": 0.5} for s, n in ((1, 0.5), (4, 1.0), (2, 0.8))]
    assert loop._row(runs, 100) == {
        "images/s": "50.0",
        "slowest": "25.0",
        "fastest": "100.0",
        "CPU ms/image": "5.00",
        "in net": "0.400",
    }


@pytest.mark.parametrize(
    "words, error",
    [
        (["--images", "0"], "--images 0: too few, expected at least 1"),
        (["--runs", "0"], "--runs 0: too few, expected at least 1"),
        (["--out", "loop.md"], "--out loop.md: expected a name that ends in .csv"),
        (["--data", "nowhere", "--images", "1"], "VOC2012"),
    ],
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, capsys, words, error):
    monkeypatch.chdir(tmp_path)
    assert loop.main(words) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and error in line
    assert not list(Path("results").glob("*"))
