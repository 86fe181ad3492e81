"""The traces of Caffe's own solvers in tests/golden/solver, and small nets worked out by hand."""

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from reproduce.solver import Solver
from weights_convert import load_net
from weights_convert.prototxt import parse

GOLDEN = Path(__file__).parents[1] / "golden" / "solver"
CASES = sorted(path.name for path in GOLDEN.iterdir())


@contextmanager
def one_thread():
    """The nets are too small to share out."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def arrays(case, name):
    with np.load(GOLDEN / case / name) as file:
        return dict(file)


def golden_solver(case):
    """The solver of a case, before its first iteration."""
    folder = GOLDEN / case
    first = {name: arrays(case, "data.npz")[f"{name}_0"].shape for name in ("data", "label")}
    weights = next(folder.glob("initial.*"))
    net = load_net(folder / "net.prototxt", weights, phase="TRAIN", shapes=first)
    return Solver.from_prototxt(folder / "solver.prototxt", net)


def feeds(case, solver):
    """What the case feeds in the iteration that the solver comes to."""
    data, size = arrays(case, "data.npz"), solver.param.iter_size
    passes = range(solver.iter * size, (solver.iter + 1) * size)
    return [
        {blob: torch.from_numpy(data[f"{blob}_{n % 3}"]) for blob in ("data", "label")}
        for n in passes
    ]


def train(case, solver, until):
    """Steps up to iteration `until`; returns the losses."""
    with one_thread():
        return [solver.step(feeds(case, solver)) for _ in range(solver.iter, until)]


def parameters(solver):
    """{LAYER:INDEX: a copy of the parameter}."""
    return {
        f"{layer}:{index}": blob.detach().numpy().copy()
        for layer, blobs in solver.net.params().items()
        for index, blob in enumerate(blobs)
    }


def product(name="fc", bottom="x", param="lr_mult: 1"):
    """A layer whose top, called as it, is its only weight times `bottom`."""
    return f"""layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}"
      param {{ {param} }} inner_product_param {{ num_output: 1 bias_term: false }} }}"""


def squared(bottom="fc", rest=""):
    """A loss: half the squared difference from t."""
    return f"""layer {{ name: "loss" type: "EuclideanLoss" bottom: "{bottom}" bottom: "t"
      top: "loss" {rest} }}"""


def small_net(*layers, weight=1.0, phase="TRAIN", losses=True):
    """A net with inputs x and t of one number each; every parameter is `weight`."""
    fed = """layer { name: "in" type: "Input" top: "x" top: "t"
      input_param { shape { dim: 1 dim: 1 } } }"""
    layers = layers or (product(), squared())
    net = load_net(parse(" ".join((fed, *layers))), None, phase, losses=losses)
    for parameter in net.parameters():
        parameter.data.fill_(weight)
    return net


def small_solver(text, *layers, **kw):
    """A solver of small_net; unless `text` says more, its learning rate is fixed to .1."""
    text = text if "lr_policy" in text else f'base_lr: 0.1 lr_policy: "fixed" {text}'
    return Solver.from_prototxt(parse(text, "solver.prototxt"), small_net(*layers, **kw))


def feed(x=1.0, t=0.0):
    return {"x": torch.full((1, 1), x), "t": torch.full((1, 1), t)}


def weights(solver):
    return [each.parameter.item() for each in solver.learnables]


def history(solver):
    return [array.item() for array in solver.history]
