"""The ONNX file of a Builder: written parameter by parameter, so that none is held twice.

Source  github.com/onnx/onnx/blob/main/onnx/onnx.proto (ModelProto, GraphProto, TensorProto);
        opset 17 and IR version 8 are what onnxruntime 1.12 and later read.
"""

from typing import BinaryIO

from torch import Tensor

from .. import __name__ as producer
from ..caffelayer import Shape
from ..errors import ConvertError
from ..wire import head
from .builder import Builder

OPSET, IR = 17, 8
GRAPH, INITIALIZER, RAW_DATA = 7, 5, 9  # field numbers
CHUNK = 1 << 22  # numbers written at a time
MAX_BYTES = 2**31 - 1  # protobuf's


def write(builder: Builder, file: BinaryIO) -> None:
    """Writes the model to `file`.  Raises ConvertError if it is no valid ONNX or too large."""
    model = _checked(builder)
    graph = model.graph.SerializeToString()
    heads = {key: _head(builder, key, tensor) for key, tensor in builder.parameters.items()}
    length = len(graph) + sum(len(heads[key]) + t.nbytes for key, t in builder.parameters.items())
    if length > MAX_BYTES:
        raise ConvertError(f"the net takes {length} bytes, an ONNX file holds at most {MAX_BYTES}")
    model.ClearField("graph")
    file.write(model.SerializeToString() + head(GRAPH, length) + graph)
    for key, tensor in builder.parameters.items():
        file.write(heads[key])
        numbers = tensor.detach().cpu().reshape(-1).numpy()
        for start in range(0, numbers.size, CHUNK):
            file.write(numbers[start : start + CHUNK].astype("<f4", copy=False))


def _head(builder: Builder, key: str, tensor: Tensor) -> bytes:
    """What comes before the numbers of a parameter among the fields of GraphProto."""
    onnx = builder.onnx
    said = onnx.TensorProto(name=key, dims=tensor.shape, data_type=onnx.TensorProto.FLOAT)
    inner = said.SerializeToString() + head(RAW_DATA, tensor.nbytes)
    return head(INITIALIZER, len(inner) + tensor.nbytes) + inner


def _checked(builder: Builder):
    """The ModelProto without the parameters, after ONNX has found nothing wrong with it."""
    helper, net = builder.onnx.helper, builder.net
    inputs = [_value(builder, blob, shape) for blob, shape in net.input_shapes.items()]
    given = [_typed(builder, key, tuple(t.shape)) for key, t in builder.parameters.items()]
    outputs = [helper.make_empty_tensor_value_info(name) for name in builder.outputs]
    graph = helper.make_graph(
        builder.nodes, net.graph.name or "net", inputs + given, outputs, builder.constants
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, ir_version=IR, opset_imports=opsets, producer_name=producer)
    try:
        model = builder.onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        builder.onnx.checker.check_model(model)
    except (builder.onnx.shape_inference.InferenceError, builder.onnx.checker.ValidationError) as e:
        raise ConvertError(f"ONNX finds the graph wrong: {e}") from e
    del model.graph.input[len(inputs) :]
    return model


def _value(builder: Builder, blob: str, shape: Shape):
    """An input with a fixed number of axes and channels; its other sizes are dynamic."""
    axes = ["batch", None, "height", "width"] if len(shape) == 4 else range(len(shape))
    sizes = [shape[1] if i == 1 else f"{blob}_{axis}" for i, axis in enumerate(axes)]
    return _typed(builder, blob, sizes)


def _typed(builder: Builder, name: str, shape: Shape | list):
    onnx = builder.onnx
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
