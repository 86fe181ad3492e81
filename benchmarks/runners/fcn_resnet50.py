"""torchvision's FCN of today, on a dilated ResNet-50 with random weights: another net."""

from . import Runner, Setting, UnableError, library

NEEDS = ("torch", "torchvision", "benchmarks.torch_runner")
SAME_WEIGHTS = False
CLASSES = 21


def about() -> str:
    return f"torchvision {library('torchvision').__version__}, another net: for orientation"


def open(case, setting: Setting) -> Runner:
    models = library("torchvision.models.segmentation")
    from ..torch_runner import device_of, torch_runner

    blobs = case.blobs()
    if [x.shape[1] for x in blobs.values()] != [3]:
        raise UnableError(f"fcn_resnet50 takes one image, {case.net} {', '.join(blobs)}")
    device = device_of(setting.device, setting.threads)
    net = models.fcn_resnet50(weights=None, weights_backbone=None, num_classes=CLASSES)
    net = net.eval().to(device)
    return torch_runner(lambda **taken: {"out": net(*taken.values())["out"]}, device)
