"""A folded net as its users meet it: copies, threads, several images, memory, errors."""

import copy
import json
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
from golden import GOLDEN, weights
from prototxts import convolution, fed, layer, net

from weights_convert import load_net
from weights_convert.errors import ConvertError
from weights_convert.fast import fold, together
from weights_convert.fast.workspace import Workspace

NETS = GOLDEN / "nets"
FULL = GOLDEN / "full"
EXTREMES = [(1, 1), (1, 4000), (4000, 1), (3, 999), (2, 2), (999, 31), (257, 1)]


def narrow(name):
    return load_net(NETS / name / "net.prototxt", weights(NETS / name))


@pytest.fixture(scope="module")
def made():
    return narrow("voc-fcn8s")


def image(height, width, seed=0, batch=1):
    generator = torch.Generator().manual_seed(seed)
    return {"data": 50 * torch.randn(batch, 3, height, width, generator=generator)}


@pytest.mark.parametrize("name", ["voc-fcn8s", "voc-fcn-alexnet", "voc-fcn-googlenet"])
@pytest.mark.parametrize("size", EXTREMES)
def test_labels_at_extreme_sizes(name, size):
    made = narrow(name)
    try:
        scores = made(**image(*size))["score"]
    except ConvertError as error:
        with pytest.raises(type(error), match="layer"):
            fold(made).labels(**image(*size))
        return
    best = scores.topk(2, 1).values
    clear = best[:, 0] - best[:, 1] > 1e-3 * scores.std(correction=0)
    labels = fold(made).labels(**image(*size))["score"]
    assert labels.shape == (1, *size)
    assert bool(((labels == scores.argmax(1)) | ~clear).all())
    assert clear.float().mean() > 0.9 or scores.std(correction=0) == 0


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("batch, size", [(2, (32, 32)), (3, (40, 57)), (2, (150, 90))])
def test_batches_on_several_cores(made, cores, batch, size):
    before = torch.get_num_threads()
    torch.set_num_threads(cores)
    try:
        found = fold(made)(**image(*size, batch=batch))["score"]
    finally:
        torch.set_num_threads(before)
    scores = made(**image(*size, batch=batch))["score"]
    assert float((found - scores).abs().max()) < 1e-4 * float(scores.std())


def test_words_for_people(made):
    assert repr(fold(made)) == "Fast(FCN, mode 'exact', cpu)".replace("FCN", made.graph.name)


def test_a_gpu_records_a_size_once_it_comes_again(made, monkeypatch):
    """On a device that only says that it is one: what is recorded, and when."""
    fast, recorded = fold(made), []

    class Recorded:
        def __init__(self, run, blobs):
            self.run = run
            recorded.append(tuple(blobs["data"].shape))

        def __call__(self, blobs):
            return self.run(blobs)

    monkeypatch.setattr("weights_convert.fast.engine.Captured", Recorded)
    monkeypatch.setattr(fast, "device", torch.device("cuda"))
    for size in [(20, 30), (20, 31), (20, 30), (20, 30), (20, 31)]:
        fast.labels(**image(*size))
    assert recorded == [(1, 3, 20, 30)]
    fast.labels(**image(20, 31))
    assert recorded == [(1, 3, 20, 30), (1, 3, 20, 31)]


def test_threads_take_turns(made, monkeypatch):
    fast, sizes = fold(made), [(20 + 7 * i, 33) for i in range(4)]
    expected, found = [fast.labels(**image(*size))["score"] for size in sizes], {}
    cores, finished, inside = torch.get_num_threads(), fast._finished, []

    def one_by_one(*words):
        inside.append(len(inside))
        time.sleep(0.02)
        assert inside == [0]
        try:
            return finished(*words)
        finally:
            inside.pop()

    def label(index):
        torch.set_num_threads(1)
        for _ in range(3):
            found[index] = fast.labels(**image(*sizes[index]))["score"]

    monkeypatch.setattr(fast, "_finished", one_by_one)
    threads = [threading.Thread(target=label, args=(index,)) for index in range(len(sizes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    torch.set_num_threads(cores)
    assert all(torch.equal(found[index], expected[index]) for index in range(len(sizes)))


@pytest.mark.parametrize("again", [copy.deepcopy, lambda fast: pickle.loads(pickle.dumps(fast))])
def test_a_copy_gives_the_same(made, again):
    fast = fold(made, winograd=False, prepared=False)
    other = again(fast)
    expected = fast(**image(30, 40))["score"]
    assert torch.equal(other(**image(30, 40))["score"], expected)
    assert other.net is not fast.net and not other.winograd and not other.prepared
    for parameter in other.net.parameters():
        parameter.data.zero_()
    assert torch.equal(fast(**image(30, 40))["score"], expected)


def test_it_shows_the_net(made):
    fast = fold(made)
    assert fast.graph is made.graph and fast.input_shapes == made.input_shapes
    moved = fast.to("cpu")
    assert moved.net is made and moved.mode == fast.mode


def test_prepared_weights_change_nothing():
    """An odd kernel, with the channels that Winograd's filtering begins at."""
    wide = net(
        fed("data", 1, 64, 20, 20), convolution("data", "a", "num_output: 64 kernel_size: 7")
    )
    x = torch.randn(1, 64, 31, 20)
    one, other = fold(wide), fold(wide, prepared=False)
    assert one.operations[0].way.groups[0].prepared is not None
    assert other.operations[0].way.groups[0].prepared is None
    torch.testing.assert_close(one(data=x)["a"], other(data=x)["a"], rtol=1e-4, atol=1e-4)


def test_labels_of_several_images_are_those_of_each(made, monkeypatch):
    monkeypatch.setitem(together.MOST, "cpu", (2, 10_000))
    fast = fold(made)
    sizes = [(20, 30), (33, 18), (20, 30), (120, 100), (20, 30), (33, 18), (20, 30)]
    images = [image(*size, seed, batch=1 + (seed == 2)) for seed, size in enumerate(sizes)]
    batches, labels = [], fast.labels
    monkeypatch.setattr(fast, "labels", lambda **x: batches.append(len(x["data"])) or labels(**x))
    found = fast.labels_each(images)
    assert sorted(batches) == [1, 1, 2, 2, 2]
    for each, one in zip(found, images, strict=True):
        assert torch.equal(each["score"], labels(**one)["score"])
    assert fast.labels_each([]) == []


def test_keep_is_of_the_net_itself(made):
    with pytest.raises(ConvertError, match="keep: a folded net gives its outputs alone"):
        fold(made)(**image(5, 5), keep=["pool3"])


@pytest.mark.parametrize("name", ["voc-fcn-alexnet", "voc-fcn-googlenet"])
@pytest.mark.parametrize("mode, error", [("bf16", 0.3), ("fp16", 0.05)])
def test_shorter_numbers_on_the_cpu(name, mode, error):
    made = narrow(name)
    exact, rounded = made(**image(40, 50))["score"], fold(made, mode)(**image(40, 50))["score"]
    assert 1e-5 < float((rounded - exact).abs().max() / exact.std()) < error


def test_shorter_numbers_in_layers_with_parameters_and_strips():
    made = net(
        fed("data", 1, 2, 40, 40),
        convolution("data", "a", "num_output: 3 kernel_size: 3 pad: 20"),
        layer("PReLU", "a", "b"),
        layer("LRN", "b", "n", "lrn_param { local_size: 3 beta: 0.5 }"),
        convolution("n", "c", "num_output: 3 kernel_size: 4 stride: 2", "Deconvolution"),
        convolution("c", "d"),
    )
    x = {"data": torch.randn(1, 2, 33, 40)}
    exact, rounded = made(**x)["d"], fold(made, "bf16")(**x)["d"]
    assert 1e-5 < float((rounded - exact).abs().max() / exact.std()) < 0.3


MEASURE = """
import json, sys, torch
from weights_convert import load_net
from weights_convert.fast import fold

def resident(key):
    return 1024 * int(next(line for line in open("/proc/self/status") if key in line).split()[1])

prototxt, model, labels, *shape = sys.argv[1:]
torch.set_num_threads(2)
fast = fold(load_net(prototxt, model))
call = fast.labels if labels == "labels" else fast
x = {blob: torch.randn(1, s[1], *map(int, shape)) for blob, s in fast.input_shapes.items()}
call(**{blob: v[:, :, :16, :16] for blob, v in x.items()})  # loads libraries
fast.workspace.clear()
needed = fast.needed(labels == "labels", **{blob: tuple(v.shape) for blob, v in x.items()})
open("/proc/self/clear_refs", "w").write("5")
before = resident("VmRSS")
call(**x)
print(json.dumps([needed, resident("VmHWM") - before]))
"""


def measured(prototxt, model, what, size):
    """(Told, taken) bytes, in a process of its own."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("peak memory is measured on Linux alone")
    words = [sys.executable, "-c", MEASURE, prototxt, model, what, *map(str, size)]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("what", ["labels", "scores"])
@pytest.mark.parametrize("name", ["voc-fcn8s", "voc-fcn-alexnet"])
@pytest.mark.parametrize("size", [(60, 80), (500, 500), (900, 1200)])
def test_memory_is_told(name, what, size):
    told, taken = measured(NETS / name / "net.prototxt", weights(NETS / name), what, size)
    assert taken <= told <= 2 * taken + (96 << 20)


@pytest.mark.full
def test_memory_of_a_full_size_net(tmp_path):
    """It is told, and less than the first two blobs of the net itself."""
    name, file = "voc-fcn8s", tmp_path / "voc-fcn8s.caffemodel"
    words = [sys.executable, FULL / "make_full.py", "weights", name, "11", file]
    subprocess.run(words, check=True, capture_output=True)
    for size in ((1000, 1300), (500, 500)):
        told, taken = measured(FULL / name / "net.prototxt", file, "scores", size)
        assert taken <= told <= 2 * taken + (96 << 20)
    assert taken < 4 * 2 * 64 * 698 * 698  # bytes of conv1_1 and conv1_2 at 500 x 500


def test_memory_of_a_net_that_is_left_as_it_is():
    made = net(fed("data", 2, 3), layer("Power", "data", "a"))
    assert fold(made).needed() > 2 * 2 * 3 * 4


def test_memory_is_used_again():
    work = Workspace()
    one, other = work.empty(100, 1000), work.empty(50, 1000)
    one.fill_(1), other.fill_(2)
    assert torch.all(one == 1) and torch.all(other == 2)
    first, second = one.data_ptr(), other.data_ptr()
    del one
    third = work.empty(20, 1000)
    assert third.data_ptr() == first and work.empty(100, 1000).data_ptr() > second
    view = third[3:5]
    del third
    assert work.empty(20, 1000).data_ptr() != first  # as long as a view of it is left
    del view
    assert work.empty(100, 1000).data_ptr() == first
    work.clear()
    assert torch.all(other == 2)
    big = work.empty(1 << 27)  # twice a segment
    assert big.shape == (1 << 27,)
