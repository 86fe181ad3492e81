"""Notices a net that learns nothing: whose loss stays that of guessing, ln(classes) a pixel."""

from collections import deque
from math import log

from weights_convert.graph import Graph
from weights_convert.lossnormalizer import LOSS, normalization

from ..datasets import VOID
from .feeds import Feed

WINDOW, WITHIN = 200, 0.01  # iterations; share of the loss
STUCK = (
    "iteration {}: the loss has been that of guessing, ln(classes) for each pixel, for {} "
    "iterations: the net learns nothing. Is the trunk loaded (score layers begin at zero, the "
    "layers below them must not)? Is the learning rate {:g} too low, or so high that every ReLU "
    "is dead? Do the labels belong to the images?"
)


class Watch:
    """Compares each iteration's loss with that of guessing.

    classes: score blob -> how many.
    """

    def __init__(self, graph: Graph, classes: dict[str, int]):
        self.losses = [
            (
                layer.bottoms[1],
                graph.loss_weights[layer.tops[0]] * log(classes[layer.bottoms[0]]),
                normalization(layer.fields("loss_param", LOSS)),
            )
            for layer in graph.layers
            if layer.type == "SoftmaxWithLoss" and layer.bottoms[0] in classes
        ]
        self.guessing = 0.0
        self._near: deque[bool] = deque(maxlen=WINDOW)
        self._told = False

    def look(self, feed: Feed) -> None:
        """Adds to `guessing` what guessing would cost in the pass that `feed` is for."""
        for truth, guess, by in self.losses:
            kept = float((feed[truth] != VOID).sum())
            share = {"VALID": float(kept > 0), "FULL": kept / feed[truth].numel()}
            self.guessing += guess * share.get(by, kept)

    def said(self, iteration: int, loss: float, guessing: float, rate: float) -> str | None:
        """What is to be said after an iteration, once: its loss has long been that of guessing."""
        self._near.append(guessing > 0 and abs(loss / guessing - 1) <= WITHIN)
        if self._told or len(self._near) < WINDOW or not all(self._near):
            return None
        self._told = True
        return STUCK.format(iteration, WINDOW, rate)
