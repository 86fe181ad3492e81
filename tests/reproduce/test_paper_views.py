"""What is rendered of a paper's table, from evidence made by hand."""

import csv
import io
from dataclasses import replace

import pytest

from reproduce import papers, render, results, sample, tables
from reproduce.errors import DataError
from reproduce.papers.reading import read
from reproduce.papers.views import views
from reproduce.results import Results
from reproduce.scorings import Scoring

COUNTS = [[8, 2], [1, 9]]  # pixel and mean acc. 85.0; IU 8/11 and 9/12: mean and f.w. 73.8636
PROVENANCE = {
    **{"device": "a device", "date": "2026-01-02", "commit": "abc123", "version": "0"},
    **{"libraries": {"torch": "2"}, "precision": {"tf32_cudnn": False}},
}


def evidence(folder, table, net, counts=None, **other):
    """Writes the row `net` of `table`, with counts {head: matrix}, by default of "score"."""
    counts = counts or {"score": COUNTS}
    is_sample = other.pop("is_sample", False)
    row = {
        **{"net": net, "status": "done", "reasons": [], "split": "s", "lists": {}, "images": 3},
        **{"classes": {head: _classes(matrix) for head, matrix in counts.items()}},
        **{
            "counts": counts,
            "ids_sha256": "0",
            "weights": None,
            "scores": {},
            "caffe_labels": None,
        },
        **{"seconds": 1.0, "net_seconds": 1.0, "command": f"do {net}", "provenance": PROVENANCE},
    }
    found = Results(table, tables.load(table).split, is_sample, rows={net: row | other})
    results.write(found, folder, lambda merged: {})


def _classes(matrix):
    return ["background", *(f"class {index}" for index in range(1, len(matrix)))]


def rows_of(paper, folder, suffix="csv"):
    """Row title -> {column: text} of the CSV, or [cell] of the Markdown table."""
    text = views(paper, folder)[suffix]
    if suffix == "csv":
        return {row["row"]: row for row in csv.DictReader(io.StringIO(text))}
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return {line[0].strip(): [cell.strip() for cell in line[1:]] for line in lines}


SHORT = """
title: A table
source: A text.
verified: true
columns: [{title: IU, metric: mean_iu}, {title: time, missing: use a watch}]
rows:
  - {title: other, published: ["9.9", "-"]}
  - {title: near, published: ["73.9", "-"], ours: voc2011/voc-fcn8s}
  - {title: far, published: ["73.8", "-"], ours: voc2011/voc-fcn8s}
  - {title: timed, published: ["73.9", "5 s"], ours: voc2011/voc-fcn8s}
  - {title: memory, published: ["73.9", "-"], ours: voc2011/voc-fcn8s, verified: false}
  - {title: wrong, published: ["73.8", "-"], ours: voc2011/voc-fcn8s, verified: {IU: false}}
  - {title: earlier, published: ["73.9", "-"], ours: voc2011/voc-fcn8s, compared: false}
  - {title: unpublished, published: ["-", "-"], ours: voc2011/voc-fcn8s}
  - {title: lost, published: ["73.9", "5 s"], missing: no such weights}
"""


def test_verdicts(tmp_path):
    evidence(tmp_path, "voc2011", "voc-fcn8s")
    found = rows_of(read("short", SHORT), tmp_path, "md")
    assert found["other"] == ["9.9", "-", "-"]
    assert found["near"] == ["73.9 / 73.86", "-", "reproduced"]
    assert found["far"] == ["73.8 / 73.86", "-", "differs in IU"]
    assert found["timed"] == [
        *("73.9 / 73.86", "5 s / -"),
        "reproduced (1 of 2 figures); not run: use a watch",
    ]
    assert found["memory"] == ["73.9† / 73.86", "-", "reproduced†"]
    assert found["wrong"] == ["73.8† / 73.86", "-", "differs† in IU"]
    assert found["earlier"] == ["73.9 / 73.86", "-", "no reference"]
    assert found["unpublished"] == ["- / 73.86", "-", "no reference"]
    assert found["lost"] == ["73.9 / -", "5 s / -", "not run: no such weights; use a watch"]


def test_one_unverified_figure_marks_the_verdict(tmp_path):
    evidence(tmp_path, "voc2011", "voc-fcn8s")
    text = SHORT.replace("missing: use a watch", "metric: fw_iu").replace("5 s", "73.9")
    text = text.replace('"-"]', '"73.9"]')
    text = text.replace("title: near", "verified: {IU: false}, title: near")
    found = rows_of(read("short", text), tmp_path, "md")
    assert found["near"] == ["73.9† / 73.86", "73.9 / 73.86", "reproduced†"]
    assert found["far"] == ["73.8 / 73.86", "73.9 / 73.86", "differs in IU"]


@pytest.mark.parametrize(
    "fact, figure, verdict",
    [
        ("rf size", "404", "reproduced"),
        ("rf size", "405", "differs in a"),
        ("parameters", "134M", "reproduced"),
        ("parameters", "135M", "differs in a"),  # 134,346,581
        ("parameters", "133M", "differs in a"),
    ],
)
def test_whole_numbers_are_rounded_and_equal(tmp_path, fact, figure, verdict):
    head = f"title: t\nsource: s\nverified: true\ncolumns: [{{title: a, fact: {fact}}}]"
    row = f"{{title: b, published: ['{figure}'], net: voc-fcn32s}}"
    paper = read("x", f"{head}\nrows: [{row}]")
    assert rows_of(paper, tmp_path)["b"]["verdict"] == verdict


def test_verdict_has_the_tolerance_of_the_evaluation_table(tmp_path, monkeypatch):
    evidence(tmp_path, "voc2011", "voc-fcn8s")
    strict, load = replace(tables.load("voc2011"), within=0.03), tables.load
    monkeypatch.setattr(tables, "load", lambda name: strict if name == "voc2011" else load(name))
    assert rows_of(read("short", SHORT), tmp_path)["near"]["verdict"] == "differs in IU"
    assert "within 0.03 points" in views(read("short", SHORT), tmp_path)["md"]


def test_markdown_says_what_ours_rests_on(tmp_path):
    evidence(tmp_path, "voc2011", "voc-fcn8s")
    page = views(papers.load("cvpr2015-table2"), tmp_path)["md"]
    assert page.startswith("# CVPR 2015, table 2: ")
    assert "- source: Long, Shelhamer, Darrell, CVPR 2015" in page
    assert (
        "- ours from voc2011/voc-fcn8s (FCN-8s): `do voc-fcn8s`, 3 images, a device, 2026-01-02, "
        "commit abc123\n" in page
    )
    assert "an earlier generation of weights" in page and "†" not in page
    found = rows_of(papers.load("cvpr2015-table2"), tmp_path, "md")
    assert found["FCN-8s"] == [
        *("90.3 / 85.00", "75.9 / 85.00", "62.7 / 73.86", "83.2 / 73.86"),
        "no reference",
    ]
    assert found["FCN-16s"][-1] == "not run: python -m reproduce.table voc2011"
    assert found["FCN-32s-fixed"][-1].startswith("not run: no weights were released, must be")


def test_csv_and_latex(tmp_path):
    evidence(tmp_path, "voc2011", "voc-fcn8s")
    texts = views(papers.load("pami2016-table3"), tmp_path)
    line = 'FCN-8s staged,91.2†,85.00,77.6†,85.00,65.5†,73.86,84.5†,73.86,"differs† in '
    assert line in texts["csv"]
    assert "- † unverified: not read in the text it is from." in texts["md"]
    assert "; †: unverified\n" in texts["tex"]
    assert r"FCN-8s staged & 91.2$^\dagger$ / 85.00 & 77.6$^\dagger$ / 85.00" in texts["tex"]
    assert texts["tex"].count(r"\\") == 9 and r"\begin{tabular}{lrrrrl}" in texts["tex"]
    assert r"\textasciitilde{}175 ms" in views(papers.load("cvpr2015-table3"), tmp_path)["tex"]
    assert texts == views(papers.load("pami2016-table3"), tmp_path)


def test_columns_that_are_only_published_have_no_ours(tmp_path):
    found = rows_of(papers.load("pami2016-table2"), tmp_path)["FCN-heavy"]
    assert found["momentum published"] == "0.99†" and "momentum ours" not in found
    assert found["mean IU published"] == "63.6†" and found["mean IU ours"] == "-"


def test_facts_beside_the_published(tmp_path):
    found = rows_of(papers.load("cvpr2015-table1"), tmp_path)
    assert found["FCN-VGG16"]["parameters ours"] == "134,346,581"
    verdict = found["FCN-VGG16"]["verdict"]
    assert verdict.startswith("reproduced (4 of 6 figures); not run: weights trained without SBD")
    assert verdict.endswith("timing: python -m benchmarks.speed")
    google = found["FCN-GoogLeNet"]
    assert (google["rf size published"], google["rf size ours"]) == ("907", "907")
    assert google["verdict"].startswith("reproduced (4 of 6 figures); not run: no weights")
    page = views(papers.load("cvpr2015-table1"), tmp_path)["md"]
    assert "907 counts the last pooling" in page and "and has 715" in page
    assert "- ours from the graph of voc-fcn-alexnet (FCN-AlexNet): conv. layers, " in page


def test_each_head_has_its_scoring(tmp_path):
    counts = {"score_sem": COUNTS, "score_geo": [[3, 1], [0, 0]]}
    evidence(tmp_path, "siftflow", "siftflow-fcn8s", counts)
    found = rows_of(papers.load("pami2016-table6"), tmp_path)["FCN-8s"]
    assert (found["mean IU ours"], found["geom. acc. ours"]) == ("73.86", "75.00")


def test_foreground_alone_is_averaged_and_true_background_counts(tmp_path):
    evidence(tmp_path, "masking", "reference")
    found = rows_of(papers.load("pami2016-table8"), tmp_path)["Reference"]
    assert found["mean IU ours"] == "75.00"  # 9 / 12


def test_class_list_that_was_not_to_be_had(tmp_path):
    counts = {"score": COUNTS}
    evidence(tmp_path, "pascalcontext", "pascalcontext-fcn8s", counts)
    found = rows_of(papers.load("pami2016-table7"), tmp_path)
    assert found["33 classes: FCN-8s"]["verdict"] == "not run: no class list 33"
    assert found["59 classes: FCN-8s"]["mean IU ours"] == "90.00"  # 9 / 10: true background is out


def test_row_that_was_not_evaluated_says_why(tmp_path):
    evidence(tmp_path, "nyudv2", "nyud-fcn32s-hha", status="missing", reasons=["not here", "nor"])
    paper = papers.load("pami2016-table5")
    found = rows_of(paper, tmp_path)
    assert found["FCN-32s HHA"]["verdict"] == "not run: missing, see below"
    assert found["FCN-32s RGB"]["verdict"] == "not run: python -m reproduce.table nyudv2"
    line = "- not run: nyudv2/nyud-fcn32s-hha (FCN-32s HHA): not here; nor\n"
    assert line in views(paper, tmp_path)["md"]


def test_evidence_that_is_none(tmp_path):
    (tmp_path / "nyudv2.json").write_text("{")
    with pytest.raises(DataError, match=r"nyudv2.json: not a results file"):
        views(papers.load("pami2016-table5"), tmp_path)


@pytest.fixture
def two_ways(monkeypatch):
    """An evaluation table upper-bounds with two rows, scored at each of the factors."""
    factors = ("128", "64", "32", "16", "8", "4")
    scorings = {f: Scoring(title=f, head=f, metrics=("mean_iu",)) for f in factors}
    table = replace(
        tables.load("voc2012"),
        name="upper-bounds",
        nets=("a", "b"),
        scorings=scorings,
        readings=True,
    )
    load = tables.load
    monkeypatch.setattr(tables, "load", lambda name: table if table.name == name else load(name))


def test_a_row_for_each_row_of_the_evaluation_table(tmp_path, two_ways):
    paper = papers.load("arxiv-appendix-a")
    assert papers.tables_of(paper) == {"upper-bounds": ("a", "b")}
    perfect = [[10, 0], [0, 10]]
    counts = {f: COUNTS for f in ("128", "64", "32", "16", "8")} | {"4": perfect}
    evidence(tmp_path, "upper-bounds", "b", counts)
    found = rows_of(paper, tmp_path)
    assert list(found) == ["mean IU, a", "mean IU, b"]
    assert found["mean IU, a"]["verdict"] == "not run: python -m reproduce.table upper-bounds"
    b = found["mean IU, b"]
    assert (b["128 ours"], b["4 published"], b["4 ours"]) == ("73.86", "98.5", "100.00")
    assert b["verdict"] == "another way in 128, 64, 32, 16, 8, 4"


def test_sample_has_real_caffes_figures(tmp_path):
    paper = papers.for_sample(papers.load("pami2016-table3"))
    assert paper.stem == "pami2016-table3-sample" and "drawings" in paper.title
    assert [row.title for row in paper.rows] == [
        *("FCN-32s", "FCN-16s", "FCN-8s at-once", "FCN-8s staged")
    ]
    counts = sample.caffe_counts("voc-fcn8s").tolist()
    evidence(tmp_path, "voc2011", "voc-fcn8s", {"score": counts}, is_sample=True)
    found = rows_of(paper, tmp_path)
    staged = found["FCN-8s staged"]
    assert staged["mean IU Caffe"] == staged["mean IU ours"] == "89.7979"
    assert staged["verdict"] == "reproduced"
    assert found["FCN-32s"]["verdict"] == "not run: python -m reproduce.table voc2011 --sample"
    counts[0][0], counts[0][1] = counts[0][0] - 50, counts[0][1] + 50  # 0.01 points
    evidence(tmp_path, "voc2011", "voc-fcn8s", {"score": counts}, is_sample=True)
    assert rows_of(paper, tmp_path)["FCN-8s staged"]["verdict"].startswith("differs in pixel acc.")


def test_sample_leaves_out_what_it_has_not():
    paper = papers.for_sample(papers.load("pami2016-table5"))
    assert [row.title for row in paper.rows] == ["FCN-32s RGB-HHA"]
    first = papers.for_sample(papers.load("cvpr2015-table1"))
    assert [column.title for column in first.columns] == ["mean IU"]
    with pytest.raises(DataError, match="cvpr2015-table3: the bundled sample has none of its rows"):
        papers.for_sample(papers.load("cvpr2015-table3"))


def test_sample_rows_that_caffe_did_not_run_have_no_reference(tmp_path):
    paper = papers.for_sample(papers.load("pami2016-table8"))
    evidence(tmp_path, "masking", "reference-bg", is_sample=True)
    found = rows_of(paper, tmp_path)
    assert found["Reference-BG"]["verdict"] == "no reference"
    assert found["Reference-FG"]["verdict"] == "not run: python -m reproduce.table masking --sample"
    assert float(found["Reference"]["mean IU Caffe"]) > 0


def test_page_is_no_evidence(tmp_path):
    """The views of a paper stand beside the evidence, which is still all that is read there."""
    evidence(tmp_path, "voc2011", "voc-fcn8s")
    for suffix, text in views(papers.load("pami2016-table3"), tmp_path).items():
        (tmp_path / f"pami2016-table3.{suffix}").write_text(text)
    assert [path.name for path in results.files(tmp_path)] == ["voc2011.json"]
    assert render.main([str(tmp_path)]) == 0
