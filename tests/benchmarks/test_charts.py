"""What is drawn of a sheet, and that the pictures are pictures."""

import csv
import sys

import numpy as np
import pytest
from PIL import Image

from benchmarks import sheet
from benchmarks.charts import bars, drawing, lines
from benchmarks.charts.__main__ import main
from benchmarks.charts.bars import Bar
from benchmarks.charts.picture import DPI
from reproduce.errors import DataError

matplotlib = pytest.importorskip("matplotlib")
figure = pytest.importorskip("matplotlib.figure")
PUBLISHED = "0.05 s Tesla K40c (CVPR 2015 table 1); 0.016 s† Titan X (Pascal) (PAMI 2016 table 1)"
COMMON = {
    **{"net": "a-net", "size": "500x500", "batch": "1", "device": "cpu", "threads": "2"},
    **{"weights": "seed 0", "unit": "s", "gpu": "", "cpu": "A processor", "note": ""},
}
FORWARD = COMMON | {"protocol": "forward", "published": PUBLISHED, "labels equal": "9 of 9"}


def timed(runner, median, **changes):
    """A row of speed.csv."""
    numbers = {"median": median, "p10": median and "1.0", "p90": median and "2.5"}
    mode = "exact" if runner == "ours" else "float32"
    return FORWARD | {"runner": runner, "mode": mode} | numbers | changes


SPEED = [
    timed("plain", "2.0"),
    timed("ours", "1.5"),
    timed("ours", "1.25", mode="bf16"),
    timed("opencv", "", **{"labels equal": ""}),
    timed("fcn-resnet50", "1.75", **{"labels equal": ""}),
    timed("ours", "30", protocol="throughput", unit="images/s"),
    timed("ours", "3.0", protocol="cold"),
    timed("ours", "0.002", p10="0.001", p90="0.003", device="cuda", gpu="A card", published=""),
]


def grown(sweep, runner, median, growth, **changes):
    """A row of growth.csv."""
    numbers = {"median": median, "p10": "0.5", "p90": "4", "growth MB": growth}
    return COMMON | {"sweep": sweep, "runner": runner, "mode": ""} | numbers | changes


GROWTH = [
    grown("area", "ours", "3.5", "200", size="1000x2000"),
    grown("area", "plain", "", "", size="1000x2000"),
    grown("area", "ours", "1.0", "100"),
    grown("area", "plain", "2.0", ""),
    grown("threads", "ours", "2.0", "100", threads="1"),
    grown("threads", "ours", "1.0", "120"),
]


def written(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_bars_are_in_the_order_of_the_rows_then_the_published():
    here, gpu = bars.panels(SPEED)
    assert here.title == "a-net (seed 0), 500x500: forward on A processor, 2 threads"
    assert here.bars == [
        Bar("plain", "peer", 2.0, 1.0, 2.5),
        Bar("ours, exact", "ours", 1.5, 1.0, 2.5),
        Bar("ours, bf16", "ours, rounding", 1.25, 1.0, 2.5),
        Bar("opencv", "peer", None, note="did not run"),
        Bar("fcn-resnet50", "peer", 1.75, 1.0, 2.5, "another net"),
        Bar("published, Tesla K40c", "published", 0.05, note="CVPR 2015 table 1"),
        Bar("published, Titan X (Pascal)", "published", 0.016,
            note="PAMI 2016 table 1, unverified"),
    ]  # fmt: skip
    assert gpu.title == "a-net (seed 0), 500x500: forward on A card"
    assert gpu.bars == [Bar("ours, exact", "ours", 0.002, 0.001, 0.003)]


def test_what_matplotlib_is_given_of_bars():
    axes = figure.Figure().subplots()
    bars._drawn(axes, bars.panels(SPEED)[0])
    assert [bar.get_width() for bar in axes.patches] == [2.0, 1.5, 1.25, 0, 1.75, 0.05, 0.016]
    assert [bar.get_y() for bar in axes.patches] == sorted(bar.get_y() for bar in axes.patches)
    assert axes.yaxis_inverted()  # the first on top
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[:2] == ["plain", "ours, exact"] and labels[-1].startswith("published")
    assert [bar.get_hatch() for bar in axes.patches] == [None] * 5 + ["////"] * 2
    texts = [text.get_text().strip() for text in axes.texts]
    assert texts[0] == "2.00" and texts[3] == "did not run"
    assert texts[-2:] == [
        "0.0500  CVPR 2015 table 1",
        "0.0160  PAMI 2016 table 1, unverified",
    ]
    whiskers = [c.get_segments()[0][:, 0].tolist() for c in axes.collections]
    assert whiskers == [[1.0, 2.5]] * 4
    assert axes.get_xlabel() == "s"


def test_short_times_are_in_milliseconds():
    axes = figure.Figure().subplots()
    bars._drawn(axes, bars.panels(SPEED)[1])
    assert axes.get_xlabel() == "ms" and axes.patches[0].get_width() == 2
    assert axes.texts[0].get_text().strip() == "2.00"
    assert axes.collections[0].get_segments()[0][:, 0].tolist() == pytest.approx([1, 3])


def test_lines_of_growth():
    rows = lines.sweeps(GROWTH)
    assert list(rows) == ["area", "threads"]
    area = lines.SWEEPS["area"]
    ours, plain = lines.times(rows["area"], area)
    assert (ours.runner, ours.places, ours.values) == ("ours", [0.25, 2.0], [1.0, 3.5])
    assert ours.reach == ([0.5, 3.0], [3.0, 0.5])
    assert (plain.places, plain.values) == ([0.25], [2.0])
    [memory] = lines.memory(rows["area"], area)
    assert (memory.values, memory.reach) == ([100, 200], None)
    assert lines.title(rows["area"], area) == "a-net (seed 0), batch 1, 2 threads, A processor"
    threads = lines.SWEEPS["threads"]
    assert lines.times(rows["threads"], threads)[0].places == [1, 2]
    assert lines.title(rows["threads"], threads) == "a-net (seed 0), 500x500, batch 1, A processor"


def test_what_matplotlib_is_given_of_lines():
    axes = figure.Figure().subplots()
    rows, sweep = lines.sweeps(GROWTH)["area"], lines.SWEEPS["area"]
    lines._axes(axes, rows, sweep, lines.times(rows, sweep), "s")
    drawn = [container.lines[0] for container in axes.containers]
    assert [line.get_xydata().tolist() for line in drawn] == [[[0.25, 1], [2, 3.5]], [[0.25, 2]]]
    assert len({(line.get_marker(), line.get_linestyle()) for line in drawn}) == 2
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["ours", "plain"]
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    assert {place: text.get_text() for place, text in ticks} == {0.25: "500x500", 2: "1000x2000"}


def test_pictures(tmp_path, capsys):
    sheets = [written(tmp_path / "speed.csv", SPEED), written(tmp_path / "grown.csv", GROWTH)]
    assert main(list(map(str, sheets))) == 0
    names = ["speed.png", "grown-area.png", "grown-threads.png"]
    assert capsys.readouterr().out.split() == [str(tmp_path / name) for name in names]
    first = [(tmp_path / name).read_bytes() for name in names]
    heights = [bars.A_BAR * 8 + bars.A_PANEL * 2, lines.SIZE[1], lines.SIZE[1]]
    for name, height in zip(names, heights, strict=True):
        with Image.open(tmp_path / name) as picture:
            assert picture.format == "PNG" and picture.size == (10 * DPI, round(height * DPI))
            assert set(picture.info) <= {"dpi"}  # neither a date nor a version
            pixels = np.array(picture.convert("L"))
        assert pixels.max() == 255 and (pixels < 64).mean() > 0.005
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "savefig.dpi": 50}):
        assert main([str(sheets[0])]) == 0
    assert (tmp_path / names[0]).read_bytes() == first[0]


def test_nothing_to_draw_of_other_protocols(tmp_path, capsys):
    assert main([str(written(tmp_path / "speed.csv", SPEED[5:7]))]) == 0
    assert capsys.readouterr().out == "" and not list(tmp_path.glob("*.png"))


def test_sheets_that_are_none(tmp_path, capsys):
    (tmp_path / "empty.csv").write_text("protocol,net\n")
    other = written(tmp_path / "other.csv", [{"a": "1"}])
    for name, text in [("gone.csv", "cannot be read"), ("empty.csv", "has no rows")]:
        assert main([str(tmp_path / name)]) == 2
        assert f"{name}: {text}" in capsys.readouterr().err
    with pytest.raises(DataError, match=r"other.csv: no chart .* expected speed.csv or growth.csv"):
        drawing.draw(other)
    with pytest.raises(DataError, match=r"published .fast.: expected such as .0\.05 s Tesla K40c"):
        bars.panels([timed("ours", "1.0", published="fast")])


def test_without_matplotlib(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main([str(written(tmp_path / "speed.csv", SPEED))]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "'matplotlib' is not installed" in line and "fcn-reproduce[train]" in line
    assert not list(tmp_path.glob("*.png"))


def test_page_shows_the_pictures(tmp_path):
    page = sheet.write_sheet(tmp_path / "x.csv", "T", "do", [{"a": "1"}], ["x-a.png", "x-b.png"])
    assert "# T\n\n![x-a](x-a.png)\n\n![x-b](x-b.png)\n\n| a |" in page
    assert sheet.markdown((tmp_path / "x.csv").read_text("utf-8")) == page
    assert "![" not in sheet.write_sheet(tmp_path / "y.csv", "T", "do", [{"a": "1"}])
