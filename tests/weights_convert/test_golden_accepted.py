"""Odd files that real Caffe takes: ours does, and computes the same."""

import pytest
import torch
from golden import GOLDEN, arrays, assert_blobs, cases, feeds, weights

from weights_convert import load_net
from weights_convert.errors import WeightsError

ACCEPTED = GOLDEN / "accepted"
# Caffe leaves what the file lacks as its fillers made it; ours does so only where it is told.
PARTIAL = {"same_layer_name_weights": ("score#2",)}
PARTIAL |= dict.fromkeys(("weights_empty_file", "weights_of_nothing"), ("conv1", "score", "up"))


def test_all_cases_are_there():
    assert len(cases("accepted")) == 10


@pytest.mark.parametrize("case", cases("accepted"))
def test_accepted(case):
    folder = ACCEPTED / case
    net = load_net(folder / "net.prototxt", weights(folder), partial=case in PARTIAL)
    expected = arrays(folder / "output.npz")
    with torch.no_grad():
        assert_blobs(net, net(**feeds(arrays(folder / "input.npz")), keep="all"), expected)


@pytest.mark.parametrize("case, kept", PARTIAL.items())
def test_what_the_file_lacks_is_an_error_unless_asked_for(case, kept):
    files = ACCEPTED / case / "net.prototxt", ACCEPTED / case / "weights.caffemodel"
    with pytest.raises(WeightsError, match=f"lacks parameters of {', '.join(kept)}; expected"):
        load_net(*files)
    assert load_net(*files, partial=True).filled.kept == kept
