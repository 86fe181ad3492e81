"""The nets of the release and of its papers, one YAML file each: architecture, inputs, weights.

Adding a net is adding a file; its name is the name of the net, as in the release.

title         the row's name in a table
architecture  what weights_convert.fcn.Fcn takes, its inputs aside
inputs        blob -> `image`, of which kind, and `mean`, what is subtracted from each channel
weights       file name of the released caffemodel, see remotes/; null where none was released
data_layers   TEST and TRAIN -> `module`, `layer`, `param_str` of the release's data layer

Errors        DataError for an unknown net, and for a key that is unknown, missing or malformed.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from weights_convert import ConvertError
from weights_convert.fcn import CHANNELS, Fcn
from weights_convert.prototxt import Message

from ..datasets.blobs import KINDS, Input
from ..errors import DataError

FOLDER = Path(__file__).parent
DATA_LAYER = {"module", "layer", "param_str"}


@dataclass(frozen=True)
class NetSpec:
    """What the release, or a paper, says of one net; the module's docstring has the fields."""

    name: str
    title: str
    architecture: Fcn
    inputs: dict[str, Input]
    weights: str | None
    data_layers: dict[str, dict[str, str]]

    @property
    def heads(self) -> dict[str, str]:
        """Score blob -> blob of its truth."""
        return self.architecture.heads

    def prototxt(self) -> Message:
        """The net with its images as inputs and its scores as outputs."""
        return self.architecture.deploy(self.name)

    def prototxt_with_loss(self, phase: str) -> Message:
        """The net as the release's val or test ("TEST") or train ("TRAIN") prototxt has it."""
        return self.architecture.with_loss(self.name, self.data_layers[phase])


def names() -> list[str]:
    """The names of all nets that have a file here."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> NetSpec:
    """The NetSpec of net `name`.  Raises DataError for an unknown one, listing those there are."""
    if name not in names():
        raise DataError(f"net {name!r}: unknown, expected one of {', '.join(names())}")
    return read(name, (FOLDER / f"{name}.yaml").read_text("utf-8"))


def read(name: str, text: str) -> NetSpec:
    """The NetSpec that the YAML `text` describes.  Raises DataError."""
    values = yaml.safe_load(text)
    known = {field.name for field in fields(NetSpec)} - {"name"}
    _check_keys(name, "", values, known)
    if not isinstance(values["inputs"], dict) or not values["inputs"]:
        raise DataError(f"{name}.yaml: inputs is {values['inputs']}, expected a blob or more")
    inputs = {blob: _input(name, blob, one) for blob, one in values["inputs"].items()}
    _check_keys(name, "data_layers", values["data_layers"], {"TEST", "TRAIN"})
    for phase, data_layer in values["data_layers"].items():
        _check_keys(name, f"data_layers: {phase}", data_layer, DATA_LAYER)
    values["architecture"] = _architecture(name, values["architecture"], tuple(inputs))
    return NetSpec(name=name, **values | {"inputs": inputs})


def _input(name: str, blob: str, values: dict) -> Input:
    _check_keys(name, f"inputs: {blob}", values, {"image", "mean"})
    image, mean = values["image"], tuple(values["mean"])
    if image not in KINDS:
        known = ", ".join(KINDS)
        raise DataError(f"{name}.yaml: inputs: {blob}: image {image!r}, expected one of {known}")
    channels = CHANNELS.get(blob, 3)
    if len(mean) != channels:
        raise DataError(f"{name}.yaml: inputs: {blob}: mean {mean}, expected {channels} numbers")
    return Input(image, mean)


def _architecture(name: str, values: dict, inputs: tuple[str, ...]) -> Fcn:
    known = {field.name for field in fields(Fcn)} - {"inputs"}
    if unknown := sorted(values.keys() - known):
        raise DataError(
            f"{name}.yaml: architecture: unknown keys {unknown}, known are {sorted(known)}"
        )
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    try:
        return Fcn(inputs=inputs, **values | lists)
    except (ConvertError, TypeError) as error:
        raise DataError(f"{name}.yaml: architecture: {error}") from None


def _check_keys(name: str, where: str, values: object, known: set[str]) -> None:
    found = sorted(values) if isinstance(values, dict) else values
    if found != sorted(known):
        where = f"{where}: " if where else ""
        raise DataError(f"{name}.yaml: {where}keys {found}, expected {sorted(known)}")
