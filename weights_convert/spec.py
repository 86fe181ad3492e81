"""Writes a prototxt layer by layer, keeping where each blob lies on the image.

>>> spec = Spec("tiny")
>>> spec.input("data", (1, 3, 8, 8))
'data'
>>> spec.convolution("conv1", "data", num_output=2, pad=100, kernel_size=3)
'conv1'
>>> print(spec.maps["conv1"].shift)
99
"""

from .geometry import Map, crop_offset
from .prototxt import Message, Word

LEARNED = ({"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2, "decay_mult": 0})  # weight, bias
FIXED = ({"lr_mult": 0},)


class Spec:
    """The layers of a net in file order, and the coordinate map of each blob."""

    def __init__(self, name: str):
        self.name = name
        self.layers: list[dict] = []
        self.maps: dict[str, Map] = {}

    @property
    def message(self) -> Message:
        """The net as the message that `read_prototxt` gives of its text."""
        return Message.of({"name": self.name, "layer": self.layers})

    def add(self, type: str, name: str, bottoms: list[str], tops: list[str], **rest) -> str:
        """Adds a layer as it stands and returns its first top, which lies where bottom 0 lies."""
        layer = {"name": name, "type": type, "bottom": bottoms, "top": tops, **rest}
        self.layers.append({key: value for key, value in layer.items() if value not in ([], ())})
        self.maps.setdefault(tops[0], self.maps[bottoms[0]] if bottoms else Map())
        return tops[0]

    def input(self, name: str, shape: tuple[int, ...]) -> str:
        return self.add("Input", "input", [], [name], input_param={"shape": {"dim": shape}})

    def convolution(self, name: str, bottom: str, param: tuple = LEARNED, **fields: int) -> str:
        """fields: of convolution_param, in the order in which they are to stand."""
        reach = fields.get("dilation", 1) * (fields["kernel_size"] - 1) + 1
        window = (reach, fields.get("stride", 1), fields.get("pad", 0))
        self.maps[name] = self.maps[bottom].window(*window)
        return self.add(
            "Convolution", name, [bottom], [name], param=param, convolution_param=fields
        )

    def relu(self, name: str, blob: str) -> str:
        return self.add("ReLU", name, [blob], [blob])

    def pooling(self, name: str, bottom: str, kernel: int, stride: int) -> str:
        self.maps[name] = self.maps[bottom].window(kernel, stride)
        fields = {"pool": Word("MAX"), "kernel_size": kernel, "stride": stride}
        return self.add("Pooling", name, [bottom], [name], pooling_param=fields)

    def dropout(self, name: str, blob: str) -> str:
        return self.add("Dropout", name, [blob], [blob], dropout_param={"dropout_ratio": 0.5})

    def upsample(self, name: str, bottom: str, classes: int, kernel: int, stride: int) -> str:
        """A deconvolution that is not trained: its kernels are bilinear, one class each."""
        self.maps[name] = self.maps[bottom].spread(kernel, stride)
        fields = {
            "num_output": classes,
            "bias_term": False,
            "kernel_size": kernel,
            "stride": stride,
        }
        return self.add(
            "Deconvolution", name, [bottom], [name], param=FIXED, convolution_param=fields
        )

    def crop(self, name: str, bottom: str, like: str) -> str:
        """Cuts `bottom` to where `like` lies; the offset follows from the layers between them."""
        offset = crop_offset(self.maps[bottom], self.maps[like])
        self.maps[name] = self.maps[bottom].cut(offset)
        fields = {"axis": 2, "offset": offset}
        return self.add("Crop", name, [bottom, like], [name], crop_param=fields)

    def sum(self, name: str, bottoms: list[str]) -> str:
        return self.add("Eltwise", name, bottoms, [name], eltwise_param={"operation": Word("SUM")})
