"""The full-size nets against real Caffe, by the benchmark's own code."""

from pathlib import Path

import pytest

from benchmarks import agreement

GOLDEN = Path(__file__).parents[1] / "golden" / "full"


@pytest.mark.full
@pytest.mark.parametrize("net", agreement.NETS)
def test_full_size_net_is_caffes(tmp_path, net):
    weights, image = agreement.make(GOLDEN, tmp_path, net)
    row = agreement.compare(net, GOLDEN / net, weights, image, runs=1)
    equal, _, pixels = row["labels equal"].partition(" of ")
    assert int(equal) >= 0.9999 * int(pixels), row["labels equal"]
    assert float(row["worst statistic"]) <= 1e-4, row["of blob"]


def test_missing_golden_folder_is_an_error(tmp_path, capsys):
    words = ["--golden", str(tmp_path), "--out", str(tmp_path / "a.csv")]
    assert agreement.main(words) == 2
    assert "expected the checkout's tests/golden/full" in capsys.readouterr().err


def test_statistics_that_differ_are_found():
    import torch

    x = torch.arange(6.0)
    stats = {"mean": 2.5, "std": float(x.double().std(correction=0)), "absmax": 5.0}
    assert agreement.worst_blob({"a": x}, {"a": stats}) == ("a", 0.0)
    name, deviation = agreement.worst_blob({"a": x, "b": x + 1}, {"a": stats, "b": stats})
    assert name == "b" and deviation > 0.1
