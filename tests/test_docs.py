"""The documentation: its commands and code run, its links lead somewhere, its lists are whole.

How a page is read is in docs_pages.py, what stands for commands that cannot run here in
docs_commands.py, how they are run in docs_running.py.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from typing import NamedTuple

import docs_running
import numpy as np
import pytest
from docs_commands import INSTEAD, Instead
from docs_furniture import furnish
from docs_pages import PAGES, ROOT, anchors, blocks, commands, links, prose
from PIL import Image

sys.path.insert(0, str(ROOT / "docs"))
import caffe_marks
import padding_picture

APART = {"extending.md"}  # adds files to the packages, and so runs in a copy of them
DOCS = ROOT / "docs"
PACKAGES = ("weights_convert", "reproduce", "benchmarks")
SMAPLE = Instead("nothing is as it seems", "python -m reproduce.table --help")
TEXTS = {page: page.read_text("utf-8") for page in PAGES}
NAMES = ["README" if page.parent == ROOT else f"docs/{page.name}" for page in PAGES]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A folder with the files that the pages speak of."""
    folder = tmp_path_factory.mktemp("pages") / "furnished"
    folder.mkdir()
    furnish(folder)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_and_code_run(page, furnished):
    desk = furnished.with_name(NAMES[PAGES.index(page)].replace("/", "-"))
    shutil.copytree(furnished, desk)
    wrong = _apart(page, desk) if page.name in APART else docs_running.run_page(page, desk)
    assert not wrong, "\n".join(wrong)


def _apart(page, desk):
    """Runs the page in an interpreter of its own, in a copy of the packages."""
    skipped = shutil.ignore_patterns("__pycache__")
    for package in ("weights_convert", "reproduce"):
        shutil.copytree(ROOT / package, desk / package, ignore=skipped)
    run = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "docs_running.py"), str(page), str(desk)],
        cwd=desk,
        env=os.environ | {"PYTHONPATH": str(desk)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return [run.stdout + run.stderr] if run.returncode else []


def test_every_stand_in_is_of_a_page_and_says_why():
    found = {line for page in TEXTS.values() for block in blocks(page) for line in _of(block)}
    assert not set(INSTEAD) - found
    for line, instead in INSTEAD.items():
        assert len(instead.why) > 8 and bool(instead.command) != bool(instead.check), line


def _of(block):
    return commands(block) if block.kind == "bash" else []


def test_options_in_sentences_are_those_of_a_command():
    code = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    known = set(re.findall(r'"(--[a-z][\w-]*)"', "".join(path.read_text("utf-8") for path in code)))
    known |= {option.replace("--", "--no-", 1) for option in known} | {"--help"}
    for page, text in TEXTS.items():
        for option in re.findall(r"`(--[a-z][\w-]*)", prose(text)):
            assert option in known, f"{page.name}: {option} is no option of a command"


def test_links_lead_to_what_is_there():
    for page, text in TEXTS.items():
        for link in links(text):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists() and target.is_relative_to(ROOT), f"{page.name}: {link}"
            if anchor:
                assert anchor in anchors(target.read_text("utf-8")), f"{page.name}: {link}"


def test_every_page_is_in_the_index():
    listed = set(links(TEXTS[DOCS / "README.md"]))
    assert {page.name for page in PAGES if page.parent == DOCS} - {"README.md"} <= listed


def test_every_mark_is_on_the_page():
    page = caffe_marks.PAGE.read_text("utf-8")
    assert caffe_marks.filled(page) == page, "run python docs/caffe_marks.py"
    found = subprocess.run(
        ["grep", "-rlE", "--include=*.py", "^[^`]*# Caffe: ", "weights_convert", "reproduce"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for file in found.stdout.split():
        assert f"](../{file})" in page, file


def test_mark_is_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(caffe_marks, "ROOT", tmp_path)
    monkeypatch.setattr(caffe_marks, "CODE", ("weights_convert",))
    (tmp_path / "weights_convert").mkdir()
    file = tmp_path / "weights_convert" / "net.py"
    file.write_text("# Caffe: one\n# two\nx = 1\n# three\ny = 2  # Caffe: four\n`# Caffe: five`\n")
    assert [mark.text for mark in caffe_marks.marks()] == ["one two", "four (`y = 2`)"]
    with pytest.raises(ValueError, match=r"benchmarks/x\.py: has a mark and no theme"):
        caffe_marks.theme_of("benchmarks/x.py")


def test_sizes_of_the_blobs_are_those_of_the_nets():
    shown = re.search(r"<!-- sizes -->\n(.*?)<!-- end -->", TEXTS[DOCS / "padding.md"], re.DOTALL)
    assert shown[1] == padding_picture.table()


def test_picture_is_that_of_the_script(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    padding_picture.draw(tmp_path / "one.png")
    padding_picture.draw(tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(DOCS / "padding.png") as shown, Image.open(tmp_path / "one.png") as drawn:
        assert shown.text["Description"] == padding_picture.table()
        if shown.text["Software"] == drawn.text["Software"]:
            assert np.array_equal(np.array(shown), np.array(drawn))
        else:
            pytest.skip(f"drawn by {shown.text['Software']}, here is {matplotlib.__version__}")


def test_every_result_is_told_how_it_was_made():
    rows = _made()
    for path in sorted((ROOT / "results").iterdir()):
        fitting = [row for row in rows if any(fnmatch(path.stem, name) for name in row.files)]
        assert len(fitting) == 1, f"{path.name}: in {len(fitting)} rows of docs/results.md"
        for command in _recorded(path):
            assert command in fitting[0].commands, f"{path.name}: made by {command}"


class _Row(NamedTuple):
    files: list[str]
    commands: list[str]


def _made():
    table = re.search(r"<!-- made -->\n(.*?)<!-- end -->", TEXTS[DOCS / "results.md"], re.DOTALL)
    cells = [line.split("|")[1:3] for line in table[1].splitlines()[2:]]
    return [_Row(*(re.findall(r"`([^`]+)`", cell) for cell in row)) for row in cells]


def _recorded(path):
    """The commands that the evidence itself names."""
    if path.suffix == ".json":
        return {row["command"] for row in json.loads(path.read_text("utf-8"))["rows"]}
    if path.suffix == ".csv":
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        return {row["command"] for row in rows if row.get("command")}
    return set()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("python -m reproduce.table voc2011 --smaple", "does not take"),
        ("python -m reproduce.nothing", "no module reproduce.nothing"),
        ("make table", "say in tests/docs_commands.py"),
        ("python -m reproduce.check nowhere", "ended with 2, not 0"),
    ],
)
def test_a_wrong_command_fails(line, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(INSTEAD, "python -m reproduce.table voc2011 --smaple", SMAPLE)
    with pytest.raises(AssertionError, match=re.escape(error)):
        docs_running.run_command(line)


def test_a_wrong_page_fails(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n```\n\n```text\n2\n```\n\n```ruby\nputs 1\n```\n")
    wrong = docs_running.run_page(page, tmp_path)
    assert len(wrong) == 2
    assert "page.md:5" in wrong[0] and "'2' is not printed" in wrong[0]
    assert "page.md:9" in wrong[1] and "kind 'ruby'" in wrong[1]
