"""Nets of other people, in their words: imported, counted, run.

Values are compared in test_opencv.py, with an importer that is not ours.
"""

import classifiers
import pytest
import segmenters
import torch
from filled import filled, image

from weights_convert.cropping import crops
from weights_convert.graph import read_graph
from weights_convert.inspect_prototxt import inspect_prototxt
from weights_convert.prototxt import parse

NARROW = 16
# Learned parameters as the papers and the model zoos state them; 1e6 where they state millions.
COUNTS = {
    classifiers.caffenet: 60_965_224,
    classifiers.vgg16: 138_357_544,
    classifiers.googlenet: 6_998_552,
    classifiers.resnet50: 25_557_032,
    classifiers.squeezenet: 1_235_496,
    classifiers.mobilenet: 4_231_976,
    classifiers.densenet: 7_978_856,
    segmenters.deeplab: 20_505_429,
    segmenters.hed: 14_716_171 + 16 + 64 + 256 + 1024 + 4,  # and the upsampling
}
# Blob -> its size, (channels, height, width); channels of the narrow net.
SHAPES = {
    classifiers.caffenet: {
        "conv1": (6, 55, 55),
        "pool2": (16, 13, 13),
        "pool5": (16, 6, 6),
        "prob": (1000,),
    },
    classifiers.vgg16: {"conv1_2": (4, 224, 224), "pool5": (32, 7, 7), "prob": (1000,)},
    classifiers.googlenet: {
        "pool2/3x3_s2": (12, 28, 28),
        "inception_4a/output": (32, 14, 14),
        "inception_5b/output": (64, 7, 7),
        "pool5/7x7_s1": (64, 1, 1),
        "prob": (1000,),
    },
    classifiers.resnet50: {
        "pool1": (4, 56, 56),
        "res2c": (16, 56, 56),
        "res4f": (64, 14, 14),
        "pool5": (128, 1, 1),
    },
    classifiers.squeezenet: {
        "pool1": (4, 56, 56),
        "fire9/concat": (32, 14, 14),
        "prob": (1000, 1, 1),
    },
    classifiers.mobilenet: {
        "conv2_2/dw": (4, 56, 56),
        "conv6/sep": (64, 7, 7),
        "prob": (1000, 1, 1),
    },
    classifiers.densenet: {
        "pool1": (4, 57, 57),  # Caffe rounds up, here and at each pool after it
        "concat_2_6": (16, 57, 57),
        "conv3_blk/conv": (16, 29, 29),
        "concat_5_16": (64, 8, 8),
        "fc6": (1000, 1, 1),
    },
    segmenters.hed: {
        "conv1_1": (4, 128, 138),
        "upscore-dsn5": (1, 60, 70),
        "sigmoid-fuse": (1, 60, 70),
    },
    segmenters.dilation8: {"conv4_3": (32, 42, 41), "fc-final": (21, 6, 5), "prob": (21, 6, 5)},
    segmenters.deeplab: {"pool1": (4, 33, 49), "pool4": (32, 9, 13), "fc8_voc12": (21, 9, 13)},
    segmenters.unet: {"conv_d4b-c": (64, 4, 4), "upconv_d3": (32, 8, 8), "score": (2, 4, 4)},
}


def name(write):
    return write.__name__


@pytest.mark.parametrize("write", COUNTS, ids=name)
def test_full_width_has_as_many_parameters_as_stated(tmp_path, write):
    (tmp_path / "net.prototxt").write_text(write())
    assert inspect_prototxt(tmp_path / "net.prototxt").learnable == COUNTS[write]


@pytest.mark.filterwarnings("ignore:net 'HED'. no Crop layer states an offset")
@pytest.mark.parametrize("write", SHAPES, ids=name)
def test_blobs_have_their_sizes_and_are_alive(write):
    net = filled(parse(write(NARROW)))
    with torch.inference_mode():
        blobs = net(data=image(net), keep="all")
    assert {blob: tuple(blobs[blob].shape[1:]) for blob in SHAPES[write]} == SHAPES[write]
    for output in net.graph.outputs:
        assert blobs[output].isfinite().all() and blobs[output].std() > 0, output
    if "prob" in blobs:
        assert torch.allclose(blobs["prob"].sum(1), torch.tensor(1.0))


def test_hed_crops_where_its_ports_do():
    offsets = [crop.derived for crop in crops(read_graph(parse(segmenters.hed())))]
    assert offsets == [(n, n) for n in segmenters.HED_OFFSETS]


def test_unet_crops_the_centre_as_its_geometry_says():
    found = crops(read_graph(parse(segmenters.unet())))
    assert [crop.offset for crop in found] == [(n, n) for n in (4, 16, 40, 88)]
    assert all(crop.agrees and crop.derived for crop in found)
