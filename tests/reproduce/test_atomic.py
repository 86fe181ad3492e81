"""A failed or interrupted write leaves the old file, no other, and says why."""

import errno
import os
import subprocess
import sys

import pytest

from reproduce.atomic import check_writable, write
from reproduce.errors import DataError


def fails_with(error):
    def fail(*_):
        raise error

    return fail


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_bytes_and_text(tmp_path):
    write(tmp_path / "a", b"\r\n\x00")
    write(str(tmp_path / "b"), "é\n")
    write(tmp_path / "b", "ü\n")
    assert files(tmp_path) == {"a": b"\r\n\x00", "b": "ü\n".encode()}


def test_waiting_for_the_disk_can_be_waived(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", fails_with(KeyboardInterrupt()))
    write(tmp_path / "a", b"1", durable=False)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "a", b"2")
    assert files(tmp_path) == {"a": b"1"}


def test_mode_is_that_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    write(tmp_path / "written", b"")
    assert (tmp_path / "written").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to("file")
    write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_failure_keeps_the_old_file(tmp_path, monkeypatch, call, code):
    write(tmp_path / "old", b"old")
    monkeypatch.setattr(os, call, fails_with(OSError(code, os.strerror(code))))
    with pytest.raises(DataError, match=f"old: cannot be written: {os.strerror(code)}"):
        write(tmp_path / "old", b"new")
    assert files(tmp_path) == {"old": b"old"}


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_interrupt_keeps_the_old_file(tmp_path, monkeypatch, call):
    write(tmp_path / "old", b"old")
    monkeypatch.setattr(os, call, fails_with(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "old", b"new")
    assert files(tmp_path) == {"old": b"old"}


def test_a_write_cut_short_by_the_system(tmp_path):
    write(tmp_path / "old", b"old")
    script = (
        "import resource, signal, sys\n"
        "from reproduce.atomic import write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "write(sys.argv[1], bytes(1 << 20))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "old")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "old: cannot be written: File too large" in run.stderr
    assert files(tmp_path) == {"old": b"old"}


def test_places_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="new: cannot be written: Not a directory"):
        write(tmp_path / "file" / "new", b"")
    with pytest.raises(DataError, match="new: cannot be written: No such file"):
        write(tmp_path / "none" / "new", b"")
    with pytest.raises(DataError, match="cannot be written: Is a directory"):
        write(tmp_path, b"")
    assert files(tmp_path) == {"file": b""}


def test_check_writable_makes_the_folder_and_leaves_it_empty(tmp_path):
    assert check_writable(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert not files(tmp_path / "a" / "b")


@pytest.mark.parametrize("name, reason", [("file", "File exists"), ("file/a", "Not a directory")])
def test_check_writable_refuses_a_file(tmp_path, name, reason):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=rf"{name}: no file can be written there \({reason}\)"):
        check_writable(tmp_path / name)


def test_check_writable_refuses_a_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", fails_with(OSError(errno.ENOSPC, "No space left on device")))
    match = r"no file can be written there \(No space left on device\), choose another folder"
    with pytest.raises(DataError, match=match):
        check_writable(tmp_path)
    assert not files(tmp_path)
