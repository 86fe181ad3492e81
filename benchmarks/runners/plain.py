"""The graph layer by layer, one PyTorch operation each, as existing ports run it."""

from . import Runner, Setting

NEEDS = ("torch", "weights_convert.load", "benchmarks.torch_runner")
SAME_WEIGHTS = True


def about() -> str:
    import torch

    return f"torch {torch.__version__}, layer by layer"


def open(case, setting: Setting) -> Runner:
    from weights_convert import load_net

    from ..torch_runner import device_of, torch_runner

    device = device_of(setting.device, setting.threads)
    return torch_runner(load_net(case.prototxt, case.caffemodel).to(device), device)
