"""What a forward pass is thought to want of memory, and how much of it is free."""

from types import SimpleNamespace

from reproduce.predicting import memory
from weights_convert import load_net
from weights_convert.prototxt import parse

TWO_LAYERS = """
    layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [1, 1, 9, 9] } } }
    layer { name: "a" type: "Convolution" bottom: "data" top: "a"
            convolution_param { num_output: 2 kernel_size: 1 } }
    layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
    layer { name: "b" type: "Convolution" bottom: "a" top: "b"
            convolution_param { num_output: 5 kernel_size: 1 } }
"""


def test_memory_is_that_of_the_blobs_alive_at_once():
    net = load_net(parse(TWO_LAYERS, "net.prototxt"), None)
    # a and b of 4 x 4 pixels are the most there is at once: data is not read any more
    assert memory.needed(net, {"data": (1, 1, 4, 4)}) == round(4 * (2 + 5) * 16 * 5 / 3)


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
