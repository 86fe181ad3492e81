"""Runs the blocks of a page in a folder, in one process: commands by their `main`.

`python tests/docs_running.py PAGE FOLDER` runs them with the packages of FOLDER, for a page that
adds files to these.
"""

import argparse
import importlib
import importlib.util
import io
import os
import re
import runpy
import shlex
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from docs_commands import GIVEN, TABLE, stand_in
from docs_pages import ROOT, Block, blocks, commands

SCRIPTS = dict(
    re.findall(r'^(fcn-\w+) = "([\w.]+):main"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
)


class Done(NamedTuple):
    """How a command or a piece of code ended, and what it printed."""

    status: int
    printed: str


class ParsedError(Exception):
    """A command's own parser took its arguments."""


def run_page(page: Path, folder: Path) -> list[str]:
    """What went wrong, a line each, when the blocks of `page` were run in `folder` in order."""
    names: dict = {"__name__": "__main__"} | GIVEN.get(page.name, dict)()
    wrong, printed = [], ""
    found = blocks(page.read_text("utf-8"))
    write_files(found, folder)
    with _desk(folder):
        for block in found:
            if block.kind == "file":
                continue
            try:
                printed = _run(block, names, printed)
            except Exception as error:
                what = "".join(traceback.format_exception_only(error)).strip()
                wrong.append(f"{page.name}:{block.line}: {what}")
    return wrong


def write_files(found: list[Block], folder: Path) -> None:
    """Writes the files of a page, all before anything runs: what is imported once stays so."""
    for block in found:
        if block.kind == "file":
            path = folder / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")


def _run(block: Block, names: dict, printed: str) -> str:
    """Runs one block and returns what it printed."""
    if block.kind == "bash":
        return "".join(map(run_command, commands(block)))
    if block.kind == "python":
        with redirect_stdout(io.StringIO()) as out:
            exec(compile(block.text, f"line {block.line}", "exec"), names)
        return out.getvalue()
    if block.kind == "text":
        check_printed(block.text, printed)
    elif block.kind:
        raise AssertionError(f"a block of kind {block.kind!r}: see tests/docs_pages.py")
    return ""


def check_printed(expected: str, printed: str) -> None:
    """Raises AssertionError for a line of `expected` that was not printed; `...` is any lines."""
    found = {" ".join(line.split()) for line in printed.splitlines()}
    for line in expected.splitlines():
        assert line.strip() in ("", "...") or " ".join(line.split()) in found, (
            f"{line!r} is not printed, but {printed!r}"
        )


def run_command(line: str) -> str:
    """Runs a command, or what stands for it, and returns what it printed.

    Raises AssertionError if its own parser does not take it, or if it does not end as it should.
    """
    calls = list(filter(None, map(module_call, map(shlex.split, line.split("&&")))))
    instead = stand_in(line, calls[-1][0] if calls else None)
    if instead is None:
        return _ended(line, run(line), 0)
    for call in calls:
        parse(*call)
    if instead.check:
        instead.check()
        return ""
    return _ended(instead.command, _run_once(instead.command), instead.status)


_tables: dict[str, Done] = {}


def _run_once(line: str) -> Done:
    """A stand-in; one that makes a table, of which no other command reads, once for all pages."""
    if not line.startswith(TABLE):
        return run(line)
    if line not in _tables:
        _tables[line] = run(line)
    return _tables[line]


def _ended(line: str, done: Done, status: int) -> str:
    assert done.status == status, f"{line}: ended with {done.status}, not {status}: {done.printed}"
    return done.printed


def module_call(words: list[str]) -> tuple[str, list[str]] | None:
    """The module and the arguments of `python -m MODULE ...`, or of a script of this project.

    None for another program.
    """
    words = [word for word in words if not word.startswith(("<", ">"))]
    program = Path(words[0]).name if words else ""
    if program in SCRIPTS:
        return SCRIPTS[program], words[1:]
    if program not in ("python", "python3", "torchrun") or "-m" not in words:
        return None
    at = words.index("-m")
    return words[at + 1], words[at + 2 :]


def parse(module: str, arguments: list[str]) -> None:
    """Raises AssertionError unless the module's own parser takes the arguments."""
    if module not in ("venv", "pip", "pytest"):
        with mock.patch.object(argparse.ArgumentParser, "parse_args", _parsing):
            try:
                _main(*_inner(module, arguments))
            except ParsedError:
                return
            except SystemExit as exit:
                assert exit.code == 0, f"{module} does not take {shlex.join(arguments)}"


def _inner(module: str, arguments: list[str]) -> tuple[str, list[str]]:
    """The module that reads the arguments: that of the COMMAND, of weights_convert."""
    if module == "weights_convert" and arguments and not arguments[0].startswith("-"):
        return f"{module}.{arguments[0]}", arguments[1:]
    return module, arguments


_parse_args = argparse.ArgumentParser.parse_args


def _parsing(parser: argparse.ArgumentParser, *given: object) -> None:
    _parse_args(parser, *given)
    raise ParsedError


def run(line: str) -> Done:
    """Runs `python -m MODULE ...` or `python FILE ...` here, with its `<FILE` and `>FILE`."""
    words = shlex.split(line)
    streams = {word[0]: word[1:] for word in words if word.startswith(("<", ">"))}
    given = io.BytesIO(Path(streams["<"]).read_bytes() if "<" in streams else b"")
    out = io.TextIOWrapper(io.BytesIO(), write_through=True)
    told = out if ">" not in streams else io.StringIO()
    stdin = mock.patch.object(sys, "stdin", io.TextIOWrapper(given))
    with redirect_stdout(out), redirect_stderr(told), stdin:
        try:
            status = _called([word for word in words if word[0] not in "<>"])
        except SystemExit as exit:
            status = exit.code or 0
    if ">" in streams:
        Path(streams[">"]).write_bytes(out.buffer.getvalue())
        return Done(status, "")
    return Done(status, out.buffer.getvalue().decode())


def _called(words: list[str]) -> int:
    call = module_call(words)
    if call:
        with mock.patch.object(sys, "argv", [call[0], *call[1]]):
            return _main(*call)
    if words[0] in ("python", "python3") and words[1].endswith(".py"):
        with mock.patch.object(sys, "argv", words[1:]):
            runpy.run_path(str(ROOT / words[1]), run_name="__main__")
        return 0
    raise AssertionError(
        f"{shlex.join(words)}: no command that runs as it is; say in tests/docs_commands.py what "
        f"stands for it"
    )


def _main(module: str, arguments: list[str]) -> int:
    found = importlib.util.find_spec(module)
    assert found, f"no module {module}"
    name = f"{module}.__main__" if found.submodule_search_locations else module
    return importlib.import_module(name).main(arguments)


@contextmanager
def _desk(folder: Path) -> Iterator[None]:
    """Inside, `folder` is the current one and home, and there is no network.

    The cache is beside it, for all pages, so that what is drawn for training is drawn once.
    """
    own = {"HOME": str(folder), "FCN_CACHE": str(folder.parent / "cache"), "MPLBACKEND": "agg"}
    before = Path.cwd()
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, own))
        stack.enter_context(mock.patch.object(socket, "getaddrinfo", _no_network))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _no_network(*_: object, **__: object) -> None:
    raise OSError("the documentation's commands are run without network")


if __name__ == "__main__":
    page, folder = map(Path, sys.argv[1:])
    sys.path.insert(0, str(folder))
    problems = run_page(page, folder)
    print("\n".join(problems))
    raise SystemExit(bool(problems))
