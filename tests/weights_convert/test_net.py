"""CaffeNet: what it returns, keeps and leaves alone, what it learns, how it is copied."""

import copy
import io
import weakref
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from prototxts import convolution, fed, layer, net

from weights_convert import load_net
from weights_convert.errors import ConvertError

GOLDEN = Path(__file__).parents[1] / "golden"
DATA = fed("data", 1, 3, 5, 6)
LABELLED = layer("Python", "", "data label", 'python_param { module: "voc_layers" }')
SCORE = convolution("data", "score")
LOSS = layer("SoftmaxWithLoss", "score label", "loss")


def relu(blob, top=None, name="r"):
    return layer("ReLU", blob, top or blob, name=name)


def golden(name):
    folder = GOLDEN / "nets" / name
    return load_net(folder / "net.prototxt", folder / "weights.caffemodel.gz")


@pytest.fixture
def x():
    return torch.randn(1, 3, 5, 6, generator=torch.Generator().manual_seed(2))


def test_outputs_and_the_blobs_asked_for(x):
    made = net(DATA, SCORE, relu("score"), relu("score", "a"), relu("a", "b", "r2"))
    assert list(made(data=x)) == ["b"]
    assert list(made(data=x, keep="a")) == ["a", "b"]
    assert list(made(data=x, keep=["score", "data"])) == ["data", "score", "b"]
    assert list(made(data=x, keep="all")) == ["data", "score", "a", "b"]


def test_a_kept_blob_is_after_its_layers_in_place(x):
    made = net(DATA, SCORE, relu("score"), convolution("score", "b"))
    before = net(DATA, SCORE)(data=x)["score"]
    assert before.min() < 0
    assert torch.equal(made(data=x, keep="all")["score"], before.clamp(min=0))


@pytest.mark.parametrize("slope", ["", "relu_param { negative_slope: 0.5 }"])
@pytest.mark.parametrize("between", ["", layer("Dropout", "data", "d")])
def test_the_callers_tensor_is_never_written(x, slope, between):
    blob = "d" if between else "data"
    made = net(DATA, between, layer("ReLU", blob, blob, slope, name="r"))
    given = x.clone()
    out = made(data=given)[blob]
    assert torch.equal(given, x)
    assert torch.equal(out, torch.where(x > 0, x, x * (0.5 if slope else 0)))


def test_overwriting_in_place_changes_no_other_blob(x):
    crop = layer("Crop", "a data", "b", "crop_param { axis: 2 }")
    made = net(DATA, convolution("data", "a"), crop, relu("b"))
    blobs = made(data=x, keep="all")
    assert blobs["a"].min() < 0 and blobs["b"].min() == 0


def test_memory_that_nobody_sees_is_overwritten(x):
    made = net(DATA, SCORE, relu("score"))
    tops = []
    for _, module in made.steps():
        module.register_forward_hook(lambda module, args, top: tops.append(top.data_ptr()))
    made(data=x)
    assert tops[0] == tops[1]


@pytest.mark.parametrize("keep, alive", [((), [1, 2, 2, 2]), (["p1"], [1, 2, 3, 3])])
def test_blobs_are_freed_after_their_last_use(x, keep, alive):
    chain = ["data", "p1", "p2", "p3", "p4"]
    pools = [
        layer("Pooling", *pair, "pooling_param { kernel_size: 2 }") for pair in pairwise(chain)
    ]
    made, tops, counts = net(DATA, *pools), [], []

    def count(module, args, top):
        tops.append(weakref.ref(top))
        counts.append(sum(ref() is not None for ref in tops))

    for _, module in made.steps():
        module.register_forward_hook(count)
    made(data=x, keep=keep)
    assert counts == alive


def test_layers_of_one_name_keep_their_own_fields(x):
    crops = [
        layer("Crop", f"{a} a", b, f"crop_param {{ offset: {i} }}", name="crop")
        for a, b, i in [("data", "one", 1), ("data", "two", 2)]
    ]
    pool = layer("Pooling", "data", "a", "pooling_param { kernel_size: 3 }", name="crop")
    out = net(DATA, pool, *crops)(data=x)
    assert torch.equal(out["one"], x[:, :, 1:4, 1:5])
    assert torch.equal(out["two"], x[:, :, 2:5, 2:6])


def test_a_layer_may_be_named_as_one_with_parameters(x):
    text = [relu("data", "a", "l"), layer("Scale", "a", "b", name="l"), relu("b", "c", "l")]
    made = net(DATA, *text)
    assert list(made.state_dict()) == ["l.weight"]
    weight = made.state_dict()["l.weight"].view(1, 3, 1, 1)
    assert torch.equal(made(data=x)["c"], (x.clamp(min=0) * weight).clamp(min=0))


@pytest.mark.parametrize("keep", ["pool9", ["score", "pool9"]])
def test_unknown_blob_to_keep(x, keep):
    with pytest.raises(ConvertError, match=r"no blob \['pool9'\]; the net has \['data', 'score'\]"):
        net(DATA, SCORE)(data=x, keep=keep)


@pytest.mark.parametrize(
    "params, error",
    [
        ("param { } " * 3, "layer 'score': 3 param blocks, expected at most 2"),
        ("param { }", None),
    ],
)
def test_param_blocks(params, error):
    text = SCORE.replace("convolution_param", params + "convolution_param")
    if error is None:
        assert net(DATA, text)
        return
    with pytest.raises(ConvertError, match=error):
        net(DATA, text)


@pytest.mark.parametrize(
    "params, phase, learned",
    [
        ("", "TRAIN", [True, True]),
        ("param { lr_mult: 0 }", "TRAIN", [False, True]),
        ("param { } param { lr_mult: 0 }", "TRAIN", [True, False]),
        ("param { lr_mult: 2 }", "TEST", [False, False]),
    ],
)
def test_what_is_learned(params, phase, learned):
    text = SCORE.replace("convolution_param", params + "convolution_param")
    made = net(DATA, text, phase=phase)
    assert [parameter.requires_grad for parameter in made.parameters()] == learned
    assert made.training == (phase == "TRAIN")


def test_gradients_in_train_phase(x):
    frozen = SCORE.replace("convolution_param", "param { lr_mult: 0 } convolution_param")
    made = net(LABELLED, frozen, relu("score"), LOSS, phase="TRAIN")
    labels, given = torch.zeros(1, 1, 5, 6), x.clone().requires_grad_(True)
    made(data=given, label=labels)["loss"].backward()
    step = 1e-2 * torch.tensor([1.0, 0.0])
    up, down = (shifted_loss(made, x, labels, s) for s in (step, -step))
    bias = made.get_submodule("score").bias.grad[0]
    assert bias.item() == pytest.approx((up - down) / 2e-2, rel=0.02)
    assert made.get_submodule("score").weight.grad is None
    assert given.grad.abs().sum() > 0 and torch.equal(given.detach(), x)


def shifted_loss(made, x, labels, step):
    shifted = copy.deepcopy(made)
    shifted.get_submodule("score").bias.data += step
    return shifted(data=x, label=labels)["loss"].item()


def test_inference_mode_gives_the_same(x):
    made = net(DATA, SCORE, relu("score"))
    with torch.inference_mode():
        assert torch.equal(made(data=x)["score"], made(data=x)["score"])
        inferred = made(data=x)["score"]
    assert torch.equal(inferred, made(data=x)["score"])


@pytest.mark.parametrize("name", ["voc-fcn8s", "voc-fcn-alexnet"])
def test_any_size_and_batch(name):
    made, generator = golden(name), torch.Generator().manual_seed(3)
    for size in [(1, 1), (2, 7), (33, 31)]:
        x = torch.randn(2, 3, *size, generator=generator) * 50
        both = made(data=x)["score"]
        assert both.shape == (2, 21, *size)
        alone = torch.cat([made(data=x[i : i + 1])["score"] for i in range(2)])
        assert torch.allclose(both, alone, atol=1e-4 * alone.std().item())


@pytest.fixture(scope="module", params=["voc-fcn8s-atonce", "voc-fcn-alexnet"])
def pair(request):
    """A net with most layer types, an input, and the score."""
    made = golden(request.param)
    x = torch.randn(1, 3, 9, 7, generator=torch.Generator().manual_seed(4)) * 50
    return made, x, made(data=x)["score"]


def test_state_dict_round_trip(pair):
    made, x, score = pair
    other = type(made)(made.graph)
    assert not other.load_state_dict(made.state_dict()).missing_keys
    assert torch.equal(other(data=x)["score"], score)


@pytest.mark.parametrize("name", ["training", "learnable", "graph", "forward", "a.b", "a.b.c"])
def test_a_layer_may_be_called_anything(x, name):
    fields = "convolution_param { num_output: 2 kernel_size: 3 pad: 1 }"
    made = net(DATA, layer("Convolution", "data", "a", fields, name=name))
    assert list(made.state_dict()) == [f"{name}.weight", f"{name}.bias"]
    other = type(made)(made.graph)
    other.load_state_dict(made.state_dict())
    assert torch.equal(copy.deepcopy(other).eval()(data=x)["a"], made(data=x)["a"])
    for wrong in (f"{name}.kernel", f"{name}.kernel.weight", "z.weight", "z.y.weight"):
        with pytest.raises(RuntimeError, match=f'Unexpected key.*"{wrong}"'):
            other.load_state_dict(made.state_dict() | {wrong: torch.zeros(1)})


def test_deep_copy_is_independent(pair):
    made, x, score = pair
    other = copy.deepcopy(made)
    assert torch.equal(other(data=x)["score"], score)
    for parameter in other.parameters():
        parameter.data.zero_()
    assert torch.equal(made(data=x)["score"], score)


def test_the_module_can_be_saved_and_loaded(pair):
    made, x, score = pair
    file = io.BytesIO()
    torch.save(made, file)
    file.seek(0)
    other = torch.load(file, weights_only=False)
    assert torch.equal(other(data=x)["score"], score)
    assert other.graph == made.graph
