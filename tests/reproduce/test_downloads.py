"""Fetching: mirrors, checksums, what is remembered, and what is left behind when it is stopped."""

import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from file_server import running

import reproduce.errors
from reproduce import checksums, transfer
from reproduce.downloads import Remote, by_hand, cache_folder, fetch
from reproduce.errors import ChecksumError, DataError, MissingError

BODY = random.Random(2).randbytes(200_000)
SHA1 = f"sha1:{hashlib.sha1(BODY).hexdigest()}"
SHA256 = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
OTHER = BODY[::-1]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(transfer, "TIMEOUT", 2)
    monkeypatch.setattr(transfer, "_unreachable", set())
    with running() as server:
        yield server


def net(*mirrors, checksum=SHA1):
    return Remote("net", mirrors, checksum, "a test", None)


def held(folder):
    return sorted(path.name for path in folder.iterdir())


def test_fetched_once_and_read_through_once(server, tmp_path, monkeypatch):
    one = net(server.serve("net", BODY))
    assert fetch(one, tmp_path / "new" / "folder").read_bytes() == BODY
    assert held(tmp_path / "new" / "folder") == ["checksums.json", "net"]
    monkeypatch.setattr(checksums, "digest", lambda *_: pytest.fail("read again"))
    fetch(one, tmp_path / "new" / "folder", offline=True)
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [OTHER, BODY[:-1]], ids=["time", "size"])
def test_a_file_that_changed_is_checked_again_and_never_replaced(server, tmp_path, body):
    path = fetch(net(server.serve("net", BODY)), tmp_path)
    path.write_bytes(body)
    with pytest.raises(
        ChecksumError, match=f"^{path}: expected {SHA1}, found sha1:.*move the file"
    ):
        fetch(net(server.url("net")), tmp_path)
    assert path.read_bytes() == body
    assert len(server.asked) == 1


def test_a_file_put_there_by_hand_is_checked(tmp_path):
    (tmp_path / "net").write_bytes(BODY)
    one = net("http://127.0.0.1:1/net")
    assert fetch(one, tmp_path, offline=True) == tmp_path / "net"
    (tmp_path / "net").write_bytes(b"<html>Moved</html>")
    with pytest.raises(DataError, match=f"^{tmp_path}/net: is an HTML page: move it away"):
        fetch(net("http://127.0.0.1:1/net", checksum=None), tmp_path)


def test_a_checksum_published_later_is_checked(server, tmp_path):
    url = server.serve("net", BODY)
    fetch(net(url, checksum=None), tmp_path)
    with pytest.raises(ChecksumError, match=f"expected sha1:{40 * '0'}, found {SHA1}; or move"):
        fetch(net(url, checksum=f"sha1:{40 * '0'}"), tmp_path)
    fetch(net(url), tmp_path)


def test_mirrors_in_order(server, tmp_path):
    with running() as gone:
        dead = gone.url("net")
    one = net(
        dead,
        server.url("lost"),
        server.serve("broken", BODY, status=500),
        server.serve("page", b"<!doctype html><title>Sorry</title>"),
        server.serve("wrong", OTHER),
        server.serve("silent", BODY, stops_at=20_000),
        server.serve("net", BODY),
        server.serve("never", BODY),
    )
    assert fetch(one, tmp_path).read_bytes() == BODY
    assert (tmp_path / "net.bad").read_bytes() == OTHER
    names = [asked.path for asked in server.asked]
    assert list(dict.fromkeys(names)) == ["lost", "broken", "page", "wrong", "silent", "net"]


def test_a_wrong_file_is_named_and_kept(server, tmp_path):
    found = f"sha1:{hashlib.sha1(OTHER).hexdigest()}"
    with pytest.raises(ChecksumError) as caught:
        fetch(net(server.serve("net", OTHER), server.url("lost")), tmp_path)
    assert str(caught.value) == (
        f"net from {server.url('net')}: expected {SHA1}, found {found}; "
        f"kept as {tmp_path}/net.bad, fetch again or get it by hand"
    )
    assert held(tmp_path) == ["net.bad"]


def test_the_first_download_is_recorded_and_later_ones_must_match(server, tmp_path):
    one = net(server.serve("net", BODY), checksum=None)
    fetch(one, tmp_path).unlink()
    assert json.loads((tmp_path / "checksums.json").read_text())["net"]["recorded"] == SHA256
    server.serve("net", OTHER)
    text = (
        f"expected {SHA256}, as recorded in {tmp_path}/checksums.json at the first download, "
        "found sha256:.*; to accept the new file remove the entry 'net' there; kept as .*net.bad"
    )
    with pytest.raises(ChecksumError, match=text):
        fetch(one, tmp_path)
    (tmp_path / "checksums.json").unlink()
    assert fetch(one, tmp_path).read_bytes() == OTHER


def test_a_page_is_never_recorded(server, tmp_path):
    one = net(server.serve("net", b"<html>"), checksum=None)
    with pytest.raises(MissingError, match="answered with an HTML page"):
        fetch(one, tmp_path)
    assert held(tmp_path) == []


def test_offline_says_what_to_do(tmp_path):
    one = net("http://a.org/net", "https://b.org/net")
    with pytest.raises(MissingError) as caught:
        fetch(one, tmp_path, offline=True)
    assert str(caught.value) == (
        f"net is not in {tmp_path} (and could not be fetched: offline): "
        "get it from http://a.org/net or https://b.org/net and put it there"
    )
    assert held(tmp_path) == []


def test_all_mirrors_failing_says_why_in_one_line(server, tmp_path):
    loop = server.serve(
        "loop", b"", status=302, location="/loop"
    )  # urllib's words have line breaks
    with pytest.raises(
        MissingError, match=r"fetched: \S+/lost answered 404 Not Found; \S+/loop an"
    ) as e:
        fetch(net(server.url("lost"), loop), tmp_path)
    assert "\n" not in str(e.value)


def test_by_hand_lists_what_is_missing(tmp_path):
    (tmp_path / "net").touch()
    big = Remote("big", ("http://a.org/big", "http://b.org/big"), None, "a test", 537_959_036)
    odd = Remote("odd", ("http://a.org/odd",), None, "a test", None)
    assert by_hand([big, net("http://a.org/net"), odd], tmp_path).splitlines() == [
        "big (about 538MB) is missing: get it from http://a.org/big or http://b.org/big and put it "
        f"into {tmp_path}",
        f"odd (size unknown) is missing: get it from http://a.org/odd and put it into {tmp_path}",
    ]


def fetching(url, folder, limit=None):
    """Another process that fetches `url` into `folder`, with at most `limit` bytes a file."""
    code = "import sys; from reproduce.downloads import *; from pathlib import Path; " + (
        f"fetch(Remote('net', ({url!r},), {SHA1!r}, 'a test', None), Path(sys.argv[1]))"
    )
    root = Path(reproduce.errors.__file__).parents[1]
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONPATH": str(root), "no_proxy": "127.0.0.1"},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))),
    )


def wait_for(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("nothing came of it")


@pytest.mark.parametrize("stop, left", [(signal.SIGKILL, ["net.lock"]), (signal.SIGINT, [])])
def test_a_stopped_download_is_gone_on_with(server, tmp_path, stop, left):
    url, part = server.serve("net", BODY, stops_at=120_000), tmp_path / "net.part"
    process = fetching(url, tmp_path)
    wait_for(lambda: part.exists() and part.stat().st_size == 120_000)
    process.send_signal(stop)
    process.communicate()
    assert held(tmp_path) == [*left, "net.part", "net.part.json"]
    server.serve("net", BODY)
    server.asked.clear()
    assert fetch(net(url), tmp_path).read_bytes() == BODY
    assert [(asked.range, asked.sent) for asked in server.asked] == [("bytes=120000-", 80_000)]
    assert held(tmp_path) == ["checksums.json", "net"]


def test_two_at_once_fetch_once(server, tmp_path):
    url = server.serve("net", BODY, stops_at=50_000)
    processes = [fetching(url, tmp_path) for _ in range(2)]
    wait_for(lambda: server.asked)
    time.sleep(0.2)  # the other one comes to the lock
    server.files["net"].go.set()
    assert [process.wait(20) for process in processes] == [0, 0]
    assert len(server.asked) == 1
    assert held(tmp_path) == ["checksums.json", "net"]
    for process in processes:
        process.stderr.close()


def test_a_full_disk_keeps_the_part(server, tmp_path):
    process = fetching(server.serve("net", BODY), tmp_path, limit=100_000)
    last = process.communicate()[1].splitlines()[-1]
    assert (
        f"DataError: {tmp_path}/net: cannot be read or written: File too large; make room" in last
    )
    assert (tmp_path / "net.part").stat().st_size == 100_000


def test_a_folder_that_cannot_be(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="file/net: cannot be read or written: File exists"):
        fetch(net(server.serve("net", BODY)), tmp_path / "file")


def test_cache_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    for name in ("FCN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder() == Path("/home/me/.cache/fcn-reproduce")
    monkeypatch.setenv("XDG_CACHE_HOME", "/big")
    assert cache_folder() == Path("/big/fcn-reproduce")
    monkeypatch.setenv("FCN_CACHE", "~/fcn")
    assert cache_folder() == Path("/home/me/fcn")
