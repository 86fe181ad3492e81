"""What the doctor finds in a data set: folders made by hand, and the bundled sample."""

from types import MappingProxyType

import numpy as np
import pytest
from doctor_folders import save, voc

from reproduce import sample
from reproduce.datasets import Task, open_dataset
from reproduce.doctor import complaints, examine, findings, known_figures
from reproduce.doctor.verdicts import figures, verdicts
from reproduce.errors import DataError

PALETTE = np.zeros((256, 3), np.uint8)


def test_findings_are_those_of_the_files(tmp_path):
    first = np.array([[0, 0, 15], [255, 20, 0]])
    data = voc(tmp_path, [first, np.zeros((2, 3)), np.full((4, 2), 255)], [10, 40, 100])
    found = examine(data)
    assert (found.dataset, found.split, found.images, found.decoded) == ("voc2011", "val", 3, 3)
    assert found.sizes == {"2 x 3": 2, "4 x 2": 1} and found.devkit_val == 3
    assert found.files == {"color": 3} and found.sky is None and found.depth is None
    counted = {value: n for value, n in enumerate(found.pixels["label"]) if n}
    assert counted == {0: 9, 15: 1, 20: 1, 255: 9}
    assert np.allclose(found.means["color"], 50, atol=1)  # each image weighs the same
    table = figures(found)
    assert table["void of label, %"] == 45.0 and table["background of label, %"] == 45.0
    assert table["classes of label"] == 3 and len(table["never in label"]) == 18
    assert table["longest side"] == 4


def test_only_the_ids_asked_for(tmp_path):
    data = voc(tmp_path, [np.zeros((2, 3)), np.ones((2, 3))])
    assert examine(data, ["1"]).pixels["label"][:2] == [0, 6]


class Drawn:
    """A data set without files, that notes which images are read."""

    name, split, kinds = "drawn", "all", ("color",)
    tasks = MappingProxyType({"label": Task(("sky", "sea"), PALETTE)})

    def __init__(self, images):
        self.ids, self.read = tuple(map(str, range(images))), []

    def labels(self, id):
        return {"label": np.array([[0, 1]], np.uint8)}

    def image(self, id, kind):
        self.read.append(int(id))
        return np.array([[[10, 20, 30], [90, 90, 90]]], np.uint8)


def test_pixels_of_evenly_spaced_images_labels_of_all():
    data = Drawn(1000)
    found = examine(data)
    assert found.pixels["label"][:2] == [1000, 1000] and found.decoded == findings.DECODED == 200
    assert (min(data.read), max(data.read)) == (0, 999)
    steps = np.diff(sorted(data.read))
    assert (steps.min(), steps.max()) == (5, 6)
    assert found.sky == [10, 20, 30] and found.means["color"] == [50, 55, 60]


def test_what_a_reader_refuses_ends_the_pass(tmp_path):
    data = voc(tmp_path, [np.zeros((2, 3)), np.full((2, 3), 21)])
    with pytest.raises(DataError, match=r"1\.png: labels 21"):
        examine(data)


def test_image_of_another_size_than_its_label(tmp_path):
    data = voc(tmp_path, [np.zeros((2, 3))])
    save(tmp_path / "VOCdevkit/VOC2011/JPEGImages/0.jpg", np.zeros((4, 6, 3), np.uint8))
    with pytest.raises(DataError, match=r"0\.jpg: the color image is 4 x 6, its label 2 x 3"):
        examine(data)


def test_missing_and_broken_image(tmp_path, monkeypatch):
    monkeypatch.setattr(findings, "DECODED", 1)  # the headers of all are read, decoded or not
    data = voc(tmp_path, [np.zeros((2, 3))] * 3)
    path = tmp_path / "VOCdevkit/VOC2011/JPEGImages/2.jpg"
    path.write_bytes(b"no image")
    with pytest.raises(DataError, match=r"2\.jpg: the image cannot be decoded"):
        examine(data)
    path.unlink()
    with pytest.raises(DataError, match=r"2\.jpg: the image is missing"):
        examine(data)


@pytest.mark.parametrize(
    ("name", "net", "heads"),
    [
        ("voc2011", "voc-fcn8s", {"label": "score"}),
        ("nyudv2", "nyud-fcn32s-color-hha", {"label": "score"}),
        ("siftflow", "siftflow-fcn8s", {"sem": "score_sem", "geo": "score_geo"}),
        ("pascalcontext", "pascalcontext-fcn8s", {"label": "score"}),
    ],
)
def test_sample_has_the_pixels_that_caffe_counted(name, net, heads):
    found = examine(open_dataset(name, sample.FOLDER, offline=True, checked=False))
    for truth, head in heads.items():
        counts = sample.caffe_counts(net, head)
        assert found.pixels[truth][: len(counts)] == counts.sum(1).tolist()
    known = known_figures(name, found.split, bundled=True)
    assert known and complaints(found, known) == []
    assert {one.word for one in verdicts(found, known)} <= {"ok", "-"}
    assert known.keys() <= figures(found).keys()
