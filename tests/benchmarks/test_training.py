"""The benchmark of a training step measures what it says, and what it compares is the same."""

import csv

import pytest
import torch

from benchmarks import training
from reproduce.training import on_sample


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(training, "SIZE", (40, 50))
    return on_sample.recipe("voc-fcn8s")


def test_both_steps_have_the_same_gradients(small, monkeypatch):
    ours, theirs = training.filled(small), training.filled(small, losses=False)
    found = iter([ours, theirs])
    monkeypatch.setattr(training, "filled", lambda *_, **__: next(found))
    kept = {}
    monkeypatch.setattr(
        training.Solver,
        "apply_update",
        lambda self, loss: kept.update({k: p.grad for k, p in ours.named_parameters()}),
    )
    torch.manual_seed(1)
    training.caffe_step(small)()
    torch.manual_seed(1)
    training.plain_step(small)()
    learned = {name: p.grad for name, p in theirs.named_parameters() if p.requires_grad}
    assert len(learned) == 36
    for name, grad in learned.items():
        assert grad.any(), name
        assert (kept[name] - grad).abs().max() <= 1e-4 * grad.abs().max(), name


def test_rows(small):
    row = training.speed(small, 2)
    assert row["net"] == "voc-fcn8s (narrow)" and row["image"] == "50x40" and row["steps"] == "2"
    assert all(float(row[key]) > 0 for key in ("solver s", "PyTorch s", "ratio"))


def test_the_sheet(small, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(training, "run_python", lambda words: str(len(words[-2]) * 2**30))
    out = tmp_path / "sheet.csv"
    assert training.main(["--sample", "--steps", "1", "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.open()))
    assert [row["what"] for row in rows] == ["time", "memory, plain", "memory, checkpoint"]
    assert [row["peak GiB"] for row in rows] == ["-", "5.000", "10.000"]
    assert rows[2]["ratio"] == "2.000" and "memory, plain" in capsys.readouterr().out


@pytest.mark.train
def test_memory_is_measured(tmp_path):
    [plain, lean] = training.memory("voc-fcn32s", True)
    assert all(0.1 < float(row["peak GiB"]) < 4 for row in (plain, lean))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--steps", "0"], "--steps 0: too few"),
        (["--out", "x.txt"], "--out x.txt: expected a name that ends in .csv"),
        (["--net", "siftflow-fcn8s"], "--net siftflow-fcn8s: has several heads"),
    ],
)
def test_wrong_calls(words, text, capsys):
    assert training.main(words) == 2
    assert text in capsys.readouterr().err
