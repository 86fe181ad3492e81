"""The drawings are the bundled images, and those that the sample's nets were trained on."""

import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reproduce import sample
from reproduce.datasets import open_dataset
from reproduce.errors import DataError
from reproduce.sample import draw as drawing
from reproduce.sample.draw import DRAWN, draw, missing, named
from reproduce.sample.draw.__main__ import main

# Of the script that drew the images which the nets were trained on, before they were encoded:
# what is on an image, and the beginning of the SHA-256 of each array as 64-bit integers.
TRAINED_ON = {
    ("voc", "2011_001137"): (([4, 3, 15],), ["5250cbf944a5ae17", "8bd43f1e698377e7"]),
    ("sift", "insidecity_smp1211"): (
        ([12, 1, 5, 3], [14, 24], [23]),
        ["739a7e96428ea16f", "fdc4e8e875783011", "5c2c4129007e2054"],
    ),
    ("sift", "mountain_smp1212"): (
        ([8, 33], [15], [32]),
        ["f9f59bf19971f915", "cba731022eb61527", "7ffd12ff4b82ffaf"],
    ),
    ("sift", "opencountry_smp1213"): (
        ([2, 26, 31, 16, 29], [21], [23]),
        ["d4960e18ae96ac7b", "6f617726dd15f7e7", "42ff639eff74492f"],
    ),
    ("sift", "street_smp1214"): (
        ([19, 7, 1, 30], [14, 22], [17]),
        ["219448dfa4c68f05", "a8e9fc3684626979", "2b88a04f547df462"],
    ),
    ("nyud", "6251"): (
        None,
        ["3dea31174a0cef02", "e3da77633d3a02b1", "380a81e36bbc38a5", "1f0aeb09b72fb44d"],
    ),
    ("context", "2010_000400"): (
        ([48, 35, 58, 16], [51, 49], [25, 50]),
        ["fef3bb769fa28d85", "bb2a2c4d2ed6bb93"],
    ),
}


def some(data_set):
    """Ids of two bundled images."""
    return named(data_set).EVALUATED[2::7][:2]


def opened(data_set, folder):
    return open_dataset(named(data_set).NAME, folder, offline=True, checked=False)


def stamps(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with all bundled images, drawn anew."""
    folder = tmp_path_factory.mktemp("drawn")
    for data_set in DRAWN:
        assert draw(folder, data_set, workers=0) == folder
    return folder


@pytest.mark.parametrize("data_set", DRAWN)
def test_images_and_labels_are_the_bundled_ones(drawn, data_set):
    ours, bundled = opened(data_set, drawn), opened(data_set, sample.FOLDER)
    assert ours.ids == bundled.ids == named(data_set).EVALUATED
    for id in bundled.ids:
        for kind in bundled.kinds:
            found, expected = ours.image(id, kind), bundled.image(id, kind)
            difference = np.abs(found.astype(float) - expected)
            if bundled.files(id)[kind].suffix == ".jpg":  # another libjpeg, other roundings
                assert difference.mean() < 0.5 and difference.max() < 12
            else:
                assert difference.max() == 0
        for truth, expected in bundled.labels(id).items():
            assert np.array_equal(ours.labels(id)[truth], expected)


@pytest.mark.parametrize("data_set", DRAWN)
def test_raw_labels_are_the_bundled_ones(drawn, data_set):
    """Also what the data sets map to one label: which of the 400 classes, -1 or 0."""
    from scipy.io import loadmat

    ids = named(data_set).EVALUATED
    files = [name for id in ids for name in named(data_set).paths(id)]
    for name in [name for name in files if name.endswith(".mat")]:
        ours, bundled = loadmat(drawn / name), loadmat(sample.FOLDER / name)
        assert ours.keys() == bundled.keys() and ours["__header__"] == bundled["__header__"]
        (key,) = [key for key in ours if not key.startswith("__")]
        assert np.array_equal(ours[key], bundled[key])
        assert ours[key].dtype == bundled[key].dtype


def test_labels_have_the_colours_of_voc(drawn):
    for id in some("voc"):
        name = named("voc").paths(id)[1]
        with Image.open(drawn / name) as ours, Image.open(sample.FOLDER / name) as bundled:
            assert ours.mode == "P" and ours.getpalette() == bundled.getpalette()


@pytest.mark.parametrize("data_set", DRAWN)
def test_lists_are_the_bundled_ones(drawn, data_set):
    lists = named(data_set).lists()
    assert lists
    for name in lists:
        assert (drawn / name).read_bytes() == (sample.FOLDER / name).read_bytes()


def test_all_that_is_bundled_is_drawn():
    """No list and no image is left out, and each is where it is in the sample."""
    tops = ("VOCdevkit", "nyud", "sift-flow", "pascal-context")
    bundled = {path for top in tops for path in (sample.FOLDER / top).rglob("*") if path.is_file()}
    names = set()
    for module in DRAWN.values():
        names |= set(module.lists()).union(*map(module.paths, module.EVALUATED))
    assert names == {path.relative_to(sample.FOLDER).as_posix() for path in bundled}


@pytest.mark.parametrize("data_set, id", TRAINED_ON)
def test_training_images_are_those_of_the_nets(data_set, id):
    on, expected = TRAINED_ON[data_set, id]
    contents = named(data_set).training()[id]
    assert on is None or contents == on
    arrays = [np.asarray(array, "<i8") for array in named(data_set).scene(id, *contents)]
    assert [hashlib.sha256(array.tobytes()).hexdigest()[:16] for array in arrays] == expected


@pytest.mark.parametrize(
    "data_set, count", [("voc", 400), ("sift", 300), ("nyud", 300), ("context", 400)]
)
def test_how_many_to_train_on(tmp_path, data_set, count):
    evaluated = named(data_set).EVALUATED
    assert missing(tmp_path, data_set) == evaluated
    todo = missing(tmp_path, data_set, train=True)
    assert len(todo) == count + len(evaluated) and todo[: len(evaluated)] == evaluated


def test_names_of_the_data_sets():
    assert {module.NAME for module in DRAWN.values()} == set(sample.LAYOUTS)
    assert named("voc2011") is named("voc")


def test_what_is_there_is_kept(tmp_path, drawn):
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True, copy_function=shutil.copy2)
    before = stamps(tmp_path)
    id, other = some("nyud")
    gone = [tmp_path / name for name in named("nyud").paths(id)[1:3]]
    gone.append(tmp_path / "nyud/val.txt")
    for path in gone:
        path.unlink()
    assert missing(tmp_path, "nyud", ids=(id, other)) == (id,)
    draw(tmp_path, "nyud", ids=(id, other))
    after = stamps(tmp_path)
    assert {path for path in after if before[path] != after[path]} == set(gone)
    for path in gone:
        assert path.read_bytes() == (drawn / path.relative_to(tmp_path)).read_bytes()


def test_a_second_call_draws_nothing(drawn, monkeypatch):
    """Not even scipy is needed."""
    before = stamps(drawn)
    monkeypatch.setitem(sys.modules, "scipy", None)
    draw(drawn, "voc2011", ids=some("voc"))
    assert stamps(drawn) == before


def test_processes_draw_the_same(tmp_path, drawn):
    ids = some("sift")
    draw(tmp_path, "sift", ids=[*ids, ids[0]], workers=2)
    found = {path.relative_to(tmp_path) for path in stamps(tmp_path)}
    expected = set(map(Path, named("sift").lists())).union(
        *(map(Path, named("sift").paths(id)) for id in ids)
    )
    assert found == expected
    for name in found:
        assert (tmp_path / name).read_bytes() == (drawn / name).read_bytes()


def test_a_stopped_run_goes_on(tmp_path, drawn, monkeypatch):
    first, second = some("voc")
    whole = drawing.voc.drawn

    def stopping(id, things):
        if id == second:
            raise KeyboardInterrupt
        return whole(id, things)

    monkeypatch.setattr(drawing.voc, "drawn", stopping)
    with pytest.raises(KeyboardInterrupt):
        draw(tmp_path, "voc", ids=(first, second), workers=0)
    assert missing(tmp_path, "voc", ids=(first, second)) == (second,)
    monkeypatch.undo()
    draw(tmp_path, "voc", ids=(first, second), workers=0)
    for path in stamps(tmp_path):
        assert path.read_bytes() == (drawn / path.relative_to(tmp_path)).read_bytes()


def test_unknown_data_set(tmp_path):
    expected = "'camvid': there are no drawings of it, expected one of voc, sift, nyud, context"
    with pytest.raises(DataError, match=expected):
        draw(tmp_path, "camvid")


def test_unknown_image(tmp_path):
    expected = "'2011_000002': there is no such drawing of voc2011.* 2011_001000 to 2011_001399"
    with pytest.raises(DataError, match=expected):
        draw(tmp_path, "voc", ids=["2011_000001", "2011_000002"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"2008_000002\n", b"\xff\xfe", b""])
def test_real_images_are_left_alone(tmp_path, content):
    path = tmp_path / "VOCdevkit/VOC2011/ImageSets/Segmentation/train.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"Segmentation/train.txt: is not the list of the drawings"):
        draw(tmp_path, "voc")
    assert list(stamps(tmp_path)) == [path] and path.read_bytes() == content


def test_without_scipy(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(DataError, match=r"drawing needs scipy: .*fcn-reproduce\[train\]"):
        draw(tmp_path / "new", "sift")
    assert not (tmp_path / "new").exists()


def test_a_file_in_place_of_a_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(DataError, match=r"out: no file can be written there .*choose another"):
        draw(tmp_path / "out", "sift")
    (tmp_path / "sift-flow").mkdir()
    (tmp_path / "sift-flow/Images").write_text("")
    with pytest.raises(DataError, match=r"Images/spatial_.*: cannot be made: "):
        draw(tmp_path, "sift", ids=some("sift"), workers=0)


def test_command(tmp_path, capsys):
    draw(tmp_path, "sift", ids=some("sift"))
    assert main([str(tmp_path), "--only", "sift"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}: sift: 10 drawn, 2 kept that were there\n"
    assert len(opened("sift", tmp_path)) == 12 and not missing(tmp_path, "sift")
    assert main([str(tmp_path), "--only", "sift"]) == 0
    assert "0 drawn, 12 kept" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["sift-flow"]


def test_command_draws_all(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        "reproduce.sample.draw.__main__.draw", lambda *a, **options: asked.append((*a, options))
    )
    assert main([str(tmp_path), "--train"]) == 0
    assert asked == [(tmp_path, name, {"train": True}) for name in DRAWN]
    assert f"{tmp_path}: context: 410 drawn\n" in capsys.readouterr().out


def test_command_complains(tmp_path, capsys):
    (tmp_path / "out").write_text("")
    assert main([str(tmp_path / "out")]) == 2
    assert f"error: {tmp_path}/out: no file can be written" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path), "--only", "camvid"])
    assert stopped.value.code == 2
