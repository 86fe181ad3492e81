"""How nets are trained, one YAML file per recipe: solver, data, start, and how often it is scored.

The 15 of the release are called as their nets; the papers' variants have names of their own.
Adding a recipe is adding a file.

title         what it is, in a few words
net           which one is trained, a file of nets/
architecture  fields of its Fcn that differ in training; may be absent
solver        fields of Caffe's SolverParameter, less those of COMMON that are not to differ
data          data set and split that images are drawn from, [sbd, train]
validation    data set and split that are scored
start         `classifier`, a caffemodel of remotes/ whose trunk is cast; or `stages`, a list of
              `recipe`, whose outcome goes into the layers that end in `suffix`, after `iteration`
loop          `times`, how often the net is scored, and `iterations` before each time
mask          what is masked in the images, see masking.py; may be absent
source        where all this is published
notes         a list of what is to be known of it; may be absent

Errors        DataError for an unknown recipe, and for a key that is unknown, missing or malformed.
"""

from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import NamedTuple

import yaml

from weights_convert import ConvertError
from weights_convert.prototxt import Message, write_prototxt
from weights_convert.solverparameter import read_solver

from .. import nets
from ..errors import DataError
from ..masking import MASKS

FOLDER = Path(__file__).parent
COMMON = {  # to all 15 solvers of the release
    "test_interval": 999999999,
    "display": 20,
    "average_loss": 20,
    "lr_policy": "fixed",
    "weight_decay": 0.0005,
    "test_initialization": False,
}


class Split(NamedTuple):
    """A split of a data set."""

    dataset: str
    split: str


class Stage(NamedTuple):
    """A recipe whose net another begins with: which layers it fills, after how many iterations."""

    recipe: str
    suffix: str = ""
    iteration: int | None = None  # None: the last


class Start(NamedTuple):
    """What a net begins with: the trunk of a classifier, or one or more stages."""

    classifier: str | None = None
    stages: tuple[Stage, ...] = ()


class Loop(NamedTuple):
    """How often the net is scored, and after how many iterations each time."""

    times: int
    iterations: int

    @property
    def total(self) -> int:
        """Iterations in all."""
        # Caffe: solve.py calls step(), which does not stop at max_iter.
        return self.times * self.iterations


@dataclass(frozen=True)
class Recipe:
    """How one net is trained; the module's docstring has the fields."""

    name: str
    title: str
    net: str
    solver: dict
    data: Split
    validation: Split
    start: Start
    loop: Loop
    source: str
    architecture: dict = field(default_factory=dict)
    mask: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def spec(self) -> nets.NetSpec:
        """The net, as it is in training."""
        spec = nets.load(self.net)
        return replace(spec, architecture=replace(spec.architecture, **self.architecture))

    def prototxt(self) -> Message:
        """The training net with its loss, as the release's train.prototxt."""
        return self.spec.prototxt_with_loss("TRAIN")


def names() -> list[str]:
    """The names of all recipes that have a file here."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> Recipe:
    """The recipe `name`.  Raises DataError for an unknown one, listing those there are."""
    if name not in names():
        raise DataError(f"recipe {name!r}: unknown, expected one of {', '.join(names())}")
    return read(name, (FOLDER / f"{name}.yaml").read_text("utf-8"))


def read(name: str, text: str) -> Recipe:
    """The recipe that the YAML `text` describes.  Raises DataError."""
    values = _yaml(name, text)
    required = {field.name for field in fields(Recipe) if _is_required(field)} - {"name"}
    _check_keys(name, "", values, required, {"architecture", "mask", "notes"})
    if values.get("mask") not in (None, *MASKS):
        raise DataError(
            f"{name}.yaml: mask {values['mask']!r}, expected one of {', '.join(MASKS)}, or none"
        )
    built = {
        "solver": _mapping(name, "solver", values["solver"]),
        "architecture": _mapping(name, "architecture", values.get("architecture", {})),
        "data": _split(name, "data", values["data"]),
        "validation": _split(name, "validation", values["validation"]),
        "start": _start(name, values["start"]),
        "loop": _loop(name, values["loop"]),
        "notes": tuple(values.get("notes", ())),
    }
    built["solver"] |= {key: COMMON[key] for key in COMMON if key not in built["solver"]}
    recipe = Recipe(name, **values | built)
    _check_parts(recipe)
    return recipe


def stages(name: str) -> list[str]:
    """The recipes that lead to `name`, each after those that it begins with; `name` is the last.

    >>> stages("voc-fcn8s")
    ['voc-fcn32s', 'voc-fcn16s', 'voc-fcn8s']
    """
    before = [step for stage in load(name).start.stages for step in stages(stage.recipe)]
    return list(dict.fromkeys([*before, name]))


def solver_prototxt(recipe: Recipe) -> str:
    """The solver.prototxt of `recipe`, a field a line."""
    return write_prototxt(Message.of(recipe.solver))


def on_own_data(recipe: Recipe, classes: int) -> Recipe:
    """`recipe` for a folder of images with `classes` classes, see datasets/folder.py.

    Raises DataError for a net with several heads, or other inputs than one colour image.
    """
    spec = recipe.spec
    if len(spec.heads) > 1 or [one.image for one in spec.inputs.values()] != ["color"]:
        raise DataError(
            f"{recipe.name}: takes {', '.join(spec.inputs)} and gives {', '.join(spec.heads)}; a "
            "folder of your own has colour images and one label each: choose another recipe"
        )
    architecture = recipe.architecture | {"classes": classes}
    splits = {"data": Split("folder", "train"), "validation": Split("folder", "val")}
    return replace(recipe, architecture=architecture, **splits)


def _yaml(name: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DataError(f"{name}.yaml: is not YAML: {' '.join(str(error).split())}") from None


def _is_required(field) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _check_keys(
    name: str, where: str, values: object, required: set[str], optional: set[str] = frozenset()
) -> None:
    found = set(values) if isinstance(values, dict) else set()
    if not isinstance(values, dict) or not required <= found <= required | optional:
        shown = sorted(found) if isinstance(values, dict) else values
        also = f" and perhaps {sorted(optional)}" if optional else ""
        where = f"{where}: " if where else ""
        raise DataError(f"{name}.yaml: {where}keys {shown}, expected {sorted(required)}{also}")


def _mapping(name: str, key: str, values: object) -> dict:
    if not isinstance(values, dict):
        raise DataError(f"{name}.yaml: {key} {values!r}, expected fields and their values")
    return values


def _split(name: str, key: str, values: object) -> Split:
    if not isinstance(values, list) or [type(value) for value in values] != [str, str]:
        raise DataError(f"{name}.yaml: {key} {values!r}, expected [data set, split]")
    return Split(*values)


def _start(name: str, values: object) -> Start:
    if not isinstance(values, dict) or list(values) not in (["classifier"], ["stages"]):
        raise DataError(f"{name}.yaml: start {values!r}, expected `classifier` or `stages`")
    for stage in values.get("stages", ()):
        _check_keys(name, "start: stages", stage, {"recipe"}, {"suffix", "iteration"})
        if stage["recipe"] not in names() or stage["recipe"] == name:
            raise DataError(f"{name}.yaml: start: recipe {stage['recipe']!r} is not another recipe")
    stages = tuple(Stage(**stage) for stage in values.get("stages", ()))
    return Start(values.get("classifier"), stages)


def _loop(name: str, values: object) -> Loop:
    _check_keys(name, "loop", values, {"times", "iterations"})
    if any(type(value) is not int or value < 1 for value in values.values()):
        raise DataError(f"{name}.yaml: loop {values}, expected whole numbers above 0")
    return Loop(**values)


def _check_parts(recipe: Recipe) -> None:
    """Raises DataError for fields that Caffe's solver, or the net, does not have."""
    try:
        read_solver(Message.of(recipe.solver))
    except (ConvertError, TypeError, ValueError) as error:
        raise DataError(f"{recipe.name}.yaml: solver: {error}") from None
    try:
        recipe.prototxt()
    except (ConvertError, TypeError) as error:
        raise DataError(f"{recipe.name}.yaml: architecture: {error}") from None
