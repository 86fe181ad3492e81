"""The family of fully convolutional nets: a trunk, a score, and skips that sharpen it.

    ... pool3 ... pool4 ... fc7 -> score_fr -> upscore2 -+-> upscore_pool4 -+-> upscore8 -> score
          |         '-> score_pool4 ------- (crop) ------'                  |
          '-----------> score_pool3 ------- (crop) -------------------------'

Source  shelhamer/fcn.berkeleyvision.org@1305c73, the net.py files; CVPR 2015, figure 3.  Nets that
        were not released follow the papers' text and the release's names.
"""

from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

from . import trunks
from .errors import ConvertError
from .prototxt import Message
from .spec import Spec

CHANNELS = {"depth": 1}  # of an input blob, else 3


@dataclass(frozen=True)
class Fcn:
    """What tells one net of the family from another.

    classes: of blob "score", whose truth is "label"; or of each head, {"sem": 33, "geo": 3}:
        "score_sem", whose truth is "sem", and "score_geo".
    inputs: the image blobs.
    fusion: of several inputs: "early" puts their channels together, "late" gives each a trunk of
        its own and averages the scores.
    scored: the pool at which the trunk ends and is scored; by default its last layer.
    skips: pools whose scores are added, the coarsest first: () is 32s, ("pool4",) is 16s.
    scales: pool -> constant by which it is multiplied before it is scored (the at-once nets).
    kernel: of the last upsampling, in pixels; by default twice its stride.
    normalize: whether the loss is divided by the number of pixels.
    frozen: whether the trunk is kept from learning.
    learned_upsampling: which upsampling layers learn: None, as in the release; "intermediate", all
        but the last of each head; "all".
    narrow, fc: by what the trunk's channels are divided, and channels of fc6 and fc7 (published).

    Raises ConvertError for a trunk, a fusion or a way of learning that there is not.
    """

    classes: int | dict[str, int]
    trunk: str = "vgg16"
    inputs: tuple[str, ...] = ("data",)
    fusion: str | None = None
    scored: str | None = None
    skips: tuple[str, ...] = ()
    scales: dict[str, float] = field(default_factory=dict)
    kernel: int | None = None
    normalize: bool = False
    frozen: bool = False
    learned_upsampling: str | None = None
    narrow: int = 1
    fc: int | None = None

    def __post_init__(self) -> None:
        known = [file.name for file in iter_modules(trunks.__path__)]
        if self.trunk not in known:
            raise ConvertError(f"trunk {self.trunk!r}: unknown, expected one of {', '.join(known)}")
        if self.fusion not in ((None,) if len(self.inputs) == 1 else ("early", "late")):
            raise ConvertError(
                f"fusion {self.fusion!r} of {len(self.inputs)} inputs, "
                f"expected none of a single one, else early or late"
            )
        if self.fusion == "late" and (self.skips or isinstance(self.classes, dict)):
            raise ConvertError("late fusion with skips or several heads, expected neither")
        if self.learned_upsampling not in (None, "intermediate", "all"):
            raise ConvertError(
                f"learned_upsampling {self.learned_upsampling!r}, expected intermediate or all"
            )

    @property
    def heads(self) -> dict[str, str]:
        """Score blob -> blob of its truth."""
        if isinstance(self.classes, dict):
            return {f"score_{head}": head for head in self.classes}
        return {"score": "label"}

    @property
    def channels(self) -> dict[str, int]:
        """Score blob -> how many classes it has."""
        classes = self.classes.values() if isinstance(self.classes, dict) else [self.classes]
        return dict(zip(self.heads, classes, strict=True))

    def deploy(self, name: str, size: tuple[int, int] = (500, 500)) -> Message:
        """The net as a prototxt that takes the input blobs and gives the scores.

        size: height and width that it states, in pixels; nets take any.
        """
        spec = Spec(name, training=False)
        spec.inputs({blob: (1, CHANNELS.get(blob, 3), *size) for blob in self.inputs})
        self._add(spec)
        return spec.message

    def with_loss(self, name: str, data_layer: dict[str, str]) -> Message:
        """The net as the release trains and tests it: a Python data layer, dropout and loss.

        data_layer: the fields of its python_param, `module`, `layer` and `param_str`.
        """
        spec = Spec(name)
        tops = [*self.inputs, *self.heads.values()]
        spec.add("Python", self.inputs[0], [], tops, python_param=data_layer)
        self._add(spec)
        return spec.message

    def _add(self, spec: Spec) -> None:
        """Adds everything from the input blobs on."""
        image = self.inputs[0]
        if self.fusion == "late":
            self._head(spec, "score", self.classes, self._late(spec), image)
            return
        if self.fusion == "early":
            image = spec.concat("data", list(self.inputs))
        features = self._trunk(spec, image)
        for score, label in self.heads.items():
            classes = self.classes[label] if isinstance(self.classes, dict) else self.classes
            head = spec.part(suffix=score.removeprefix("score"))
            blob = self._classify(head, features, classes)
            self._head(head, score, classes, blob, image)

    def _trunk(self, spec: Spec, data: str) -> str:
        """Adds the trunk from blob `data` to the one that is to be scored, and returns that."""
        mark = "_bgrd" if self.fusion == "early" else ""
        part = spec.part(spec.suffix, mark, self.frozen, self.narrow)
        trunk = import_module(f"{trunks.__name__}.{self.trunk}").trunk
        for blob in trunk(part, data, *([self.fc] if self.fc else [])):
            if blob == self.scored:
                return blob
        if self.scored:
            raise ConvertError(f"scored {self.scored!r}: trunk {self.trunk} has no such pool")
        return blob

    def _late(self, spec: Spec) -> str:
        """Adds a trunk and its scores for each input, and returns the mean of the scores."""
        parts = [spec.part(suffix=blob) for blob in self.inputs]
        scores = [
            self._classify(part, self._trunk(part, blob), self.classes)
            for part, blob in zip(parts, self.inputs, strict=True)
        ]
        return spec.sum("score_fused", scores, coeff=(1 / len(scores),) * len(scores))

    def _classify(self, spec: Spec, blob: str, classes: int, name: str | None = None) -> str:
        name = name or f"score_{self.scored or 'fr'}"
        return spec.convolution(name, blob, num_output=classes, pad=0, kernel_size=1)

    def _head(self, spec: Spec, score: str, classes: int, blob: str, image: str) -> None:
        """Adds all from the coarse score `blob` to blob `score`, and its loss in training."""
        name = "upscore2"
        for pool in self.skips:
            coarse = spec.upsample(name, blob, classes, 4, 2, bool(self.learned_upsampling))
            blob = self._fuse(spec, pool, coarse, classes)
            name = f"upscore_{pool}"
        stride = int(1 / spec.maps[blob].scale)
        name = f"upscore{stride}" if self.skips or self.scored else "upscore"
        learned = self.learned_upsampling == "all"
        blob = spec.upsample(name, blob, classes, self.kernel or 2 * stride, stride, learned)
        spec.crop(score, blob, image)
        if spec.training:
            self._loss(spec, score)

    def _fuse(self, spec: Spec, pool: str, coarse: str, classes: int) -> str:
        """Adds the score of `pool`, cropped, to the blob `coarse`."""
        fine = pool
        if pool in self.scales:
            fine = spec.scale(f"scale_{pool}", pool, self.scales[pool])
        fine = self._classify(spec, fine, classes, f"score_{pool}")
        return spec.sum(f"fuse_{pool}", [coarse, spec.crop(f"{fine}c", fine, coarse)])

    def _loss(self, spec: Spec, score: str) -> None:
        first = score == next(iter(self.heads))
        loss = "loss" if first else f"loss{spec.suffix}"
        fields = {"ignore_label": 255, "normalize": self.normalize}
        spec.add("SoftmaxWithLoss", loss, [score, self.heads[score]], [loss], loss_param=fields)
