"""`python -m reproduce.hha` on files and folders, and what it says of broken ones."""

import numpy as np
import pytest
from PIL import Image

from reproduce.errors import DataError
from reproduce.hha import NYUD, Camera, hha
from reproduce.hha.__main__ import main
from reproduce.hha.agreement import Agreement, agreement, counts

CAMERA = Camera(100, 100, 30.5, 0)
WORDS = ["--camera", "100,100,30.5,0"]
FLOOR = np.rint(120000 / np.arange(1, 101))[:, None].repeat(60, 1)[20:] + np.arange(60)
FLOOR = FLOOR.astype(np.uint16)
EXPECTED = hha(FLOOR, camera=CAMERA)


def save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return str(path)


def read(path):
    with Image.open(path) as image:
        assert image.mode == "RGB"
        return np.array(image)


@pytest.fixture
def depth(tmp_path):
    return save(tmp_path / "depth" / "1.png", FLOOR)


def test_a_file(tmp_path, depth, capsys):
    out = tmp_path / "new" / "hha.png"
    assert main([depth, "-o", str(out), *WORDS]) == 0
    assert np.array_equal(read(out), EXPECTED)
    assert capsys.readouterr().out == f"{out}: 1 written\n"
    assert [path.name for path in out.parent.iterdir()] == ["hha.png"]


def test_a_file_that_is_there_is_replaced(tmp_path, depth):
    out = save(tmp_path / "hha.png", EXPECTED + np.uint8(1))
    assert main([depth, "-o", out, *WORDS]) == 0
    assert np.array_equal(read(out), EXPECTED)


def test_units(tmp_path, depth):
    ten = save(tmp_path / "ten.png", FLOOR * 10)
    assert main([ten, "--unit", "m10000", "-o", str(tmp_path / "hha.png"), *WORDS]) == 0
    assert np.array_equal(read(tmp_path / "hha.png"), EXPECTED)


def test_raw_depth(tmp_path, depth):
    raw = FLOOR.copy()
    raw[30:60, 20:50] = 0
    name = save(tmp_path / "raw.png", raw)
    assert main([depth, name, "-o", str(tmp_path / "hha.png"), *WORDS]) == 0
    assert np.array_equal(read(tmp_path / "hha.png"), hha(FLOOR, raw, CAMERA))
    assert read(tmp_path / "hha.png")[45, 35, 2] == 218


def test_camera_of_nyudv2_goes_by_the_size(tmp_path):
    frame = np.tile(np.linspace(3000, 2000, 425)[:, None], 560).astype(np.uint16)
    name = save(tmp_path / "frame.png", frame)
    assert main([name, "-o", str(tmp_path / "hha.png")]) == 0
    assert np.array_equal(read(tmp_path / "hha.png"), hha(frame, camera=NYUD.crop(45, 40)))


def test_a_folder_goes_on_where_it_stopped(tmp_path, depth, capsys):
    save(tmp_path / "depth" / "2.png", FLOOR[1:])
    (tmp_path / "depth" / "notes.txt").touch()
    words = [str(tmp_path / "depth"), str(tmp_path / "depth"), "-o", str(tmp_path / "hha"), *WORDS]
    assert main(words) == 0
    assert np.array_equal(read(tmp_path / "hha" / "1.png"), EXPECTED)
    assert np.array_equal(read(tmp_path / "hha" / "2.png"), hha(FLOOR[1:], camera=CAMERA))
    kept = (tmp_path / "hha" / "1.png").stat().st_mtime_ns
    (tmp_path / "hha" / "2.png").unlink()
    capsys.readouterr()
    assert main(words) == 0
    assert "hha: 1 written, 1 kept that were there" in capsys.readouterr().out
    assert (tmp_path / "hha" / "1.png").stat().st_mtime_ns == kept


def test_comparison(tmp_path, depth, capsys):
    other = EXPECTED.copy()
    other[:8, :, 2] += 3  # a tenth of 80 rows
    same, off = save(tmp_path / "same.png", EXPECTED), save(tmp_path / "off.png", other)
    assert main([depth, "--compare", same, *WORDS]) == 0
    assert "angle               0.0000  100.00 %        0" in capsys.readouterr().out
    assert main([depth, "--compare", off, *WORDS]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split() == ["angle", "0.3000", "90.00", "%", "3"]
    assert lines[-2].split() == ["height", "0.0000", "100.00", "%", "0"]


def test_comparison_of_folders_sums_the_pixels(tmp_path, depth, capsys):
    save(tmp_path / "depth" / "2.png", FLOOR)
    save(tmp_path / "hha" / "1.png", EXPECTED)
    save(tmp_path / "hha" / "2.png", EXPECTED + np.uint8([0, 0, 1]))
    words = [str(tmp_path / "depth"), "--compare", str(tmp_path / "hha"), *WORDS]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[1:] == ["0.5000", "100.00", "%", "1"]


def test_agreement():
    found, expected = np.zeros((1, 4, 3), np.uint8), np.zeros((1, 4, 3), np.uint8)
    expected[0, :, 1] = 0, 1, 2, 255
    by_channel = agreement(counts(found, expected))
    assert by_channel["disparity"] == Agreement(0, 1, 0)
    assert by_channel["height"] == Agreement(64.5, 0.5, 255)


def test_agreement_of_other_sizes():
    with pytest.raises(DataError, match="HHA image is 2 x 5, expected 1 x 4"):
        counts(np.zeros((1, 4, 3), np.uint8), np.zeros((2, 5, 3), np.uint8))


def cut(path):
    path.write_bytes(path.read_bytes()[:200])


def to_metres(path):
    save(path, (FLOOR / 1000).astype(np.uint16))


def to_ten_thousandths(path):
    save(path, np.uint16(15000) + FLOOR)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda path: path.unlink(), "1.png: the image is missing"),
        (cut, "1.png: the image cannot be decoded"),
        (
            lambda path: save(path, FLOOR.astype(np.uint8)),
            "mode L, of 8 bits, expected 16-bit",
        ),
        (lambda path: save(path, EXPECTED), "mode RGB, of 8 bits, expected 16-bit"),
        (to_metres, "1.png: the farthest point is at 5 mm, which looks like metres"),
        (to_ten_thousandths, "farther than any room: expected millimetres; .*--unit m10000"),
        (lambda path: save(path, FLOOR * 0), "1.png: no pixel is measured"),
    ],
)
def test_broken_depth_is_one_line(tmp_path, depth, capsys, change, message):
    change(tmp_path / "depth" / "1.png")
    assert main([depth, "-o", str(tmp_path / "hha.png"), *WORDS]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    first, _, last = message.partition(" .*")
    assert first in line
    assert last in line
    assert not (tmp_path / "hha.png").exists()


@pytest.mark.parametrize(
    "words, message",
    [
        (["depth/1.png", "-o", "depth/1.png"], "1.png: is the depth itself"),
        (["depth", "-o", "depth"], "depth: is the depth itself"),
        (["depth", "-o", "a.png"], "a.png: is a file, expected a folder as depth is one"),
        (["depth", "a.png", "-o", "hha"], "a.png: is a file, expected a folder"),
        (["empty", "-o", "hha"], "empty: holds no PNG file, expected depth images"),
        (["depth", "empty", "-o", "hha"], "empty/1.png: the image is missing"),
        (["depth/1.png", "-o", "hha.png"], "80 x 60 (height x width): expected 480 x 640"),
        (["depth/1.png", "--compare", "a.png", *WORDS], "a.png: the HHA image is 2 x 2, expected"),
        (["depth/1.png", "--compare", "b.png", *WORDS], "b.png: the image is missing"),
        (["depth/1.png", "-o", "a.png/hha.png", *WORDS], "a.png: no file can be written there"),
    ],
)
def test_wrong_calls(tmp_path, depth, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    save(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    assert main(words) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert message in line


@pytest.mark.parametrize(
    "words, message",
    [
        ([], "one of the arguments -o --compare is required"),
        (["-o", "a.png", "--compare", "b.png"], "not allowed with argument"),
        (["-o", "a.png", "--unit", "cm"], "invalid choice: 'cm'"),
        (["-o", "a.png", "--camera", "1,2,3"], "'1,2,3': expected FX,FY,CX,CY in pixels"),
        (["-o", "a.png", "--camera", "0,2,3,4"], "'0,2,3,4': expected FX,FY,CX,CY"),
        (["-o", "a.png", "--camera", "1,2,3,nan"], "'1,2,3,nan': expected FX,FY,CX,CY"),
    ],
)
def test_wrong_options(capsys, words, message):
    with pytest.raises(SystemExit) as stop:
        main(["depth.png", *words])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "python -m reproduce.hha nyud/data/depth -o nyud/data/hha" in capsys.readouterr().out
