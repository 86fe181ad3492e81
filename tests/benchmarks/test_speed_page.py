"""Rows made by hand: what stays in the CSV, what the page says of them, and the verdict."""

import csv

import pytest

from benchmarks import merging, sheet, speed, verdict
from benchmarks.speed_page import page
from reproduce.errors import DataError

ROW = {
    "net": "voc-fcn8s",
    "size": "500x500",
    "batch": "1",
    "device": "cpu",
    "threads": "2",
    "protocol": "forward",
    "runner": "ours",
    "mode": "exact",
    "weights": "seed 0",
    "runs": "20",
    "median": "1.0",
    "p10": "0.9",
    "p90": "1.1",
    "unit": "s",
    "ratio": "1.000",
    "labels equal": "249999 of 250000",
    "score difference": "1.0e-05",
    "published": "",
    "note": "",
    "gpu": "",
    "driver": "",
    "cpu": "EPYC",
    "cores": "2",
    "memory_gib": "8.0",
    "os": "Debian",
    "python": "3.11",
    "torch": "2.13",
    "numpy": "2.4",
    "command": "python -m benchmarks.speed",
    "title": "Speed",
}


def row(runner="ours", ratio="1.000", **others):
    mode = "exact" if runner == "ours" else "float32"
    return {**ROW, "runner": runner, "mode": mode, "ratio": ratio, **others}


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_rows_of_others_stay_where_they_are(tmp_path):
    old = [row(), row("plain"), row("opencv"), row(cpu="Xeon"), row(size="1x1"), row(batch="2")]
    written(tmp_path / "s.csv", old)
    new = [row(median="0.5"), row("plain", median="0.7"), row(net="voc-fcn32s")]
    found = merging.merged(merging.earlier(tmp_path / "s.csv"), new)
    # opencv was of the old run, which the new one replaces as a whole
    assert found == [*new[:2], *old[3:], new[2]]


@pytest.mark.parametrize(
    "key", ["net", "size", "batch", "device", "threads", "protocol", "weights", "cpu", "gpu"]
)
def test_each_column_of_the_key_counts(tmp_path, key):
    written(tmp_path / "s.csv", [row(**{key: "another"})])
    assert len(merging.merged(merging.earlier(tmp_path / "s.csv"), [row()])) == 2


def test_a_file_of_another_kind_is_not_overwritten(tmp_path, capsys):
    path = tmp_path / "s.csv"
    written(path, [{"net": "1"}])
    assert speed.main(["--sample", "--out", str(path)]) == 2
    assert "s.csv: has no column 'size', expected an earlier run" in capsys.readouterr().err
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"s.csv: cannot be read .*move it away"):
        merging.earlier(path)
    assert path.read_bytes() == b"\xff\xfe"


def test_columns_of_either_stay():
    [first, second] = merging.merged([row(size="1x1", old="a")], [row(new="b")])
    assert (first["old"], first["new"], second["old"], second["new"]) == ("a", "", "", "b")


def test_the_sheet_renders_the_page_again(tmp_path):
    text = sheet.save(tmp_path / "s.csv", [row(), row("plain", "2.600")])
    assert sheet.main([str(tmp_path / "s.csv")]) == 0
    assert (tmp_path / "s.md").read_text("utf-8") == text == f"# Speed\n\n{page_of(tmp_path)}\n"


def page_of(folder):
    with (folder / "s.csv").open(encoding="utf-8") as file:
        return page(list(csv.DictReader(file)))


def test_machines_are_kept_apart():
    text = page([row(), row(cpu="Xeon", gpu="H200", driver="570", device="cuda")])
    first, second = text.split("## H200, torch 2.13")
    assert "## EPYC, 2 cores, torch 2.13" in first and "H200, driver 570; Xeon" in second
    assert first.count("**Verdict.**") == second.count("**Verdict.**") == 1


def test_notes_are_told_once():
    told = {"note": "OpenCV 4"}
    rows = [row("opencv", "2.000", **told), row("opencv", "2.000", protocol="cold", **told)]
    rows += [row(protocol="load", note="folding is 0.1 s of it"), row()]
    rows += [row("fcn-resnet50", "", median="", runs="0", note="not installed")]
    lines = page(rows).splitlines()
    assert "- opencv: OpenCV 4" in lines
    assert "- ours exact (voc-fcn8s 500x500 load): folding is 0.1 s of it" in lines
    assert "- not run: fcn-resnet50: not installed" in lines
    assert not any("fcn-resnet50" in line for line in lines if line.startswith("|"))


def test_published_times_stand_below():
    times = "0.175 s GPU not stated (CVPR 2015 table 3); 0.1 s† GPU not stated (PAMI)"
    text = page([row(published=times), row("plain", published=times)])
    assert text.count(f"- published, on other hardware: voc-fcn8s, 500x500: {times}") == 1
    assert "- † unverified: not read in the text it is from." in text


def sentence(*rows):
    [found] = verdict.verdicts(list(rows))
    return found


def test_the_verdict_by_hand():
    rows = [row(), row("plain", "2.600"), row("opencv", "3.100"), row("onnxruntime", "1.400")]
    rows += [row("fcn-resnet50", "0.900"), row("torch-compile", "", median="")]
    rows += [row("plain", "2.000", protocol="memory growth"), row("plain", "9", batch="2")]
    assert sentence(*rows) == (
        "voc-fcn8s, 500x500, cpu, 2 threads, weights seed 0: "
        "fastest peer (onnxruntime) / ours 1.40 (aim 1.5: not reached); "
        "plain graph / ours 2.60 (aim 2.5: reached); "
        "memory growth of the plain graph / ours 2.00 (aim 2: reached); "
        "labels equal 249999 of 250000 (aim 99.99%: reached)."
    )


@pytest.mark.parametrize(
    "others", [{"size": "375x500"}, {"threads": "4"}, {"weights": "narrow, of the sample"}]
)
def test_aims_are_of_one_size_and_of_two_cores(others):
    assert "aim" not in sentence(row(**others), row("plain", "2.600", **others))
    assert "plain graph / ours 2.60;" in sentence(row(**others), row("plain", "2.600", **others))


def test_too_few_labels_are_told():
    assert "99.99%: not reached" in sentence(row(**{"labels equal": "249000 of 250000"}))


def test_the_verdict_of_a_gpu():
    on = {"device": "cuda", "gpu": "H200"}
    rows = [row(**on, median="0.004"), row("plain", "1.600", **on, median="0.0064")]
    rows += [row(**on | {"mode": "tf32", "median": "0.002"})]
    rows += [row(**on | {"mode": "fp16", "median": "0.001", "labels equal": "9 of 10"})]
    rows += [
        row(**on, protocol="throughput", batch=b, median=m) for b, m in (("1", "250"), ("8", "410"))
    ]
    told = sentence(*rows)
    assert "plain graph / ours 1.60 (aim 1.5: reached)" in told
    assert "99.9% of labels, tf32, 0.002 s (aim at most 0.0025: reached)" in told
    assert "plain graph / that mode 3.20 (aim 5: not reached)" in told
    assert "throughput 410 images/s, exact, batch 8 (aim 400: reached)" in told
