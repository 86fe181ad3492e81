"""From an image to the input blobs of a net, by the arithmetic of the evaluations.

It travels with the weights: `open_net(...).preprocess`, `weights.transforms()`, and as JSON in the
metadata of a .safetensors file.

Color  a photograph: a path, a PIL image, (H, W, 3) uint8 RGB array or (3, H, W) uint8 RGB tensor
Hha    the same, its channels as reproduce.hha stores them
Depth  millimetres, 0 where nothing was measured: a path or PIL image of 16 bits, (H, W) array or
       tensor of numbers
Errors DataError that names the kind of image, what it is and what is expected
Source datasets/blobs.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from .datasets import blobs, images
from .datasets.blobs import KINDS, Input
from .errors import DataError
from .predicting import pictures

Picture = str | Path | Image.Image | np.ndarray | Tensor
CHANNELS = {"color": "BGR", "hha": "HHA", "depth": "ln(mm)"}  # of a blob, by kind of image


@dataclass(frozen=True, repr=False)
class Preprocess:
    """What makes the input blobs of one net; inputs: blob -> kind of image, and mean.

    >>> Preprocess({"data": Input("color", (104.0, 117.0, 123.0))})
    Preprocess.from_dict({'data': {'image': 'color', 'channels': 'BGR', 'mean': [104.0, 117.0, 123.0]}})
    """  # noqa: E501, one line is what repr gives

    inputs: Mapping[str, Input]

    def __call__(
        self, image: Picture | None = None, *, hha: Picture | None = None, depth: Any = None
    ) -> dict[str, Tensor]:
        """Input blob -> (1, c, H, W) float32, on the CPU: `net(**preprocess("photo.jpg"))`.

        image: the photograph, at its own size; hha, depth: what some nets take beside or instead.
        A file is turned as its EXIF orientation says, all else is taken as it lies.
        """
        given = {"color": image, "hha": hha, "depth": depth}
        found = {kind: READERS[kind](kind, given[kind]) for kind in self._kinds(given)}
        if len({x.shape[:2] for x in found.values()}) > 1:
            sizes = ", ".join(f"{kind} {x.shape[0]} x {x.shape[1]}" for kind, x in found.items())
            raise DataError(f"{sizes} (height x width): expected images of one size")
        return {blob: blobs.blob(found[one.image], *one) for blob, one in self.inputs.items()}

    def _kinds(self, given: Mapping[str, Any]) -> list[str]:
        """The kinds that the net takes, if just these are given."""
        kinds = list(dict.fromkeys(one.image for one in self.inputs.values()))
        have = [kind for kind, image in given.items() if image is not None]
        if sorted(have) != sorted(kinds):
            raise DataError(
                f"images of kind {', '.join(have) or 'none'} given, "
                f"the net takes {', '.join(kinds)}"
            )
        return kinds

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Of JSON's types: blob -> `image`, `channels` and `mean` of each channel in this order."""
        return {
            blob: {"image": kind, "channels": CHANNELS[kind], "mean": list(mean)}
            for blob, (kind, mean) in self.inputs.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Mapping[str, Any]]) -> "Preprocess":
        """The Preprocess whose as_dict is `values`.  Raises DataError."""
        try:
            made = cls({blob: _input(one) for blob, one in values.items()})
            if made.as_dict() == values and made.inputs:
                return made
        except (AttributeError, KeyError, TypeError, ValueError):
            pass
        raise DataError(
            f"preprocessing {values!r}: expected blob -> image (one of {', '.join(KINDS)}), "
            "channels and mean, as Preprocess.as_dict gives them"
        )

    def __repr__(self) -> str:
        return f"Preprocess.from_dict({self.as_dict()!r})"


def _input(values: Mapping[str, Any]) -> Input:
    mean = tuple(map(float, values["mean"]))
    if len(mean) != (1 if values["image"] == "depth" else 3):
        raise ValueError
    return Input(values["image"], mean)


def _rgb(kind: str, given: Picture) -> np.ndarray:
    """(H, W, 3) uint8, in the order of the file."""
    if isinstance(given, str | Path):
        return pictures.read(Path(given), str(given)).rgb
    if isinstance(given, Image.Image):
        pictures.check_range(given)
        return pictures.colours(given)[0]
    # a tensor's channels come first, as torchvision has them
    array = given.cpu().numpy() if isinstance(given, Tensor) else given
    found = np.moveaxis(array, 0, -1) if isinstance(given, Tensor) and array.ndim == 3 else array
    if not isinstance(found, np.ndarray) or found.dtype != np.uint8 or found.shape[2:] != (3,):
        raise _refused(kind, given, "(H, W, 3) uint8 array, (3, H, W) uint8 tensor")
    return found


def _millimetres(kind: str, given: Picture) -> np.ndarray:
    """(H, W) float32."""
    if isinstance(given, str | Path):
        return images.sixteen_bit(Path(given)).astype(np.float32)
    if isinstance(given, Image.Image) and given.mode not in ("I;16", "I", "F"):
        raise DataError(f"{kind}: a PIL image of mode {given.mode}, expected 16-bit grey (I;16)")
    array = given.cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
    if array.ndim != 2 or array.dtype.kind not in "uif":
        raise _refused(kind, given, "(H, W) array or tensor of millimetres")
    return array.astype(np.float32)


def _refused(kind: str, given: object, expected: str) -> DataError:
    shape = tuple(getattr(given, "shape", ()))
    found = f"{type(given).__name__} {shape} {getattr(given, 'dtype', '')}".strip()
    return DataError(f"{kind}: {found}, expected a path, a PIL image, {expected}")


READERS = {"color": _rgb, "hha": _rgb, "depth": _millimetres}
