"""OpenCV 4's importer of Caffe nets, which has no line in common with ours, computes the same.

It was removed in OpenCV 5.  It knows the blobs by the names of the layers that make them first.
"""

import gzip

import classifiers
import golden
import numpy as np
import pytest
import segmenters
import torch
from filled import filled, image

from weights_convert import load_net, write_caffemodel
from weights_convert.differences import largest
from weights_convert.prototxt import parse

cv2 = pytest.importorskip("cv2", reason="opencv-python-headless < 5 is not installed")
pytestmark = pytest.mark.skipif(
    not hasattr(cv2.dnn, "readNetFromCaffe"), reason="OpenCV 5 reads no Caffe nets; 4 does"
)

GOLDEN = golden.GOLDEN / "nets"
# Its Crop without offset takes the centre, and of layers of one name it renames all but the first.
UNLIKE = {"voc-fcn8s-olddialect"}
NETS = sorted(path.name for path in GOLDEN.iterdir() if path.name not in UNLIKE)
WITHIN = 1e-4  # of the standard deviation: two libraries that sum in orders of their own


def theirs(prototxt, caffemodel, feeds, outputs):
    """What OpenCV computes: blob -> array."""
    net = cv2.dnn.readNetFromCaffe(
        *(np.frombuffer(data, np.uint8) for data in (prototxt, caffemodel))
    )
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    for blob, x in feeds.items():
        net.setInput(x.numpy(), blob)
    return dict(zip(outputs, net.forward(outputs), strict=True))


def assert_same(ours, theirs):
    for blob, values in theirs.items():
        found = largest(blob, ours[blob].numpy(), values.reshape(tuple(ours[blob].shape)))
        assert found.error <= WITHIN, found


def feeds(net, size):
    generator = torch.Generator().manual_seed(3)
    return {
        blob: 50 * torch.randn(1, shape[1], *size, generator=generator)
        for blob, shape in net.input_shapes.items()
    }


@pytest.mark.parametrize("name", NETS)
def test_a_released_net_at_another_size(name):
    prototxt, weights = GOLDEN / name / "net.prototxt", golden.weights(GOLDEN / name)
    net = load_net(prototxt, weights)
    fed = feeds(net, (53, 38))
    outputs = [*net.graph.outputs, *(b for b in ("score_pool4c", "fuse_pool4") if b in tops(net))]
    with torch.inference_mode():
        ours = net(**fed, keep=outputs)
    data = weights.read_bytes()
    data = gzip.decompress(data) if weights.suffix == ".gz" else data
    assert_same(ours, theirs(prototxt.read_bytes(), data, fed, outputs))


def tops(net):
    return {top for layer in net.graph.layers for top in layer.tops}


@pytest.mark.parametrize(
    "write",
    [
        *(classifiers.caffenet, classifiers.vgg16, classifiers.googlenet, classifiers.resnet50),
        *(classifiers.squeezenet, classifiers.mobilenet, classifiers.densenet),
        *(segmenters.dilation8, segmenters.deeplab, segmenters.unet),
    ],
    ids=lambda write: write.__name__,
)
def test_a_general_net(tmp_path, write):
    compare(tmp_path, filled(parse(write(16))), write(16))


@pytest.mark.filterwarnings("ignore:net 'HED'. no Crop layer states an offset")
def test_hed_whose_offsets_only_ours_derives(tmp_path):
    compare(tmp_path, filled(parse(segmenters.hed(16))), segmenters.hed(16, stated=True))


def compare(tmp_path, net, text):
    """The net against what OpenCV makes of `text` and the net's parameters."""
    outputs, x = list(net.graph.outputs), image(net)
    with torch.inference_mode():
        ours = net(data=x, keep=outputs)
    types = {layer.name: layer.type for layer in net.graph.layers}
    write_caffemodel(tmp_path / "w.caffemodel", net.params(), types)
    weights = (tmp_path / "w.caffemodel").read_bytes()
    assert_same(ours, theirs(text.encode(), weights, {"data": x}, outputs))
