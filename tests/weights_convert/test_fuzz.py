"""Whatever is done to a prototxt or a caffemodel: a net or a ConvertError, in bounded time.

Memory is bounded too.  The seeds are fixed, so that a failure here is one everywhere.
"""

import gzip
import math
import resource
import signal
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import byte_edits, edited_bytes, edited_text, text_edits

from weights_convert import ConvertError, load_net, read_caffemodel
from weights_convert.hdf5 import write_hdf5

GOLDEN = Path(__file__).parents[1] / "golden"
NETS = [GOLDEN / "nets" / name for name in ("voc-fcn8s-atonce", "voc-fcn-googlenet")]
CASES = sorted(
    path.parent for kind in ("layers", "legacy") for path in GOLDEN.glob(f"{kind}/*/net.prototxt")
)
CASES += NETS
SECONDS, BYTES = 10, 3 << 30  # for one net: far more than a small one needs
SMALL = 1 << 16  # numbers in an input, or in a blob that is computed
TEXTS = {case: (case / "net.prototxt").read_text() for case in CASES}
FIXED = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def bounded():
    """Within the test, memory beyond BYTES more than now is refused."""
    if not Path("/proc/self/statm").exists():
        yield
        return
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + BYTES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def weights(case):
    found = sorted(case.glob("weights.caffemodel*"))
    data = found[0].read_bytes() if found else b""
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


@contextmanager
def in_time():
    """Fails what takes longer than SECONDS."""

    def timed_out(*_):
        raise TimeoutError(f"no answer in {SECONDS} s")

    before = signal.signal(signal.SIGALRM, timed_out)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def net_or_refusal(folder, text, data):
    """The net of these two, None if it was refused; fails in every other case."""
    (folder / "net.prototxt").write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / "w").write_bytes(data)
    try:
        with in_time(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net = load_net(folder / "net.prototxt", folder / "w" if data else None)
            run(net)
            return net
    except ConvertError as error:
        assert str(error)
        return None


def run(net):
    """Computes the blobs, if they are small."""
    shapes = dict(net.input_shapes)
    for layer, module in net.steps():
        tops = module.reshape([shapes[blob] for blob in layer.bottoms])
        shapes.update(zip(layer.tops, tops, strict=True))
    if all(math.prod(shape) <= SMALL for shape in shapes.values()):
        net(**{blob: torch.ones(shape) for blob, shape in net.input_shapes.items()}, keep="all")


@settings(FIXED, max_examples=600)
@given(st.sampled_from(CASES), text_edits(TEXTS.values()), st.booleans())
def test_any_change_of_a_prototxt(tmp_path_factory, case, edits, filled):
    data = weights(case) if filled else b""
    net_or_refusal(tmp_path_factory.getbasetemp(), edited_text(TEXTS[case], edits), data)


@settings(FIXED, max_examples=600)
@given(st.sampled_from(CASES), byte_edits())
def test_any_change_of_a_caffemodel(tmp_path_factory, case, edits):
    data = edited_bytes(weights(case), edits) or b"\n\0"
    net_or_refusal(tmp_path_factory.getbasetemp(), TEXTS[case], data)


@pytest.fixture(scope="module")
def hdf5(tmp_path_factory):
    pytest.importorskip("h5py")
    path = tmp_path_factory.mktemp("hdf5") / "w.h5"
    write_hdf5(path, {"conv1": [np.ones((2, 3)), np.zeros(2)], "a/b": [np.ones(4)]})
    return path.read_bytes()


@settings(FIXED, max_examples=600)
@given(byte_edits())
def test_any_change_of_an_hdf5_caffemodel(hdf5, tmp_path_factory, edits):
    path = tmp_path_factory.getbasetemp() / "w.h5"
    path.write_bytes(data := edited_bytes(hdf5, edits))
    with in_time(), suppress(ConvertError):
        read = read_caffemodel(path)
        assert sum(blob.nbytes for blobs in read.values() for blob in blobs) <= len(data)


@settings(FIXED, max_examples=200)
@given(st.sampled_from(CASES), st.sampled_from(CASES))
def test_any_pair(tmp_path_factory, case, other):
    net_or_refusal(tmp_path_factory.getbasetemp(), TEXTS[case], weights(other))


@settings(FIXED, max_examples=200)
@given(st.text(max_size=200), st.binary(max_size=200))
def test_noise(tmp_path_factory, text, data):
    net_or_refusal(tmp_path_factory.getbasetemp(), text, data)


INPUT = """
layer { name: "x" type: "Input" top: "x"
        input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }"""
ABSURD = [
    'type: "Convolution" convolution_param { num_output: 4000000000 kernel_size: 1 }',
    'type: "Convolution" convolution_param { num_output: 1 kernel_size: 2147483648 }',
    'type: "Convolution" convolution_param { num_output: 9 kernel_size: 65537 pad: 4294967295 }',
    'type: "Convolution" convolution_param { num_output: 65536 kernel_size: 65536 pad: 65536 }',
    'type: "Convolution" convolution_param { num_output: 2147483647 kernel_size: 1 }',
    'type: "Deconvolution" convolution_param { num_output: 2 kernel_size: 2 stride: 2000000000 }',
    'type: "Deconvolution" convolution_param { num_output: 600000000 kernel_size: 1 }',
    'type: "InnerProduct" inner_product_param { num_output: 4294967295 }',
    'type: "Embed" embed_param { num_output: 2000000000 input_dim: 2000000000 }',
    'type: "Tile" tile_param { tiles: 2147483647 }',
    'type: "Reshape" reshape_param { shape { dim: 9223372036854775807 dim: -1 } }',
    'type: "Pooling" pooling_param { kernel_size: 4294967295 pad: 4294967294 }',
    'type: "Im2col" convolution_param { kernel_size: 4294967295 pad: 4294967295 }',
    'type: "LRN" lrn_param { local_size: 4294967295 }',
]


@pytest.mark.parametrize("layer", ABSURD)
def test_absurd_sizes_are_refused(tmp_path, layer):
    text = f'{INPUT} layer {{ name: "absurd" bottom: "x" top: "y" {layer} }}'
    (tmp_path / "net.prototxt").write_text(text)
    for data in (None, b"\n\0"):
        (tmp_path / "w").write_bytes(data or b"")
        with pytest.raises(ConvertError, match="absurd"):
            run(load_net(tmp_path / "net.prototxt", data and tmp_path / "w"))


@pytest.mark.parametrize("dims", ["9223372036854775807", "4000000000 dim: 4000000000", "-5", "0"])
@pytest.mark.parametrize(
    "source",
    [
        'type: "Input" input_param {{ shape {{ dim: {} }} }}',
        'type: "DummyData" dummy_data_param {{ shape {{ dim: {} }} }}',
        'type: "Parameter" parameter_param {{ shape {{ dim: {} }} }}',
    ],
)
def test_absurd_shapes_are_refused(tmp_path, source, dims):
    text = f'layer {{ name: "x" top: "x" {source.format(dims)} }}'
    text += 'layer { name: "y" type: "ReLU" bottom: "x" top: "y" }'
    (tmp_path / "net.prototxt").write_text(text)
    try:
        run(load_net(tmp_path / "net.prototxt", None))
    except ConvertError as error:
        assert "'x'" in str(error)


def test_a_caffemodel_takes_no_more_than_its_bytes(tmp_path):
    """Sizes that a file declares are checked against it before anything is allocated."""
    for case in CASES:
        (tmp_path / "w").write_bytes(data := weights(case))
        read = read_caffemodel(tmp_path / "w") if data else {}
        assert sum(blob.nbytes for blobs in read.values() for blob in blobs) <= len(data)
