"""`Accuracy` as caffe_accuracy."""

from ..expressions import call
from ..step import Step

ACCURACY = '''\
def caffe_accuracy(scores, labels, axis, top_k, ignore=None):
    """The share of labels among the `top_k` scores, of all and of each class."""
    rows = scores.movedim(axis, -1).reshape(-1, scores.shape[axis])
    labels = labels.flatten().long()
    if ignore is not None:
        rows, labels = rows[labels != ignore], labels[labels != ignore]
    # Caffe: a class with the label's own score counts as better; topk would draw a winner.
    better = (rows >= rows.gather(1, labels[:, None])).sum(1) - 1
    hits = (better < top_k).to(scores.dtype)
    total = labels.bincount(minlength=rows.shape[1]).clamp(min=1)
    by_class = hits.new_zeros(len(total)).index_add(0, labels, hits) / total
    return hits.sum() / max(len(hits), 1), by_class
'''


def emit(step: Step) -> str:
    layer = step.module
    step.define(ACCURACY)
    both = call("caffe_accuracy", *step.bottoms, layer.axis, layer.top_k, ignore=layer.ignore)
    return both if layer.by_class else f"{both}[0]"
