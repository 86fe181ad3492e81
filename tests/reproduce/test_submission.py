"""Faults of an archive for VOC's evaluation server, in words."""

import gzip
import io
import tarfile

import numpy as np
import pytest
from PIL import Image
from submissions import FOLDER, write

from reproduce import submission, submit
from reproduce.submission import Layout

TEST = Layout(2011, "comp6", "test")


def drawing(labels=((0, 20), (7, 15)), colours=None):
    image = Image.fromarray(np.array(labels, np.uint8))
    image.putpalette(submission.colour_map().tobytes() if colours is None else colours)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


GOOD = {f"{FOLDER}/{id}.png": drawing() for id in "abcd"}
SIZES = dict.fromkeys("abcd", (2, 2))
BLACK_TO_19 = submission.colour_map()[:20].tobytes()  # label 20 has no colour
GREY, COLOURS = io.BytesIO(), io.BytesIO()
Image.fromarray(np.zeros((2, 2), np.uint8)).save(GREY, "PNG")
Image.fromarray(np.zeros((2, 2, 3), np.uint8)).save(COLOURS, "PNG")


def test_archive_made_elsewhere_without_faults(tmp_path):
    archive = write(tmp_path / "a.tgz", {f"./{name}": GOOD[name] for name in reversed(GOOD)})
    assert submission.faults(archive, TEST, SIZES) == []
    assert submission.layout_of(archive) == TEST


@pytest.mark.parametrize(
    "change, text",
    [
        ({"a": None}, "a: missing"),
        ({"a": None, "b": None, "c": None, "d": None}, "a, b, c and 1 more: missing"),
        ({"e": drawing()}, "e: not in the list of test"),
        ({"a": drawing([[0, 1, 2], [3, 4, 5]])}, "a: 2 x 3, expected the photograph's 2 x 2 (h x"),
        ({"a": drawing([[0, 1, 2, 3]])}, "a: 1 x 4, expected the photograph's 2 x 2 (h x"),
        ({"a": drawing([[0, 255], [3, 4]])}, "a: labels 255, expected 0 to 20 (void is for the"),
        ({"a": drawing([[0, 21], [3, 40]])}, "a: labels 21, 40, expected 0 to 20"),
        ({"a": drawing(colours=bytes(range(256)) * 3)}, "a: a palette that is not VOC's colour"),
        ({"a": drawing(colours=bytes(30))}, "a: a palette that is not VOC's colour map"),
        ({"a": drawing(colours=BLACK_TO_19)}, "a: a palette that is not VOC's colour map"),
        ({"a": GREY.getvalue()}, "a: mode L, expected P, a palette image"),
        ({"a": COLOURS.getvalue()}, "a: mode RGB, expected P"),
        ({"a": drawing()[:-8]}, "a: no PNG, or not a whole one"),
        ({"a": drawing()[:60]}, "a: no PNG, or not a whole one"),
        ({"a": b""}, "a: no PNG, or not a whole one"),
    ],
)
def test_fault_of_an_image_in_words(tmp_path, change, text):
    files = {**GOOD, **{f"{FOLDER}/{id}.png": content for id, content in change.items()}}
    kept = {name: content for name, content in files.items() if content is not None}
    (fault,) = submission.faults(write(tmp_path / "a.tgz", kept), TEST, SIZES)
    assert fault.startswith(text)


@pytest.mark.parametrize(
    "folder",
    [
        "comp6_test_cls",
        FOLDER.replace("2011", "2012"),
        FOLDER.replace("comp6", "comp5"),
        "/" + FOLDER,
    ],
)
def test_wrong_folder(tmp_path, folder):
    files = {f"{folder}/{name.rpartition('/')[2]}": GOOD[name] for name in GOOD}
    (fault,) = submission.faults(write(tmp_path / "a.tgz", files), TEST, SIZES)
    assert fault == f"a.png, b.png, c.png and 1 more: in the folder {folder}, expected {FOLDER}"


def test_nothing_in_it(tmp_path):
    (fault,) = submission.faults(write(tmp_path / "a.tgz", {}), TEST)
    assert fault == "0 images, expected those of VOC2011 test"


@pytest.mark.parametrize("name", ["readme.txt", "a.jpg"])
def test_other_files(tmp_path, name):
    archive = write(tmp_path / "a.tgz", {**GOOD, f"{FOLDER}/{name}": b"x"})
    (fault,) = submission.faults(archive, TEST, SIZES)
    assert fault == f"{FOLDER}/{name}: does not belong here, expected files <id>.png alone"


def test_links_and_what_is_there_twice(tmp_path):
    archive = tmp_path / "a.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in [*GOOD, f"{FOLDER}/a.png"]:
            header = tarfile.TarInfo(name)
            header.size = len(drawing())
            tar.addfile(header, io.BytesIO(drawing()))
        link = tarfile.TarInfo(f"{FOLDER}/e.png")
        link.type, link.linkname = tarfile.SYMTYPE, "a.png"
        tar.addfile(link)
    assert submission.faults(archive, TEST, SIZES) == [
        f"{FOLDER}/e.png: does not belong here, expected files <id>.png alone",
        "a: more than once in the archive",
    ]


@pytest.mark.parametrize(
    "spoil, text",
    [
        (gzip.decompress, "Not a gzipped file"),
        (lambda raw: raw[:-20], "cannot be read as a gzipped tar"),
        (lambda raw: raw[:-6] + bytes(6), "CRC check failed"),
        (lambda raw: gzip.compress(b"x" * 1000), "cannot be read as a gzipped tar"),
        (lambda raw: b"PK\3\4", "expected .tar.gz or .tgz"),
    ],
    ids=["plain tar", "cut short", "damaged", "no tar", "zip"],
)
def test_check_of_what_is_no_archive(tmp_path, capsys, spoil, text):
    archive = write(tmp_path / "a.tgz", GOOD)
    archive.write_bytes(spoil(archive.read_bytes()))
    assert submit.main(["--check", str(archive)]) == 1
    printed = capsys.readouterr().out
    assert text in printed and printed.startswith(f"{archive}: ") and printed.count("\n") == 1


@pytest.mark.parametrize(
    "folder, text",
    [
        (FOLDER.replace("2011", "2012"), "4 images, expected 1456 of VOC2012 test"),
        (FOLDER.replace("comp6", "comp7"), f"in the folder {FOLDER.replace('comp6', 'comp7')}, ex"),
        (FOLDER.replace("2011", "2010"), f"expected {FOLDER.replace('2011', '2012')}"),
        ("comp6_test_cls", f"in the folder comp6_test_cls, expected {FOLDER[:11]}"),
        (FOLDER.replace("test", "val"), f"_val_cls, expected {FOLDER}"),
    ],
)
def test_check_names_what_the_server_looks_for(tmp_path, monkeypatch, capsys, folder, text):
    monkeypatch.setenv("FCN_CACHE", str(tmp_path / "none"))
    files = {f"{folder}/{name.rpartition('/')[2]}": GOOD[name] for name in GOOD}
    assert submit.main(["--check", str(write(tmp_path / "a.tgz", files))]) == 1
    assert text in capsys.readouterr().out
