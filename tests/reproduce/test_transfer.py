"""One address into one file, against a real server that cuts, changes, forgets and lies."""

import json
import random

import pytest
from file_server import running

from reproduce import transfer
from reproduce.transfer import TransferError, download, note_of

BODY = random.Random(1).randbytes(200_000)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(transfer, "TIMEOUT", 2)
    monkeypatch.setattr(transfer, "_unreachable", set())
    with running() as server:
        yield server


@pytest.fixture
def part(tmp_path):
    return tmp_path / "net.part"


def begun(server, part, at, **how):
    """The address of a file whose first `at` bytes are in `part`, of a first try that was cut."""
    url = server.serve("net", BODY, cuts=[at, 0], **how)
    with pytest.raises(TransferError, match=f"stopped after {at} of 200000 bytes|gave no byte"):
        download(url, part)
    server.asked.clear()
    return url


def test_a_cut_answer_is_gone_on_with_at_once(server, part):
    download(server.serve("net", BODY, cuts=[80_000, 50_000]), part)
    assert part.read_bytes() == BODY
    assert [(a.range, a.sent) for a in server.asked] == [
        (None, 80_000),
        ("bytes=80000-", 50_000),
        ("bytes=130000-", 70_000),
    ]


def test_a_later_try_transfers_only_the_rest(server, part):
    download(begun(server, part, 150_000), part)
    assert part.read_bytes() == BODY
    assert [(a.range, a.sent) for a in server.asked] == [("bytes=150000-", 50_000)]


def test_last_modified_serves_where_there_is_no_strong_etag(server, part):
    date = "Mon, 13 Jun 2016 10:00:00 GMT"
    url = begun(server, part, 150_000, etag='W/"weak"', modified=date)
    download(url, part)
    assert part.read_bytes() == BODY
    assert server.asked[0].sent == 50_000


@pytest.mark.parametrize(
    "how, requests",
    [
        pytest.param({"ranges": False}, 1, id="ignores-range"),
        pytest.param({"etag": None}, 1, id="no-validator"),
        pytest.param({"etag": '"second"'}, 1, id="changed"),
        pytest.param({"etag": '"second"', "if_range": False}, 2, id="changed-ignores-if-range"),
        pytest.param({"body": BODY, "off": -5}, 2, id="another-range"),
        pytest.param({"body": BODY[:90_000], "if_range": False}, 2, id="shorter-416"),
        pytest.param({"body": BODY + b"more", "if_range": False}, 2, id="longer-same-etag"),
    ],
)
def test_begins_again(server, part, how, requests):
    url = begun(server, part, 150_000, etag=how.get("etag", 1) and '"first"')
    body = how.get("body", BODY[::-1])
    server.serve("net", **{"body": body, **how})
    download(url, part)
    assert part.read_bytes() == body
    assert len(server.asked) == requests
    assert server.asked[-1].sent == len(body)


def test_another_address_begins_again(server, part):
    begun(server, part, 150_000)
    download(server.serve("other", BODY), part)
    assert part.read_bytes() == BODY
    assert server.asked[0].range is None


def test_a_whole_part_is_not_asked_for_again(server, part):
    url = server.serve("net", BODY)
    download(url, part)
    download(url, part)
    assert len(server.asked) == 1
    assert json.loads(note_of(part).read_text())["length"] == 200_000


def test_a_server_that_falls_silent(server, part):
    url = server.serve("net", BODY, stops_at=60_000)
    with pytest.raises(TransferError, match="net broke off: timed out"):
        download(url, part)
    assert part.read_bytes() == BODY[:60_000]


@pytest.mark.parametrize(
    "how, text",
    [
        ({"status": 404}, r"/net answered 404 Not Found"),
        ({"status": 500}, r"/net answered 500 Internal Server Error"),
        ({"body": b""}, r"/net gave no byte of the file"),
        ({"body": b"\n <!DOCTYPE HTML><p>Gone"}, r"/net answered with an HTML page"),
        ({"says_length": False}, r"/net does not say how long the file is"),
        ({"status": 302, "location": "ftp://x.org/net"}, "ftp://x.org/net: expected an http or h"),
        (
            {"status": 302, "location": "file:///etc/passwd"},
            "302 .*'file:///etc/passwd' is not allowed",
        ),
    ],
)
def test_refuses_and_leaves_the_part_alone(server, part, how, text):
    url = begun(server, part, 150_000)
    server.serve("net", **{"body": BODY, "ranges": False, **how})
    with pytest.raises(TransferError, match=text):
        download(url, part)
    assert part.read_bytes() == BODY[:150_000]


def test_follows_a_redirect_with_the_range(server, part):
    there = server.serve("there", BODY, cuts=[120_000])
    download(server.serve("here", b"", status=302, location=there), part)
    assert part.read_bytes() == BODY
    assert [a.range for a in server.asked if a.path == "there"] == [None, "bytes=120000-"]


def test_an_unreachable_host_is_asked_once(server, part):
    with running() as gone:
        url, port = gone.url("net"), gone.server_port
    with pytest.raises(
        TransferError, match=rf"127.0.0.1:{port} cannot be reached: Connection refused"
    ):
        download(url, part)
    with running(port) as back:
        back.serve("net", BODY)
        with pytest.raises(TransferError, match=rf"127.0.0.1:{port} could not be reached before"):
            download(url, part)
        with pytest.raises(TransferError, match="could not be reached before"):
            download(server.serve("here", b"", status=302, location=url), part)
        assert not back.asked


def test_no_connection_to_a_redirects_target_blames_the_target(server, part):
    with running() as gone:
        url = gone.url("net")
    with pytest.raises(TransferError, match=f"127.0.0.1:{gone.server_port} cannot be reached"):
        download(server.serve("here", b"", status=302, location=url), part)
    download(server.serve("net", BODY), part)
    assert part.read_bytes() == BODY
