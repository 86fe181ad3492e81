"""A real browser without a window, driven over its DevTools pipe; needs nothing but the browser.

Pipe    messages are JSON, each ended by a zero byte; the browser reads them from its descriptor 3
        and writes to 4
Errors  RuntimeError for a command that the browser refuses, or does not answer in time
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
PATIENCE = 60  # s, for one answer
KEYS = {"Enter": ("\r", 13), "Tab": ("", 9), "ArrowRight": ("", 39), "ArrowDown": ("", 40)}


def found() -> str | None:
    """The path of a browser: $CHROME, or one of NAMES."""
    given = os.environ.get("CHROME")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A browser with one page open; `events` are those it has told of, in order."""

    def __init__(self, path: str, profile: Path):
        into, self._write = os.pipe()
        self._read, out = os.pipe()
        self._buffer, self._number, self.events = b"", 0, []
        # The shell puts the ends of the pipes to the numbers that the browser knows them by.
        script = 'exec "$0" "$@" 3<&"$BROWSER_IN" 4>&"$BROWSER_OUT"'
        flags = (*FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank")
        self._process = subprocess.Popen(
            ["bash", "-c", script, path, *flags],
            pass_fds=(into, out),
            env={**os.environ, "BROWSER_IN": str(into), "BROWSER_OUT": str(out)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(into)
        os.close(out)
        self._session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_) -> None:
        self._session = None
        try:
            self.call("Browser.close")
            self._process.wait(10)
        except (RuntimeError, subprocess.TimeoutExpired, OSError):
            self._process.kill()
            self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def call(self, method: str, **params: object) -> dict:
        """The answer to one command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _next(self, patience: float = PATIENCE) -> dict:
        """The next message; kept if it is an event."""
        until = time.monotonic() + patience
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0, until - time.monotonic()))
            part = os.read(self._read, 1 << 20) if ready else b""
            if not part:
                raise RuntimeError("the browser does not answer")
            self._buffer += part
        text, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, url: str, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Opens a page in a window of that size, and waits until it is loaded."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, still])
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not self.told("Page.loadEventFired"):
            self._next()

    def told(self, method: str) -> list[dict]:
        """What the events of one kind say."""
        return [event["params"] for event in self.events if event["method"] == method]

    def run(self, script: str) -> object:
        """The value of an expression; raises RuntimeError if it throws."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(f"{script}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def click(self, script: str) -> None:
        """Moves the mouse to the middle of the element that `script` gives, and clicks."""
        x, y = self.run(
            f"(() => {{ const element = {script}; element.scrollIntoView({{block: 'center'}}); "
            "const box = element.getBoundingClientRect(); "
            "return [box.x + box.width / 2, box.y + box.height / 2] })()"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Presses a key of KEYS where the focus is."""
        text, code = KEYS[key]
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                text=text if kind == "keyDown" else "",
                windowsVirtualKeyCode=code,
            )

    def picture(self, path: Path, whole: bool = False) -> None:
        """A screenshot, of the window or of the whole page."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])
