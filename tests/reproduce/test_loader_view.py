"""A data set in torch's own DataLoader, with worker processes, and batches of various sizes."""

import pickle

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from reproduce import nets, open_net, sample
from reproduce.datasets import VOID, blobs, open_dataset
from reproduce.datasets.torch_view import TorchView, padded
from reproduce.errors import DataError

NETS = {
    "voc2011": "voc-fcn8s",
    "nyudv2": "nyud-fcn32s-color-hha",
    "siftflow": "siftflow-fcn8s",
    "pascalcontext": "pascalcontext-fcn8s",
}


def view_of(name):
    dataset = open_dataset(name, sample.FOLDER, offline=True, checked=False)
    return TorchView(dataset, nets.load(NETS[name]).inputs)


@pytest.mark.parametrize("name", NETS)
def test_items_are_those_of_the_evaluations(name):
    view = pickle.loads(pickle.dumps(view_of(name)))
    expected = blobs.sample(view.dataset, view.dataset.ids[2], view.inputs)
    inputs, labels = view[2]
    assert len(view) == len(view.dataset.ids)
    assert {k: x[None].tolist() for k, x in inputs.items()} == {
        k: x.tolist() for k, x in expected.inputs.items()
    }
    assert labels.keys() == expected.labels.keys()
    for truth, label in labels.items():
        assert label.dtype == torch.int64
        assert np.array_equal(label.numpy(), expected.labels[truth])


def test_worker_processes_give_the_images_in_order():
    view = view_of("voc2011")
    loader = DataLoader(view, batch_size=1, num_workers=2)
    for index, (inputs, labels) in enumerate(loader):
        expected = view[index]
        assert torch.equal(inputs["data"][0], expected[0]["data"])
        assert torch.equal(labels["label"][0], expected[1]["label"])
    assert index == len(view) - 1


def test_a_batch_is_filled_with_the_mean_and_with_void():
    view = view_of("voc2011")
    [(inputs, labels)] = DataLoader(view, batch_size=len(view), collate_fn=padded)
    sizes = [tuple(view[i][0]["data"].shape[1:]) for i in range(len(view))]
    assert len(set(sizes)) > 2
    largest = max(h for h, _ in sizes), max(w for _, w in sizes)
    assert inputs["data"].shape == (len(view), 3, *largest)
    assert labels["label"].shape == (len(view), *largest)
    for index, (height, width) in enumerate(sizes):
        x, label = inputs["data"][index].clone(), labels["label"][index].clone()
        assert torch.equal(x[:, :height, :width], view[index][0]["data"])
        assert torch.equal(label[:height, :width], view[index][1]["label"])
        x[:, :height, :width], label[:height, :width] = 0, VOID
        assert (x == 0).all() and (label == VOID).all()


def test_two_inputs_and_two_truths():
    inputs, labels = padded([view_of("nyudv2")[i] for i in (0, 1)])
    assert inputs["color"].shape == inputs["hha"].shape
    inputs, labels = padded([view_of("siftflow")[i] for i in (0, 1)])
    assert labels.keys() == {"sem", "geo"}


def test_what_is_filled_does_not_count_in_a_loss():
    """The mean over an image alone is that over the image with filling around it."""
    view = view_of("voc2011")
    alone = padded([view[0]])[1]["label"]
    bigger = torch.zeros(3, 300, 310), torch.zeros(300, 310, dtype=torch.int64)
    filled = padded([view[0], ({"data": bigger[0]}, {"label": bigger[1]})])[1]["label"][:1]
    generator = torch.Generator().manual_seed(1)
    scores = torch.randn(1, 21, 300, 310, generator=generator)
    height, width = alone.shape[1:]
    expected = cross_entropy(scores[:, :, :height, :width], alone, ignore_index=VOID)
    assert cross_entropy(scores, filled, ignore_index=VOID) == pytest.approx(expected.item())


def test_a_net_takes_the_batch():
    net = open_net("voc-fcn-alexnet", "SAMPLE")
    view = TorchView(view_of("voc2011").dataset, net.preprocess.inputs)
    inputs, labels = padded([view[0], view[3]])
    scores = net(**inputs)["score"]
    assert scores.shape[2:] == labels["label"].shape[1:]
    right = (scores.argmax(1) == labels["label"])[labels["label"] != VOID]
    assert right.float().mean() > 0.5


def test_refuses():
    dataset = view_of("voc2011").dataset
    with pytest.raises(DataError, match="voc2011: has no hha for input hha, only color"):
        TorchView(dataset, nets.load("nyud-fcn32s-color-hha").inputs)
    with pytest.raises(DataError, match="no items, expected those of a TorchView"):
        padded([])
    with pytest.raises(IndexError):
        view_of("voc2011")[99]
