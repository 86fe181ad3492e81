"""Parts of the report, against numbers worked by hand."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from html_tree import parsed
from report_folders import CURVE, filled, growth_rows, speed_rows, write

from benchmarks.devices import gpu
from benchmarks.machine import machine
from reproduce.reporting import chart, citing, confusion, curves, growth, sheet, speed, verdicts
from reproduce.reporting.classes import bar
from reproduce.reporting.markup import Html, anchor, tag

ROOT = Path(__file__).parents[2]
COUNTS = np.array([[80, 15, 5], [1, 0, 0], [0, 0, 0]])


def test_shares_and_levels():
    expected = [[0.8, 0.15, 0.05], [1, 0, 0], [0, 0, 0]]
    assert np.allclose(confusion.shares(COUNTS), expected, atol=0)
    # ten times the root: 8.94, 3.87, 2.24; 10
    assert confusion.levels(COUNTS).tolist() == [[9, 4, 3], [10, 0, 0], [0, 0, 0]]
    assert confusion.levels(np.array([[10**9, 1], [0, 4]])).tolist() == [[10, 1], [0, 10]]


def test_worst_confusions():
    assert confusion.worst(COUNTS, ["a", "b", "c"]) == [
        ("b", "a", 1.0, 1),
        ("a", "b", 0.15, 15),
        ("a", "c", 0.05, 5),
    ]


def test_bar_of_a_class():
    assert parsed(bar(62.5)).one("i").attributes["style"] == "width:62.50%"
    assert parsed(bar(62.5)).text == "62.50"
    none = parsed(bar(float("nan")))
    assert none.text == "-" and not none.every("i")


@pytest.mark.parametrize(
    ("verdict", "word", "text"),
    [
        ("reproduced†", "reproduced", "reproduced†"),
        ("differs in rf size", "differs", "differs in rf size"),
        ("not run: <b>", "not-run", "not run: <b>"),
    ],
)
def test_verdict(verdict, word, text):
    found = parsed(verdicts.marked(verdict))
    assert word in found.every("span")[0].attributes["class"].split() and found.text == text


def test_no_verdict_and_counts():
    assert verdicts.marked("-") == "-"
    counted = verdicts.counted(["differs", "differs in a", "-", "reproduced†"])
    assert (counted["differs"], counted["reproduced"], counted["not run"]) == ("2", "1", "-")


def test_every_verdict_has_a_mark_and_a_colour():
    style = (ROOT / "reproduce/reporting/page.css").read_text()
    for word in verdicts.WORDS:
        name = word.replace(" ", "-")
        assert re.search(rf"\.verdict\.{name}[^{{]*::before", style), word
        assert re.search(rf"\.verdict\.{name}(,[^{{]*)? {{ color", style), word


def test_ticks():
    assert chart.axis("x", [0, 600]).ticks()[:3] == [(0, "0"), (100, "100"), (200, "200")]
    assert [text for _, text in chart.axis("x", [0.02, 0.31]).ticks()] == [
        *("0.05", "0.1", "0.15", "0.2", "0.25", "0.3")
    ]
    assert [text for _, text in chart.axis("x", [9, 120], log=True).ticks()] == [
        *("10", "20", "50", "100")
    ]
    assert chart.axis("x", [0, 5], log=True).log is False  # 0 has no logarithm
    assert chart.axis("x", [3, 3]).place(3) == 0  # a single value


def test_log_axis_places():
    axis = chart.Axis("x", 1, 100, log=True)
    assert [axis.place(value) for value in (1, 10, 100)] == [0, 0.5, 1]


def test_lines_go_through_their_points():
    x, y = chart.Axis("x", 0, 10), chart.Axis("y", 0, 100)
    drawn = parsed(chart.chart("seen", [chart.Line("a", ((0, 0), (10, 100)))], x, y))
    [line] = [one for one in drawn.every("path", class_="line") if one.attributes["d"] != "M0 6h28"]
    left, right = chart.LEFT, chart.WIDTH - chart.RIGHT
    low, high = chart.HEIGHT - chart.BOTTOM, chart.TOP
    assert line.attributes["d"] == f"M{left:.1f} {low:.1f}L{right:.1f} {high:.1f}"
    assert drawn.one("svg", role="img").attributes["aria-label"] == "seen"
    assert len(drawn.every("path", class_="mark circle")) == 3  # two points, and the legend


def test_speed(tmp_path):
    write(tmp_path / "speed.csv", speed_rows())
    assert speed.stems(tmp_path) == ["speed"] and growth.stems(tmp_path) == []
    drawn = parsed(speed.section(tmp_path))
    bars = drawn.one("div", class_="bars speed")
    assert bars.one("h4").text == "voc-fcn8s, 500x500, forward, batch 1"
    assert "published: 0.175 s K40c" in bars.text and "less is better" in bars.text
    ours, peer = bars.one("tbody").every("tr")
    assert [cell.text for cell in ours.inside] == [
        *("ours, exact", "1.0", "0.5 to 2.0", "1.000", "9 of 9", "1e-6")
    ]
    assert ours.one("i").attributes["style"] == "width:50.00%"  # of the longest, 2.0
    assert ours.one("s").attributes["style"] == "left:25.00%;width:75.00%"
    assert [cell.text for cell in peer.inside] == ["peer, float32", *"-----"]
    assert bars.one("ul").text == "peer, float32: has no Crop"


def test_growth(tmp_path):
    write(tmp_path / "growth.csv", growth_rows())
    assert growth.stems(tmp_path) == ["growth"] and speed.stems(tmp_path) == []
    drawn = parsed(growth.section(tmp_path))
    times, memory = drawn.every("svg", role="img")
    assert times.attributes["aria-label"] == "voc-fcn8s: forward, s, over image"
    assert "memory beyond the loaded net" in memory.attributes["aria-label"]
    assert [one.text for one in times.every("text", class_="tick-x")] == ["100x100", "100x1000"]


def test_curves(tmp_path):
    filled(tmp_path)
    drawn = parsed(curves.section(tmp_path))
    losses, scores = drawn.every("svg", role="img")
    assert [one.text for one in losses.every("title")] == ["loss", "smoothed loss"]
    assert [one.text for one in scores.every("title")] == ["mean IU"]
    assert len(scores.every("path", class_="mark circle")) == 2
    assert "voc-fcn32s, trained on voc2011 train, the bundled drawings" in drawn.one("h3").text
    assert set(CURVE.split("\n")[0].split(",")) >= set(curves.MADE)


def test_machine_columns_are_known():
    assert {*machine(), *gpu("cpu"), "command", "title"} <= set(sheet.MACHINE)


def test_rows_of_two_machines_are_kept_apart(tmp_path):
    rows = speed_rows()
    rows[1]["cpu"] = "another processor"
    write(tmp_path / "speed.csv", rows)
    found = sheet.read(tmp_path / "speed.csv")
    assert [found.made_id(row) for row in found.rows] == ["made.speed.1", "made.speed.2"]
    told = parsed(found.made())
    assert "a processor" in told.one(id="made.speed.1").text
    assert "another processor" in told.one(id="made.speed.2").text
    assert len(parsed(speed.section(tmp_path)).every("h4")) == 4  # two comparisons, two machines


def test_numbers_of_cells():
    assert sheet.number("1e-3") == 0.001
    assert sheet.number("-") is sheet.number("nan") is sheet.number("inf") is None


def test_citations_are_those_of_the_source():
    source = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    *works, software = citing.citations()
    assert len(works) == len(source["references"])
    for work, cited in zip(works, source["references"], strict=True):
        names = [f"{one['family-names']}, {one['given-names']}" for one in cited["authors"]]
        expected = {
            "title": cited["title"],
            "author": " and ".join(names),
            "year": cited["year"],
            "url": cited["url"],
        }
        if cited["type"] == "article":
            expected |= {"journal": cited["journal"], "volume": cited["volume"]}
            expected |= {"number": cited["issue"], "pages": f"{cited['start']}--{cited['end']}"}
        else:
            expected["booktitle"] = cited["collection-title"]
        assert work["fields"] == expected
    assert software["fields"]["title"] == source["title"]
    assert software["fields"]["note"] == source["abstract"]
    assert software["fields"]["author"] == f"{{{source['authors'][0]['name']}}}"
    assert software["fields"]["year"] == source["date-released"].year


def test_markup_escapes_what_is_none():
    assert tag("p", "<", Html("<b>"), title='"') == '<p title="&quot;">&lt;<b></p>'
    assert anchor("a", "b.c") != anchor("a", "b", "c")
