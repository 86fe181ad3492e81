"""The fast engine, weights_convert.fast, in each of its modes."""

import time

from . import Runner, Setting, UnableError

NEEDS = ("torch", "weights_convert.fast", "benchmarks.torch_runner")
SAME_WEIGHTS = True


def about() -> str:
    return ""


def open(case, setting: Setting) -> Runner:
    from weights_convert import ConvertError, load_net
    from weights_convert.fast import fold

    from ..torch_runner import device_of, torch_runner

    device = device_of(setting.device, setting.threads)
    net = load_net(case.prototxt, case.caffemodel).to(device)
    start = time.perf_counter()
    try:
        fast = fold(net, setting.mode)
    except ConvertError as error:
        raise UnableError(str(error)) from None
    return torch_runner(fast, device, fast.labels, time.perf_counter() - start)
