"""Calls take turns, each round begins with another one, and the figures are those by hand."""

import time

import pytest

from benchmarks import interleaved


def recording(log, names="abc"):
    return {name: lambda name=name: log.append(name) for name in names}


def test_each_round_begins_with_the_next():
    log = []
    found = interleaved.timed(recording(log), runs=2, warmup=2)
    assert "".join(log) == "abc" + "bca" + "cab" + "abc"
    assert {name: len(seconds) for name, seconds in found.items()} == {"a": 2, "b": 2, "c": 2}


def test_seconds_are_those_of_the_call_and_of_its_device(monkeypatch):
    clock, log = [0.0], []
    monkeypatch.setattr(interleaved.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(interleaved.time, "sleep", lambda s: passes("sleep", 100))

    def passes(name, seconds):
        log.append(name)
        clock[0] += seconds

    calls = {"a": lambda: passes("a", 1.0), "b": lambda: passes("b", 2.0)}
    found = interleaved.timed(calls, 2, 0, lambda: passes("wait", 0.25), pause=0.01)
    assert log[:4] == ["sleep", "wait", "a", "wait"]
    # what was started before is waited for outside, what the call has started inside
    assert found == {"a": [1.25, 1.25], "b": [2.25, 2.25]}


def test_the_warm_up_is_left_out():
    values = iter(range(100))
    assert interleaved.rounds({"a": lambda: next(values)}, runs=3, warmup=2) == {"a": [2, 3, 4]}


def test_the_bar_moves_with_each_call():
    moved = []
    interleaved.rounds({"a": time.time, "b": time.time}, 2, 1, lambda: moved.append(1))
    assert len(moved) == 6


def test_deciles_by_hand():
    assert interleaved.summary(range(1, 12)) == (6, 2, 10)
    assert interleaved.summary([4.0]) == (4, 4, 4)


def test_ratio_is_paired():
    # the median of 4/2, 1/1, 30/10 is 2, the ratio of the medians 4/2; unpaired it is another
    assert interleaved.ratio([4, 1, 30], [2, 1, 10]) == 2
    assert interleaved.ratio([1, 2, 3], [3, 2, 1]) == 1
    with pytest.raises(ValueError):
        interleaved.ratio([1, 2], [1])
