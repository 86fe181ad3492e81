"""A paper's YAML that is none stops with words that name what is wrong."""

import pytest

from reproduce import papers
from reproduce.errors import DataError
from reproduce.papers.reading import read
from reproduce.papers.views import views

SHORT = """
title: A table
source: A text.
verified: true
columns: [{title: IU, metric: mean_iu}, {title: time, missing: use a watch}]
rows:
  - {title: other, published: ["9.9", "-"]}
  - {title: near, published: ["73.9", "-"], ours: voc2011/voc-fcn8s}
  - {title: far, published: ["73.8", "-"], ours: voc2011/voc-fcn8s}
"""
NEAR = 'published: ["73.9", "-"], ours: voc2011/voc-fcn8s}'


def test_unknown_name_lists_the_known():
    with pytest.raises(DataError, match=r"paper 'cvpr2014': unknown, .*cvpr2015-table1"):
        papers.load("cvpr2014")


@pytest.mark.parametrize(
    "old, new, text",
    [
        ("title: A table", "title: [", "broken.yaml: no YAML"),
        ("source: A text.\n", "", "broken.yaml: lacks source"),
        ("source: A", "sauce: 1\nsource: A", "unknown keys sauce, known are .*'compared'"),
        ("source: A text.", "source: 3", "broken.yaml: source is 3, expected a text in quotes"),
        ("verified: true", "verified: 1", "row 'other': verified is 1, expected true or false"),
        ("metric: mean_iu", "metric: iou", "column 'IU': metric 'iou': unknown, .*pixel_acc, mean"),
        ("metric: mean_iu", "fact: width", "column 'IU': fact 'width': unknown, .*rf size"),
        ("metric: mean_iu", "metric: mean_iu, fact: rf size", "one of metric, fact, time and"),
        ("missing: use a watch", "time: slow", "column 'time': time 'slow': unknown, .*forward"),
        ("metric: mean_iu", "scoring: score", "column 'IU': scoring without a metric"),
        ("title: time", "title: IU", "title 'IU' twice"),
        ("title: far", "title: near", "title 'near' twice"),
        ('"73.9", "-"], ours', '73.9, "-"], ours', "row 'near': IU: 73.9 is no text, .*in quotes"),
        ('"73.9", "-"], ours', '"73.9"], ours', "row 'near': published .*expected 2 texts"),
        ('"73.9", "-"], ours', '"73,9", "-"], ours', "IU: '73,9', expected a figure such as 65.5"),
        (NEAR, NEAR[:-1] + ", missing: x}", "row 'near': ours and missing, expected one"),
        (NEAR, NEAR[:-1] + ", net: vgg}", "row 'near': net 'vgg': unknown, expected one of .*voc-"),
        (NEAR, NEAR.split(", ours")[0] + ", net: voc-fcn8s}", "'near': expected ours or missing"),
        (NEAR, NEAR.replace("/voc-", "-voc-"), "ours 'voc2011-voc-fcn8s', expected TABLE/ROW"),
        (NEAR, NEAR[:-1] + ", verified: {acc: true}}", "verified: column 'acc': unknown, .* IU"),
        (NEAR, NEAR[:-1] + ", verified: maybe}", "'near': verified is 'maybe', expected true or"),
        (NEAR, NEAR[:-1] + ", compared: maybe}", "compared is 'maybe', expected true or false"),
        ("verified: true", "verified: true\nnotes: a line", "notes is 'a line', expected a list"),
    ],
)
def test_broken_files(old, new, text):
    assert old in SHORT
    with pytest.raises(DataError, match=rf"^broken.yaml: .*({text.removeprefix('broken.yaml: ')})"):
        read("broken", SHORT.replace(old, new, 1))


@pytest.mark.parametrize("what", ["columns", "rows"])
@pytest.mark.parametrize("given", ["5", "[]", "{}"])
def test_files_without_columns_or_rows(what, given):
    keys = {"title": "t", "source": "s", "verified": "true", "columns": "[{title: a}]"}
    keys |= {"rows": "[{title: b, published: ['-']}]", what: given}
    text = "\n".join(f"{key}: {value}" for key, value in keys.items())
    with pytest.raises(DataError, match=rf"^x.yaml: {what} is .*expected a list of one or more"):
        read("x", text)


@pytest.mark.parametrize(
    "ours, text",
    [
        ("voc2011/voc-fcn4s", "no row 'voc-fcn4s', expected one of voc-fcn32s"),
        ("voc2011/voc-fcn8s/geometric", "no scoring 'geometric', expected one of"),
        ("pascalcontext/pascalcontext-fcn8s", "no scoring '', expected one of '60', '59'"),
        ("siftflow/siftflow-fcn8s/geometric", "scoring has no mean_iu, expected pixel_acc"),
        ("voc2010/voc-fcn8s", "table 'voc2010': unknown"),
    ],
)
def test_rows_that_there_are_not(tmp_path, ours, text):
    paper = read("broken", SHORT.replace("ours: voc2011/voc-fcn8s", f"ours: {ours}", 1))
    with pytest.raises(DataError, match=text):
        papers.tables_of(paper)
    with pytest.raises(DataError, match=text):
        views(paper, tmp_path)
