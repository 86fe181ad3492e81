"""Where SBD is: apart from sbd.py, since VOC's own lists ask for it too."""

from pathlib import Path

from .archives import first_with


def find(folder: Path) -> Path | None:
    """SBD's folder `dataset` in or at `folder`, None if it is not there."""
    places = [folder / "benchmark_RELEASE" / "dataset", folder / "sbdd" / "dataset"]
    if folder.absolute().name == "dataset":
        places.append(folder)
    return first_with("train.txt", places)
