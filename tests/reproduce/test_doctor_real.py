"""The doctor on real labels and images, which lie beside the checkout."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reproduce.datasets import open_dataset
from reproduce.doctor import complaints, examine, known_figures
from reproduce.doctor.verdicts import figures

DATA = Path(__file__).parents[3] / "shared"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (DATA / "voc").exists(), reason="no real data in ../shared"),
]


class LabelsOnly:
    """seg11valid without its photographs, which are not beside the checkout."""

    kinds = ()

    def __init__(self, shift=0):
        self.data = open_dataset("voc2012", DATA / "voc", "seg11valid", offline=True)
        self.name, self.split, self.ids = "voc2011", "seg11valid", self.data.ids
        self.tasks, self.shift = self.data.tasks, np.uint8(shift)

    def labels(self, id):
        return {"label": self.data.labels(id)["label"] - self.shift}


def told(found):
    known = known_figures(found.dataset, found.split)
    return {one.split(": ")[1]: one for one in complaints(found, known)}


def test_736_labels_of_voc():
    found = examine(LabelsOnly())
    assert told(found) == {}
    # Counted with numpy and Pillow alone: 131,591,167 pixels, 166 sizes.
    assert sum(found.pixels["label"]) == 131591167 and len(found.sizes) == 166
    assert (found.sizes["375 x 500"], figures(found)["longest side"]) == (298, 500)
    assert figures(found)["void of label, %"] == 5.36
    assert figures(found)["background of label, %"] == 68.95
    assert figures(found)["classes of label"] == 21


def test_736_labels_less_one():
    wrong = told(examine(LabelsOnly(shift=1)))
    assert wrong.keys() == {"void of label, %", "background of label, %", "never in label"}
    assert "shifted" in wrong["void of label, %"]


def nyud(folder, swapped):
    root = folder / "nyud"
    shutil.copytree(DATA / "nyud", root)
    for path in (root / "data" / "images").glob("*.png") if swapped else ():
        Image.fromarray(np.array(Image.open(path))[:, :, ::-1]).save(path)
    return examine(open_dataset("nyudv2", folder, offline=True, checked=False))


def test_three_images_of_nyud(tmp_path):
    found = nyud(tmp_path, swapped=False)
    # Only what three images of 654 must be wrong in.
    of = {"images", "ids SHA-256", "color images", "depth images", "never in label"}
    assert told(found).keys() == of
    assert found.sizes == {"425 x 560": 3} and found.depth["unmeasured"] == 0
    assert (found.depth["nearest"], found.depth["farthest"]) == (1047, 9934)
    assert np.allclose(found.means["color"], [143.46, 122.32, 112.16], atol=0.01)


def test_three_images_of_nyud_with_red_and_blue_swapped(tmp_path):
    assert "RGB for BGR" in told(nyud(tmp_path, swapped=True))["mean of color"]
