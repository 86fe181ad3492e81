"""The console scripts are the mains of `python -m`, and say so in their help."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

PYPROJECT = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
SCRIPTS = dict(re.findall(r'^(fcn-\w+) = "([\w.:]+)"$', PYPROJECT, re.M))
COMMANDS = [
    "table",
    "check",
    "predict",
    "train",
    "report",
    "submit",
    "doctor",
    "hha",
    "export",
    "speed",
    "convert",
]


def test_each_command_has_a_script():
    assert sorted(SCRIPTS) == sorted(f"fcn-{name}" for name in COMMANDS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_is_that_of_python_m(script, monkeypatch, capsys):
    """As pip's wrapper calls it, `sys.exit(main())`: the words are those of sys.argv."""
    module, function = SCRIPTS[script].split(":")
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    with pytest.raises(SystemExit) as done:
        sys.exit(getattr(import_module(module), function)())
    assert done.value.code == 0
    usage = capsys.readouterr().out
    assert usage.startswith(f"usage: python -m {module.removesuffix('.__main__')} ")
    assert "example" in usage


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_wrong_call_is_status_2(script, monkeypatch, capsys):
    module, function = SCRIPTS[script].split(":")
    monkeypatch.setattr(sys, "argv", [script, "--no-such-option"])
    with pytest.raises(SystemExit) as done:
        sys.exit(getattr(import_module(module), function)())
    assert done.value.code == 2
    err = capsys.readouterr().err
    assert "error: " in err and "Traceback" not in err


def test_status_is_what_main_returns(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["fcn-export", "no-such-net", "-o", str(tmp_path / "x.pt")])
    with pytest.raises(SystemExit) as done:
        sys.exit(import_module("reproduce.export").main())
    assert done.value.code == 2
    assert capsys.readouterr().err.startswith("error: net 'no-such-net': unknown")
