"""The family of fully convolutional nets: a trunk, a score, and skips that sharpen it.

    ... pool3 ... pool4 ... fc7 -> score_fr -> upscore2 -+-> upscore_pool4 -+-> upscore8 -> score
          |         '-> score_pool4 ------- (crop) ------'                  |
          '-----------> score_pool3 ------- (crop) -------------------------'

Source  shelhamer/fcn.berkeleyvision.org@1305c73, the net.py files; CVPR 2015, figure 3.
"""

from dataclasses import dataclass, field
from importlib import import_module

from .prototxt import Message
from .spec import FIXED, Spec

TRUNK_STRIDE = 32


@dataclass(frozen=True)
class Fcn:
    """What tells one net of the family from another.

    skips: pools whose scores are added, the coarsest first: () is 32s, ("pool4",) is 16s.
    scales: pool -> constant by which it is multiplied before it is scored (the at-once nets).
    kernel: of the last upsampling, in pixels; by default twice its stride.
    widths, fc: channels of the trunk, by default the published ones; narrower nets have fewer.
    """

    classes: int
    trunk: str = "vgg16"
    skips: tuple[str, ...] = ()
    scales: dict[str, float] = field(default_factory=dict)
    kernel: int | None = None
    normalize: bool = False
    widths: tuple[int, ...] | None = None
    fc: int | None = None

    @property
    def stride(self) -> int:
        """Pixels of the image per pixel of the finest score."""
        return TRUNK_STRIDE // 2 ** len(self.skips)

    def deploy(self, name: str, shape: tuple[int, ...] = (1, 3, 500, 500)) -> Message:
        """The net as a prototxt that takes blob "data" and gives "score"."""
        spec = Spec(name)
        spec.input("data", shape)
        self._score(spec, dropout=False)
        return spec.message

    def with_loss(self, name: str, data_layer: dict[str, str]) -> Message:
        """The net as the release trains and tests it: a Python data layer, dropout and loss.

        data_layer: the fields of its python_param, `module`, `layer` and `param_str`.
        """
        spec = Spec(name)
        spec.add("Python", "data", [], ["data", "label"], python_param=data_layer)
        self._score(spec, dropout=True)
        spec.add(
            "SoftmaxWithLoss",
            "loss",
            ["score", "label"],
            ["loss"],
            loss_param={"ignore_label": 255, "normalize": self.normalize},
        )
        return spec.message

    def _score(self, spec: Spec, dropout: bool) -> None:
        """Adds everything from blob "data" to blob "score"."""
        trunk = import_module(f"{__package__}.trunks.{self.trunk}")
        blob = trunk.trunk(spec, "data", self.widths or trunk.WIDTHS, self.fc or trunk.FC, dropout)
        blob = self._classify(spec, "score_fr", blob)
        name = "upscore2"
        for pool in self.skips:
            blob = self._fuse(spec, pool, self._upsample(spec, name, blob, 2))
            name = f"upscore_{pool}"
        name = f"upscore{self.stride}" if self.skips else "upscore"
        blob = self._upsample(spec, name, blob, self.stride, self.kernel)
        spec.crop("score", blob, "data")

    def _classify(self, spec: Spec, name: str, blob: str) -> str:
        return spec.convolution(name, blob, num_output=self.classes, pad=0, kernel_size=1)

    def _upsample(
        self, spec: Spec, name: str, blob: str, stride: int, kernel: int | None = None
    ) -> str:
        return spec.upsample(name, blob, self.classes, kernel or 2 * stride, stride)

    def _fuse(self, spec: Spec, pool: str, coarse: str) -> str:
        """Adds the score of `pool`, cropped, to the blob `coarse`."""
        fine = pool
        if pool in self.scales:
            filler = {"filler": {"type": "constant", "value": self.scales[pool]}}
            name = f"scale_{pool}"
            fine = spec.add("Scale", name, [pool], [name], param=FIXED, scale_param=filler)
        fine = self._classify(spec, f"score_{pool}", fine)
        fine = spec.crop(f"score_{pool}c", fine, coarse)
        return spec.sum(f"fuse_{pool}", [coarse, fine])
