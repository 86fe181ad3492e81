"""The progress line of a training run: on a terminal a bar, else a line every so often; stderr."""

import sys
from datetime import timedelta

from tqdm import tqdm


class Display:
    """Tells how far a run of `total` iterations is, `done` of them before; silent: nothing."""

    def __init__(self, name: str, total: int, done: int, silent: bool = False):
        self.name, self.total, self.silent = name, total, silent
        terminal = not silent and sys.stderr.isatty()
        self.bar = (
            tqdm(desc=name, total=total, initial=done, unit="it", leave=False) if terminal else None
        )

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *_) -> None:
        if self.bar is not None:
            self.bar.close()

    def update(self, smoothed: float, rate: float, speed: float) -> None:
        """After each iteration: speed is in images per second."""
        if self.bar is not None:
            self.bar.set_postfix_str(f"loss {smoothed:.6g}, lr {rate:g}, {speed:.3g} images/s")
            self.bar.update()

    def line(self, iteration: int, smoothed: float, rate: float, speed: float, left: float) -> None:
        """What stands in for the bar where there is none; left: seconds."""
        if self.bar is None:
            self.say(
                f"iteration {iteration} of {self.total}: loss {smoothed:.6g}, lr {rate:g}, "
                f"{speed:.3g} images/s, {timedelta(seconds=round(left))} left"
            )

    def say(self, text: str) -> None:
        """A line of its own, once for all ranks."""
        if not self.silent:
            tqdm.write(f"{self.name}: {text}", file=sys.stderr)
