"""onnxruntime with its defaults, on our ONNX export of the plain graph."""

from . import Blobs, Runner, Setting, UnableError, argmax, library

NEEDS = ("onnxruntime",)
SAME_WEIGHTS = True
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
CHECKED = ((64, 64),)  # the size at which the export is held against the net


def about() -> str:
    return f"onnxruntime {library('onnxruntime').__version__} on our ONNX export"


def prepare(case) -> None:
    from weights_convert import ConvertError, load_net
    from weights_convert.to_onnx import to_onnx

    library("onnxruntime")
    if case.onnx.exists():
        return
    try:
        to_onnx(load_net(case.prototxt, case.caffemodel), case.onnx, CHECKED)
    except ConvertError as error:
        raise UnableError(str(error)) from None


def open(case, setting: Setting) -> Runner:
    runtime = library("onnxruntime")
    device, _, index = setting.device.partition(":")
    provider = PROVIDERS.get(device)
    if provider not in runtime.get_available_providers():
        raise UnableError(f"this onnxruntime {runtime.__version__} has no provider for {device}")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = setting.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what it raises says all
    place = {"device_id": index or "0"} if device == "cuda" else {}
    session = runtime.InferenceSession(str(case.onnx), options, [(provider, place)])
    outputs = [output.name for output in session.get_outputs()]

    def forward(taken: Blobs) -> Blobs:
        return dict(zip(outputs, session.run(None, taken), strict=True))

    return Runner(dict, forward, dict, lambda taken: argmax(forward(taken)))
