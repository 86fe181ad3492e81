"""The command as a user calls it, on the narrow nets: rows, page, status, texts of errors."""

import contextlib
import csv
import io
import json
import sys
import time

import pytest

from benchmarks import cases, children, runners, speed, speed_once
from benchmarks.protocols import throughput
from benchmarks.runners import Setting, UnableError
from reproduce import weights

QUICK = ["--sample", "--net", "voc-fcn8s", "--size", "64x64", "--runs", "2", "--threads", "1"]


def run(tmp_path, *words):
    """Status and rows."""
    out = tmp_path / "out" / "speed.csv"
    status = speed.main([*QUICK, *words, "--out", str(out)])
    with out.open(encoding="utf-8") as file:
        return status, list(csv.DictReader(file))


@pytest.fixture(scope="module")
def peers(tmp_path_factory):
    """Rows of all peers but torch.compile, which takes half a minute."""
    folder = tmp_path_factory.mktemp("peers")
    status, rows = run(folder, "--runner", "onnxruntime", "opencv", "--batch", "1", "2")
    return status, rows, (folder / "out" / "speed.md").read_text("utf-8")


def test_a_row_for_each_runner_and_batch(peers):
    status, rows, _ = peers
    assert status == 0
    names = ["ours", "plain", "onnxruntime", "opencv"]
    assert [(row["batch"], row["runner"]) for row in rows] == [(b, n) for b in "12" for n in names]
    for row in rows:
        assert (row["net"], row["size"], row["device"]) == ("voc-fcn8s", "64x64", "cpu")
        assert (row["protocol"], row["runs"], row["unit"], row["threads"]) == (
            "forward",
            "2",
            "s",
            "1",
        )
        assert 0 < float(row["p10"]) <= float(row["median"]) <= float(row["p90"])
        assert float(row["ratio"]) > 0 and row["weights"] == "narrow, of the sample"
        assert row["cpu"] and row["torch"] and row["command"].endswith("--out DIR")
        assert not row["published"]  # those times are of the full net
    assert [row["ratio"] for row in rows if row["runner"] == "ours"] == ["1.000", "1.000"]
    assert rows[0]["mode"] == "exact" and rows[2]["note"].startswith("onnxruntime 1.")


def test_peers_have_the_labels_of_the_plain_graph(peers):
    for row in peers[1]:
        pixels = 4096 * int(row["batch"])
        assert row["labels equal"] == f"{pixels} of {pixels}"
        assert float(row["score difference"]) < 1e-4


def test_the_page_tells_it_all(peers):
    _, rows, page = peers
    assert page.startswith("# Speed\n") and "### forward" in page
    assert all(row["median"] in page for row in rows)
    assert "- opencv: OpenCV 4." in page and "**Verdict.** voc-fcn8s, 64x64, cpu" in page
    assert "plain graph / ours" in page and "aim" not in page  # aims are of full-size nets


@pytest.fixture
def in_this_process(monkeypatch):
    """What a process of its own would do, without the seconds in which torch is imported."""

    def clocked(protocol, case, setting):
        said, start = io.StringIO(), time.perf_counter()
        with contextlib.redirect_stdout(said):
            assert speed_once.main(protocol, speed_once.request(case, setting)) == 0
        return time.perf_counter() - start, said.getvalue()

    monkeypatch.setattr(children, "_clocked", clocked)


def test_every_protocol(tmp_path, in_this_process):
    words = ["--protocol", "end-to-end", "throughput", "load", "cold", "memory", "--batch", "2"]
    status, rows = run(tmp_path, *words)
    assert status == 0
    units = {row["protocol"]: row["unit"] for row in rows}
    expected = {"end-to-end": "s", "throughput": "images/s", "load": "s", "cold": "s"}
    assert units == {**expected, "memory growth": "MB", "memory peak": "MB"}
    by = {(row["protocol"], row["runner"]): row for row in rows}
    assert all(row["labels equal"] for row in rows)
    assert all(float(row["median"]) > 0 for row in rows if row["protocol"] != "memory growth")
    assert "best batch 2" in by["throughput", "ours"]["note"]
    assert by["load", "ours"]["note"].startswith("folding is 0.")
    for name in ("ours", "plain"):
        growth, peak = (float(by[f"memory {w}", name]["median"]) for w in ("growth", "peak"))
        assert growth < peak and peak > 100  # Python and torch alone take more


def test_throughput_by_hand(tmp_path, monkeypatch):
    def passes(bench, batch, bar):
        return {s: [0.5 if s.runner == "ours" else 1.0] for s in bench.checks(batch).able}

    monkeypatch.setattr(throughput, "passes", passes)
    _, [ours, plain] = run(tmp_path, "--protocol", "throughput", "--batch", "2")
    assert (ours["median"], plain["median"]) == ("4", "2")  # two images in half a second
    assert (ours["ratio"], plain["ratio"]) == ("1.000", "2.000")


def small_case(tmp_path):
    return cases.make("voc-fcn8s", (32, 32), tmp_path, narrow=True)


def test_a_process_of_its_own(tmp_path):
    case = small_case(tmp_path)
    seconds = children.seconds_to_answer("cold", case, Setting("opencv"))
    assert 0.05 < seconds < 60
    told = json.loads(children.told("memory", case, Setting("opencv")))
    # torch alone takes more: where it is not needed, it is not there
    assert 0 <= told["growth"] < told["peak"] < 1.5e8


def test_the_complaint_of_a_process(tmp_path):
    case = small_case(tmp_path)
    case.caffemodel.write_bytes(b"nothing")
    with pytest.raises(UnableError, match="error"):
        children.told("load", case, Setting("opencv"))
    with pytest.raises(UnableError, match="has no provider for tpu"):
        children.told("load", case, Setting("onnxruntime", device="tpu"))


def test_a_part_measured_again_takes_the_place_of_the_old(tmp_path):
    _, first = run(tmp_path, "--size", "32x32", "40x40")
    status, rows = run(tmp_path, "--size", "32x32", "--runs", "3")
    assert status == 0 and [row["size"] for row in rows] == [row["size"] for row in first]
    assert [row["runs"] for row in rows] == ["3", "3", "2", "2"]
    assert rows[2:] == first[2:]


def test_who_cannot_run_is_a_row_that_says_why(tmp_path, monkeypatch, capsys):
    def broken(case, setting):
        raise ValueError("no such layer:\n  Crop")

    monkeypatch.setattr(runners.module("opencv"), "open", broken)
    monkeypatch.setattr(runners, "names", lambda: ["ours", "plain", "opencv"])
    status, rows = run(tmp_path, "--peers")
    assert status == 0 and [row["runner"] for row in rows] == ["ours", "plain", "opencv"]
    assert (rows[2]["median"], rows[2]["runs"], rows[2]["ratio"]) == ("", "0", "")
    assert rows[2]["note"] == "ValueError: no such layer: Crop"
    assert "- not run: opencv: ValueError: no such layer: Crop" in capsys.readouterr().out
    status, _ = run(tmp_path, "--runner", "opencv")  # asked for by name
    assert status == 2
    assert "error: voc-fcn8s: opencv float32: ValueError" in capsys.readouterr().err


def test_a_mode_that_the_device_lacks(tmp_path, capsys):
    status, rows = run(tmp_path, "--mode", "exact", "tf32")
    assert status == 2 and [row["mode"] for row in rows] == ["exact", "tf32", "float32"]
    assert "tf32" in rows[1]["note"] and rows[0]["median"]
    assert "error: voc-fcn8s: ours tf32: " in capsys.readouterr().err


def test_all_modes_are_those_of_the_device():
    assert "tf32" not in speed._modes("cpu") and "exact" in speed._modes("cpu")


def test_faults_of_our_own_are_not_hidden(tmp_path, monkeypatch):
    def broken(case, setting):
        raise ValueError("a bug")

    monkeypatch.setattr(runners.module("ours"), "open", broken)
    with pytest.raises(ValueError, match="a bug"):
        run(tmp_path)


def test_given_weights(tmp_path, capsys):
    folder = tmp_path / "weights"
    folder.mkdir()
    words = ["--net", "voc-fcn-alexnet", "--weights", str(folder), "--size", "32x32"]
    assert speed.main([*words, "--out", str(tmp_path / "s.csv")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: fcn-alexnet-pascal.caffemodel is not in")
    assert not (tmp_path / "s.csv").exists()


def test_a_net_that_is_missing_does_not_stop_the_others(tmp_path, monkeypatch, capsys):
    known = weights.sample.weights
    lacking = lambda net: known("nothing" if net == "voc-fcn32s" else net)  # noqa: E731
    monkeypatch.setattr(weights.sample, "weights", lacking)
    status, rows = run(tmp_path, "--net", "voc-fcn32s", "voc-fcn8s")
    assert status == 2 and {row["net"] for row in rows} == {"voc-fcn8s"}
    assert "net 'nothing': not in the sample" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--runs", "0"], "--runs 0: too few, expected at least 1"),
        (["--threads", "0"], "--threads 0: too few, expected at least 1"),
        (["--batch", "1", "0"], "--batch 0: too few, expected at least 1"),
        (["--out", "speed.md"], "--out speed.md: expected a name that ends in .csv"),
        (["--weights", "."], "--sample: brings its own weights, leave --weights away"),
        (["--net", "voc-fcn9s"], "net 'voc-fcn9s': unknown, expected one of"),
        (["--device", "tpu"], "--device tpu: "),
        (["--device", "meta"], "--device meta: expected auto, cpu, cuda or cuda:i"),
    ],
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, capsys, words, error):
    monkeypatch.chdir(tmp_path)
    assert speed.main([*QUICK, *words]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and error in line
    assert not list(tmp_path.glob("results/*.csv"))


@pytest.mark.parametrize("word", ["500", "500x0", "x", "5 00x5"])
def test_sizes_are_height_and_width(capsys, word):
    with pytest.raises(SystemExit) as stopped:
        speed.main(["--size", word])
    assert stopped.value.code == 2 and "expected HxW such as 500x500" in capsys.readouterr().err


def test_a_run_that_would_lose_a_peer_is_refused(tmp_path, capsys):
    out = tmp_path / "speed.csv"
    words = ["--sample", "--net", "voc-fcn-alexnet", "--size", "32x32", "--out", str(out)]
    assert speed.main([*words, "--runs", "2", "--runner", "onnxruntime"]) == 0
    before = out.read_text()
    assert speed.main([*words, "--runs", "1"]) == 2
    said = "voc-fcn-alexnet 32x32 forward by onnxruntime float32 would be lost"
    assert said in capsys.readouterr().err and out.read_text() == before
    assert speed.main([*words, "--runs", "1", "--runner", "onnxruntime", "opencv"]) == 0
    assert "opencv" in out.read_text()
    assert speed.main([*words, "--runs", "1", "--batch", "2"]) == 0  # another measurement
    assert speed.main([*words, "--runs", "1", "--batch", "2", "1"]) == 2


def test_a_peer_that_is_not_there_any_more_keeps_its_numbers(tmp_path, monkeypatch, capsys):
    out = tmp_path / "speed.csv"
    words = ["--sample", "--net", "voc-fcn-alexnet", "--size", "32x32", "--out", str(out)]
    words += ["--runs", "1", "--runner", "onnxruntime"]
    assert speed.main(words) == 0
    before = out.read_text()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert speed.main(words) == 2
    assert "onnxruntime float32 would be lost" in capsys.readouterr().err
    assert out.read_text() == before


def test_paths_stay_out_of_the_rows(tmp_path):
    out = tmp_path / "speed.csv"
    words = ["--sample", "--net", "voc-fcn-alexnet", "--size", "32x32", "--runs", "1"]
    assert speed.main([*words, f"--out={out}"]) == 0
    text = out.read_text()
    assert str(tmp_path) not in text and f"benchmarks.speed {' '.join(words)} --out=DIR," in text


def test_every_runner_is_a_file_with_all_that_is_asked_of_it():
    assert runners.names()[:2] == ["ours", "plain"]
    assert {"onnxruntime", "opencv", "torch-compile", "fcn-resnet50"} < set(runners.names())
    for name in runners.names():
        module = runners.module(name)
        assert module.NEEDS and module.SAME_WEIGHTS in (True, False)
        assert callable(module.open) and callable(module.about)
    with pytest.raises(UnableError, match="no_such_library is not installed"):
        runners.library("no_such_library")
