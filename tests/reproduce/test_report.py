"""The report page as a whole: what it holds is what the results hold, and it needs nothing else."""

import base64
import csv
import io
import json
import re
import shutil

import numpy as np
import pytest
from html_tree import parsed
from PIL import Image
from report_folders import COMMITTED, CURVE, filled

from reproduce import report, results

ABOUT = {"command", "title", "cpu", "cores", "memory_gib", "os", "python", "torch", "numpy"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def text(folder):
    assert report.main([str(folder), "--gallery", "1"]) == 0
    return (folder / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def page(text):
    return parsed(text)


def shown(table):
    """The texts of a table's rows."""
    rows = table.one("tbody").every("tr")
    return [[cell.text for cell in row.inside] for row in rows]


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_needs_nothing_from_outside(page, text):
    for element in page.every():
        for name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href"):
            value = element.attributes.get(name)
            assert value is None or re.match(r"data:image/png;base64,|#", value), value
    assert {one.name for one in page.every()}.isdisjoint({"link", "iframe", "object", "base"})
    styles = page.one("style").text + "".join(e.attributes.get("style", "") for e in page.every())
    assert "url(" not in styles and "@import" not in styles
    script = page.one("script").text
    assert not re.search(r"fetch|XMLHttp|WebSocket|sendBeacon|import\(|https?:", script)
    [policy] = [e for e in page.every("meta") if "http-equiv" in e.attributes]
    assert policy.attributes["content"].startswith("default-src 'none';")
    assert len(text) < 5_000_000


def test_ids_are_unique_and_links_lead_to_them(page):
    ids = [one.attributes["id"] for one in page.every() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = [one.attributes["href"] for one in page.every("a")]
    assert len(links) > 100
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_tables_are_those_of_the_files(page, folder):
    tables = [one for one in page.every("table") if "data-file" in one.attributes]
    files = {table.attributes["data-file"] for table in tables}
    assert files == {path.name for path in folder.glob("*.csv")}
    for table in tables:
        path = folder / table.attributes["data-file"]
        left_out = ABOUT if path.name[:5] != "curve" else set(CURVE.split("\n")[0].split(",")[5:])
        rows = lines(path)
        assert shown(table) == [
            [cell for key, cell in row.items() if key not in left_out] for row in rows
        ], path


def test_heads_of_a_papers_table(page):
    [table] = page.every("table", data_file="cvpr2015-table2.csv")
    groups, heads = table.one("thead").every("tr")
    assert [cell.text for cell in groups.inside] == [
        *("", "pixel acc.", "mean acc.", "mean IU", "f.w. IU", "")
    ]
    assert [cell.text for cell in heads.inside] == ["row", *["published", "ours"] * 4, "verdict"]


def test_every_figure_says_how_it_was_made(page, folder):
    ids = {one.attributes["id"]: one for one in page.every() if "id" in one.attributes}
    for path in results.files(folder):
        [table] = page.every("table", data_file=f"{path.stem}.csv")
        found = results.read(path)
        for row, line in zip(table.one("tbody").every("tr"), shown(table), strict=True):
            evidence, told = found.rows[line[0]], ids[row.attributes["data-made"]].text
            made = evidence["provenance"]
            facts = [evidence["command"], evidence["ids_sha256"], made["commit"], made["date"]]
            facts += [made["device"], made["libraries"]["torch"]]
            facts += [evidence["weights"]["sha256"]] if evidence["weights"] else []
            for fact in facts:
                assert fact in told, (path, line)
    for name in ("agreement", "speed", "growth", "curve-voc-fcn32s-sample"):
        [table] = page.every("table", data_file=f"{name}.csv")
        command = lines(folder / f"{name}.csv")[0]["command"]
        for row in table.one("tbody").every("tr"):
            assert command in ids[row.attributes["data-made"]].text


def test_rows_of_papers_lead_to_the_evidence_of_ours(page):
    [table] = page.every("table", data_file="arxiv-appendix-a.csv")
    first = table.one("tbody").every("tr")[0]
    assert first.attributes["data-made"] == "made.upper-bounds.caffe-bilinear"
    [table] = page.every("table", data_file="cvpr2015-table1.csv")
    first = table.one("tbody").every("tr")[0]  # of its graph
    notes = page.one(id=first.attributes["data-made"]).text
    assert "ours from the graph of voc-fcn-alexnet" in notes
    [table] = page.every("table", data_file="cvpr2015-table3.csv")
    assert "data-made" not in table.one("tbody").every("tr")[0].attributes  # R-CNN's


def test_verdicts_are_words(page):
    badges = page.every("span", class_="verdict reproduced")
    assert len(badges) > 40 and {badge.text for badge in badges} == {"reproduced"}
    assert page.every("span", class_="verdict another-way")
    assert page.every("span", class_="verdict not-run")


def test_counts_of_verdicts(page, folder):
    [evaluations, _] = page.one(id="summary").every("table")
    rows = lines(folder / "upper-bounds.csv")
    heads = [one.text for one in evaluations.one("thead").every("th")]
    [found] = [row for row in shown(evaluations) if row[0] == "upper-bounds"]
    expected = {"figures": len(rows)}
    for word in ("reproduced", "another way"):
        expected[word] = sum(row["verdict"] == word for row in rows)
    assert {key: int(dict(zip(heads, found, strict=True))[key]) for key in expected} == expected


def pixels(image):
    data = base64.b64decode(image.attributes["src"].partition(",")[2])
    with Image.open(io.BytesIO(data)) as opened:
        assert image.attributes["width"] == str(opened.width)
        return np.array(opened)


def test_gallery(page):
    figures = page.one(id="gallery").every("figure")
    assert len(figures) == 5  # one image of four data sets, of which SIFT Flow has two heads
    for figure in figures:
        images = figure.every("img")
        names = [one.text for one in figure.every("span", class_="name")]
        assert names == ["image", "truth", "Caffe", "ours", "difference"]
        assert all(len(image.attributes["alt"]) > 8 for image in images)
        rgb, truth, caffe, ours, difference = map(pixels, images)
        assert rgb.shape == (*truth.shape, 3)
        assert (caffe == ours).all() and set(np.unique(difference)) <= {0, 1, 2}
        assert ((difference == 1) == ((ours != truth) & (truth != 255))).all()
        assert ((difference == 2) == (truth == 255)).all()
        caption = figure.one("figcaption").text
        wrong, scored = (difference == 1).sum(), (truth != 255).sum()
        assert f"0 of {ours.size} labels are other than Caffe's, {wrong} of the {scored}" in caption


def test_pictures_and_tables_have_texts(page):
    for drawing in page.every("svg"):
        hidden = drawing.attributes.get("aria-hidden") == "true"
        assert hidden or drawing.attributes.get("aria-label"), drawing
    for table in page.every("table"):
        assert table.attributes["aria-label"]
        for head in table.one("thead").every("tr")[-1].inside:
            assert head.attributes["scope"] == "col"
            assert head.one("button").attributes["type"] == "button"
        for row in table.one("tbody").every("tr"):
            assert row.inside[0].attributes["scope"] == "row"
    assert page.one("html").attributes["lang"] == "en"


def test_same_results_same_bytes(folder, text, tmp_path):
    assert report.main([str(folder), "--gallery", "1", "--out", str(tmp_path / "b.html")]) == 0
    assert (tmp_path / "b.html").read_text("utf-8") == text


HOSTILE = "<script>alert(1)</script>\"'&`|;</style>"


def test_names_are_no_markup(tmp_path):
    values = json.loads((COMMITTED / "siftflow-sample.json").read_text())
    row = values["rows"][0]
    row["net"] = row["command"] = row["provenance"]["device"] = HOSTILE
    row["classes"]["score_sem"][0] = HOSTILE
    (tmp_path / "siftflow-sample.json").write_text(json.dumps(values))
    curve = CURVE.replace("voc-fcn32s", '"' + HOSTILE.replace('"', '""') + '"')
    (tmp_path / "curve-a.csv").write_text(curve)
    assert report.main([str(tmp_path), "--gallery", "0"]) == 0
    page = parsed((tmp_path / "report.html").read_text("utf-8"))
    assert len(page.every("script")) == len(page.every("style")) == 1
    assert {row[0] for row in shown(page.every("table", data_file="siftflow-sample.csv")[0])} == {
        HOSTILE
    }
    maps = [one for one in page.every("svg") if "data-names" in one.attributes]
    assert json.loads(maps[0].attributes["data-names"])[0] == HOSTILE
    assert any(HOSTILE in heading.text for heading in page.every("h3"))


def test_measurements_alone(tmp_path):
    shutil.copy(COMMITTED / "load.csv", tmp_path)
    assert report.main([str(tmp_path), "--gallery", "0", "--out", str(tmp_path / "p.html")]) == 0
    page = parsed((tmp_path / "p.html").read_text("utf-8"))
    ids = [one.attributes["id"] for one in page.one("main").inside]
    assert ids == ["measured", "citing"]


def test_says_where_and_opens(tmp_path, capsys, monkeypatch):
    opened = []
    shutil.copy(COMMITTED / "load.csv", tmp_path)
    monkeypatch.setattr(report.webbrowser, "open", lambda url: opened.append(url) or True)
    out = tmp_path / "a page.html"
    words = [str(tmp_path), "--gallery", "0", "--out", str(out), "--open"]
    assert report.main(words) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert opened == [out.as_uri()]
    monkeypatch.setattr(report.webbrowser, "open", lambda url: False)
    assert report.main(words) == 2
    assert "--open: no browser was found here" in capsys.readouterr().err
