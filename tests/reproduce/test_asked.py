"""What a call of reproduce.table evaluates and shows; papers' tables end to end on the sample."""

import json
from pathlib import Path

import pytest

from reproduce import check, papers, render, table, tables
from reproduce.asked import asked
from reproduce.errors import DataError


def options(*words, out="nowhere"):
    return table.parser().parse_args([*words, "--out", str(out)])


def wanted(*words, out="nowhere"):
    found, shown = asked(options(*words, out=out))
    rows = {one.table.name: (one.rows, one.shown) for one in found}
    return rows, [paper.stem for paper in shown]


def test_a_table_and_its_rows():
    assert wanted("siftflow") == ({"siftflow": (tables.load("siftflow").nets, True)}, [])
    assert wanted("voc2011", "--nets", "voc-fcn8s")[0] == {"voc2011": (("voc-fcn8s",), True)}
    assert wanted("voc2012", "--sample")[0]["voc2012"][0] == tables.load("voc2012").nets


def test_all_is_every_table_and_every_paper():
    rows, shown = wanted("all")
    assert set(rows) == set(tables.names()) and set(shown) == set(papers.names())
    rows, shown = wanted("all", "--sample")
    assert set(rows) == set(tables.names())
    assert "cvpr2015-table4-sample" in shown and "cvpr2015-table5-sample" not in shown
    assert wanted("all", "--limit", "3")[1] == []  # papers' tables are of whole evaluations


def test_a_paper_asks_for_its_rows():
    rows, shown = wanted("pami2016-table6")
    assert shown == ["pami2016-table6"]
    assert rows == {"siftflow": (("siftflow-fcn8s",), False)}


def test_what_lies_in_the_results_is_not_evaluated_again(tmp_path):
    row = {"net": "siftflow-fcn8s", "status": "done"}
    lacking = "split classes lists images ids_sha256 weights counts scores caffe_labels"
    row |= dict.fromkeys(f"{lacking} seconds net_seconds command provenance reasons".split())
    kept = {"format": 2, "table": "siftflow", "split": "test", "rows": [row]}
    (tmp_path / "siftflow.json").write_text(json.dumps(kept))
    assert wanted("pami2016-table6", out=tmp_path)[0] == {}
    assert wanted("siftflow", "pami2016-table6", out=tmp_path)[0]["siftflow"][1]


@pytest.mark.parametrize(
    "words, text",
    [
        (["voc2013"], "table 'voc2013': unknown, expected one of masking, .*pami2016-table8, all"),
        (["cvpr2015-table2", "--nets", "x"], "--nets: not with cvpr2015-table2, the table of a pa"),
        (["arxiv-appendix-b", "--limit", "3"], "--limit: not with arxiv-appendix-b"),
        (["cvpr2015-table5", "--sample"], "cvpr2015-table5: the bundled sample has none of its"),
        (["siftflow", "--sample", "--nets", "siftflow-fcn16s"], "--nets siftflow-fcn16s: not in "),
    ],
)
def test_calls_that_cannot_be_right(words, text):
    with pytest.raises(DataError, match=text):
        asked(options(*words))


def test_a_paper_on_the_sample(tmp_path, capsys):
    words = ["pami2016-table6", "--sample", "--out", str(tmp_path)]
    assert table.main(words) == 0
    page = capsys.readouterr().out
    assert page == (tmp_path / "pami2016-table6-sample.md").read_text()
    assert "60.5283 / 60.5283" in page and "reproduced" in page
    assert table.main([*words, "--format", "json"]) == 0  # nothing is evaluated again
    [row] = json.loads(capsys.readouterr().out)
    assert row["verdict"] == "reproduced"
    assert check.main([str(tmp_path)]) == 0
    assert "pami2016-table6-sample views: ok" in capsys.readouterr().out


def test_pages_of_all_papers_without_a_run(tmp_path, capsys):
    words = ["siftflow", "--sample", "--out", str(tmp_path)]
    assert table.main(words) == 0
    assert render.main([str(tmp_path), "--papers"]) == 0
    assert {path.stem for path in tmp_path.glob("*-table*.md")} == {
        name for name in papers.names() if "table" in name
    }
    page = (tmp_path / "cvpr2015-table4.md").read_text()
    assert "60.3" in page and "not run: python -m reproduce.table nyudv2" in page


def test_a_stale_page_is_found_and_rendered_anew(tmp_path, capsys):
    assert table.main(["pami2016-table6", "--sample", "--out", str(tmp_path)]) == 0
    page = Path(tmp_path / "pami2016-table6-sample.tex")
    page.write_text("another")
    assert check.main([str(tmp_path)]) == 1
    assert "pami2016-table6-sample.tex is not what its evidence renders" in capsys.readouterr().out
    assert render.main([str(tmp_path)]) == 0
    assert check.main([str(tmp_path)]) == 0
