"""What is scored of a row's counts: which head, which true pixels, over which classes.

A data set is scored in more than one way: SIFT Flow's means are over the classes in the test
truth, and the release averages over those predicted too; PASCAL-Context is quoted with its
background and without it.  Each table names its scorings, so that no figure goes unlabelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .errors import DataError
from .metrics import Scores, scores

METRICS = ("pixel_acc", "mean_acc", "mean_iu", "fw_iu")
TITLES = MappingProxyType(
    {
        "pixel_acc": "pixel acc.",
        "mean_acc": "mean acc.",
        "mean_iu": "mean IU",
        "fw_iu": "f.w. IU",
    }
)


@dataclass(frozen=True)
class Scoring:
    """One way of scoring; the keys of a table's `scorings`.

    title:    beside the metric; empty where a table has one scoring.
    head:     score blob whose counts these are.
    metrics:  which of METRICS are shown.
    in_truth: the means are over the classes with true pixels, not also those merely predicted.
    ignored:  classes whose true pixels are not scored, and which enter no mean.
    dropped:  classes that enter no mean; their true pixels are scored.
    only:     name of a class list of the data set; the true pixels of others are not scored.
    """

    title: str = ""
    head: str = "score"
    metrics: tuple[str, ...] = METRICS
    in_truth: bool = False
    ignored: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    only: str | None = None

    def scores(
        self, counts: np.ndarray, classes: Sequence[str], lists: Mapping[str, Sequence[str]]
    ) -> Scores | None:
        """Scores of counts (C, C); None if the class list `only` was not to be had.

        classes: the C names.  lists: class lists by name.  Raises DataError for a name that is
        no class, and for counts without a pixel that is scored.
        """
        if self.only is not None and self.only not in lists:
            return None
        ignored = _among(classes, self.ignored)
        if self.only is not None:
            ignored |= ~_among(classes, lists[self.only])
        counts = np.where(ignored[:, None], 0, counts)
        averaged = ~ignored & ~_among(classes, self.dropped)
        return scores(counts, averaged & (counts.sum(1) > 0) if self.in_truth else averaged)

    def of(self, row: dict) -> Scores | None:
        """Scores of a results row; raises DataError if it has no whole counts of the head."""
        return self.scores(counts_of(row, self.head), row["classes"][self.head], row["lists"])


def counts_of(row: dict, head: str = "score") -> np.ndarray:
    """int64 (C, C) of a row.  Raises DataError if they are not a square of whole pixels."""
    try:
        counts = np.array(row["counts"][head])
    except (KeyError, ValueError) as error:
        raise DataError(f"{row.get('net')}: no counts of head {head!r} ({error})") from error
    if counts.dtype.kind != "i" or counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise DataError(f"{row['net']}: counts {counts.shape} {counts.dtype}, expected int (C, C)")
    if (counts < 0).any():
        raise DataError(f"{row['net']}: counts hold {counts.min()}, expected none below zero")
    return counts


def _among(classes: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """bool (C,): which of `classes` are named."""
    if unknown := sorted(set(names) - set(classes)):
        raise DataError(f"classes {', '.join(unknown)}: not among {', '.join(classes)}")
    return np.array([name in names for name in classes])
