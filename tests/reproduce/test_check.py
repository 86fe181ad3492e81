"""reproduce.check finds what is wrong with a results folder, and names the row."""

import json
import shutil
from pathlib import Path

import pytest

from reproduce import check, render, table

COMMITTED = Path(__file__).parents[2] / "results"
NET = "voc-fcn-alexnet"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    words = ["voc2011", "--sample", "--nets", NET, "--out", str(folder)]
    assert table.main(words) == 0
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "results"))


def change(folder, edit):
    path = folder / "voc2011-sample.json"
    values = json.loads(path.read_text())
    edit(values["rows"][0])
    path.write_text(json.dumps(values))
    render.main([str(folder)])


def test_all_is_well(folder, capsys):
    assert check.main([str(folder)]) == 0
    assert f"voc2011-sample {NET}: ok" in capsys.readouterr().out


def move_pixels(row):
    row["counts"]["score"][0][0] -= 5000
    row["counts"]["score"][0][1] += 5000


def test_score_that_is_not_its_counts(folder, capsys):
    change(folder, lambda row: row["scores"]["score"].update(mean_iu=0.5))
    assert check.main([str(folder)]) == 1
    assert f"voc2011-sample {NET}: mean IU is stored as 0.5, its counts give" in (
        capsys.readouterr().out
    )


def test_number_out_of_tolerance(folder, capsys):
    change(folder, move_pixels)
    assert check.main([str(folder)]) == 1
    printed = capsys.readouterr().out
    assert f"voc2011-sample {NET}: pixel acc. is stored as" in printed
    assert "pixel acc. is off by -" in printed and "expected at most 0.001" in printed


def test_labels_that_are_not_caffes(folder, capsys):
    change(folder, lambda row: row["caffe_labels"].update(equal=523000))
    assert check.main([str(folder)]) == 1
    assert "523000 of 523648 labels are Caffe's, expected at least 99.999 %" in (
        capsys.readouterr().out
    )


def test_other_images(folder, capsys):
    change(folder, lambda row: row["counts"]["score"][3].__setitem__(3, 0))
    assert check.main([str(folder)]) == 1
    assert "the true pixels of a class are not as many as Caffe counted" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["csv", "md", "tex"])
def test_view_edited_by_hand(folder, capsys, suffix):
    view = folder / f"voc2011-sample.{suffix}"
    view.write_text(view.read_text().replace("84.9088", "85.9088"))
    assert check.main([str(folder)]) == 1
    assert f"voc2011-sample.{suffix} is not what voc2011-sample.json renders to" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 2, "rows": []}'])
def test_file_that_is_no_results(folder, capsys, text):
    (folder / "voc2011-sample.json").write_text(text)
    assert check.main([str(folder)]) == 2
    assert "voc2011-sample.json: " in capsys.readouterr().err


@pytest.mark.parametrize("counts", [[], [[1, 2]], [[1.5]], [[-1]], "x", None])
def test_counts_that_are_none(folder, capsys, counts):
    path = folder / "voc2011-sample.json"
    values = json.loads(path.read_text())
    values["rows"][0]["counts"]["score"] = counts
    path.write_text(json.dumps(values))
    assert check.main([str(folder)]) == 2
    assert NET in capsys.readouterr().err


@pytest.mark.parametrize("key", ["scores", "counts", "provenance", "net", "caffe_labels"])
def test_row_that_lacks_something(folder, capsys, key):
    path = folder / "voc2011-sample.json"
    values = json.loads(path.read_text())
    del values["rows"][0][key]
    path.write_text(json.dumps(values))
    assert check.main([str(folder)]) == 2
    assert f"voc2011-sample.json: a row lacks {key}" in capsys.readouterr().err


def test_empty_folder(tmp_path, capsys):
    assert check.main([str(tmp_path)]) == 2
    assert "holds no results" in capsys.readouterr().err


def test_rendering_again_gives_the_same_bytes(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert render.main([str(folder)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_row_that_was_not_run_is_said(tmp_path, capsys):
    words = ["--data", str(tmp_path / "d"), "--weights", str(tmp_path / "w"), "--offline"]
    table.main(["voc2011", *words, "--out", str(tmp_path)])
    assert check.main([str(tmp_path)]) == 0
    assert "voc2011 voc-fcn8s: not run: " in capsys.readouterr().out


def test_committed_results_are_well():
    assert check.main([str(COMMITTED)]) == 0
