"""The wheel, built from the checkout without network, holds what is needed and runs on its own."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PACKAGES = ("weights_convert", "reproduce", "benchmarks")
FILES = ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "hubconf.py")
BUILD = "import sys; from setuptools import build_meta as b; getattr(b, sys.argv[1])(sys.argv[2])"

pytest.importorskip("setuptools")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of what the wheel is built from, with the leavings that a checkout has."""
    root = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, root / package)
    for file in FILES:
        shutil.copy(CHECKOUT / file, root)
    (left := root / "reproduce" / "sample" / "__pycache__").mkdir(exist_ok=True)
    (left / "old.cpython-311.pyc").touch()
    for folder in ("tests", "results"):
        (root / folder).mkdir()
        (root / folder / "test_x.py").touch()
    return root


def build(what, tree, out):
    words = [sys.executable, "-c", BUILD, what, str(out)]
    subprocess.run(words, cwd=tree, check=True, capture_output=True)
    [file] = out.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tree, tmp_path_factory):
    return build("build_wheel", tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """The wheel installed, with its scripts, into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*words, "--target", str(folder), str(wheel)], check=True)
    return folder


def content(wheel):
    """File name -> CRC, less the record of all the others."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            one.filename: one.CRC for one in archive.infolist() if "/RECORD" not in one.filename
        }


def test_wheel_has_every_file_of_the_packages_and_no_other(tree, wheel):
    names = {name for name in content(wheel) if ".dist-info/" not in name}
    files = [path for one in PACKAGES for path in (tree / one).rglob("*") if path.is_file()]
    sources = [path for path in files if "__pycache__" not in path.parts]
    assert names == {path.relative_to(tree).as_posix() for path in sources}
    for name in (
        "weights_convert/py.typed",
        "reproduce/py.typed",
        "reproduce/nets/voc-fcn8s.yaml",
        "reproduce/sample/nets/voc-fcn8s/weights.caffemodel.gz",
        "reproduce/sample/VOCdevkit/VOC2011/JPEGImages/2011_000001.jpg",
    ):
        assert name in names


def test_wheel_says_its_commands_and_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        told = {
            name.partition(".dist-info/")[2]: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info/" in name
        }
    assert "fcn-table = reproduce.table:main" in told["entry_points.txt"]
    assert "fcn-convert = weights_convert.__main__:main" in told["entry_points.txt"]
    assert "License-Expression: BSD-2-Clause" in told["METADATA"]
    assert "licenses/LICENSE" in told


def test_sdist_gives_the_same_wheel(tree, wheel, tmp_path):
    sdist = build("build_sdist", tree, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "read", filter="data")
    [root] = (tmp_path / "read").iterdir()
    assert (root / "hubconf.py").is_file() and not (root / "tests").exists()
    second = build("build_wheel", root, tmp_path / "second")
    assert content(second) == content(wheel)


def test_commands_run_outside_the_checkout(site, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(site)}

    def run(*words):
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)

    where = run(sys.executable, "-c", "import reproduce; print(reproduce.__file__)")
    assert where.stdout.strip() == str(site / "reproduce" / "__init__.py")
    done = run(str(site / "bin" / "fcn-predict"), "--sample", "--net", "voc-fcn-alexnet")
    assert done.returncode == 0, done.stderr
    assert "labels are those of real Caffe" in done.stdout
    assert (tmp_path / "predictions" / "2011_000001.png").is_file()
