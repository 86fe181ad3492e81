"""The data doctor: is this the data that the published scores are over?

Before an evaluation, the images, sizes, labels and colours of a split are compared with what is
known of it (reproduce/known); what deviates stops with what is wrong.
`python -m reproduce.doctor voc2011` prints all of it.
"""

from pathlib import Path

from ..datasets import Dataset
from ..downloads import cache_folder
from ..errors import DataError
from . import kept
from .findings import Findings, examine
from .known import known_figures
from .verdicts import complaints

__all__ = ["Findings", "check", "complaints", "examine", "known_figures"]


def check(dataset: Dataset, folder: Path | None = None) -> None:
    """Raises DataError with all complaints, in one line, unless the split is as known.

    A split of which nothing is known passes unread.  The whole split must be given, before any
    limit.  folder: where findings are kept, the cache folder's doctor/ without one given.
    """
    if figures := known_figures(dataset.name, dataset.split):
        found = kept.findings(dataset, folder or cache_folder() / "doctor")
        if wrong := complaints(found, figures):
            raise DataError("; ".join(wrong))
