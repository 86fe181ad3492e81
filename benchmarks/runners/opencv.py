"""OpenCV 4's own importer, on the very prototxt and caffemodel; OpenCV 5 has it no more."""

from . import Blobs, Runner, Setting, UnableError, argmax, library

NEEDS = ("cv2",)
SAME_WEIGHTS = True


def about() -> str:
    return f"OpenCV {library('cv2').__version__}, its own Caffe importer"


def open(case, setting: Setting) -> Runner:
    cv2 = library("cv2")
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        raise UnableError(f"OpenCV {cv2.__version__} reads no Caffe nets, 4 does")
    if setting.device != "cpu" and not cv2.cuda.getCudaEnabledDeviceCount():
        raise UnableError(
            f"this build of OpenCV {cv2.__version__} has no backend for {setting.device}"
        )
    cv2.setNumThreads(setting.threads)
    net = cv2.dnn.readNetFromCaffe(str(case.prototxt), str(case.caffemodel))
    cuda = setting.device != "cpu"
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_CUDA if cuda else cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CUDA if cuda else cv2.dnn.DNN_TARGET_CPU)

    def forward(taken: Blobs) -> Blobs:
        for blob, x in taken.items():
            net.setInput(x, blob)
        return dict(zip(case.heads, net.forward(list(case.heads)), strict=True))

    return Runner(dict, forward, dict, lambda taken: argmax(forward(taken)))
