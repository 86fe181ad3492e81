"""The runners that are to be measured on one case: opened, held against the plain graph, told."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from . import published, runners
from .case import Case
from .exactness import Exactness, exactness
from .interleaved import ratio, summary
from .runners import Runner, Setting, UnableError

OURS, PLAIN = ("ours", "exact"), ("plain", "float32")
Values = dict[Setting, list[float]]
T = TypeVar("T")


class Checks(NamedTuple):
    """able: who runs a batch, and how exactly; None for another net.  failed: who not, and why."""

    able: dict[Setting, Exactness | None]
    failed: dict[Setting, str]


class Bench:
    """The runners of `settings` on `case`; those that cannot be opened are in `failed`.

    runs: measurements of each.  batches: sizes asked for; none: as the protocol has them.
    """

    def __init__(self, case: Case, settings: list[Setting], runs: int, batches: tuple[int, ...]):
        self.case, self.settings, self.runs, self.batches = case, settings, runs, batches
        self.ready: dict[Setting, Runner] = {}
        self.failed: dict[Setting, str] = {}
        self._checks: dict[int, Checks] = {}
        for setting in settings:
            try:
                self.ready[setting] = attempt(setting, lambda: _opened(case, setting))  # noqa: B023
            except UnableError as reason:
                self.failed[setting] = str(reason)

    def checks(self, batch: int) -> Checks:
        """Runs everyone on a batch for the first time, and compares with the plain graph."""
        if batch not in self._checks:
            self._checks[batch] = self._checked(batch)
        return self._checks[batch]

    def release(self) -> None:
        """Lets the nets go; what was checked is still known."""
        self.ready.clear()

    def rows(
        self,
        protocol: str,
        found: Values,
        unit: str,
        batch: int = 1,
        shown: Callable[[float], float] = float,
        notes: dict[Setting, str] | None = None,
    ) -> list[dict[str, str]]:
        """A row for each setting, with numbers or with the reason why there are none.

        found: costs, less is better; `shown` makes of each what the row is to say, in `unit`.
        notes: what is told in place of the runner's own note.
        """
        checks, notes = self.checks(batch), notes or {}
        reasons = self.failed | checks.failed | {s: notes[s] for s in notes if s not in found}
        base = next((v for s, v in found.items() if (s.runner, s.mode) == OURS), None)
        rows = []
        for setting in self.settings:
            row = self._named(setting, protocol, batch)
            row |= _numbers(list(map(shown, found.get(setting, []))), unit)
            values = found.get(setting)
            row["ratio"] = f"{ratio(values, base):.3f}" if values and base and all(base) else ""
            row |= _exact(checks.able.get(setting) if values else None)
            row["published"] = published.text(self.case) if (protocol, batch) == PAPERS else ""
            about = notes.get(setting) or runners.module(setting.runner).about() if values else ""
            rows.append(row | {"note": about or reasons.get(setting, "")})
        return rows

    def _named(self, setting: Setting, protocol: str, batch: int) -> dict[str, str]:
        return {
            "net": self.case.net,
            "size": self.case.size,
            "batch": str(batch),
            "device": setting.device,
            "threads": str(setting.threads),
            "protocol": protocol,
            "runner": setting.runner,
            "mode": setting.mode,
            "weights": self.case.weights,
        }

    def _checked(self, batch: int) -> Checks:
        blobs, checks, truth = self.case.blobs(batch), Checks({}, {}), None
        for setting in sorted(self.ready, key=lambda s: (s.runner, s.mode) != PLAIN):
            runner = self.ready[setting]
            try:
                found = attempt(setting, lambda: _answer(runner, blobs))  # noqa: B023
                truth = found if (setting.runner, setting.mode) == PLAIN else truth
                same = truth and runners.module(setting.runner).SAME_WEIGHTS
                compare = lambda: exactness(*found, *truth)  # noqa: B023, E731
                checks.able[setting] = attempt(setting, compare) if same else None
            except UnableError as reason:
                checks.failed[setting] = str(reason)
        return checks


PAPERS = ("forward", 1)  # the protocol and batch of the papers' times


def attempt(setting: Setting, call: Callable[[], T]) -> T:
    """What `call` returns.  Raises UnableError for all that others' libraries raise, and memory."""
    try:
        return call()
    except UnableError:
        raise
    except Exception as error:  # such libraries have errors of their own
        memory = isinstance(error, MemoryError) or "memory" in str(error)
        if setting.runner in (OURS[0], PLAIN[0]) and not memory:
            raise
        text = " ".join(str(error).split())
        raise UnableError(f"{type(error).__name__}: {text[:200]}") from error


def _opened(case: Case, setting: Setting) -> Runner:
    module = runners.module(setting.runner)
    if hasattr(module, "prepare"):
        module.prepare(case)
    return module.open(case, setting)


def _answer(runner: Runner, blobs: runners.Blobs) -> tuple[runners.Blobs, runners.Blobs]:
    taken = runner.take(blobs)
    return runner.scores(runner.forward(taken)), runner.labels(taken)


def _numbers(values: list[float], unit: str) -> dict[str, str]:
    texts = [f"{value:.4g}" for value in summary(values)] if values else ["", "", ""]
    keys = ("median", "p10", "p90")
    return {"runs": str(len(values)), **dict(zip(keys, texts, strict=True)), "unit": unit}


def _exact(found: Exactness | None) -> dict[str, str]:
    if not found:
        return {"labels equal": "", "score difference": ""}
    text = f"{found.equal} of {found.pixels}"
    return {"labels equal": text, "score difference": f"{found.difference:.1e}"}
