"""The command: what it trains, writes and prints."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from training_runs import bundled, log, run, words

from reproduce import metrics, recipes, train
from reproduce.datasets import blobs
from reproduce.training import on_sample
from weights_convert import load_net, read_caffemodel, write_caffemodel
from weights_convert.solverstate import opened

METRICS = ["pixel acc.", "mean acc.", "mean IU", "f.w. IU"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(folder of the runs, what was printed) of two stages of three iterations."""
    folder = tmp_path_factory.mktemp("trained")
    call = ("--stages", "--iterations", "3", "--every", "1", "--keep", "1")
    with pytest.MonkeyPatch.context() as patch:
        printed = []
        patch.setattr("builtins.print", lambda *texts, **_: printed.extend(texts))
        assert run(patch, folder, *call, net="voc-fcn16s") == 0
    return folder, "\n".join(printed)


def test_files_of_each_stage(trained):
    folder, _ = trained
    for net in ("voc-fcn32s", "voc-fcn16s"):
        scores = log(folder / net, "scores")
        best = max(scores[1:], key=lambda line: line["scores"]["score"]["mean_iu"])
        parts = ("caffemodel", "solverstate", "rng")
        kept = {f"train_iter_{n}.{part}" for n in (3, best["iteration"]) for part in parts}
        assert {path.name for path in (folder / net).glob("train_iter_*")} == kept
        assert (folder / net / "plot.png").read_bytes().startswith(b"\x89PNG")
        with opened(folder / net / "train_iter_3.solverstate") as state:
            assert state.iter == 3
    left = {path.name for path in folder.glob("voc*/*") if not path.name.startswith("train_iter")}
    assert left == {"log.jsonl", "plot.png", "trunk.caffemodel"}
    assert {path.name for path in folder.iterdir()} == {"voc-fcn32s", "voc-fcn16s"}


def test_scores_are_those_of_the_file_that_is_kept(trained):
    folder = trained[0] / "voc-fcn16s"
    spec, data = on_sample.recipe("voc-fcn16s").spec, bundled()
    net = load_net(spec.prototxt(), folder / "train_iter_3.caffemodel")
    counts = np.zeros((21, 21), np.int64)
    for id in data.ids[:2]:
        sample = blobs.sample(data, id, spec.inputs)
        with torch.no_grad():
            guess = net(**sample.inputs)["score"][0].argmax(0).numpy()
        for pair in zip(sample.labels["label"].ravel(), guess.ravel(), strict=True):
            if pair[0] != 255:
                counts[pair] += 1
    *_, last = log(folder, "scores")
    assert last["iteration"] == 3 and last["images"] == 2
    assert np.array_equal(last["counts"]["score"], counts)
    assert last["scores"]["score"] == metrics.scores(counts)._asdict()


def test_a_stage_begins_where_the_one_before_ended(trained):
    folder, _ = trained
    [begun] = log(folder / "voc-fcn16s", "start")
    assert "voc-fcn32s/train_iter_3.caffemodel:" in begun["beginning"][0]
    assert {"score_pool4 zeros", "upscore2 bilinear"} <= set(begun["beginning"])
    # New skips begin at zero: the scores are those before, on another grid.
    before, after = (
        log(folder / "voc-fcn32s", "scores")[-1],
        log(folder / "voc-fcn16s", "scores")[0],
    )
    assert after["iteration"] == 0
    assert after["scores"]["score"]["mean_iu"] == pytest.approx(
        before["scores"]["score"]["mean_iu"], abs=0.02
    )


def test_the_first_stage_begins_with_a_trunk_alone(trained):
    layers = read_caffemodel(trained[0] / "voc-fcn32s" / "trunk.caffemodel")
    assert next(iter(layers)) == "conv1_1" and list(layers)[-1] == "fc7" and len(layers) == 15


def test_what_is_printed(trained):
    folder, text = trained
    table = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    assert table[0] == ["net", "metric", "before", "after", "iterations", "images"]
    assert [row[0] for row in table[2:]] == ["voc-fcn32s"] * 4 + ["voc-fcn16s"] * 4
    assert [row[1] for row in table[2:]] == METRICS * 2
    *_, last = log(folder / "voc-fcn16s", "scores")
    assert float(table[8][3]) == pytest.approx(100 * last["scores"]["score"]["mean_iu"], abs=1e-4)
    assert re.search(r"voc-fcn16s: .*train_iter_3.caffemodel; best mean IU [\d.]+: .*iter_", text)


def test_the_log(trained):
    folder = trained[0] / "voc-fcn32s"
    [begun] = log(folder, "start")
    assert begun["key"]["net"] == "voc-fcn32s" and begun["provenance"]["libraries"]["torch"]
    assert begun["command"].startswith("python -m reproduce.train voc-fcn16s --sample --out DIR")
    first, last = log(folder, "loss")
    assert (first["iteration"], last["iteration"]) == (1, 3)
    assert first["loss"] == first["smoothed_loss"] != last["smoothed_loss"]
    assert first["lr"] == np.float32(on_sample.recipe("voc-fcn32s").solver["base_lr"])
    assert last["seconds"] > first["seconds"] > 0 and first["images_per_second"] > 0


def test_a_loss_is_the_mean_of_ln_classes_at_first(trained):
    """Scores begin at zero: each pixel that is not void costs ln 21."""
    data, [first, _] = bundled(), log(trained[0] / "voc-fcn32s", "loss")
    drawn = data.ids[int(0.6177528569514706 * len(data))]  # random.seed(1337); random.random()
    pixels = (data.labels(drawn)["label"] != 255).sum()
    assert first["loss"] == pytest.approx(pixels * np.log(21), rel=1e-5)


def test_without_matplotlib_training_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    assert run(monkeypatch, tmp_path, "--iterations", "1", "--no-scores") == 0
    out, error = capsys.readouterr()
    assert "warning: no plot.png: " in error and "pip install 'fcn-reproduce[train]'" in error
    assert out.startswith("voc-fcn32s: ") and out.count("\n") == 1
    assert not (tmp_path / "voc-fcn32s" / "plot.png").exists()


def test_explain(capsys):
    assert train.main(["voc-fcn16s", "--stages", "--explain"]) == 0
    text = capsys.readouterr().out
    assert text.count("Momentum: 0.99") == 2 and "voc-fcn32s: FCN-32s, heavy momentum" in text


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The words of a call on a folder of one's own, with a net that is narrower still."""
    random = np.random.default_rng(5)
    for folder, shape in (("images", (20, 24, 3)), ("labels", (20, 24))):
        (tmp_path / folder).mkdir()
        for id in "abc":
            pixels = random.integers(0, 256 if folder == "images" else 3, shape, np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{id}.png")
    (tmp_path / "val.txt").write_text("c\n")
    load = recipes.load
    narrow = {"narrow": 16, "fc": 8}
    monkeypatch.setattr(recipes, "load", lambda name: replace(load(name), architecture=narrow))
    net = load_net(recipes.load("voc-fcn32s").prototxt(), None, "TRAIN")
    params = {
        layer: [(0.05 * random.standard_normal(blob.shape)).astype(np.float32) for blob in blobs]
        for layer, blobs in net.params().items()
        if not layer.startswith(("score", "upscore"))
    }
    write_caffemodel(tmp_path / "classifier.caffemodel", params)
    call = ["voc-fcn32s", "--data", str(tmp_path), "--classes", "road,sky,tree", "--iterations"]
    return [*call, "2", "--start", str(tmp_path / "classifier.caffemodel"), "--device", "cpu"]


def test_data_and_classes_of_ones_own(own, tmp_path, capsys):
    assert train.main([*own, "--out", str(tmp_path / "runs")]) == 0
    folder = tmp_path / "runs" / "voc-fcn32s"
    shapes = [x.shape for x in read_caffemodel(folder / "train_iter_2.caffemodel")["score_fr"]]
    assert shapes == [(3, 8, 1, 1), (3,)]
    [begun], [scored] = log(folder, "start"), log(folder, "scores")
    assert begun["key"]["classes"] == {"label": ["road", "sky", "tree"]}
    assert begun["key"]["data"][:2] == ["folder", "train"] and scored["images"] == 1
    assert "DIR" in begun["command"] and str(tmp_path) not in begun["command"]
    assert "| mean IU" in capsys.readouterr().out


def spoil_label(folder):
    Image.fromarray(np.full((20, 24), 9, np.uint8)).save(folder / "labels" / "a.png")
    (folder / "train.txt").write_text("a\n")


def drop_labels(folder):
    for path in (folder / "labels").iterdir():
        path.unlink()
    (folder / "labels").rmdir()


def drop_list(folder):
    (folder / "val.txt").unlink()


def empty_list(folder):
    (folder / "train.txt").write_text("")


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (spoil_label, r"a\.png: labels 9, .*expected 0 to 2 or 255"),
        (drop_labels, r"labels: no such folder"),
        (drop_list, r"val\.txt: no such list.*or give --no-scores"),
        (empty_list, r"train\.txt: .*(empty|no id)"),
    ],
)
def test_data_of_ones_own_that_is_wrong(own, tmp_path, capsys, spoil, text):
    spoil(tmp_path)
    assert train.main([*own, "--out", str(tmp_path / "runs")]) == 2
    error = capsys.readouterr().err
    assert re.search(text, error) and "Traceback" not in error


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (["--iterations", "0"], "--iterations 0: expected at least 1"),
        (["--keep", "-1"], "--keep -1: expected at least 1"),
        (["--classes", "3"], "--classes: expected --data DIR as well"),
        (["--start", "no.caffemodel"], "--start no.caffemodel: no such file"),
        (["--sample", "--classes", "3", "--data", "."], "--sample: brings its own data"),
        (["--device", "tpu:9"], "--device tpu:9: "),
    ],
)
def test_wrong_calls(more, text, tmp_path, capsys):
    assert train.main(["voc-fcn32s", "--out", str(tmp_path), *more]) == 2
    assert text in capsys.readouterr().err


def test_unknown_nets(tmp_path, capsys):
    assert train.main(["voc-fcn4s", "--out", str(tmp_path)]) == 2
    assert "recipe 'voc-fcn4s': unknown, expected one of " in capsys.readouterr().err
    assert train.main(["nyud-fcn32s-hha", "--sample", "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "--sample nyud-fcn32s-hha: not among its nets, expected voc-fcn16s, voc-fcn32s" in error


def test_a_stage_without_the_one_before(tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, tmp_path, net="voc-fcn16s") == 2
    error = capsys.readouterr().err
    assert "begins with voc-fcn32s, which is not in" in error and "--stages" in error


def test_no_weights_to_begin_with(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("reproduce.training.plan.Plan.training_data", lambda self: bundled())
    small = recipes.load("voc-fcn32s")
    small = replace(small, architecture={"narrow": 16, "fc": 8})
    monkeypatch.setattr(recipes, "load", lambda name: small)
    call = ["voc-fcn32s", "--weights", str(tmp_path), "--offline", "--no-scores"]
    assert train.main([*call, "--out", str(tmp_path / "runs")]) == 2
    assert "VGG_ILSVRC_16_layers.caffemodel" in capsys.readouterr().err
    zeros = load_net(small.prototxt(), None, "TRAIN").params()
    zeros = {layer: [np.zeros(x.shape, np.float32) for x in own] for layer, own in zeros.items()}
    write_caffemodel(tmp_path / "zeros.caffemodel", zeros)
    call += ["--start", str(tmp_path / "zeros.caffemodel")]
    assert train.main([*call, "--out", str(tmp_path / "runs")]) == 2
    assert "a net whose trunk is zero learns nothing" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    assert run(monkeypatch, tmp_path / "file") == 2
    assert "no file can be written there" in capsys.readouterr().err


def test_a_loss_that_is_no_number(tmp_path, monkeypatch, capsys):
    read, rate = on_sample.read, "solver: {base_lr: 1.0, lr_policy: multistep, gamma: 1.0e+30, "
    text = rate + "stepvalue: [1], momentum: 0}"
    monkeypatch.setattr(on_sample, "read", lambda whole, _: read(whole, text))
    more = ("--iterations", "9", "--every", "1", "--no-scores")
    assert run(monkeypatch, tmp_path, *more) == 2
    error = capsys.readouterr().err
    last = re.search(r"the last good snapshot is .*train_iter_(\d)\.caffemodel", error)
    assert f"voc-fcn32s: iteration {last[1]}: loss is nan" in error
    stopped = log(tmp_path / "voc-fcn32s", "stop")
    assert [line["iteration"] for line in stopped] == [int(last[1])]
    found = read_caffemodel(tmp_path / "voc-fcn32s" / f"train_iter_{last[1]}.caffemodel")
    assert len(found) == 17


def test_an_empty_split(tmp_path, monkeypatch, capsys):
    def empty(folder=None):
        data = bundled()
        data.ids = ()
        return data

    monkeypatch.setattr(on_sample, "training_data", empty)
    assert train.main(words(tmp_path)) == 2
    assert "voc2011 seg11valid: is empty, expected an image at least" in capsys.readouterr().err
