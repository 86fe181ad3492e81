"""What a forward pass is thought to want of memory, and how much of it is free."""

from types import SimpleNamespace

import pytest

from reproduce import DataError, open_net
from reproduce.predicting import memory


def test_free_memory_is_the_least_that_is_told(tmp_path, monkeypatch):
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:  4 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    cpu = SimpleNamespace(type="cpu")
    assert memory.free(cpu) == 4096
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert memory.free(cpu) == 4096
    (tmp_path / "memory.max").write_text("3000\n")
    assert memory.free(cpu) == 2000
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "absent")
    (tmp_path / "memory.max").unlink()
    assert memory.free(cpu) is None


def test_labels_want_less_than_scores(monkeypatch):
    net = open_net("voc-fcn8s", "SAMPLE", fast=True)
    shapes = {"data": (1, 3, 1500, 2000)}
    want = net.needed(labels=True, **shapes)
    monkeypatch.setattr(memory, "free", lambda device: want)
    memory.check(net, shapes)
    with pytest.raises(DataError, match=r"1500 x 2000 pixels .* make the image smaller"):
        memory.check(net, shapes, scores=True)
