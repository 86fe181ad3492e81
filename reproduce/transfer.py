"""One address into one file, over HTTP, going on where an earlier try stopped.

A part belongs to the address it came from.  NAME.part.json beside it holds that address, the
length of the whole and a validator (the strong ETag, else Last-Modified); a part without a
validator, or with another one than the server now gives, is begun again.

Errors  TransferError for all that another address, or another day, may cure; the part is kept.
        OSError is the disk's.
Source  RFC 9110, sections 13.1.5 (If-Range) and 14 (Range Requests)
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from itertools import chain
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from . import atomic
from .byte_bar import byte_bar
from .errors import DataError

TIMEOUT = 15  # seconds without a connection or without a byte
TRIES = 10  # of one address, each of which must get further than the one before
CHUNK = 1 << 16
HEAD = 512  # bytes that are looked at before anything is written
_unreachable: set[str] = set()  # hosts that are not asked again in this process


class TransferError(DataError):
    """An address that did not give the file; the text says why."""


def download(url: str, part: Path, about: int | None = None) -> None:
    """Bring `part` to the whole body of `url`, from where it stops if it is the same file.

    about: its size, where it is known, for the progress bar.  Raises TransferError.
    """
    for left in reversed(range(TRIES)):
        had = _size(part)
        try:
            _attempt(url, part, about)
            return
        except TransferError:
            if not left or _size(part) <= had:
                raise


def note_of(part: Path) -> Path:
    """The file that says where `part` comes from."""
    return part.with_name(f"{part.name}.json")


def is_page(head: bytes) -> bool:
    """Whether a file that starts so is an HTML page, as servers send in place of a file they lost.

    >>> is_page(b"\\n<!DOCTYPE html>"), is_page(b"\\n\\tVGG")
    (True, False)
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _attempt(url: str, part: Path, about: int | None) -> None:
    note = _note(url, part)
    start = _size(part) if note else 0
    if start and start == note["length"]:
        return  # whole: the last try was stopped before the file was checked
    response, start = _answer(url, start, note)
    with response, closing(_body(url, response)) as body:
        if start:
            _append(part, body, start, note["length"] or about)
        else:
            note = _begin(url, response, part, head := next(body))
            _append(part, chain([head], body), 0, note["length"] or about)
    if note["length"] not in (None, _size(part)):
        raise TransferError(f"{url} stopped after {_size(part)} of {note['length']} bytes")


def _note(url: str, part: Path) -> dict:
    """What is noted of the part, {} if it cannot be gone on with from this address."""
    try:
        note = json.loads(note_of(part).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    ours = isinstance(note, dict) and note.keys() == {"url", "validator", "length"}
    return note if ours and note["url"] == url and note["validator"] else {}


def _answer(url: str, start: int, note: dict) -> tuple[HTTPResponse, int]:
    """The response and the offset of its first byte: the rest from `start`, or all from 0."""
    if start:
        asked = {"Range": f"bytes={start}-", "If-Range": note["validator"]}
        response = _open(url, asked)
        if response.status == 206 and _goes_on(response, start, note):
            return response, start
        if response.status == 200:
            return response, 0
        response.close()  # 416, or a part of another file
    response = _open(url, {})
    if response.status != 200:
        raise TransferError(f"{url} answered {response.status} {response.reason}")
    return response, 0


def _goes_on(response: HTTPResponse, start: int, note: dict) -> bool:
    served = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
    return (
        served is not None
        and int(served[1]) == start
        and note["length"] in (None, int(served[2]))
        and _validator(response) in (None, note["validator"])
    )


def _validator(response: HTTPResponse) -> str | None:
    etag = response.headers.get("ETag")
    strong = etag and not etag.startswith("W/")
    return etag if strong else response.headers.get("Last-Modified")


def _begin(url: str, response: HTTPResponse, part: Path, head: bytes) -> dict:
    """The note of a file that begins with `head`, written beside an empty part."""
    if not head:
        raise TransferError(f"{url} gave no byte of the file")
    if is_page(head):
        raise TransferError(f"{url} answered with an HTML page in place of the file")
    if response.length is None and not response.chunked:
        raise TransferError(f"{url} does not say how long the file is")
    whole = None if response.chunked else len(head) + response.length
    note = {"url": url, "validator": _validator(response), "length": whole}
    part.write_bytes(b"")  # before the note: never an old part under a new note
    atomic.write(note_of(part), json.dumps(note))
    return note


def _append(part: Path, body: Iterator[bytes], start: int, total: int | None) -> None:
    name = part.name.removesuffix(".part")
    with part.open("ab") as file, byte_bar(total=total, initial=start, desc=name) as bar:
        for chunk in body:
            file.write(chunk)
            bar.update(len(chunk))


def _body(url: str, response: HTTPResponse) -> Iterator[bytes]:
    """The bytes of the response as they come; the first HEAD together where it starts a file."""
    try:
        if response.status == 200:
            yield response.read(HEAD)
        while chunk := response.read1(CHUNK):
            yield chunk
    except (OSError, HTTPException) as error:
        raise TransferError(f"{url} broke off: {error or type(error).__name__}") from None


def _open(url: str, headers: dict[str, str]) -> HTTPResponse:
    redirects = _Redirects(url)
    asked = Request(url, headers={"User-Agent": "fcn-reproduce", **headers})
    try:
        return build_opener(redirects).open(asked, timeout=TIMEOUT)
    except HTTPError as error:
        if error.code == 416:
            return error
        error.close()
        raise TransferError(f"{url} answered {error.code} {error.reason}") from None
    except URLError as error:  # no connection; later failures come as they are
        _unreachable.add(redirects.host)
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise TransferError(f"{redirects.host} cannot be reached: {reason}") from None
    except (OSError, HTTPException) as error:
        raise TransferError(f"{url} broke off: {error or type(error).__name__}") from None


class _Redirects(HTTPRedirectHandler):
    """Follows to http and https only, not to unreachable hosts; `host` is the last one asked."""

    def __init__(self, url: str) -> None:
        self.host = self._allowed(url)

    def redirect_request(self, request, answer, code, message, headers, url):
        self.host = self._allowed(url)
        return super().redirect_request(request, answer, code, message, headers, url)

    @staticmethod
    def _allowed(url: str) -> str:
        scheme, host = urlsplit(url)[:2]
        if scheme not in ("http", "https"):
            raise TransferError(f"{url}: expected an http or https address")
        if host in _unreachable:
            raise TransferError(f"{host} could not be reached before")
        return host


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
