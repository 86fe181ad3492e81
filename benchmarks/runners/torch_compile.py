"""Our export to plain Python through torch.compile, frozen, where a compiler is at hand."""

import importlib.util
import os
import shutil

from . import Runner, Setting, UnableError

NEEDS = ("torch", "torch._inductor.config", "weights_convert.load", "benchmarks.torch_runner")
SAME_WEIGHTS = True
COMPILERS = ("g++", "clang++")


def about() -> str:
    import torch

    return f"torch {torch.__version__}, torch.compile with freezing, on our Python export"


def prepare(case) -> None:
    from weights_convert import ConvertError, load_net
    from weights_convert.to_python import to_python

    if not any(map(shutil.which, (os.environ.get("CXX", ""), *COMPILERS))):
        raise UnableError("no C++ compiler is here, torch.compile wants g++ or clang++")
    try:
        to_python(load_net(case.prototxt, case.caffemodel), _code(case), ((64, 64),))
    except ConvertError as error:
        raise UnableError(str(error)) from None


def open(case, setting: Setting) -> Runner:
    import torch
    import torch._inductor.config as inductor

    from weights_convert import load_net

    from ..torch_runner import device_of, torch_runner

    device = device_of(setting.device, setting.threads)
    net = load_net(case.prototxt, case.caffemodel)
    plain = _class(case)()
    plain.load_state_dict(net.state_dict(), assign=True)
    inductor.freezing = True
    compiled = torch.compile(plain.eval().to(device), dynamic=False)
    blobs = list(net.input_shapes)
    return torch_runner(lambda **taken: compiled(*map(taken.get, blobs)), device)


def _code(case):
    return case.folder / "net.py"


def _class(case) -> type:
    """The net's class, of the file that `prepare` wrote."""
    spec = importlib.util.spec_from_file_location("exported_net", _code(case))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Net
