"""An HTTP server on 127.0.0.1 with Range and If-Range, that misbehaves as its files tell it to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class File:
    body: bytes
    status: int = 200
    etag: str | None = '"first"'
    modified: str | None = None
    ranges: bool = True  # whether Range is heard at all
    if_range: bool = True  # whether If-Range is
    off: int = 0  # starts a range so many bytes from where it was asked to
    says_length: bool = True
    cuts: list[int] = field(default_factory=list)  # bytes sent of the next answers, less than said
    stops_at: int | None = None  # sends so many bytes of the file, then waits for `go`
    go: threading.Event = field(default_factory=threading.Event)
    location: str | None = None  # of a redirect


@dataclass
class Asked:
    path: str
    range: str | None
    sent: int = 0


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.files: dict[str, File] = {}
        self.asked: list[Asked] = []

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def serve(self, name: str, body: bytes, **how) -> str:
        """The address under which `body` now is."""
        self.files[name] = File(body, **how)
        return self.url(name)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = Asked(self.path[1:], self.headers["Range"])
        self.server.asked.append(asked)
        file = self.server.files.get(asked.path, File(b"nothing here", status=404))
        start = self._start(file)
        if start is not None and start >= len(file.body):
            self.send_error(416)
        else:
            self._head(file, start)
            self._body(file, start or 0, asked)

    def _start(self, file: File) -> int | None:
        wanted, known = self.headers["Range"], self.headers["If-Range"]
        if not wanted or not file.ranges or file.status != 200:
            return None
        strong = file.etag if file.etag and not file.etag.startswith("W/") else None
        if file.if_range and known not in (None, strong, file.modified):
            return None
        return int(wanted.removeprefix("bytes=").removesuffix("-")) + file.off

    def _head(self, file: File, start: int | None) -> None:
        size = len(file.body)
        self.send_response(file.status if start is None else 206)
        part = start is not None and f"bytes {start}-{size - 1}/{size}"
        said = file.says_length and str(size - (start or 0))
        fields = {"ETag": file.etag, "Last-Modified": file.modified, "Location": file.location}
        for name, value in {**fields, "Content-Range": part, "Content-Length": said}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()

    def _body(self, file: File, start: int, asked: Asked) -> None:
        end = start + file.cuts.pop(0) if file.cuts else len(file.body)
        for at in range(start, end, 10_000):
            if file.stops_at is not None and at >= file.stops_at:
                file.go.wait(10)
                file.go.set()
            chunk = file.body[at : min(at + 10_000, end)]
            asked.sent += len(chunk)  # before: the client may look as soon as it has the last
            try:
                self.wfile.write(chunk)
            except OSError:  # the client is gone
                return

    def log_message(self, *_) -> None:
        pass


@contextmanager
def running(port: int = 0) -> Iterator[Server]:
    """A server that answers until the end of the block."""
    with Server(port) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            for file in server.files.values():
                file.go.set()
            server.shutdown()
