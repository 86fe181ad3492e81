"""A shortened training on the sample: python -m pytest -m train tests/reproduce."""

import pytest
from training_runs import log

from reproduce import train


@pytest.mark.train
def test_the_loss_falls_and_mean_iu_rises(tmp_path, monkeypatch):
    monkeypatch.setenv("FCN_CACHE", str(tmp_path / "cache"))
    call = ["voc-fcn16s", "--stages", "--sample", "--iterations", "160", "--every", "80"]
    assert train.main([*call, "--out", str(tmp_path), "--device", "cpu"]) == 0
    before = 0.0
    for net in ("voc-fcn32s", "voc-fcn16s"):
        scores = [line["scores"]["score"]["mean_iu"] for line in log(tmp_path / net, "scores")]
        assert scores[-1] > scores[0] + 0.02 and scores[-1] > before, (net, scores)
        before = scores[-1]
    losses = [line["loss"] for line in log(tmp_path / "voc-fcn32s", "loss")]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5]), losses
