"""The parts of a training run by themselves: seeds, log, watch, snapshots, sample settings."""

import json
from dataclasses import replace
from math import log

import pytest
import torch

from reproduce import recipes
from reproduce.errors import DataError
from reproduce.training import on_sample, plot, snapshots
from reproduce.training.display import Display
from reproduce.training.log import Log
from reproduce.training.order import Order
from reproduce.training.passes import Passes, seed_of
from reproduce.training.score import best, scorings
from reproduce.training.snapshots import Snapshot
from reproduce.training.watch import WINDOW, Watch
from weights_convert.graph import read_graph

CPU = torch.device("cpu")


def drawn(taken, rank=0, world=1, count=2):
    """What the passes of an iteration draw at random."""
    order = Order(10, 1337, rank, world)
    passes = Passes(iter([{"data": torch.zeros(1)}] * 9), count, taken, order, CPU)
    return [torch.rand(3).tolist() for _ in passes]


def test_random_numbers_depend_on_the_pass_alone():
    first, second, third, fourth = drawn(0, count=4)
    torch.rand(99)
    assert drawn(2) == [third, fourth]
    assert drawn(0, rank=1, world=2) == [second, fourth]
    assert drawn(1, rank=0, world=2, count=1) == [third]
    assert len({tuple(one) for one in (first, second, third, fourth)}) == 4


def test_neighbouring_seeds_have_nothing_in_common():
    seeds = [seed_of(1337, number) for number in range(1000)]
    assert len(set(seeds)) == 1000 and all(0 <= seed < 2**63 for seed in seeds)
    assert len({seed % 2**32 for seed in seeds}) == 1000
    assert seed_of(1338, 0) != seeds[0]


def watch(name):
    recipe = recipes.load(name)
    return Watch(read_graph(recipe.prototxt(), "TRAIN"), recipe.spec.architecture.channels)


def test_what_guessing_costs():
    """Two heads; void is not counted; of one that is normalised the pixels do not count."""
    label = torch.tensor([[[[0.0, 1.0, 255.0, 255.0]]]])
    one = watch("siftflow-fcn32s")
    one.look({"sem": label, "geo": label[..., :3]})
    assert one.guessing == pytest.approx(2 * log(33) + 2 * log(3))
    recipe = recipes.load("voc-fcn32s")
    averaged = replace(recipe, architecture={"normalize": True})
    two = Watch(read_graph(averaged.prototxt(), "TRAIN"), {"score": 21})
    two.look({"label": label})
    two.look({"label": label[..., 2:]})  # all void: costs nothing
    assert two.guessing == pytest.approx(log(21))


def test_a_stuck_loss_is_named_once():
    stuck = watch("voc-fcn32s")
    said = [stuck.said(i, 100.9, 100.0, 1e-10) for i in range(1, WINDOW + 50)]
    assert [i for i, text in enumerate(said, 1) if text] == [WINDOW]
    assert f"iteration {WINDOW}: the loss has been that of guessing" in said[WINDOW - 1]
    for cause in ("trunk loaded", "score layers begin at zero", "1e-10", "labels"):
        assert cause in said[WINDOW - 1]


@pytest.mark.parametrize("losses", [[101.1], [98.9], [100.0] * 199 + [90.0]])
def test_a_loss_that_moves_is_not_stuck(losses):
    moving = watch("voc-fcn32s")
    assert not any(moving.said(i, losses[i % len(losses)], 100.0, 1.0) for i in range(3 * WINDOW))


def test_a_log_is_cut_where_the_snapshot_is(tmp_path):
    own = Log(tmp_path / "log.jsonl")
    assert own.lines() == []
    own.add("start", key=1)
    for iteration in (1, 2, 3):
        own.add("loss", iteration=iteration, loss=float(iteration))
    with own.path.open("a") as file:
        file.write('{"event": "loss", "iter')
    assert [line["iteration"] for line in own.lines("loss")] == [1, 2, 3]
    own.cut(2)
    assert [line.get("iteration") for line in own.lines()] == [None, 1, 2]
    assert own.path.read_text().endswith("\n")
    Log(own.path, silent=True).cut(None)
    assert len(own.lines()) == 3
    own.cut(None)
    assert own.path.read_text() == ""


def test_no_log(tmp_path):
    (tmp_path / "log.jsonl").write_text("[1]\n")
    with pytest.raises(DataError, match=r"log\.jsonl: is no training log .*move it away"):
        Log(tmp_path / "log.jsonl").lines()


def snapshot(folder, iteration):
    one = Snapshot(iteration, folder)
    for suffix in snapshots.FILES:
        one.file(suffix).write_text("x" * iteration)
    sizes = dict.fromkeys(snapshots.FILES, iteration)
    one.file("rng").write_text(json.dumps({"bytes": sizes, "state": {"passes": iteration}}))
    return one


def test_old_snapshots_go(tmp_path):
    for iteration in (5, 10, 20, 30, 100):
        snapshot(tmp_path, iteration)
    snapshot(tmp_path, 90).file("solverstate").unlink()
    snapshot(tmp_path, 110).file("caffemodel").write_text("")
    assert [one.iteration for one in snapshots.found(tmp_path)] == [5, 10, 20, 30, 90, 100, 110]
    assert snapshots.newest(tmp_path).iteration == 100
    snapshots.prune(tmp_path, 2, [10])
    assert [one.iteration for one in snapshots.found(tmp_path)] == [10, 30, 100, 110]


@pytest.mark.parametrize("suffix", ["caffemodel", "solverstate", "rng"])
def test_a_torn_snapshot_is_not_whole(tmp_path, suffix):
    one = snapshot(tmp_path, 7)
    assert one.whole and one.state() == {"passes": 7}
    one.file(suffix).write_text(one.file(suffix).read_text()[:-3])
    assert not one.whole and snapshots.newest(tmp_path) is None


def test_a_state_that_is_none(tmp_path):
    Snapshot(1, tmp_path).file("rng").write_text("{}")
    with pytest.raises(DataError, match=r"train_iter_1\.rng: not the state of a run"):
        Snapshot(1, tmp_path).state()


def scores(iteration, mean_iu):
    return {"iteration": iteration, "event": "scores", "scores": {"score": {"mean_iu": mean_iu}}}


def test_the_best_is_of_what_was_trained():
    lines = [scores(0, 0.9), scores(10, 0.2), scores(20, 0.3), scores(30, 0.3)]
    assert best(lines)["iteration"] == 20 and best(lines[:1]) is None


class Split:
    def __init__(self, name, split):
        self.name, self.split = name, split


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("voc-fcn8s", ["score"]),
        ("siftflow-fcn8s", ["semantic", "release", "geometric"]),
    ],
)
def test_scored_as_in_its_table(name, keys):
    recipe = recipes.load(name)
    assert list(scorings(recipe, Split(*recipe.validation))) == keys
    assert list(scorings(recipe, Split("folder", "val"))) == list(recipe.spec.heads)


def test_settings_of_the_sample():
    whole = recipes.load("voc-fcn8s")
    text = "{solver: {base_lr: 0.5}, loop: {times: 2}, dropout: 0.25}"
    own = on_sample.read(whole, text)
    assert own.solver == whole.solver | {"base_lr": 0.5}
    assert own.loop == (2, whole.loop.iterations) and own.validation == whole.validation
    graph = read_graph(own.prototxt(), "TRAIN")
    layers = {layer.name: layer for layer in graph.layers}
    ratios = [
        str(layers[name].message.all("dropout_param")[0].all("dropout_ratio")[0])
        for name in ("drop6", "drop7")
    ]
    assert ratios == ["0.25", "0.25"]
    changed = set(map(str, own.prototxt().all("layer"))) - set(
        map(str, on_sample.read(whole, "").prototxt().all("layer"))
    )
    assert len(changed) == 2
    assert on_sample.names() == ["voc-fcn16s", "voc-fcn32s", "voc-fcn8s"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{solvers: {}}", "expected keys of"),
        ("{solver: {base_rate: 1}}", "base_rate"),
        ("{loop: {often: 1}}", "often"),
        ("{dropout: half}", "half"),
    ],
)
def test_settings_that_are_wrong(text, said):
    with pytest.raises(DataError, match=f"sample/voc-fcn8s.yaml: .*{said}"):
        on_sample.read(recipes.load("voc-fcn8s"), text)


def test_a_plot_of_losses_and_scores(tmp_path):
    pytest.importorskip("matplotlib")
    loss = {"event": "loss", "loss": 2.0, "smoothed_loss": 1.0}
    lines = [loss | {"iteration": i} for i in (1, 2)] + [scores(2, 0.5)]
    for name, given in (("all", lines), ("losses", lines[:2]), ("none", [])):
        plot.plot(tmp_path / f"{name}.png", "title", given)
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "all.png").read_bytes() != (tmp_path / "losses.png").read_bytes()


def test_a_line_where_there_is_no_terminal(capsys):
    with Display("net", 50, 10) as display:
        display.update(2.0, 1e-3, 4.0)
        display.line(20, 2.0, 1e-3, 4.0, 3725.2)
    with Display("net", 50, 10, silent=True) as display:
        display.line(20, 2.0, 1e-3, 4.0, 1.0)
    said = "net: iteration 20 of 50: loss 2, lr 0.001, 4 images/s, 1:02:05 left\n"
    assert capsys.readouterr().err == said
