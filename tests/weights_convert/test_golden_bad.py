"""Every file that real Caffe refuses is refused, in one line that names what is wrong."""

import re

import pytest
import torch
from golden import GOLDEN, cases, weights

from weights_convert import ConvertError, load_net

BAD = GOLDEN / "bad"
WHY = {case: (BAD / case / "why.txt").read_text() for case in cases("bad")}
PARSED = [case for case, why in WHY.items() if "refuses: parse" in why]
LAYERS = {
    "bottom_used_before_made": "r",
    "concat_shape_mismatch": "cc",
    "crop_offset_count": "crop",
    "crop_out_of_range": "crop",
    "duplicate_top": "score_b",
    "eltwise_coeff_prod": "fuse",
    "eltwise_shape_mismatch": "e2",
    "in_place_after_use": "rx",
    "inplace_absval": "abs",
    "input_shape_count": "i",
    "pool_no_kernel": "pool1",
    "pool_to_nothing": "p",
    "reshape_count": "rs",
    "scale_shape": "sc",
    "slice_uneven": "sl",
    "stochastic_pool": "pool1",
    "weights_ip_other_size": "ip",
}  # in the others it is conv1
OTHERS = {
    "empty_file": "net.prototxt: the net has no layer in phase TEST",
    "weights_truncated": r"weights.caffemodel: byte \d+: .* but the file ends after 498: is it cut",
}


def refusal(case):
    """The text of the error, at whichever stage it comes."""
    folder = BAD / case
    with pytest.raises(ConvertError) as caught:
        net = load_net(folder / "net.prototxt", weights(folder))
        net(**{name: torch.zeros(shape) for name, shape in net.input_shapes.items()})
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_all_cases_are_there():
    assert len(WHY) == 44
    assert len(PARSED) == 13


@pytest.mark.parametrize("case", PARSED)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(case):
    assert re.search(r"net\.prototxt:\d+:\d+: ", refusal(case))


@pytest.mark.parametrize("case", sorted(WHY.keys() - {*PARSED, *OTHERS}))
def test_a_net_that_cannot_be_built_is_refused_with_the_layer(case):
    text = refusal(case)
    assert f"layer '{LAYERS.get(case, 'conv1')}'" in text
    assert ("unknown layer type" in text) == (case in ("lowercase_type", "unknown_type"))


@pytest.mark.parametrize("case, what", OTHERS.items())
def test_a_file_without_its_layers_is_refused(case, what):
    assert re.search(what, refusal(case))
