"""The Markdown page of results/speed.csv: a table for each machine and protocol, notes, verdict."""

from collections.abc import Iterator

from reproduce.cells import UNVERIFIED
from reproduce.markdown import grid

from .verdict import verdicts

Rows = list[dict[str, str]]
HARDWARE = ("cpu", "cores", "memory_gib", "gpu", "driver", "os", "python", "torch", "numpy")
SHOWN = (
    *("net", "size", "batch", "threads", "runner", "mode", "runs", "median", "p10", "p90", "unit"),
    *("ratio", "labels equal", "score difference"),
)
LEGEND = (
    "Medians with the tenth and the ninetieth percentile of the runs, which take turns. ratio: "
    "time, or memory, of a runner over that of ours, exact, in the same round, the median of the "
    "rounds; above 1, ours needs less. labels equal, score difference: to the plain graph; the "
    "latter the largest, in standard deviations of the scores."
)


def page(rows: Rows) -> str:
    """All but title and pictures; the numbers of different machines are kept apart."""
    machines = dict.fromkeys(tuple(row[key] for key in HARDWARE) for row in rows)
    parts = [LEGEND]
    for machine in machines:
        own = [row for row in rows if tuple(row[key] for key in HARDWARE) == machine]
        parts += [_heading(own[0]), *_tables(own), _notes(own), _where(own)]
    return "\n\n".join(part for part in parts if part)


def _heading(row: dict[str, str]) -> str:
    name = row["gpu"] or f"{row['cpu']}, {row['cores']} cores"
    return f"## {name}, torch {row['torch']}"


def _tables(rows: Rows) -> Iterator[str]:
    for protocol in dict.fromkeys(row["protocol"] for row in rows):
        own = [row for row in rows if row["protocol"] == protocol and row["median"]]
        if own:
            table = grid([{key: row[key] or "-" for key in SHOWN} for row in own])
            yield f"### {protocol}\n\n{table}"


def _notes(rows: Rows) -> str:
    lines = [f"- {who}: {what}" for what, who in _told([row for row in rows if row["median"]])]
    failed = [row for row in rows if not row["median"]]
    lines += [f"- not run: {who}: {what}" for what, who in _told(failed)]
    lines += _published(rows)
    lines += [f"- **Verdict.** {sentence}" for sentence in verdicts(rows)]
    return "\n".join(lines)


def _told(rows: Rows) -> Iterator[tuple[str, str]]:
    """Each part of a note, and whose it is: with net and protocol if not of all the runner's."""
    whose: dict[str, dict[str, dict[str, None]]] = {}
    places: dict[str, set[str]] = {}
    for row in rows:
        place = f"{row['net']} {row['size']} {row['protocol']}"
        places.setdefault(_runner(row), set()).add(place)
        for part in filter(None, row["note"].split("; ")):
            whose.setdefault(part, {}).setdefault(_runner(row), {})[place] = None
    for part, of in whose.items():
        yield part, ", ".join(_who(runner, of[runner], places[runner]) for runner in of)


def _who(runner: str, some: dict[str, None], every: set[str]) -> str:
    return runner if every == some.keys() else f"{runner} ({', '.join(some)})"


def _runner(row: dict[str, str]) -> str:
    return f"{row['runner']} {row['mode']}" if row["runner"] == "ours" else row["runner"]


def _published(rows: Rows) -> Iterator[str]:
    told = dict.fromkeys((r["net"], r["size"], r["published"]) for r in rows if r["published"])
    for net, size, times in told:
        yield f"- published, on other hardware: {net}, {size}: {times}"
    if any(UNVERIFIED in times for _, _, times in told):
        yield f"- {UNVERIFIED} unverified: not read in the text it is from."


def _where(rows: Rows) -> str:
    first = rows[0]
    gpu = f"{first['gpu']}, driver {first['driver']}; " if first["gpu"] else ""
    calls = " and ".join(dict.fromkeys(f"`{row['command']}`" for row in rows))
    return (
        f"{calls} on {gpu}{first['cpu']}, {first['cores']} cores, {first['memory_gib']} GiB; "
        f"{first['os']}, Python {first['python']}, torch {first['torch']}, "
        f"numpy {first['numpy']}."
    )
