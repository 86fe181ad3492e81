"""The README shows what results/ holds, stays short, and CI runs its test command."""

import re
from pathlib import Path

import pytest

from benchmarks import sheet
from reproduce import embed

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_tables_are_those_of_results():
    assert embed.embedded(README, ROOT) == README
    assert README.count("| voc-fcn8s ") >= 2


def test_table_that_is_not_there_is_an_error(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("<!-- none.md table 1 -->\n<!-- end -->\n")
    assert embed.main([str(page)]) == 2
    assert "none.md: has no table 1" in capsys.readouterr().err


def test_rows_are_found_by_a_pattern(tmp_path, capsys):
    (tmp_path / "t.md").write_text("| net | s |\n|---|---|\n| a8 | 1 |\n| a16 | 2 |\n| b | 3 |\n")
    page = "<!-- t.md table 1 of a(8|16) columns s -->\n<!-- end -->"
    assert embed.embedded(page, tmp_path).splitlines()[1:-1] == ["| s |", "|---|", "| 1 |", "| 2 |"]
    (tmp_path / "page.md").write_text(page.replace(")", ""))
    assert embed.main([str(tmp_path / "page.md")]) == 2
    assert "'a(8|16': is no regular expression" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["load", "agreement"])
def test_sheets_are_rendered_from_their_csv(name):
    text = (ROOT / "results" / f"{name}.csv").read_text("utf-8")
    assert sheet.markdown(text) == (ROOT / "results" / f"{name}.md").read_text("utf-8")


def test_length():
    assert len(README.splitlines()) <= 130


def test_ci_runs_the_readme_test_command():
    [line] = [line for line in README.splitlines() if line.endswith("pytest -n 2 --dist loadfile")]
    assert line.replace("venv .venv", "venv --clear .venv") in (ROOT / ".ci" / "run").read_text()


def test_linked_files_are_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_figures_in_the_first_lines_are_those_of_the_sheet():
    rows = (ROOT / "results" / "agreement.md").read_text()
    found = re.findall(r"(\d+) of (\d+)", rows)
    worst = max(int(pixels) - int(equal) for equal, pixels in found)
    assert f"at most {worst} in" in README.replace("\n", " ")


@pytest.mark.parametrize("main", [embed.main, sheet.main])
def test_file_that_is_not_there_is_an_error(tmp_path, capsys, main):
    assert main([str(tmp_path / "none")]) == 2
    assert "none: cannot be read" in capsys.readouterr().err
