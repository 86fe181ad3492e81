"""Every recipe against the release and the papers, and the errors of one that is wrong."""

from pathlib import Path

import pytest
import yaml

from reproduce import nets, recipes, remotes
from reproduce.errors import DataError
from weights_convert.fcn import Fcn
from weights_convert.graph import read_graph
from weights_convert.prototxt import Message, parse, read_prototxt
from weights_convert.solverparameter import read_solver

RELEASE = Path(__file__).parents[3] / "shared" / "release"
# from the release's solver.prototxt and solve.py: rate, momentum, iter_size, max_iter,
# how often it is scored and after how many iterations, what it begins with
RELEASED = {
    "voc-fcn32s": (1e-10, 0.99, 1, 100000, 25, 4000, "VGG_ILSVRC_16_layers.caffemodel"),
    "voc-fcn16s": (1e-12, 0.99, 1, 100000, 25, 4000, "voc-fcn32s"),
    "voc-fcn8s": (1e-14, 0.99, 1, 100000, 25, 4000, "voc-fcn16s"),
    "voc-fcn8s-atonce": (1e-10, 0.99, 1, 300000, 75, 4000, "VGG_ILSVRC_16_layers.caffemodel"),
    "voc-fcn-alexnet": (1e-4, 0.9, 20, 100000, 25, 4000, "bvlc_reference_caffenet.caffemodel"),
    "nyud-fcn32s-color": (1e-10, 0.99, 1, 300000, 50, 2000, "VGG_ILSVRC_16_layers.caffemodel"),
    "nyud-fcn32s-hha": (1e-10, 0.99, 1, 300000, 50, 2000, "VGG_ILSVRC_16_layers.caffemodel"),
    "nyud-fcn32s-color-d": (1e-10, 0.99, 1, 300000, 50, 2000, "VGG_ILSVRC_16_layers.caffemodel"),
    "nyud-fcn32s-color-hha": (
        *(1e-12, 0.99, 1, 300000, 50, 2000),
        "nyud-fcn32s-color at 28000 + nyud-fcn32s-hha at 60000",
    ),
    "siftflow-fcn32s": (1e-10, 0.99, 1, 300000, 50, 2000, "VGG_ILSVRC_16_layers.caffemodel"),
    "siftflow-fcn16s": (1e-12, 0.99, 1, 300000, 50, 2000, "siftflow-fcn32s"),
    "siftflow-fcn8s": (1e-12, 0.99, 1, 300000, 50, 2000, "siftflow-fcn16s"),
    "pascalcontext-fcn32s": (1e-10, 0.99, 1, 300000, 50, 8000, "VGG_ILSVRC_16_layers.caffemodel"),
    "pascalcontext-fcn16s": (1e-12, 0.99, 1, 300000, 50, 8000, "pascalcontext-fcn32s"),
    "pascalcontext-fcn8s": (1e-14, 0.99, 1, 300000, 50, 8000, "pascalcontext-fcn16s"),
}
VARIANTS = {  # of the papers: momentum, iter_size; that the loss is averaged; what is masked
    "voc-fcn32s-accum": (0.9, 20, False, None),
    "voc-fcn32s-online": (0.9, 1, False, None),
    "voc-fcn32s-cvpr": (0.9, 20, True, None),
    "voc-fcn32s-fixed": (0.99, 1, False, None),
    "voc-fcn32s-learned": (0.99, 1, False, None),
    "voc-fcn16s-learned": (0.99, 1, False, None),
    "voc-fcn8s-learned": (0.99, 1, False, None),
    "voc-fcn-googlenet": (0.9, 20, True, None),
    "voc-fcn-pool3": (0.99, 1, False, None),
    "voc-fcn-pool4": (0.99, 1, False, None),
    "voc-fcn-pool5": (0.99, 1, False, None),
    "voc-fcn32s-fg-only": (0.99, 1, False, "background"),
    "voc-fcn32s-bg-only": (0.99, 1, False, "foreground"),
    "voc-fcn32s-shape": (0.99, 1, False, "shape"),
}
SPLITS = {
    "voc": (("sbd", "train"), ("voc2011", "seg11valid")),
    "nyud": (("nyudv2", "trainval"), ("nyudv2", "test")),
    "siftflow": (("siftflow", "trainval"), ("siftflow", "test")),
    "pascalcontext": (("pascalcontext", "train"), ("pascalcontext", "val")),
}
SCORED = {"voc": 736, "nyud": 654, "siftflow": 200, "pascalcontext": 5105}  # images, test_iter
GOOD = yaml.safe_load((recipes.FOLDER / "voc-fcn16s.yaml").read_text())


def beginning(start):
    at = [f"{s.recipe} at {s.iteration}" if s.iteration else s.recipe for s in start.stages]
    return start.classifier or " + ".join(at)


def content(message):
    """Field -> values as they are typed, so that 1e-10 and 0.0000000001 are one."""
    values = read_solver(message)
    return {name: getattr(values, name) for name in values.given}


def rates(recipe, type):
    layers = [layer for layer in recipe.prototxt().all("layer") if layer.all("type") == [type]]
    return {
        layer.all("name")[0]: [float(p.all("lr_mult")[0]) for p in layer.all("param")]
        for layer in layers
    }


def test_there_is_a_recipe_for_every_net():
    assert recipes.names() == sorted([*RELEASED, *VARIANTS])
    assert {recipes.load(name).net for name in recipes.names()} == set(nets.names())


@pytest.mark.parametrize("name", RELEASED)
def test_the_release(name):
    recipe = recipes.load(name)
    solver, loop = recipe.solver, recipe.loop
    numbers = [solver[key] for key in ("base_lr", "momentum", "iter_size", "max_iter")]
    assert (*numbers, *loop, beginning(recipe.start)) == RELEASED[name]
    assert (recipe.name, recipe.net, recipe.architecture, recipe.mask) == (name, name, {}, None)
    assert name in recipe.source


@pytest.mark.shared
@pytest.mark.parametrize("name", RELEASED)
def test_the_solver_is_that_of_the_release(name):
    path = RELEASE / name / "solver.prototxt"
    if not path.exists():
        pytest.skip("the release's solvers are not beside the checkout (../shared/release)")
    ours = content(parse(recipes.solver_prototxt(recipes.load(name))))
    theirs = content(read_prototxt(path))
    assert len(theirs) in (13, 15)
    assert ours == theirs


@pytest.mark.parametrize("name", VARIANTS)
def test_variants(name):
    recipe = recipes.load(name)
    momentum, iter_size, averaged, mask = VARIANTS[name]
    assert (recipe.solver["momentum"], recipe.solver["iter_size"]) == (momentum, iter_size)
    assert (recipe.spec.architecture.normalize, recipe.mask) == (averaged, mask)


@pytest.mark.parametrize("name", recipes.names())
def test_every_recipe(name):
    recipe = recipes.load(name)
    assert (recipe.data, recipe.validation) == SPLITS[name.split("-")[0]]
    assert recipe.solver["test_iter"] == SCORED[name.split("-")[0]]
    if recipe.start.classifier:
        assert remotes.remote(recipe.start.classifier).checksum.startswith("sha1:")
    for stage in recipe.start.stages:
        loop = recipes.load(stage.recipe).loop
        if stage.iteration:
            assert stage.iteration in range(loop.iterations, loop.total + 1, loop.iterations)
    graph = read_graph(recipe.prototxt(), "TRAIN")
    assert {*recipe.spec.inputs, *recipe.spec.heads.values()} == set(graph.inputs)


def test_accumulation_takes_as_many_images_as_the_others():
    names = ("voc-fcn32s-accum", "voc-fcn32s-online", "voc-fcn32s")
    images = [(r.loop.total * r.solver["iter_size"]) for r in map(recipes.load, names)]
    assert images == [100000, 100000, 100000]


def test_what_learns():
    fixed = recipes.load("voc-fcn32s-fixed")
    convolutions = rates(fixed, "Convolution")
    assert convolutions.pop("score_fr") == [1, 2]
    assert len(convolutions) == 15 and set(map(tuple, convolutions.values())) == {(0, 0)}
    upsampling = {"upscore2": [1], "upscore_pool4": [1], "upscore8": [0]}
    assert rates(recipes.load("voc-fcn8s-learned"), "Deconvolution") == upsampling
    assert rates(recipes.load("voc-fcn8s"), "Deconvolution") == {up: [0] for up in upsampling}
    assert rates(recipes.load("voc-fcn32s-learned"), "Deconvolution") == {"upscore": [1]}
    with pytest.raises(ValueError, match="learned_upsampling 'last', expected intermediate or all"):
        Fcn(classes=21, learned_upsampling="last")


def test_stages_chain():
    assert recipes.stages("voc-fcn32s-accum") == ["voc-fcn32s-accum"]
    assert recipes.stages("voc-fcn8s") == ["voc-fcn32s", "voc-fcn16s", "voc-fcn8s"]
    assert recipes.stages("voc-fcn8s-learned") == [
        "voc-fcn32s",
        "voc-fcn16s-learned",
        "voc-fcn8s-learned",
    ]
    late = ["nyud-fcn32s-color", "nyud-fcn32s-hha", "nyud-fcn32s-color-hha"]
    assert recipes.stages("nyud-fcn32s-color-hha") == late


def test_a_folder_of_ones_own():
    recipe = recipes.on_own_data(recipes.load("voc-fcn8s"), 5)
    assert (recipe.data, recipe.validation) == (("folder", "train"), ("folder", "val"))
    assert recipe.spec.architecture.channels == {"score": 5}
    assert recipe.spec.architecture.skips == ("pool4", "pool3")
    for name in ("siftflow-fcn8s", "nyud-fcn32s-hha", "nyud-fcn32s-color-d"):
        with pytest.raises(DataError, match=f"^{name}: takes .*has colour images and one label"):
            recipes.on_own_data(recipes.load(name), 5)


def test_an_unknown_recipe_lists_the_known():
    with pytest.raises(DataError, match=r"recipe 'fcn': unknown, expected one of nyud-fcn32s-col"):
        recipes.load("fcn")


@pytest.mark.parametrize(
    "change, text",
    [
        ({"lr": 1}, r"keys \[.*'lr'.*\], expected \['data', .*\] and perhaps \['architecture'"),
        ({"net": "vgg"}, "net 'vgg': unknown"),
        ({"solver": 1}, "solver 1, expected fields and their values"),
        ({"solver": {"base_lr": "1e-10"}}, "solver: .*base_lr"),
        ({"solver": {"rate": 1}}, "solver: .*rate"),
        ({"solver": {"iter_size": 0}}, "solver: .*iter_size 0, expected 1 at least"),
        ({"solver": {"base_lr": [None]}}, "solver: field 'base_lr': a NoneType"),
        ({"architecture": {"width": 2}}, "architecture: .*unexpected keyword argument 'width'"),
        ({"architecture": {"learned_upsampling": "x"}}, "architecture: learned_upsampling 'x'"),
        ({"architecture": [1]}, r"architecture \[1\], expected fields"),
        ({"data": "sbd"}, r"data 'sbd', expected \[data set, split\]"),
        ({"start": {}}, "start {}, expected `classifier` or `stages`"),
        ({"start": {"stages": [{"net": "a"}]}}, r"start: stages: keys \['net'\], expected \['reci"),
        ({"start": {"stages": [{"recipe": "a"}]}}, "start: recipe 'a' is not another recipe"),
        ({"start": {"stages": [{"recipe": "x"}]}}, "start: recipe 'x' is not another recipe"),
        ({"loop": {"times": 0, "iterations": 4}}, "loop {.*}, expected whole numbers above 0"),
        ({"loop": {"times": 1}}, r"loop: keys \['times'\], expected \['iterations', 'times'\]"),
        ({"mask": "sky"}, "mask 'sky', expected one of foreground, background, shape, or none"),
    ],
)
def test_refuses(change, text):
    with pytest.raises(DataError, match=text):
        recipes.read("x", yaml.safe_dump(GOOD | change))


def test_refuses_what_is_no_yaml_or_lacks_a_key():
    with pytest.raises(DataError, match=r"^x.yaml: is not YAML: .*line 1, column 5"):
        recipes.read("x", "a: b: c")
    for text in ("1", yaml.safe_dump({key: GOOD[key] for key in GOOD if key != "loop"})):
        with pytest.raises(DataError, match=r"^x.yaml: keys .*, expected \['data', 'loop', 'net'"):
            recipes.read("x", text)


def test_a_solver_as_text():
    text = recipes.solver_prototxt(recipes.load("voc-fcn8s"))
    assert 'train_net: "train.prototxt"\n' in text and "base_lr: 1e-14\n" in text
    assert isinstance(parse(text), Message) and "test_initialization: false\n" in text
