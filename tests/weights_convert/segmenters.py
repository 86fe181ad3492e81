"""Nets that label pixels, in the words of the prototxts that their authors shared, at any width.

Source  Xie 2015 (HED), Yu 2016 (Dilation8), Chen 2015 (DeepLab-LargeFOV), Ronneberger 2015 (U-Net)
"""

from prototxt_text import Text

VGG = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
HED_OFFSETS = (34, 35, 36, 38, 42)  # what every port of it has as constants
CLASSES = 21
CONTEXT = ((2, 1), (2, 1), (4, 2), (8, 4), (16, 8), (32, 16), (32, 1))  # width per class, dilation


def hed(narrow=1, stated=False):
    """Its crops state no offset unless asked, as in the branch of Caffe that it was written for."""
    net = Text("HED", (1, 3, 60, 70), narrow)
    blob, sides = "data", []
    for stage, (times, channels) in enumerate(VGG, 1):
        for index in range(1, times + 1):
            name, pad = f"{stage}_{index}", 35 if (stage, index) == (1, 1) else 1
            blob = net.relu(f"relu{name}", net.conv(f"conv{name}", blob, channels, 3, pad=pad))
        side = net.conv(f"score-dsn{stage}", blob, 1, 1, exact=True)
        if stage > 1:
            kernel, stride = 2**stage, 2 ** (stage - 1)
            side = net.conv(
                f"upsample_{stride}", side, 1, kernel, "Deconvolution", exact=True, stride=stride
            )
        offset = f"  crop_param {{\n    offset: {HED_OFFSETS[stage - 1]}\n  }}\n" if stated else ""
        sides.append(
            net.layer("Crop", f"crop{stage}", f"{side} data", f"upscore-dsn{stage}", offset)
        )
        net.layer("Sigmoid", f"sigmoid-dsn{stage}", sides[-1])
        blob = net.pool(f"pool{stage}", blob, 2, 2) if stage < 5 else blob
    both = net.layer(
        "Concat", "concat", " ".join(sides), "concat-upscore", "  concat_param { concat_dim: 1 }\n"
    )
    net.layer("Sigmoid", "sigmoid-fuse", net.conv("new-score-weighting", both, 1, 1, exact=True))
    return net.text


def dilation8(narrow=1):
    net = Text("dilation8", (1, 3, 420, 412), narrow)
    blob = "data"
    for stage, (times, channels) in enumerate(VGG, 1):
        for index in range(1, times + 1):
            name, dilation = f"{stage}_{index}", {"dilation": 2} if stage == 5 else {}
            blob = net.relu(f"relu{name}", net.conv(f"conv{name}", blob, channels, 3, **dilation))
        blob = net.pool(f"pool{stage}", blob, 2, 2) if stage < 4 else blob
    for name, kernel, dilation in (("6", 7, 4), ("7", 1, 1)):
        blob = net.conv(f"fc{name}", blob, 4096, kernel, dilation=dilation)
        blob = net.drop(f"drop{name}", net.relu(f"relu{name}", blob))
    blob = net.conv("fc-final", blob, CLASSES, 1, exact=True)
    for index, (times, dilation) in enumerate(CONTEXT, 1):
        at, channels = f"ct_conv{index}", max(times * CLASSES // narrow, CLASSES)
        each = {"exact": True, "pad": 33 if index == 1 else 0, "dilation": dilation}
        blob = net.relu(f"{at}_relu", net.conv(at, blob, channels, 3, **each))
    blob = net.conv("ct_final", blob, CLASSES, 1, exact=True)
    net.layer("Softmax", "prob", blob)
    return net.text


def deeplab(narrow=1):
    net = Text("deeplab_largeFOV", (1, 3, 65, 97), narrow)
    blob = "data"
    for stage, (times, channels) in enumerate(VGG, 1):
        for index in range(1, times + 1):
            name, dilation = f"{stage}_{index}", 2 if stage == 5 else 1
            blob = net.conv(f"conv{name}", blob, channels, 3, pad=dilation, dilation=dilation)
            blob = net.relu(f"relu{name}", blob)
        blob = net.pool(f"pool{stage}", blob, 3, 2 if stage < 4 else 1, 1)
    blob = net.pool("pool5a", blob, 3, 1, 1, kind="AVE")
    for name, kernel, dilation in (("6", 3, 12), ("7", 1, 1)):
        pad = dilation * (kernel // 2)
        blob = net.relu(
            f"relu{name}", net.conv(f"fc{name}", blob, 1024, kernel, pad=pad, dilation=dilation)
        )
        blob = net.drop(f"drop{name}", blob)
    net.conv("fc8_voc12", blob, CLASSES, 1, exact=True)
    return net.text


def unet(narrow=1, side=188):
    net = Text("phseg_v5", (1, 1, side, side), narrow)
    blob, skips = "data", []

    def twice(at, blob, channels):
        for way in "ab":
            name = f"{at}{way}-{'bc'[way == 'b']}"
            blob = net.relu(f"relu_{name}", net.conv(f"conv_{name}", blob, channels, 3))
        return blob

    for depth in range(4):
        skips.append(twice(f"d{depth}", blob, 64 << depth))
        blob = net.pool(f"pool_d{depth}c-{depth + 1}a", skips[-1], 2, 2)
    blob = net.drop("dropout_d4c", twice("d4", blob, 1024))
    for depth, offset in zip((3, 2, 1, 0), (4, 16, 40, 88), strict=True):
        blob = net.conv(f"upconv_d{depth}", blob, 64 << depth, 2, "Deconvolution", stride=2)
        blob = net.relu(f"relu_u{depth}a", blob)
        skip = net.crop(f"crop_d{depth}c", skips[depth], blob, offset)
        both = net.layer("Concat", f"concat_u{depth}", f"{blob} {skip}")
        blob = twice(f"u{depth}", both, 64 << depth)
    net.conv("score", blob, 2, 1, exact=True)
    return net.text
