"""Loss and scores over iterations, as a picture; needs matplotlib."""

import io
from pathlib import Path
from types import ModuleType

from weights_convert import ConvertError
from weights_convert.optional import optional

from .. import atomic
from ..scorings import TITLES

SIZE = (8, 6)  # inches


def drawable() -> str | None:
    """Why no picture can be drawn, if so."""
    try:
        optional("matplotlib", "train")
    except ConvertError as error:
        return f"no plot.png: {error}"
    return None


def plot(path: Path, title: str, lines: list[dict]) -> None:
    """Draws the lines of a log into `path`, a PNG.  Raises DataError if it cannot be written."""
    figure = optional("matplotlib.figure", "train").Figure(SIZE, layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    above.set_title(title)
    _losses(above, [line for line in lines if line["event"] == "loss"])
    _scores(below, [line for line in lines if line["event"] == "scores"])
    below.set_xlabel("iteration")
    data = io.BytesIO()
    figure.savefig(data, format="png")
    atomic.write(path, data.getvalue(), durable=False)


def _losses(axes: ModuleType, lines: list[dict]) -> None:
    at = [line["iteration"] for line in lines]
    axes.plot(at, [line["loss"] for line in lines], color="0.8", label="loss")
    axes.plot(at, [line["smoothed_loss"] for line in lines], color="C0", label="smoothed")
    if lines and all(line["smoothed_loss"] > 0 for line in lines):
        axes.set_yscale("log")
    axes.set_ylabel("loss")
    axes.legend()


def _scores(axes: ModuleType, lines: list[dict]) -> None:
    names = [
        (key, metric)
        for key, found in (lines[0]["scores"].items() if lines else ())
        for metric in found
    ]
    for key, metric in names:
        points = [100 * line["scores"][key][metric] for line in lines]
        label = TITLES[metric] if len(names) == len(TITLES) else f"{key} {TITLES[metric]}"
        axes.plot([line["iteration"] for line in lines], points, marker=".", label=label)
    axes.set_ylabel("score, %")
    if names:
        axes.legend()
