"""What the rows of a run say of the engine, in a sentence for each net: ratios, and our aims.

An aim stands for full-size nets at 500 x 500 alone; on the CPU, for two threads.
"""

from collections.abc import Callable, Iterator

Rows = list[dict[str, str]]
AIMED = "500x500"
LABELS = {"cpu": 0.9999, "cuda": 0.999}  # share that is to be equal
# Device, net -> least factor to the fastest peer of the same weights, to the plain graph in time,
# and in growth of memory.
AIMS = {
    ("cpu", "voc-fcn8s"): (1.5, 2.5, 2.0),
    ("cpu", "voc-fcn-alexnet"): (1.3, None, None),
    ("cuda", "voc-fcn8s"): (None, 1.5, None),
}
FASTEST = {"seconds": 0.0025, "factor": 5.0, "images/s": 400.0}  # GPU, FCN-8s, in the fastest mode
OTHER_NETS = ("fcn-resnet50",)


def verdicts(rows: Rows) -> Iterator[str]:
    """A sentence for each net, size and device whose forward time was measured, all of one page."""
    places = ("net", "size", "device", "threads", "weights", "gpu", "cpu")
    for place in dict.fromkeys(tuple(row[key] for key in places) for row in rows):
        own = [row for row in rows if tuple(row[key] for key in places) == place]
        told = list(_told(place[0], place[2].partition(":")[0], own, _aimed(own[0])))
        if told:
            where = f"{place[0]}, {place[1]}, {place[2]}, {place[3]} threads, weights {place[4]}"
            yield f"{where}: {'; '.join(told)}."


def _aimed(row: dict[str, str]) -> bool:
    threads = row["device"] != "cpu" or row["threads"] == "2"
    return row["size"] == AIMED and threads and not row["weights"].startswith("narrow")


def _told(net: str, device: str, rows: Rows, aimed: bool) -> Iterator[str]:
    peer, plain, memory = AIMS.get((device, net), (None,) * 3) if aimed else (None,) * 3
    single = [row for row in rows if row["batch"] == "1"]
    forward = _of(single, "forward")
    same = [row for row in forward if row["runner"] not in ("ours", "plain", *OTHER_NETS)]
    if same:
        best = min(same, key=_ratio)
        yield f"fastest peer ({best['runner']}) / ours {_against(_ratio(best), peer)}"
    for row in forward:
        if row["runner"] == "plain":
            yield f"plain graph / ours {_against(_ratio(row), plain)}"
    for row in _of(single, "memory growth"):
        if row["runner"] == "plain":
            yield f"memory growth of the plain graph / ours {_against(_ratio(row), memory)}"
    for row in forward:
        if (row["runner"], row["mode"]) == ("ours", "exact") and row["labels equal"]:
            share = _share(row)
            aim = LABELS["cpu"] if aimed else None
            yield f"labels equal {row['labels equal']}{_aim(aim, share, '{:.2%}'.format)}"
    if device == "cuda":
        yield from _fastest(rows, forward, aimed and net == "voc-fcn8s")


def _fastest(rows: Rows, forward: Rows, aimed: bool) -> Iterator[str]:
    """Of our modes on a GPU, the quickest whose labels are near enough."""
    near = [row for row in forward if row["runner"] == "ours" and _share(row) >= LABELS["cuda"]]
    plain = [row for row in forward if row["runner"] == "plain"]
    aims = FASTEST if aimed else {}
    if near:
        best = min(near, key=lambda row: float(row["median"]))
        seconds, limit = float(best["median"]), aims.get("seconds")
        reached = "" if limit is None else f" (aim at most {limit:g}: {_word(seconds <= limit)})"
        share = f"{LABELS['cuda']:.1%} of labels"
        yield f"fastest mode with {share}, {best['mode']}, {seconds:g} s{reached}"
        for row in plain:
            factor = float(row["median"]) / seconds
            yield f"plain graph / that mode {_against(factor, aims.get('factor'))}"
    batched = [row for row in _of(rows, "throughput") if row["runner"] == "ours"]
    if batched:
        best = max(batched, key=lambda row: float(row["median"]))
        rate = float(best["median"])
        aim = _aim(aims.get("images/s"), rate, "{:g}".format)
        yield f"throughput {rate:g} images/s, {best['mode']}, batch {best['batch']}{aim}"


def _of(rows: Rows, protocol: str) -> Rows:
    """Those with numbers."""
    return [row for row in rows if row["protocol"] == protocol and row["ratio"]]


def _ratio(row: dict[str, str]) -> float:
    return float(row["ratio"])


def _share(row: dict[str, str]) -> float:
    equal, _, pixels = row["labels equal"].partition(" of ")
    return int(equal) / int(pixels) if equal else 0.0


def _against(value: float, aim: float | None) -> str:
    return f"{value:.2f}{_aim(aim, value, '{:g}'.format)}"


def _aim(aim: float | None, value: float, text: Callable[[float], str]) -> str:
    return "" if aim is None else f" (aim {text(aim)}: {_word(value >= aim)})"


def _word(reached: bool) -> str:
    return "reached" if reached else "not reached"
