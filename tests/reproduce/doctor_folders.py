"""Small data sets for the tests of reproduce.doctor, in the layouts of their authors."""

import numpy as np
from PIL import Image
from scipy.io import savemat

from reproduce.datasets import open_dataset
from reproduce.doctor import complaints, examine, known_figures

SCENES = "spatial_envelope_256x256_static_8outdoorcategories"


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".mat":
        savemat(path, array)
    else:
        Image.fromarray(array).save(path)


def voc(folder, labels, colors=None, year=2011):
    """A devkit whose images have the names 0, 1, ... and one colour each."""
    root = folder / "VOCdevkit" / f"VOC{year}"
    for index, label in enumerate(labels):
        color = np.zeros((*label.shape, 3), np.uint8) + (colors[index] if colors else 0)
        save(root / "JPEGImages" / f"{index}.jpg", color.astype(np.uint8))
        save(root / "SegmentationClass" / f"{index}.png", label.astype(np.uint8))
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    ids = "".join(f"{index}\n" for index in range(len(labels)))
    (lists / "val.txt").write_text(ids)
    return open_dataset(f"voc{year}", folder, "val", offline=True)


def told(found, figure, split=None):
    """The complaint about one figure; None if there is none."""
    about = f"{found.dataset} {found.split}: {figure}: "
    every = complaints(found, known_figures(found.dataset, split or found.split))
    assert all(one.startswith(f"{found.dataset} {found.split}: ") for one in every)
    return next((one.removeprefix(about) for one in every if one.startswith(about)), None)


def nyud(folder, raw, size=(425, 560), depth=4000, color=(116, 97, 92), hha=True):
    root = folder / "nyud"
    label = np.resize(raw, size).astype(np.uint16)
    save(root / "data/images/img_5001.png", np.full((*size, 3), color, np.uint8))
    save(root / "data/depth/img_5001.png", np.full(size, depth, np.uint16))
    if hha:
        save(root / "data/hha/img_5001.png", np.full((*size, 3), (132, 94, 118), np.uint8))
    root.joinpath("segmentation").mkdir()
    save(root / "segmentation/img_5001.mat", {"segmentation": label})
    root.joinpath("test.txt").write_text("5001\n")
    return examine(open_dataset("nyudv2", folder, offline=True, checked=False))


def siftflow(folder, sem, geo=(-1, 1, 2, 3), color=(120, 150, 200)):
    root, size = folder / "sift-flow", (256, 256)
    save(root / "Images" / SCENES / "coast_a.png", np.full((*size, 3), color, np.uint8))
    (root / "Images" / SCENES / "coast_a.png").rename(root / "Images" / SCENES / "coast_a.jpg")
    for kind, values in (("SemanticLabels", sem), ("GeoLabels", geo)):
        (root / kind / SCENES).mkdir(parents=True)
        label = np.resize(np.array(values, float), size)
        save(root / kind / SCENES / "coast_a.mat", {"S": label})
    (root / "test.txt").write_text("coast_a\n")
    return examine(open_dataset("siftflow", folder, offline=True, checked=False))
