"""SIFT Flow drawn on the spot, whole and broken in each way; its lists and names as released."""

from pathlib import Path

import numpy as np
import pytest
import scipy.io
from PIL import Image

from reproduce import downloads
from reproduce.datasets import blobs, ids_sha256, open_dataset
from reproduce.datasets.siftflow import GEOMETRIC, SCENES, SEMANTIC
from reproduce.errors import ChecksumError, DataError, MissingError

RELEASE = Path(__file__).parents[3] / "shared" / "release" / "data" / "sift-flow"
IDS = ("coast_natu975", "street_par50")
SEM = [[0, 1, 2], [9, 32, 33]]
GEO = [[-1, 0, 1], [2, 3, 3]]


def annotate(root, kind, id, label, variable="S"):
    values = {variable: label, "names": ["a", "b"]}  # the data set's own files have names too
    scipy.io.savemat(root / kind / SCENES / f"{id}.mat", values)


def draw(root, id, size=(3, 2)):
    Image.new("RGB", size, (10, 20, 30)).save(root / "Images" / SCENES / f"{id}.jpg")
    annotate(root, "SemanticLabels", id, np.array(SEM, float))
    annotate(root, "GeoLabels", id, np.array(GEO, float))


def drawn(root):
    for name in ("Images", "SemanticLabels", "GeoLabels"):
        (root / name / SCENES).mkdir(parents=True)
    (root / "test.txt").write_text("\n".join(IDS))
    for id in IDS:
        draw(root, id)
    return root


@pytest.fixture
def root(tmp_path):
    return drawn(tmp_path / "sift-flow")


@pytest.fixture
def opened(root, tmp_path):
    return open_dataset("siftflow", tmp_path, offline=True, checked=False)


def test_a_data_set(opened):
    assert (opened.name, opened.split, opened.ids, len(opened)) == ("siftflow", "test", IDS, 2)
    assert (opened.kinds, list(opened.tasks)) == (("color",), ["sem", "geo"])
    assert (opened.tasks["sem"].classes, opened.tasks["geo"].classes) == (SEMANTIC, GEOMETRIC)
    palette = opened.tasks["sem"].palette
    assert (palette.shape, palette.dtype) == ((256, 3), np.uint8)
    # VOC's colours of 1, 2 and 0: class 0 is the number 1 of the files, void their 0.
    assert palette[[0, 1, 255]].tolist() == [[128, 0, 0], [0, 128, 0], [0, 0, 0]]


def test_a_sample(opened):
    sample = blobs.sample(opened, IDS[1], {"data": blobs.Input("color", (1.0, 2.0, 3.0))})
    assert sample.inputs["data"][0, :, 0, 0].tolist() == [30 - 1, 20 - 2, 10 - 3]
    assert sample.labels["sem"].tolist() == [[255, 0, 1], [8, 31, 32]]
    assert sample.labels["geo"].tolist() == [[255, 255, 0], [1, 2, 2]]
    assert {label.dtype for label in sample.labels.values()} == {np.dtype(np.uint8)}


def test_integers_as_labels(root, opened):
    annotate(root, "SemanticLabels", IDS[0], np.array(SEM, np.uint8))
    annotate(root, "GeoLabels", IDS[0], np.array(GEO, np.int8))
    labels = opened.labels(IDS[0])
    assert labels["sem"].tolist() == [[255, 0, 1], [8, 31, 32]]
    assert labels["geo"].tolist() == [[255, 255, 0], [1, 2, 2]]


@pytest.mark.parametrize("place", ["sift-flow", "sift-flow/SiftFlowDataset", "own"])
def test_places(tmp_path, place):
    root = drawn(tmp_path / place)
    folder = root if place == "own" else tmp_path
    assert open_dataset("siftflow", folder, offline=True, checked=False).folder == root


def test_nothing_there(tmp_path):
    match = r"no sift-flow/SemanticLabels, and SiftFlowDataset.zip is not in"
    with pytest.raises(MissingError, match=match):
        open_dataset("siftflow", tmp_path, offline=True)


def test_unknown_split(root, tmp_path):
    with pytest.raises(DataError, match=r"split 'val': not known, expected one of test, trainval"):
        open_dataset("siftflow", tmp_path, "val", offline=True)


class TestLists:
    def test_another_list_is_refused(self, root, tmp_path):
        match = r"test.txt: gives 2 ids with SHA-256 .* as test, expected the 200"
        with pytest.raises(ChecksumError, match=match):
            open_dataset("siftflow", tmp_path, offline=True)

    def test_fetched_where_the_archive_lacks_it(self, root, tmp_path, monkeypatch):
        (root / "test.txt").rename(tmp_path / "siftflow-test.txt")
        with pytest.raises(ChecksumError, match=r"siftflow-test.txt: expected sha256:d9d024d0"):
            open_dataset("siftflow", tmp_path, checked=False)
        asked = []
        monkeypatch.setattr(
            downloads,
            "fetch",
            lambda remote, folder, offline: asked.append(offline) or folder / remote.file,
        )
        opened = open_dataset("siftflow", tmp_path, checked=False)
        assert (opened.ids, asked) == (IDS, [False])

    @pytest.mark.parametrize("split", ["test", "trainval"])
    def test_absent_offline(self, root, tmp_path, split):
        (root / "test.txt").unlink()
        match = rf"sift-flow/{split}.txt: is missing, and siftflow-{split}.txt is not in {tmp_path}"
        with pytest.raises(MissingError, match=match):
            open_dataset("siftflow", tmp_path, split, offline=True)

    @pytest.mark.parametrize("id", ["highway_bost181", "street_urb506"])
    def test_images_that_are_not_annotated(self, root, tmp_path, id):
        (root / "test.txt").write_text(f"{IDS[0]}\n{id}\n")
        match = rf"test.txt: names {id}, which the data set does not annotate: expected the rel"
        with pytest.raises(DataError, match=match):
            open_dataset("siftflow", tmp_path, offline=True, checked=False)

    def test_ids_with_their_folder(self, root, tmp_path):
        (root / "test.txt").write_text(f"{SCENES}/{IDS[0]}.jpg\n")
        with pytest.raises(DataError, match=r"is a path, expected an image id without folder"):
            open_dataset("siftflow", tmp_path, offline=True, checked=False)

    @pytest.mark.shared
    @pytest.mark.skipif(not RELEASE.is_dir(), reason="needs the release's lists in ../shared")
    @pytest.mark.parametrize("split, count", [("test", 200), ("trainval", 2486)])
    def test_as_released(self, root, tmp_path, split, count):
        (root / f"{split}.txt").write_bytes((RELEASE / f"{split}.txt").read_bytes())
        opened = open_dataset("siftflow", tmp_path, split, offline=True)
        assert len(opened) == count
        (tmp_path / f"siftflow-{split}.txt").write_bytes((RELEASE / f"{split}.txt").read_bytes())
        (root / f"{split}.txt").unlink()
        again = open_dataset("siftflow", tmp_path, split, offline=True)
        assert ids_sha256(again.ids) == ids_sha256(opened.ids)


class TestSize:
    """256 x 256, as all images of the data set are; the bundled drawings are smaller."""

    @pytest.fixture
    def checked(self, opened):
        opened.checked = True
        return opened

    def test_is_checked(self, root, checked):
        with pytest.raises(DataError, match=rf"{IDS[0]}.jpg: the image is 2 x 3, expected 256 x 2"):
            checked.image(IDS[0])
        draw(root, IDS[0], (256, 256))
        assert checked.image(IDS[0]).shape == (256, 256, 3)

    def test_of_the_labels_is_the_images(self, root, opened):
        annotate(root, "GeoLabels", IDS[0], np.ones((3, 2)))
        with pytest.raises(DataError, match=rf"siftflow {IDS[0]}: geo is 3 x 2, its image 2 x 3"):
            blobs.sample(opened, IDS[0], {"data": blobs.Input("color", (0, 0, 0))})


class TestBroken:
    KINDS = pytest.mark.parametrize("kind", ["SemanticLabels", "GeoLabels"])

    @KINDS
    @pytest.mark.parametrize("void", [0, -1])
    def test_all_void(self, root, opened, kind, void):
        annotate(root, kind, IDS[0], np.full((2, 3), void if kind == "GeoLabels" else 0, float))
        match = rf"{kind}/{SCENES}/{IDS[0]}.mat: {IDS[0]} is not annotated, all its pixels are void"
        with pytest.raises(DataError, match=match):
            opened.labels(IDS[0])

    @KINDS
    def test_no_mat_file(self, root, opened, kind):
        (root / kind / SCENES / f"{IDS[0]}.mat").unlink()
        with pytest.raises(DataError, match=rf"{kind}/.*/{IDS[0]}.mat: the .mat file is missing"):
            opened.labels(IDS[0])

    @KINDS
    def test_no_mat_file_but_something_else(self, root, opened, kind):
        (root / kind / SCENES / f"{IDS[0]}.mat").write_bytes(b"MATLAB")
        with pytest.raises(DataError, match=rf"{kind}/.*/{IDS[0]}.mat: cannot be read"):
            opened.labels(IDS[0])

    @KINDS
    def test_another_variable(self, root, opened, kind):
        annotate(root, kind, IDS[0], np.ones((2, 3)), "labels")
        with pytest.raises(
            DataError, match=rf"{IDS[0]}.mat: has no S: the variables are labels, n"
        ):
            opened.labels(IDS[0])

    @KINDS
    @pytest.mark.parametrize("dtype", ["float32", "int64"])
    def test_another_type(self, root, opened, kind, dtype):
        annotate(root, kind, IDS[0], np.ones((2, 3), dtype))
        with pytest.raises(DataError, match=rf"{IDS[0]}.mat: S is of dtype .*, expected .*float64"):
            opened.labels(IDS[0])

    @pytest.mark.parametrize(
        "kind, value, last",
        [
            ("SemanticLabels", 34, "0 to 33"),
            ("SemanticLabels", -1, "0 to 33"),
            ("SemanticLabels", 255, "0 to 33"),
            ("SemanticLabels", 1.5, "0 to 33"),
            ("GeoLabels", 4, "-1 to 3"),
            ("GeoLabels", -2, "-1 to 3"),
        ],
    )
    def test_labels_that_are_no_class(self, root, opened, kind, value, last):
        annotate(root, kind, IDS[0], np.array([[1, 1, 1], [1, value, 1]], float))
        match = rf"{IDS[0]}.mat: labels {value}, the first at row 1, column 1: .*from {last}"
        with pytest.raises(DataError, match=match):
            opened.labels(IDS[0])

    def test_no_image(self, root, opened):
        (root / "Images" / SCENES / f"{IDS[0]}.jpg").unlink()
        with pytest.raises(DataError, match=rf"Images/.*/{IDS[0]}.jpg: the image is missing"):
            opened.image(IDS[0])


@pytest.mark.shared
@pytest.mark.skipif(not RELEASE.is_dir(), reason="needs the release's class names in ../shared")
def test_class_names_as_released():
    lines = [line.split() for line in (RELEASE / "classes.txt").read_text("utf-8").splitlines()]
    numbered = tuple((int(line[0]), line[1]) for line in lines if line and line[0].isdigit())
    assert numbered[:33] == tuple(enumerate(SEMANTIC, 1))
    assert numbered[33:] == tuple(enumerate(GEOMETRIC, 1))
