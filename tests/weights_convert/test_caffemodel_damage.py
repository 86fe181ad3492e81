"""Whatever is done to a caffemodel, it is read or refused, and takes no more than its size."""

from encoder import dims, integer, layer, nested, packed, unpacked
from hypothesis import given
from hypothesis import strategies as st

from weights_convert.caffemodel import read_caffemodel
from weights_convert.errors import ConvertError

LEGACY = b"".join(integer(number, size) for number, size in enumerate((1, 2, 1, 1), 1))
SMALL = (
    nested(1, "net")
    + layer("a", packed(5, [1, 2]) + dims(2), unpacked(5, [3, 4]) + dims(1, 2))
    + layer("b", unpacked(8, [5, 6], "d") + LEGACY)
)


def read_or_refuse(path, data):
    path.write_bytes(data)
    try:
        return read_caffemodel(path)
    except ConvertError as error:
        assert str(path) in str(error)
        return None


def test_every_truncation_is_read_or_refused(tmp_path):
    outcomes = [read_or_refuse(tmp_path / "w", SMALL[:end]) for end in range(len(SMALL) + 1)]
    assert outcomes[0] == {} and list(outcomes[-1]) == ["a", "b"]
    assert sum(read is not None for read in outcomes) == 4  # at the ends of the outermost fields


@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), max_size=4))
def test_every_damage_is_read_or_refused(tmp_path_factory, changes):
    data = bytearray(SMALL)
    for place, byte in changes:
        data[place] = byte
    read = read_or_refuse(tmp_path_factory.getbasetemp() / "damaged", data)
    assert sum(blob.nbytes for blobs in (read or {}).values() for blob in blobs) <= 2 * len(SMALL)


@given(st.binary(max_size=300))
def test_noise_is_read_or_refused(tmp_path_factory, noise):
    read_or_refuse(tmp_path_factory.getbasetemp() / "noise", noise)
