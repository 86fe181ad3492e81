"""The released nets, one YAML file each: architecture, preprocessing and the name of the weights.

Adding a net is adding a file; its name is the name of the net, as in the release.
"""

from dataclasses import dataclass, fields
from importlib.resources import files

import yaml

from weights_convert.fcn import Fcn
from weights_convert.prototxt import Message

from ..errors import DataError

SEED = 1337  # of every data layer of the release


@dataclass(frozen=True)
class NetSpec:
    """What the release says of one net.

    mean:        of blob "data", BGR, subtracted from each pixel.
    weights:     file name of the released caffemodel, see remotes/.
    data_layers: phase -> the release's own data layer, which its prototxts name.
    """

    name: str
    title: str
    architecture: Fcn
    mean: tuple[float, float, float]
    weights: str
    data_layers: dict[str, dict[str, str]]

    def prototxt(self) -> Message:
        """The net with blob "data" as its input and "score" as its output."""
        return self.architecture.deploy(self.name)

    def prototxt_with_loss(self, phase: str) -> Message:
        """The net as the release's val ("TEST") or train ("TRAIN") prototxt has it."""
        where = dict(self.data_layers[phase])
        module, layer = where.pop("module"), where.pop("layer")
        folder, split = (key for key in where)
        settings = {folder: where[folder], "seed": SEED, split: where[split], "mean": self.mean}
        data_layer = {"module": module, "layer": layer, "param_str": str(settings)}
        return self.architecture.with_loss(self.name, data_layer)


def names() -> list[str]:
    """The names of all nets that have a file here."""
    here = files(__package__).iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in here if file.name.endswith(".yaml"))


def load(name: str) -> NetSpec:
    """The NetSpec of net `name`.  Raises DataError for an unknown one, listing those there are."""
    if name not in names():
        raise DataError(f"net {name!r}: unknown, expected one of {', '.join(names())}")
    values = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))
    known = {field.name for field in fields(NetSpec)} - {"name"}
    if values.keys() != known:
        raise DataError(f"{name}.yaml: keys {sorted(values)}, expected {sorted(known)}")
    architecture = values.pop("architecture")
    architecture["skips"] = tuple(architecture.get("skips", ()))
    values["mean"] = tuple(values["mean"])
    return NetSpec(name=name, architecture=Fcn(**architecture), **values)
