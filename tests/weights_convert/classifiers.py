"""Classifiers in the words of the prototxts that the Caffe community shares, at any width.

Source  Krizhevsky 2012, Simonyan 2014, Szegedy 2014, He 2015, Iandola 2016, Howard 2017, Huang 2016
"""

from prototxt_text import Text

CLASSES = 1000


def caffenet(narrow=1):
    net = Text("CaffeNet", (1, 3, 227, 227), narrow)
    blob = net.relu("relu1", net.conv("conv1", "data", 96, 11, stride=4))
    blob = net.norm("norm1", net.pool("pool1", blob, 3, 2))
    blob = net.relu("relu2", net.conv("conv2", blob, 256, 5, pad=2, group=2))
    blob = net.norm("norm2", net.pool("pool2", blob, 3, 2))
    blob = net.relu("relu3", net.conv("conv3", blob, 384, 3, pad=1))
    blob = net.relu("relu4", net.conv("conv4", blob, 384, 3, pad=1, group=2))
    blob = net.relu("relu5", net.conv("conv5", blob, 256, 3, pad=1, group=2))
    blob = net.pool("pool5", blob, 3, 2)
    for index in (6, 7):
        blob = net.relu(f"relu{index}", net.full(f"fc{index}", blob, 4096))
        blob = net.drop(f"drop{index}", blob)
    net.layer("Softmax", "prob", net.full("fc8", blob, CLASSES, exact=True))
    return net.text


def vgg16(narrow=1):
    """In the V1 format, as its authors published it."""
    net = Text("VGG_ILSVRC_16_layers", (1, 3, 224, 224), narrow)
    blob = "data"
    for stage, (times, channels) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), 1):
        for index in range(1, times + 1):
            name = f"{stage}_{index}"
            blob = net.relu(f"relu{name}", net.conv(f"conv{name}", blob, channels, 3, pad=1))
        blob = net.pool(f"pool{stage}", blob, 2, 2)
    for index in (6, 7):
        blob = net.relu(f"relu{index}", net.full(f"fc{index}", blob, 4096))
        blob = net.drop(f"drop{index}", blob)
    net.layer("Softmax", "prob", net.full("fc8", blob, CLASSES, exact=True))
    return as_v1(net.text)


def as_v1(text):
    """The text in the words of 2014."""
    for old, new in (
        ("layer {", "layers {"),
        ('type: "Convolution"', "type: CONVOLUTION"),
        ('type: "ReLU"', "type: RELU"),
        ('type: "Pooling"', "type: POOLING"),
        ('type: "InnerProduct"', "type: INNER_PRODUCT"),
        ('type: "Dropout"', "type: DROPOUT"),
        ('type: "Softmax"', "type: SOFTMAX"),
        (
            "  param {\n    lr_mult: 1\n    decay_mult: 1\n  }\n",
            "  blobs_lr: 1\n  weight_decay: 1\n",
        ),
        (
            "  param {\n    lr_mult: 2\n    decay_mult: 0\n  }\n",
            "  blobs_lr: 2\n  weight_decay: 0\n",
        ),
    ):
        text = text.replace(old, new)
    return text


INCEPTIONS = {  # Szegedy 2014, table 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def googlenet(narrow=1):
    net = Text("GoogleNet", (1, 3, 224, 224), narrow)

    def convolved(name, bottom, channels, kernel, **fields):
        blob = net.conv(name, bottom, channels, kernel, **fields)
        return net.relu(f"{name.rpartition('/')[0]}/relu_{name.rpartition('/')[2]}", blob)

    blob = net.pool("pool1/3x3_s2", convolved("conv1/7x7_s2", "data", 64, 7, stride=2, pad=3), 3, 2)
    blob = convolved("conv2/3x3_reduce", net.norm("pool1/norm1", blob), 64, 1)
    blob = net.norm("conv2/norm2", convolved("conv2/3x3", blob, 192, 3, pad=1))
    blob = net.pool("pool2/3x3_s2", blob, 3, 2)
    for name, (one, three_in, three, five_in, five, pool) in INCEPTIONS.items():
        at = f"inception_{name}"
        ways = [convolved(f"{at}/1x1", blob, one, 1)]
        ways.append(
            convolved(
                f"{at}/3x3", convolved(f"{at}/3x3_reduce", blob, three_in, 1), three, 3, pad=1
            )
        )
        ways.append(
            convolved(f"{at}/5x5", convolved(f"{at}/5x5_reduce", blob, five_in, 1), five, 5, pad=2)
        )
        ways.append(convolved(f"{at}/pool_proj", net.pool(f"{at}/pool", blob, 3, 1, 1), pool, 1))
        blob = net.layer("Concat", f"{at}/output", " ".join(ways))
        if name in ("3b", "4e"):
            blob = net.pool(f"pool{name[0] if name == '3b' else 4}/3x3_s2", blob, 3, 2)
    blob = net.drop("pool5/drop_7x7_s1", net.pool("pool5/7x7_s1", blob, 7, 1, kind="AVE"))
    net.layer("Softmax", "prob", net.full("loss3/classifier", blob, CLASSES, exact=True))
    return net.text


def resnet50(narrow=1):
    net = Text("ResNet-50", (1, 3, 224, 224), narrow)

    def convolved(branch, bottom, channels, kernel, **fields):
        blob = net.conv(f"res{branch}", bottom, channels, kernel, bias_term="false", **fields)
        return net.bn(f"bn{branch}", f"scale{branch}", blob)

    blob = net.bn(
        "bn_conv1",
        "scale_conv1",
        net.conv("conv1", "data", 64, 7, stride=2, pad=3, bias_term="false"),
    )
    blob = net.pool("pool1", net.relu("conv1_relu", blob), 3, 2)
    for stage, (blocks, channels) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512)), 2):
        for index in range(blocks):
            at, stride = f"{stage}{'abcdef'[index]}", 2 if stage > 2 and index == 0 else 1
            short = (
                blob if index else convolved(f"{at}_branch1", blob, 4 * channels, 1, stride=stride)
            )
            long = net.relu(
                f"res{at}_branch2a_relu",
                convolved(f"{at}_branch2a", blob, channels, 1, stride=stride),
            )
            long = net.relu(
                f"res{at}_branch2b_relu", convolved(f"{at}_branch2b", long, channels, 3, pad=1)
            )
            long = convolved(f"{at}_branch2c", long, 4 * channels, 1)
            blob = net.relu(f"res{at}_relu", net.layer("Eltwise", f"res{at}", f"{short} {long}"))
    blob = net.pool("pool5", blob, 7, 1, kind="AVE")
    net.layer("Softmax", "prob", net.full("fc1000", blob, CLASSES, exact=True))
    return net.text


def squeezenet(narrow=1):
    """Version 1.1."""
    net = Text("squeezenet_v1.1", (1, 3, 227, 227), narrow)
    blob = net.relu("relu_conv1", net.conv("conv1", "data", 64, 3, stride=2))
    blob = net.pool("pool1", blob, 3, 2)
    for index, channels in enumerate((16, 16, 32, 32, 48, 48, 64, 64), 2):
        at = f"fire{index}"
        blob = net.relu(f"{at}/relu_squeeze1x1", net.conv(f"{at}/squeeze1x1", blob, channels, 1))
        one = net.relu(f"{at}/relu_expand1x1", net.conv(f"{at}/expand1x1", blob, 4 * channels, 1))
        three = net.conv(f"{at}/expand3x3", blob, 4 * channels, 3, pad=1)
        three = net.relu(f"{at}/relu_expand3x3", three)
        blob = net.layer("Concat", f"{at}/concat", f"{one} {three}")
        if index in (3, 5):
            blob = net.pool(f"pool{index}", blob, 3, 2)
    blob = net.conv("conv10", net.drop("drop9", blob), CLASSES, 1, exact=True)
    net.layer("Softmax", "prob", net.average("pool10", net.relu("relu_conv10", blob)))
    return net.text


def mobilenet(narrow=1):
    net = Text("MOBILENET", (1, 3, 224, 224), narrow)

    def convolved(name, bottom, channels, kernel, **fields):
        blob = net.conv(name, bottom, channels, kernel, bias_term="false", **fields)
        return net.relu(f"relu{name[4:]}", net.bn(f"{name}/bn", f"{name}/scale", blob))

    blob, channels = convolved("conv1", "data", 32, 3, stride=2, pad=1), 32
    plan = (
        (64, 1),
        (128, 2),
        (128, 1),
        (256, 2),
        (256, 1),
        (512, 2),
        *[(512, 1)] * 5,
        (1024, 2),
        (1024, 1),
    )
    names = [
        "2_1",
        "2_2",
        "3_1",
        "3_2",
        "4_1",
        "4_2",
        "5_1",
        "5_2",
        "5_3",
        "5_4",
        "5_5",
        "5_6",
        "6",
    ]
    for name, (wider, stride) in zip(names, plan, strict=True):
        each = {"group": net.wide(channels), "engine": "CAFFE", "pad": 1, "stride": stride}
        blob = convolved(f"conv{name}/dw", blob, channels, 3, **each)
        blob, channels = convolved(f"conv{name}/sep", blob, wider, 1), wider
    blob = net.conv("fc7", net.average("pool6", blob), CLASSES, 1, exact=True)
    net.layer("Softmax", "prob", blob)
    return net.text


def densenet(narrow=1):
    """DenseNet-121."""
    net = Text("DENSENET_121", (1, 3, 224, 224), narrow)

    def activated(name, bottom):
        blob = net.bn(f"{name}/bn", f"{name}/scale", bottom, f"{name}/bn")
        return net.relu(f"relu{name[4:]}", blob)

    blob = net.conv("conv1", "data", 64, 7, stride=2, pad=3, bias_term="false")
    blob, channels = net.pool("pool1", activated("conv1", blob), 3, 2, 1), 64
    for stage, times in enumerate((6, 12, 24, 16), 2):
        for index in range(1, times + 1):
            at = f"conv{stage}_{index}"
            new = net.conv(f"{at}/x1", activated(f"{at}/x1", blob), 128, 1, bias_term="false")
            new = net.conv(f"{at}/x2", activated(f"{at}/x2", new), 32, 3, pad=1, bias_term="false")
            blob = net.layer("Concat", f"concat_{stage}_{index}", f"{blob} {new}")
        channels += 32 * times
        blob = activated(f"conv{stage}_blk", blob)
        if stage < 5:
            channels //= 2
            blob = net.conv(f"conv{stage}_blk/conv", blob, channels, 1, bias_term="false")
            blob = net.pool(f"pool{stage}", blob, 2, 2, kind="AVE")
    net.conv("fc6", net.average("pool5", blob), CLASSES, 1, exact=True)
    return net.text
