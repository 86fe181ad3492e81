"""Ten real VOC photographs, evaluated end to end as a devkit with split `ten`."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from reproduce import open_net, results, scorings, table, weights
from reproduce.run import Run

DATA = Path(__file__).parents[3] / "shared" / "voc"
GOLDEN = Path(__file__).parents[1] / "golden" / "full"
MEAN = (104.00699, 116.66877, 122.67892)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.exists(), reason="no VOC photographs in ../shared/voc"),
]


def counted_by_hand(net):
    """The release's way, in numpy: its data layer, argmax and fast_hist."""
    root = DATA / "VOCdevkit" / "VOC2012"
    hist = np.zeros((21, 21), np.int64)
    for id in (root / "ImageSets" / "Segmentation" / "ten.txt").read_text().split():
        image = np.array(Image.open(root / "JPEGImages" / f"{id}.jpg"), np.float32)[:, :, ::-1]
        image -= np.array(MEAN)
        x = torch.from_numpy(image.transpose((2, 0, 1))[None].copy())
        guess = net(data=x)["score"].numpy()[0].argmax(0)
        truth = np.array(Image.open(root / "SegmentationClass" / f"{id}.png"), int)
        known = truth < 21
        hist += np.bincount(21 * truth[known] + guess[known], minlength=441).reshape(21, 21)
    return hist


def evaluate(out, net, *more):
    words = ["voc2012", "--split", "ten", "--data", str(DATA), "--offline", "--nets", net]
    assert table.main([*words, "--out", str(out), *more]) == 0
    [row] = results.read(next(out.glob("*.json"))).rows.values()
    assert row["images"] == 10
    return scorings.counts_of(row)


@pytest.mark.parametrize("net", ["voc-fcn8s-atonce", "voc-fcn-alexnet"])
def test_narrow_net_counts_as_by_hand(tmp_path, monkeypatch, net):
    monkeypatch.setattr(Run, "weights", lambda self, net: weights.bundled(net))
    counts, expected = evaluate(tmp_path, net), counted_by_hand(weights.bundled(net).net())
    assert (counts.sum(1) == expected.sum(1)).all()
    # Sums are taken in another order: of 1,762,000 labels two differ, whose scores tie to 4e-7.
    assert abs(counts - expected).sum() / 2 <= 1e-5 * expected.sum()


@pytest.mark.full
def test_full_size_net_by_its_released_name(tmp_path):
    file = tmp_path / "w" / "fcn-alexnet-pascal.caffemodel"
    file.parent.mkdir()
    words = [sys.executable, GOLDEN / "make_full.py", "weights", "voc-fcn-alexnet", "11", file]
    subprocess.run(words, check=True, capture_output=True)
    own = ["--weights", str(file.parent), "--own-weights"]
    counts = evaluate(tmp_path / "out", "voc-fcn-alexnet", *own)
    expected = counted_by_hand(open_net("voc-fcn-alexnet", file))
    assert abs(counts - expected).sum() / 2 <= 1e-5 * expected.sum()
