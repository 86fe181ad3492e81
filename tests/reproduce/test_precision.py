"""The switches inside, after, and after a failure; and what a bfloat16 switch would do."""

import pytest
import torch
from torch import backends

from reproduce.precision import exact, flags

EXACT = {
    "float32_matmul_precision": "highest",
    "tf32_matmul": False,
    "tf32_cudnn": False,
    "cudnn_deterministic": True,
    "cudnn_benchmark": False,
}
SEPARATE = pytest.mark.skipif(
    not hasattr(backends, "fp32_precision"), reason="torch < 2.9 has no switch per operation"
)


@pytest.fixture(autouse=True)
def as_found():
    with exact():  # puts back what a test leaves behind
        torch.set_float32_matmul_precision("highest")
        backends.cudnn.allow_tf32 = True
        backends.cudnn.deterministic = False
        yield


def test_inside_all_is_exact_and_afterwards_as_before():
    torch.set_float32_matmul_precision("medium")
    backends.cudnn.benchmark = True
    before = flags()
    assert before == {
        "float32_matmul_precision": "medium",
        "tf32_matmul": True,
        "tf32_cudnn": True,
        "cudnn_deterministic": False,
        "cudnn_benchmark": True,
    }
    with exact():
        assert flags() == EXACT
    assert flags() == before


def test_put_back_after_a_failure_and_when_nested():
    before = flags()
    with pytest.raises(KeyboardInterrupt), exact(), exact():
        raise KeyboardInterrupt
    assert flags() == before


def test_gradients_and_inference_mode_stay():
    with exact():
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


@SEPARATE
def test_switches_set_one_by_one():
    b = backends
    parts = {b.cuda.matmul: "tf32", b.cudnn.conv: "ieee", b.mkldnn.conv: "bf16"}
    for part, precision in parts.items():
        part.fp32_precision = precision
    assert flags()["tf32_cudnn"] is None  # torch itself cannot say: conv is off, rnn is on
    with exact():
        assert flags() == EXACT
        assert {part.fp32_precision for part in parts} == {"ieee"}
    for part, precision in parts.items():
        assert part.fp32_precision == precision


@SEPARATE
def test_a_switch_for_everything_does_not_count_inside():
    backends.mkldnn.conv.fp32_precision = "none"  # as the one for everything says
    backends.fp32_precision = "tf32"
    try:
        with exact():
            assert flags() == EXACT
            assert backends.mkldnn.conv.fp32_precision == "ieee"
        assert backends.mkldnn.conv.fp32_precision == "tf32"
    finally:
        backends.fp32_precision = "none"
