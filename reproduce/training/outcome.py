"""What a run came to, read from its folder: lines of a table, and which files to take.

The scores become percent and are rounded here.
"""

from ..scorings import TITLES
from . import snapshots
from .log import Log
from .plan import Plan
from .score import best


def lines(plan: Plan) -> list[dict[str, str]]:
    """One dict a line, column title -> cell: a line for each metric of each scoring."""
    found = Log(plan.folder / "log.jsonl").lines("scores")
    if plan.options.no_scores or not found:
        return []
    before = found[0] if not found[0]["iteration"] else None
    return [
        _line(plan, key, metric, before, found[-1])
        for key in found[-1]["scores"]
        for metric in found[-1]["scores"][key]
    ]


def _line(plan: Plan, key: str, metric: str, before: dict | None, after: dict) -> dict[str, str]:
    first = {"before": _percent(before, key, metric)} if before else {}
    return {
        "net": plan.recipe.name,
        **({"scored": key} if len(after["scores"]) > 1 else {}),
        "metric": TITLES[metric],
        **first,
        "after": _percent(after, key, metric),
        "iterations": str(after["iteration"]),
        "images": str(after["images"]),
    }


def _percent(line: dict, key: str, metric: str) -> str:
    return f"{100 * line['scores'][key][metric]:.4f}"


def told(plan: Plan) -> str:
    """The last snapshot, and the one with the best mean IU."""
    last = snapshots.newest(plan.folder)
    text = f"{plan.recipe.name}: {last.stem}.caffemodel"
    found = best(Log(plan.folder / "log.jsonl").lines("scores"))
    if not found:
        return text
    stem = snapshots.Snapshot(found["iteration"], plan.folder).stem
    iu = max(scores["mean_iu"] for scores in list(found["scores"].values())[:1])
    return f"{text}; best mean IU {100 * iu:.4f}: {stem}.caffemodel"
