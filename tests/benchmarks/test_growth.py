"""The sweeps are those asked for, each point is run once, and failures are told, not hidden."""

import csv
import json
import sys
from pathlib import Path

import pytest

from benchmarks import cases, growth, growth_once, growth_point
from benchmarks.growth_point import Plan, Point, runs_at
from benchmarks.runners import Setting, UnableError, onnxruntime
from benchmarks.speed_once import request
from reproduce.errors import DataError

pytest.importorskip("matplotlib")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
SMALL = ["--sample", "--base", "32x32", "--size", "32x32", "40x48", "--batch", "2", "--runs", "2"]
NUMBERS = {"median": "1.5", "p10": "1.0", "p90": "2.0", "growth MB": "3", "peak MB": "4"}


def call(folder, *words):
    """(exit status, rows) of the command."""
    status = growth.main([*words, "--out", str(folder / "grown.csv")])
    with (folder / "grown.csv").open(encoding="utf-8") as file:
        return status, list(csv.DictReader(file))


def invented(plan, point, labels="9999 of 9999", median="1.5"):
    """The rows of a point without a measurement."""
    about = {"net": plan.net, "size": "x".join(map(str, point.size)), "batch": str(point.batch)}
    about |= {"device": "cpu", "threads": str(point.threads), "weights": "none"}
    about |= NUMBERS | {"median": median, "labels equal": labels, "note": "", "gpu": ""}
    return [about | {"runner": "ours"}, about | {"runner": "plain", "labels equal": "9 of 9"}]


@pytest.fixture
def measurements(monkeypatch):
    """The points that were run, in place of running them."""
    points = []

    def measured(plan, point):
        points.append(point)
        return invented(plan, point)

    monkeypatch.setattr(growth, "measured", measured)
    monkeypatch.setattr(growth, "machine", lambda: {"cores": 6})
    return points


def test_measures_with_the_labels_of_the_plain_graph(tmp_path, capsys):
    words = ["--no-memory", "--sweep", "area", "batch", "--threads", "1"]
    status, rows = call(tmp_path, *SMALL, *words)
    assert status == 0, capsys.readouterr().err
    assert [(row["sweep"], row["size"], row["batch"]) for row in rows[::3]] == [
        *(("area", "32x32", "1"), ("area", "40x48", "1"), ("batch", "32x32", "2"))
    ]
    assert [row["runner"] for row in rows] == ["ours", "plain", "onnxruntime"] * 3
    for row in rows:
        assert 0 < float(row["p10"]) <= float(row["median"]) <= float(row["p90"])
        equal, pixels = row["labels equal"].split(" of ")
        assert int(equal) >= 0.999 * int(pixels), row
        assert (row["runs"], row["unit"], row["growth MB"]) == ("2", "s", "")
        assert row["weights"] == "narrow, of the sample" and row["cpu"] and row["torch"]
    assert [int(row["labels equal"].split(" of ")[1]) for row in rows[::3]] == [1024, 1920, 2048]
    page = capsys.readouterr().out
    assert page.startswith((tmp_path / "grown.md").read_text("utf-8"))
    assert "![grown-area](grown-area.png)\n\n![grown-batch](grown-batch.png)\n" in page
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert pictures == ["grown-area.png", "grown-batch.png"]
    assert rows[0]["command"].endswith("--threads 1 --out DIR") and str(tmp_path) not in page[:200]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is not told here")
def test_memory_is_that_of_the_batch(tmp_path):
    case = cases.make("voc-fcn8s", (64, 64), tmp_path, narrow=True)
    words = ["-m", "benchmarks.growth_once", request(case, Setting("plain"))]
    one, many = (json.loads(growth_point.run_python([*words, batch])) for batch in ("1", "16"))
    assert 0 < one["growth"] < many["growth"] < many["peak"]
    assert many["growth"] > 2 * one["growth"]  # libraries take some at once, whatever the batch
    assert many["growth"] > 2 * 16 * 4 * 262 * 262 * 4  # conv1_1 and conv1_2: 4 channels, floats


def test_every_point_once_in_its_sweeps(tmp_path, measurements):
    status, rows = call(tmp_path)
    assert status == 0
    base = Point((500, 500), 1, 6)
    assert measurements == [
        *(base._replace(size=size) for size in growth.AREAS),
        *(base._replace(batch=batch) for batch in (2, 4, 8)),
        *(base._replace(threads=threads) for threads in (1, 2, 4)),
    ]
    found = [(row["sweep"], row["size"], row["batch"], row["threads"]) for row in rows[::2]]
    assert found[4:6] == [("area", "1500x2000", "1", "6"), ("batch", "500x500", "1", "6")]
    assert found[9:] == [("threads", "500x500", "1", str(n)) for n in (1, 2, 4, 6)]


def test_a_gpu_has_no_sweep_of_threads(measurements):
    options = growth._options([])
    assert list(growth.sweeps(options, "cuda:0")) == ["area", "batch"]
    assert list(growth.sweeps(options, "cpu")) == ["area", "batch", "threads"]


def test_large_images_get_fewer_runs():
    sizes = [Point((500, 500), 4, 1), Point((500, 500), 8, 1), Point((1500, 2000), 1, 1)]
    assert [runs_at(point, 10) for point in sizes] == [10, 5, 3]
    assert [runs_at(point, 2) for point in sizes] == [2, 2, 2]


def test_wrong_labels_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(growth, "measured", lambda *a: invented(*a, labels="9998 of 10000"))
    status, rows = call(tmp_path, "--sweep", "batch", "--batch", "2")
    assert status == 1 and len(rows) == 2
    assert "voc-fcn8s 500x500 batch 2: 9998 of 10000 labels" in capsys.readouterr().err


def test_what_did_not_run_is_told(tmp_path, monkeypatch):
    def refuse(case, setting):
        raise UnableError("not today")

    monkeypatch.setattr(onnxruntime, "open", refuse)
    status, rows = call(tmp_path, *SMALL, "--no-memory", "--sweep", "area", "--size", "32x32")
    assert status == 2
    assert [bool(row["median"]) for row in rows] == [True, True, False]
    assert rows[2]["note"] == "not today"


def test_what_has_no_room_is_not_timed(tmp_path, monkeypatch):
    def run(words):
        asked = json.loads(words[2])
        if asked["setting"]["runner"] == "plain":
            raise DataError("cannot allocate memory")
        return json.dumps({"growth": 3_000_000, "peak": 4_000_000})

    monkeypatch.setattr(growth_point, "run_python", run)
    plan = Plan("voc-fcn8s", tmp_path, True, None, "cpu", 1, True, lambda: None)
    ours, plain, _ = growth_point.measured(plan, Point((32, 32), 1, 1))
    assert (ours["growth MB"], ours["peak MB"]) == ("3", "4") and ours["median"]
    assert (plain["growth MB"], plain["median"]) == ("", "")
    assert plain["note"] == "cannot allocate memory"


def test_where_memory_is_not_told_there_are_times(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.protocols.memory.CLEAR", tmp_path / "gone")
    case = cases.make("voc-fcn8s", (32, 32), tmp_path, narrow=True)
    assert growth_once.main(request(case, Setting("plain")), "1") == 0
    said = capsys.readouterr().out
    assert "does not tell the peak memory" in json.loads(said)["note"]
    monkeypatch.setattr(growth_point, "run_python", lambda words: said)
    plan = Plan("voc-fcn8s", tmp_path, True, None, "cpu", 1, True, lambda: None)
    for row in growth_point.measured(plan, Point((32, 32), 1, 1)):
        assert row["median"] and not row["growth MB"]
        assert "does not tell the peak memory" in row["note"]


def test_without_matplotlib_there_are_no_pictures(tmp_path, measurements, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    status, rows = call(tmp_path, "--sweep", "area")
    assert status == 2 and len(rows) == 10 and "pictures" not in rows[0]
    assert "no pictures: package 'matplotlib' is not installed" in capsys.readouterr().err
    assert "![" not in (tmp_path / "grown.md").read_text("utf-8")


@pytest.mark.parametrize(
    "words, text",
    [
        (["--runs", "0"], "--runs 0: too few"),
        (["--batch", "1", "0"], "--batch 0: too few"),
        (["--threads", "0"], "--threads 0: too few"),
        (["--out", "grown.txt"], "--out grown.txt: expected a name that ends in .csv"),
        (["--net", "vgg"], "net 'vgg': unknown"),
        (["--net", "voc-fcn-googlenet", "--sample"], "--sample: voc-fcn-googlenet is not in it"),
    ],
)
def test_wrong_calls(words, text, capsys):
    assert growth.main(words) == 2
    assert text in capsys.readouterr().err
