"""Writes a prototxt layer by layer, keeping where each blob lies on the image.

>>> spec = Spec("tiny")
>>> spec.input("data", (1, 3, 8, 8))
'data'
>>> spec.convolution("conv1", "data", num_output=2, pad=100, kernel_size=3)
'conv1'
>>> print(spec.maps["conv1"].shift)
99
"""

from copy import copy

from .geometry import Map, crop_offset
from .prototxt import Message, Word

LEARNED = ({"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2, "decay_mult": 0})  # weight, bias
FIXED = ({"lr_mult": 0},)
FROZEN = (*FIXED, *FIXED)  # weight, bias
FEWEST = 4  # channels of a narrowed layer


class Spec:
    """The layers of a net in file order, and the coordinate map of each blob.

    training: whether Dropout layers are written; without training they would do nothing.
    """

    def __init__(self, name: str, training: bool = True):
        self.name, self.training = name, training
        self.layers: list[dict] = []
        self.maps: dict[str, Map] = {}
        self.suffix, self.mark, self.frozen, self.narrow = "", "", False, 1

    @property
    def message(self) -> Message:
        """The net as the message that `read_prototxt` gives of its text."""
        return Message.of({"name": self.name, "layer": self.layers})

    def part(
        self, suffix: str = "", mark: str = "", frozen: bool = False, narrow: int = 1
    ) -> "Spec":
        """This net, but what is added to it through the returned Spec differs.

        suffix: ends the name of every new layer and blob, but of Crop layers.
        mark: ends the name of the first convolution.
        frozen: convolutions are not to be learned.
        narrow: divides the channels of convolutions, of which `FEWEST` are kept.
        """
        part = copy(self)
        part.suffix, part.mark, part.frozen, part.narrow = suffix, mark, frozen, narrow
        return part

    def add(self, type: str, name: str, bottoms: list[str], tops: list[str], **rest) -> str:
        """Adds a layer as it stands and returns its first top; tops lie where bottom 0 lies."""
        layer = {"name": name, "type": type, "bottom": bottoms, "top": tops, **rest}
        self.layers.append({key: value for key, value in layer.items() if value not in ([], ())})
        for top in tops:
            self.maps.setdefault(top, self.maps[bottoms[0]] if bottoms else Map())
        return tops[0]

    def input(self, name: str, shape: tuple[int, ...]) -> str:
        return self.inputs({name: shape})

    def inputs(self, shapes: dict[str, tuple[int, ...]]) -> str:
        """Adds the blobs that the caller feeds, blob -> shape, and returns the first."""
        dims = [{"dim": shape} for shape in shapes.values()]
        return self.add("Input", "input", [], list(shapes), input_param={"shape": dims})

    def convolution(self, name: str, bottom: str, param: tuple = LEARNED, **fields: int) -> str:
        """fields: of convolution_param, in the order in which they are to stand."""
        reach = fields.get("dilation", 1) * (fields["kernel_size"] - 1) + 1
        window = (reach, fields.get("stride", 1), fields.get("pad", 0))
        name, self.mark = name + self.mark, ""
        self.maps[name + self.suffix] = self.maps[bottom].window(*window)
        if self.narrow > 1:
            fields["num_output"] = max(FEWEST, fields["num_output"] // self.narrow)
        rest = {"param": FROZEN if self.frozen else param, "convolution_param": fields}
        return self._new("Convolution", name, [bottom], rest)

    def relu(self, name: str, blob: str) -> str:
        return self.add("ReLU", name + self.suffix, [blob], [blob])

    def pooling(self, name: str, bottom: str, kernel: int, stride: int, pad: int = 0) -> str:
        self.maps[name + self.suffix] = self.maps[bottom].window(kernel, stride, pad)
        fields = {"pool": Word("MAX"), "kernel_size": kernel, "stride": stride}
        fields |= {"pad": pad} if pad else {}
        return self._new("Pooling", name, [bottom], {"pooling_param": fields})

    def lrn(self, name: str, bottom: str) -> str:
        """With the constants of Krizhevsky et al., which all nets of the family have."""
        fields = {"local_size": 5, "alpha": 0.0001, "beta": 0.75}
        return self._new("LRN", name, [bottom], {"lrn_param": fields})

    def dropout(self, name: str, blob: str) -> str:
        if not self.training:
            return blob
        ratio = {"dropout_ratio": 0.5}
        return self.add("Dropout", name + self.suffix, [blob], [blob], dropout_param=ratio)

    def scale(self, name: str, bottom: str, value: float) -> str:
        """`bottom` times a constant, which is a parameter that is not trained."""
        fields = {"filler": {"type": "constant", "value": value}}
        return self._new("Scale", name, [bottom], {"param": FIXED, "scale_param": fields})

    def upsample(
        self, name: str, bottom: str, classes: int, kernel: int, stride: int, learned: bool = False
    ) -> str:
        """A deconvolution whose kernels begin bilinear, one class each, and stay so if not learned.

        Learned ones learn from class to class as well, for the layer is dense.
        """
        self.maps[name + self.suffix] = self.maps[bottom].spread(kernel, stride)
        fields = {
            "num_output": classes,
            "bias_term": False,
            "kernel_size": kernel,
            "stride": stride,
        }
        rest = {"param": LEARNED[:1] if learned else FIXED, "convolution_param": fields}
        return self._new("Deconvolution", name, [bottom], rest)

    def crop(self, name: str, bottom: str, like: str) -> str:
        """Cuts `bottom` to where `like` lies; the offset follows from the layers between them."""
        offset = crop_offset(self.maps[bottom], self.maps[like])
        self.maps[name] = self.maps[bottom].cut(offset)
        fields = {"axis": 2, "offset": offset}
        return self.add("Crop", name, [bottom, like], [name], crop_param=fields)

    def sum(self, name: str, bottoms: list[str], coeff: tuple[float, ...] = ()) -> str:
        """The sum of `bottoms`, each times its coefficient if there are any."""
        fields = {"operation": Word("SUM"), "coeff": coeff}
        return self._new("Eltwise", name, bottoms, {"eltwise_param": fields})

    def concat(self, name: str, bottoms: list[str]) -> str:
        return self._new("Concat", name, bottoms, {})

    def _new(self, type: str, name: str, bottoms: list[str], rest: dict) -> str:
        """Adds a layer whose top is called as the layer."""
        name += self.suffix
        return self.add(type, name, bottoms, [name], **rest)
