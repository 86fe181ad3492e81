"""The files that the pages of the documentation speak of: nets, photographs, results."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import torch
from docs_pages import ROOT
from PIL import Image

from reproduce import sample
from weights_convert import load_net, read_prototxt, write_prototxt

NET = sample.FOLDER / "nets" / "voc-fcn8s"
DRAWINGS = sample.FOLDER / "VOCdevkit" / "VOC2011"
ROOM = sample.FOLDER / "nyud" / "data"
RESULTS = ("voc2011-sample", "siftflow-sample", "cvpr2015-table5", "load", "loop")


def furnish(folder: Path) -> None:
    """Puts them into `folder`, which is there and empty."""
    _net(folder)
    _photographs(folder)
    _rooms(folder)
    _results(folder / "results")
    _own_data(folder / "mine")
    _training(folder)


def _net(folder: Path) -> None:
    """A narrow net, an input and what it makes of it."""
    shutil.copy(NET / "net.prototxt", folder)
    caffemodel = gzip.decompress(sample.weights("voc-fcn8s").read_bytes())
    (folder / "net.caffemodel").write_bytes(caffemodel)
    net = load_net(folder / "net.prototxt", folder / "net.caffemodel")
    x = 60 * torch.randn(1, 3, 32, 40, generator=torch.Generator().manual_seed(5))
    out = net(data=x, keep=["pool3"])
    np.savez(folder / "in.npz", data=x.numpy())
    np.savez(folder / "blobs.npz", **{blob: y.detach().numpy() for blob, y in out.items()})


def _photographs(folder: Path) -> None:
    for inside in ("photos", "more"):
        (folder / inside).mkdir()
    first, second = sorted((DRAWINGS / "JPEGImages").iterdir())[:2]
    shutil.copy(first, folder / "photo.jpg")
    shutil.copy(second, folder / "photos")
    Image.new("RGB", (30, 20)).save(folder / "more" / "dark.png")


def _rooms(folder: Path) -> None:
    for name, kind in (("room.png", "images"), ("depth.png", "depth"), ("hha.png", "hha")):
        with Image.open(min((ROOM / kind).iterdir())) as image:
            image.save(folder / name)


def _results(folder: Path) -> None:
    folder.mkdir()
    for stem in RESULTS:
        for path in (ROOT / "results").glob(f"{stem}.*"):
            shutil.copy(path, folder)


def _own_data(folder: Path) -> None:
    for part, source in (("images", "JPEGImages"), ("labels", "SegmentationClass")):
        (folder / part).mkdir(parents=True)
        for path in sorted((DRAWINGS / source).iterdir())[:2]:
            shutil.copy(path, folder / part)


def _training(folder: Path) -> None:
    """The narrow net with its loss, and a solver of it."""
    net = write_prototxt(read_prototxt(NET / "net.prototxt")).rstrip()
    (folder / "train.prototxt").write_text(net + LOSS)
    (folder / "solver.prototxt").write_text(SOLVER)


LOSS = """
layer { name: "label" type: "Input" top: "label"
        input_param { shape { dim: 1 dim: 1 dim: 128 dim: 160 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss"
        loss_param { ignore_label: 255 normalize: false } }
"""
SOLVER = """train_net: "train.prototxt"
base_lr: 1e-14 lr_policy: "fixed" momentum: 0.99 max_iter: 9
"""
