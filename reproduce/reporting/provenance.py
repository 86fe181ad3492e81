"""How the figures of a row were made: command, date, machine, code, weights, images."""

from collections.abc import Mapping, Sequence

from ..results import Results
from .grid import Row
from .markup import Html, anchor, joined, tag


def made_id(stem: str, row: str) -> str:
    """The id of what is said of the row `row` of the results file `stem`."""
    return anchor("made", stem, row)


def made(stem: str, results: Results) -> Html:
    """What each row's figures were made with, to be folded out."""
    rows = results.rows.values()
    parts = (facts(made_id(stem, row["net"]), row["net"], _facts(row)) for row in rows)
    return folded("How these figures were made", *parts)


def folded(title: str, *parts: object, id: str | None = None) -> Html:
    """Parts that are seen once the title is clicked."""
    cards = tag("div", *parts, class_="cards")
    return tag("details", tag("summary", title), cards, class_="made", id=id)


def facts(id: str | None, title: str, values: Mapping[str, object]) -> Html:
    """A card with a title and facts."""
    pairs = (tag("div", tag("dt", name), tag("dd", value)) for name, value in values.items())
    return tag("section", tag("h4", title), tag("dl", *pairs), id=id, class_="card")


def code(text: str) -> Html:
    """A command or a checksum."""
    return tag("code", text)


def _facts(row: dict) -> dict[str, object]:
    if row["status"] != "done":
        return {"status": "not run", "reason": "; ".join(row["reasons"])}
    made, weights = row["provenance"], row["weights"]
    libraries = ", ".join(f"{name} {version}" for name, version in made["libraries"].items())
    return {
        "command": code(row["command"]),
        "date": made["date"],
        "machine": f"{made['device']}, {_threads(made)}",
        "commit": code(made["commit"]) if made["commit"] else f"version {made['version']}",
        "software": ", ".join(filter(None, [_python(made), libraries, _tf32(made)])),
        "weights sha256": code(weights["sha256"]) if weights else "no weights",
        "images": f"{row['images']} of split {row['split']}",
        "ids sha256": code(row["ids_sha256"]),
        "labels equal to Caffe's": _equal(row["caffe_labels"]),
        "seconds": f"{row['seconds']:.1f}, of them in the net {row['net_seconds']:.1f}",
    }


def _threads(made: dict) -> str:
    threads = made.get("threads")
    return "threads not recorded" if threads is None else f"{threads} threads"


def _python(made: dict) -> str:
    return f"Python {made['python']}" if "python" in made else ""


def _tf32(made: dict) -> str:
    return f"TF32 {'on' if made['precision']['tf32_cudnn'] else 'off'}"


def _equal(labels: dict | None) -> str:
    return f"{labels['equal']} of {labels['pixels']}" if labels else "Caffe gave none"


def sources(stem: str, rows: Sequence[str]) -> Html:
    """A line that leads to how the figures of the rows were made."""
    links = (tag("a", row, href=f"#{made_id(stem, row)}") for row in rows)
    return tag("p", "How these were made: ", joined(links, ", "), class_="sources")


def linked(cells: tuple[object, ...], stem: str, row: str) -> Row:
    """A row of a table, with the way to how it was made."""
    return Row(cells, made_id(stem, row))
