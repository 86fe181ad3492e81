"""What is run in place of commands that need the released weights, data, network, or hours.

A command of a page is run as it stands, unless it is a key here; then its own parser still has to
take its arguments.  A key that no page has is an error, and so is a command that is neither a key
nor ends with status 0 as it stands.
"""

import subprocess
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from docs_pages import ROOT

TABLE = "python -m reproduce.table"
TRAIN = "python -m reproduce.train"
PREDICT = "python -m reproduce.predict"
CONVERT = "python -m weights_convert convert net.prototxt net.caffemodel -o"
FEW = "--sample --limit 1 --out quick"
SHORT = "--sample --iterations 2 --every 2 --no-scores"
WEIGHTS = "the released weights cannot be had here"
DATA = "the data set cannot be had here"
HOURS = "takes hours and a GPU"
MINUTES = "takes minutes, and gigabytes of memory or disk"
TESTS = ".venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -n 2 --dist loadfile"
SETUP = "installs torch; .ci/run does it from nothing"
CHECKOUT = "changes files of the checkout"
RANKS = "several processes; tests/reproduce/test_ranks.py and test_train_ranks.py start them"


class Instead(NamedTuple):
    """What is run for a command of the documentation, and why.

    status: with which it ends.  check: a test of its own, in place of a command.
    """

    why: str
    command: str = ""
    status: int = 0
    check: Callable[[], None] | None = None


def _has(path: str, text: str) -> None:
    assert text in (ROOT / path).read_text("utf-8"), f"{path} does not have {text!r}"


def _marks_are_found() -> None:
    command = ["grep", "-rn", "# Caffe:", "weights_convert", "reproduce"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout


def _has_table() -> None:
    _has("README.md", "<!-- end -->")


def given_in_readme() -> dict:
    """What the sentence above the README's code says of x."""
    return {"x": torch.zeros(1, 3, 40, 60)}


# page -> names that its code finds
GIVEN: dict[str, Callable[[], dict]] = {
    "README.md": given_in_readme,
    "python.md": lambda: {"checkout": str(ROOT)},
}
INSTEAD: dict[str, Instead] = {
    "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/python -m reproduce.table "
    "voc2011 --sample": Instead(SETUP, f"{TABLE} voc2011 masking {FEW}"),
    f"python3 -m venv .venv && {TESTS}": Instead(SETUP, check=partial(_has, ".ci/run", TESTS)),
    f"{TABLE} voc2011 nyudv2 siftflow pascalcontext upper-bounds": Instead(
        DATA, f"{TABLE} nyudv2 siftflow pascalcontext {FEW}"
    ),
    f"{TABLE} cvpr2015-table4 --data ~/data --weights ~/caffemodels --device cuda": Instead(
        DATA, f"{TABLE} cvpr2015-table4 --sample --out quick"
    ),
    f"{TABLE} cvpr2015-table4": Instead(DATA, f"{TABLE} cvpr2015-table4 --sample --out quick"),
    f"{TABLE} siftflow pascalcontext --data ~/data --weights ~/caffemodels": Instead(
        DATA, f"{TABLE} nyudv2 siftflow pascalcontext {FEW}"
    ),
    f"{TABLE} voc2011 --weights ~/caffemodels --offline": Instead(
        WEIGHTS, f"{TABLE} voc2011 masking {FEW}"
    ),
    f"{TABLE} all --sample": Instead(MINUTES, f"{TABLE} voc2011 masking {FEW}"),
    f"{TABLE} all --data ~/data --weights ~/caffemodels": Instead(
        DATA, f"{TABLE} voc2011 masking {FEW}"
    ),
    f"{TABLE} voc2011 nyudv2 siftflow pascalcontext masking --sample": Instead(
        MINUTES, f"{TABLE} nyudv2 siftflow pascalcontext {FEW}"
    ),
    f"{TABLE} upper-bounds --data DIR --offline": Instead(
        DATA, f"{TABLE} upper-bounds --nets caffe-bilinear {FEW}"
    ),
    "torchrun --nproc-per-node 8 -m reproduce.table voc2011": Instead(
        RANKS, f"{TABLE} voc2011 masking {FEW}"
    ),
    "python -m reproduce.doctor voc2011 --data ~/data": Instead(
        DATA, "python -m reproduce.doctor voc2011 --sample"
    ),
    "python -m reproduce.doctor voc2011 nyudv2 --data ~/data": Instead(
        DATA, "python -m reproduce.doctor voc2011 nyudv2 --sample"
    ),
    "python -m reproduce.submit voc2012": Instead(
        DATA, "python -m reproduce.submit voc2012 --sample --net voc-fcn-alexnet --out quick.tgz"
    ),
    "python -m reproduce.submit voc2012 --check FILE": Instead(
        "FILE is the sample's archive", "python -m reproduce.submit --check quick.tgz", status=1
    ),
    f"{TRAIN} voc-fcn8s --stages": Instead(HOURS, f"{TRAIN} voc-fcn8s --stages --sample --explain"),
    f"{TRAIN} voc-fcn8s --stages --sample --out DIR": Instead(
        "takes a quarter of an hour, and is done by pytest -m train",
        f"{TRAIN} voc-fcn8s --stages {SHORT} --out once-more",
    ),
    f"{TRAIN} voc-fcn8s --stages --sample": Instead(
        "takes a quarter of an hour, and is done by pytest -m train",
        f"{TRAIN} voc-fcn8s --stages {SHORT} --out again",
    ),
    f"{TRAIN} voc-fcn32s": Instead(HOURS, f"{TRAIN} voc-fcn32s {SHORT}"),
    f"{TRAIN} voc-fcn32s --data mine --classes road,sky,tree": Instead(
        HOURS, f"{TRAIN} voc-fcn32s --data mine --classes road,sky,tree --explain"
    ),
    f"{TRAIN} voc-fcn32s --resume": Instead(
        HOURS, f"{TRAIN} voc-fcn32s --resume --sample --iterations 3 --every 2 --no-scores"
    ),
    "torchrun --nproc-per-node 4 -m reproduce.train voc-fcn32s --data mine --classes "
    "road,sky,tree": Instead(RANKS, f"{TRAIN} voc-fcn32s {SHORT} --out again"),
    f"{PREDICT} --sample --show": Instead("opens a window", f"{PREDICT} --sample"),
    f"{PREDICT} photo.jpg --net voc-fcn8s": Instead(WEIGHTS, f"{PREDICT} photo.jpg --sample"),
    f"{PREDICT} photo.jpg": Instead(WEIGHTS, f"{PREDICT} photo.jpg --sample"),
    f"{PREDICT} photos/ 'more/*.png' --net voc-fcn32s --json": Instead(
        WEIGHTS, f"{PREDICT} photos/ 'more/*.png' --net voc-fcn32s --json --sample"
    ),
    f"{PREDICT} - --out - <photo.jpg >labels.png": Instead(
        WEIGHTS, f"{PREDICT} - --sample --out - <photo.jpg >labels.png"
    ),
    f"{PREDICT} photo.jpg --weights ~/caffemodels --offline": Instead(
        WEIGHTS, f"{PREDICT} photo.jpg --sample --offline"
    ),
    f"{PREDICT} photo.jpg --weights net.caffemodel": Instead(
        "net.caffemodel here is of a narrow net, so that its shapes do not fit",
        f"{PREDICT} photo.jpg --weights net.caffemodel",
        status=2,
    ),
    f"{PREDICT} photo.jpg --net voc-fcn32s --weights mine --own-weights": Instead(
        "the folder here has no weights",
        f"{PREDICT} photo.jpg --net voc-fcn32s --weights mine --own-weights",
        status=2,
    ),
    f"{PREDICT} room.png --net nyud-fcn32s-color-hha --depth depth.png": Instead(
        WEIGHTS, f"{PREDICT} room.png --net nyud-fcn32s-color-hha --hha hha.png --sample"
    ),
    f"{PREDICT} room.png --net nyud-fcn32s-color-hha --hha hha.png": Instead(
        WEIGHTS, f"{PREDICT} room.png --net nyud-fcn32s-color-hha --hha hha.png --sample"
    ),
    "python -m reproduce.hha nyud/data/depth -o nyud/data/hha": Instead(
        DATA, "python -m reproduce.hha --help"
    ),
    "python -m reproduce.hha DEPTH RAW -o HHA": Instead(DATA, "python -m reproduce.hha --help"),
    "python -m reproduce.hha 0.png --unit m10000 --compare matlab_hha.png": Instead(
        DATA, "python -m reproduce.hha --help"
    ),
    "python -m reproduce.embed README.md": Instead(CHECKOUT, check=_has_table),
    "python -m reproduce.report results --open": Instead(
        "opens a browser", "python -m reproduce.report results --gallery 0 --out page.html"
    ),
    "python docs/padding_picture.py": Instead(CHECKOUT, "python docs/padding_picture.py quick.png"),
    "python docs/caffe_marks.py": Instead(
        CHECKOUT, check=partial(_has, "docs/caffe_marks.py", "def filled")
    ),
    'grep -rn "# Caffe:" weights_convert reproduce': Instead("a shell's", check=_marks_are_found),
    "tox -e table": Instead(CHECKOUT, check=partial(_has, "tox.ini", "[testenv:table]")),
    "tox -e lint": Instead(CHECKOUT, check=partial(_has, "tox.ini", "[testenv:lint]")),
    "pytest -m full": Instead(MINUTES, check=partial(_has, "pyproject.toml", '"full: ')),
    "pytest -m train": Instead(MINUTES, check=partial(_has, "pyproject.toml", '"train: ')),
    "pip install 'fcn-reproduce[train]'": Instead(
        SETUP, check=partial(_has, "pyproject.toml", "train = [")
    ),
}
# module -> what stands for each of its measurements, whose arguments are those of the evidence
MEASUREMENTS: dict[str, Instead] = {
    "benchmarks.load": Instead(
        MINUTES,
        "python -m benchmarks.load --prototxt net.prototxt --weights net.caffemodel --runs 1 "
        "--out load.csv",
    ),
    "benchmarks.speed": Instead(
        MINUTES,
        "python -m benchmarks.speed --sample --net voc-fcn-alexnet --size 32x32 --runs 1 "
        "--out speed.csv",
    ),
    "benchmarks.growth": Instead(
        MINUTES,
        "python -m benchmarks.growth --sample --sweep area --size 32x32 48x48 --runs 1 "
        "--no-memory --out growth.csv",
    ),
    "benchmarks.loop": Instead(
        MINUTES, "python -m benchmarks.loop --images 4 --runs 1 --out loop.csv"
    ),
    "benchmarks.training": Instead(
        MINUTES, "python -m benchmarks.training --sample --steps 1 --no-memory --out training.csv"
    ),
}


def stand_in(line: str, module: str | None) -> Instead | None:
    """What is run instead of a command; None if it is run itself."""
    if line.endswith("--help"):
        return None
    return INSTEAD.get(line) or MEASUREMENTS.get(module or "")
