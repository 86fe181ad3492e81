"""A stride brought into the channels, and groups that threads compute whole, against the net."""

import pytest
import torch
from cores import using
from hypothesis import given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, net

from weights_convert.fast import convolution as ways
from weights_convert.fast import crew, fold, strided, winograd


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(3, 12), st.integers(3, 12)),
    st.sampled_from([2, 3, 4]),
    st.integers(0, 9),
    st.integers(1, 4),
    st.tuples(st.integers(12, 40), st.integers(12, 40)),
    st.booleans(),
)
def test_equals_the_convolution_of_that_stride(kernel, stride, pad, channels, size, bias):
    fields = f"kernel_h: {kernel[0]} kernel_w: {kernel[1]} stride: {stride} pad: {pad}"
    fields += f" num_output: 5 bias_term: {str(bias).lower()}"
    made = net(fed("data", 2, channels, *size), convolution("data", "a", fields))
    feed = {"data": torch.randn(2, channels, *size)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strided, "STRIDES", (2, 3, 4))
        fast = fold(made)
        assert ("strided" in fast.report()) == (min(kernel) > stride)
        actual = fast(**feed)["a"]
    torch.testing.assert_close(actual, made(**feed)["a"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cores", [1, 2, 3, 4])
@pytest.mark.parametrize("group", [1, 2, 3, 4])
def test_groups_at_once_change_nothing(monkeypatch, cores, group):
    monkeypatch.setattr(ways, "CHANNELS", dict.fromkeys(ways.CHANNELS, 1))
    fields = f"kernel_size: 5 pad: 2 num_output: 12 group: {group}"
    made = net(fed("data", 1, 12, 33, 29), convolution("data", "a", fields))
    feed, fast = {"data": torch.randn(1, 12, 33, 29)}, fold(made)
    assert "winograd" in fast.report()
    with using(cores):
        actual = fast(**feed)["a"]
    torch.testing.assert_close(actual, made(**feed)["a"], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("group, threads", [(1, 2), (2, 1), (3, 2), (4, 1)])
def test_each_thread_computes_whole_groups(monkeypatch, group, threads):
    """Where they come out even: then none waits for another before the layer is done."""
    monkeypatch.setattr(ways, "CHANNELS", dict.fromkeys(ways.CHANNELS, 1))
    fields = f"kernel_size: 5 pad: 2 num_output: 12 group: {group}"
    fast = fold(net(fed("data", 1, 12, 9, 9), convolution("data", "a", fields)))
    found, into = [], winograd.Winograd.into
    monkeypatch.setattr(winograd.Winograd, "into", lambda *a: found.append(crew.size()) or into(*a))
    with using(2):
        fast(data=torch.randn(1, 12, 9, 9))
    assert found == group * [threads]
