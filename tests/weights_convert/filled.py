"""Nets with random parameters, the same every time, at which every blob is alive."""

import torch

from weights_convert import load_net


def filled(message):
    """The net of a prototxt message: its fillers, and statistics for its BatchNorm layers."""
    generator = torch.Generator().manual_seed(1)
    net = load_net(message, None, generator=generator)
    kinds = {layer.name: layer.type for layer in net.graph.layers}
    for name, blobs in net.params().items():
        with torch.no_grad():
            if kinds[name] == "BatchNorm":  # Caffe begins with variance 0, of which little survives
                blobs[0].normal_(0, 0.1, generator=generator)
                blobs[1].uniform_(0.5, 1.5, generator=generator)
                blobs[2].fill_(1)
            elif kinds[name] != "Scale" and len(blobs) == 2:
                blobs[1].uniform_(-0.1, 0.1, generator=generator)
    return net


def image(net):
    """A random blob "data" of the size that the prototxt states."""
    generator = torch.Generator().manual_seed(2)
    return torch.randn(net.input_shapes["data"], generator=generator)
