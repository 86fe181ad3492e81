"""Blobs put together by hand, in every form the format allows."""

import numpy as np
import pytest
from encoder import dims, integer, layer, nested, packed, unpacked

from weights_convert.caffemodel import Blob, Caffemodel
from weights_convert.errors import ShapeError


@pytest.fixture
def blob(tmp_path):
    def write(data: bytes) -> Blob:
        (tmp_path / "w.caffemodel").write_bytes(layer("a", data))
        return Caffemodel.open(tmp_path / "w.caffemodel").layers[0].blobs[0]

    return write


def test_a_blob_says_what_it_is_before_it_is_read(blob):
    shaped = blob(packed(5, [0] * 6) + dims(2, 3))
    assert (shaped.shape, shaped.size) == ((2, 3), 6)
    assert shaped.fits((2, 3)) and not shaped.fits((3, 2)) and not shaped.fits((1, 1, 2, 3))
    sizes = b"".join(integer(n, size) for n, size in enumerate((1, 1, 2, 3), 1))
    legacy = blob(sizes + packed(5, [0] * 6))
    assert legacy.shape == (1, 1, 2, 3)
    assert legacy.fits((2, 3)) and legacy.fits((1, 1, 2, 3)) and not legacy.fits((6,))
    assert not legacy.fits((1, 1, 1, 2, 3))


@pytest.mark.parametrize(
    "data, expected",
    [
        pytest.param(packed(5, [7]), np.float32(7), id="scalar without shape"),
        pytest.param(packed(5, [7]) + dims(), np.float32(7), id="scalar with empty shape"),
        pytest.param(dims(0, 3), np.empty((0, 3)), id="nothing"),
        pytest.param(nested(7, integer(1, 1) + integer(1, 2)) + packed(5, [1, 2]), [[1, 2]],
                     id="dims unpacked"),
        pytest.param(nested(7, integer(1, 1)) + dims(2) + packed(5, [1, 2]), [[1, 2]], id="merged"),
        pytest.param(dims(9) + integer(1, 1) + integer(2, 1) + integer(3, 1) + integer(4, 2)
                     + unpacked(5, [1, 2]), [[[[1, 2]]]], id="legacy outweighs shape"),
        pytest.param(packed(5, [1]) + packed(6, [9]) + unpacked(5, [2, 3]) + dims(3), [1, 2, 3],
                     id="pieces, diff skipped"),
        pytest.param(packed(5, [1]) + packed(8, [2.5], "d") + packed(9, [4], "d") + dims(1), [2.5],
                     id="doubles outweigh floats"),
        pytest.param(unpacked(8, [1e300, -1e300, 2**-1074, 1 + 2**-24], "d") + dims(4),
                     [np.inf, -np.inf, 0, 1], id="doubles rounded"),
        pytest.param(packed(5, [1]) + packed(8, [], "d") + dims(1), [1], id="no double after all"),
    ],
)  # fmt: skip
def test_blobs_by_hand(blob, data, expected):
    read, expected = blob(data).read(), np.asarray(expected, np.float32)
    assert (read.dtype, read.shape, read.tobytes()) == (
        expected.dtype,
        expected.shape,
        expected.tobytes(),
    )


def test_an_array_read_is_the_callers_own(blob):
    found = blob(packed(5, [1, 2]) + dims(2))
    array = found.read()
    array += 1
    assert array.tolist() == [2, 3] and found.read().tolist() == [1, 2]


def test_read_into_an_array_of_another_shape(blob):
    array = np.zeros((3, 1, 2), np.float32)
    blob(packed(5, range(6)) + dims(2, 3)).read_into(array)
    assert array.ravel().tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "array",
    [np.empty(3), np.empty(4, np.float32), np.empty((3, 2), np.float32)[:, 0], np.float32([]),
     np.broadcast_to(np.float32(0), 3)],
)  # fmt: skip
def test_read_into_refuses(blob, array):
    three = blob(packed(5, [1, 2, 3]) + dims(3))
    with pytest.raises(ShapeError, match=r"cannot hold blob \(3,\), expected C-contiguous float32"):
        three.read_into(array)
