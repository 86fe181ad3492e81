"""Training on the bundled sample's drawings: narrow nets, their own settings and start.

recipes/sample/NET.yaml   what differs from the recipe of that name: `solver`, fields that are
                          changed; `loop`; `dropout`, the dropout_ratio of all layers; each may be
                          absent
Errors                    DataError for a net that has no such file, or a file that is none
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import yaml

from weights_convert import ConvertError, read_caffemodel, write_caffemodel
from weights_convert.prototxt import Message
from weights_convert.solverparameter import read_solver

from .. import recipes, sample
from ..datasets import Dataset, open_dataset
from ..errors import DataError
from ..recipes import Loop, Recipe, Split
from ..sample.draw import draw
from .start import is_score

FOLDER = recipes.FOLDER / "sample"
NARROW = {"narrow": 8, "fc": 128}  # of the bundled nets
TRUNK = "voc-fcn32s"  # the bundled net whose trunk is begun with
DRAWN = Split("voc2011", "train")
KEYS = {"solver", "loop", "dropout"}


@dataclass(frozen=True)
class SampleRecipe(Recipe):
    """A recipe whose net is narrow; dropout: the ratio of all its Dropout layers."""

    dropout: float = 0.5

    def prototxt(self) -> Message:
        """As Recipe's, with that ratio."""
        message = super().prototxt()
        found = [
            replace(field, value=self._dropped(field.value)) if field.name == "layer" else field
            for field in message.fields
        ]
        return replace(message, fields=found)

    def _dropped(self, layer: Message) -> Message:
        if layer.all("type") != ["Dropout"]:
            return layer
        ratio = Message.of({"dropout_param": {"dropout_ratio": self.dropout}})
        rest = [field for field in layer.fields if field.name != "dropout_param"]
        return replace(layer, fields=[*rest, *ratio.fields])


def names() -> list[str]:
    """The nets that can be trained on the sample."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def recipe(name: str) -> SampleRecipe:
    """The recipe `name` for the drawings.  Raises DataError for a net without such."""
    if name not in names():
        raise DataError(f"--sample {name}: not among its nets, expected {', '.join(names())}")
    return read(recipes.load(name), (FOLDER / f"{name}.yaml").read_text("utf-8"))


def read(whole: Recipe, text: str) -> SampleRecipe:
    """`whole` with the differences that the YAML `text` states.  Raises DataError."""
    values, where = yaml.safe_load(text) or {}, f"sample/{whole.name}.yaml"
    if not isinstance(values, dict) or not values.keys() <= KEYS:
        raise DataError(f"{where}: {values}, expected keys of {sorted(KEYS)}")
    own = {field.name: getattr(whole, field.name) for field in fields(Recipe)}
    own["architecture"] = whole.architecture | NARROW
    own["data"] = DRAWN
    try:
        own["solver"] = whole.solver | values.get("solver", {})
        own["loop"] = Loop(**whole.loop._asdict() | values.get("loop", {}))
        read_solver(Message.of(own["solver"]))
        return SampleRecipe(**own, dropout=float(values.get("dropout", 0.5)))
    except (ConvertError, TypeError, ValueError) as error:
        raise DataError(f"{where}: {error}") from None


def training_data(folder: Path) -> Dataset:
    """The drawn training images, in `folder`, where those that are not there are drawn first."""
    draw(folder, "voc", train=True)
    return open_dataset(*DRAWN[:1], folder, DRAWN.split, offline=True, checked=False)


def validation_data(split: Split) -> Dataset:
    """The bundled images that stand for `split`."""
    name, own = sample.dataset(*split)
    return open_dataset(name, sample.FOLDER, own, offline=True, checked=False)


def write_trunk(path: Path) -> Path:
    """Writes what a first stage begins with: a bundled net less its scores and upsampling."""
    layers = read_caffemodel(sample.weights(TRUNK))
    trunk = {
        name: own for name, own in layers.items() if not is_score(name) and "upscore" not in name
    }
    write_caffemodel(path, trunk)
    return path
