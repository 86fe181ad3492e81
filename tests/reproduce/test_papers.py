"""The papers' tables: every figure typed once more, its mark, and the facts of the graphs."""

import pytest
from printed import PRINTED

from reproduce import papers, tables
from reproduce.papers.facts import FACTS, fact


def test_there_is_a_file_for_every_table():
    assert papers.names() == sorted(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_figures_are_as_printed(name):
    found = [
        [row.title, *(text or "-" for text in row.published)] for row in papers.load(name).rows
    ]
    lines = filter(None, map(str.strip, PRINTED[name].splitlines()))
    assert found == [line.split(" | ") for line in lines]


@pytest.mark.parametrize("name", PRINTED)
def test_all_but_the_later_paper_is_verified(name):
    paper = papers.load(name)
    verified = [
        (row.title, column.title)
        for row in paper.rows
        for column, read_there in zip(paper.columns, row.verified, strict=True)
        if read_there
    ]
    if name.startswith("pami"):
        assert verified == [("FCN-8s", "VOC2012 test")] * (name == "pami2016-table4")
        assert "from memory, not checked" in paper.source
    else:
        assert len(verified) == len(paper.rows) * len(paper.columns)


@pytest.mark.parametrize("name", [name for name in PRINTED if not name.startswith("pami")])
def test_later_weights_are_not_compared_with_earlier_figures(name):
    paper = papers.load(name)
    rows = [row for row in paper.rows if row.ours and row.ours[0] != "upper-bounds"]
    # of FCN-AlexNet the release's README prints the paper's figure
    assert {row.title for row in rows if row.compared} <= {"FCN-AlexNet with SBD"}
    if rows:
        assert any("an earlier generation of weights" in note for note in paper.notes)


def test_what_must_be_run():
    assert papers.tables_of(papers.load("cvpr2015-table4")) == {
        "nyudv2": ("nyud-fcn32s-color", "nyud-fcn32s-hha", "nyud-fcn32s-color-hha")
    }
    assert papers.tables_of(papers.load("cvpr2015-table1")) == {
        "voc2011": ("voc-fcn-alexnet", "voc-fcn32s")
    }
    assert papers.tables_of(papers.load("pami2016-table4")) == {}
    assert papers.tables_of(papers.load("pami2016-table8")) == {
        "masking": ("reference", "reference-fg", "reference-bg")
    }


@pytest.mark.parametrize("name", PRINTED)
def test_rows_that_are_asked_for_exist(name):
    paper = papers.load(name)
    for table, rows in papers.tables_of(paper).items():
        assert set(rows) <= set(tables.load(table).nets)
    assert bool(papers.tables_of(paper)) == any(row.ours for row in paper.rows)


SOURCES = {"cvpr2015": "cvpr2015", "arxiv": "arxiv2015", "pami2016": "pami2016"}


@pytest.mark.parametrize(
    "name, cited",
    [
        ("cvpr2015-table1", 2),
        ("cvpr2015-table2", 12),
        ("cvpr2015-table4", 12),
        ("cvpr2015-table5", 5),
        ("arxiv-appendix-b", 24),
        ("pami2016-table2", 4),
        ("pami2016-table3", 16),
        ("pami2016-table5", 12),
        ("pami2016-table6", 5),
        ("pami2016-table7", 12),
        ("pami2016-table8", 3),
    ],
)
def test_evaluation_tables_cite_the_same_figures(name, cited):
    paper, source = papers.whole(papers.load(name)), SOURCES[name.split("-")[0]]
    known = {table: tables.load(table) for table in papers.tables_of(paper)}
    both = []
    for row in paper.rows:
        cells = [row.cell(column) for column in paper.columns]
        for cell, printed in zip(cells, row.published, strict=True):
            figure = known[cell.table].figure(cell.row, source, *cell[2:]) if cell else None
            both += [(figure, printed)] * (figure is not None)
    assert [figure for figure, printed in both if figure != printed] == []
    assert len(both) == cited


@pytest.mark.parametrize(
    "net, facts",
    [
        ("voc-fcn-alexnet", (8, 56_954_261, 355, 32)),
        ("voc-fcn32s", (16, 134_346_581, 404, 32)),
        ("voc-fcn-googlenet", (22, 5_995_077, 907, 32)),
        # skips change neither the coarsest score nor what leads to it; their scores are learned
        ("voc-fcn8s", (16, 134_362_751, 404, 32)),
        ("voc-fcn-pool3", (8, 1_740_885, 44, 8)),
    ],
)
def test_facts(net, facts):
    assert tuple(fact(net, name) for name in FACTS) == facts
