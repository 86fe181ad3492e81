"""The means that a prototxt says are subtracted from its images.

Source  BVLC/caffe src/caffe/data_transformer.cpp (mean_value); shelhamer/fcn.berkeleyvision.org
        at 1305c73, voc_layers.py, whose `param_str` is a Python dict with a `mean`.
"""

import ast

from .graph import Graph, Layer
from .netparameter import TRANSFORM


def stated_means(graph: Graph) -> dict[str, list[float]]:
    """Input blob -> the mean of each channel, in the order of the channels.

    An input is left out where its layer states none, as where it is no data layer.
    """
    firsts = {blob: layer for blob, layer in graph.inputs.items() if layer.tops[:1] == (blob,)}
    found = {blob: _transformed(layer) or _of_python(layer) for blob, layer in firsts.items()}
    return {blob: mean for blob, mean in found.items() if mean}


def _transformed(layer: Layer) -> list[float]:
    return list(layer.fields("transform_param", TRANSFORM).mean_value)


def _of_python(layer: Layer) -> list[float]:
    """Of a data layer in the release's way; any other text states none."""
    texts = [text for param in layer.message.all("python_param") for text in param.all("param_str")]
    try:
        settings = ast.literal_eval("".join(texts))
    except (ValueError, SyntaxError):
        return []
    mean = settings.get("mean", ()) if isinstance(settings, dict) else ()
    known = isinstance(mean, list | tuple) and all(isinstance(x, int | float) for x in mean)
    return [float(x) for x in mean] if known else []
