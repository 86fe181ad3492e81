"""A file that is something else is called by its name."""

import io
import pickle
import tarfile
import zipfile

import pytest

from weights_convert.caffemodel import Caffemodel
from weights_convert.errors import CaffemodelError

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 537960232\n"


def zipped() -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    return data.getvalue()


def tarred() -> bytes:
    with tarfile.open(fileobj=(data := io.BytesIO()), mode="w") as archive:
        archive.addfile(tarfile.TarInfo("fcn8s.caffemodel"))
    return data.getvalue()


@pytest.mark.parametrize(
    "data, what",
    [
        (b"<!DOCTYPE html>\n<title>404</title>", "an HTML page"),
        (b"\n\n<html>", "an HTML page"),
        (b'name: "net"\nlayer {\n', "text: the prototxt goes"),
        (b"# a net\n", "text: the prototxt goes"),
        (zipped(), "a zip archive"),
        (tarred(), "a tar archive"),
        (pickle.dumps({"a": 1}, 2), "a Python pickle"),
        (pickle.dumps({"a": 1}, 4), "a Python pickle"),
        (LFS, "a Git LFS pointer: run `git lfs pull`"),
        (b"\x08\xa0\x1f\x12\x04a.ca", "another of Caffe's files"),
    ],
)
def test_names_it_and_says_what_to_do(tmp_path, data, what):
    (tmp_path / "w.caffemodel").write_bytes(data)
    with pytest.raises(CaffemodelError, match=rf"w\.caffemodel: not a caffemodel but {what}"):
        Caffemodel.open(tmp_path / "w.caffemodel")


def test_other_damage_keeps_its_own_message(tmp_path):
    (tmp_path / "w.caffemodel").write_bytes(b"\xa2\x06\x05abc")
    with pytest.raises(CaffemodelError, match="byte 0: field 100 takes 5 bytes"):
        Caffemodel.open(tmp_path / "w.caffemodel")
