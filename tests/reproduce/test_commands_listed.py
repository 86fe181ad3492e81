"""`python -m reproduce` names every command there is."""

import re
from importlib.util import find_spec
from pathlib import Path

from reproduce.__main__ import COMMANDS, main

ROOT = Path(__file__).parents[2]


def test_every_module_that_runs_is_named(capsys):
    assert main([]) == 0
    printed = capsys.readouterr().out
    for path in (ROOT / "reproduce").rglob("*.py"):
        if '__name__ == "__main__"' in path.read_text("utf-8"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if (module := module.removesuffix(".__main__")) != "reproduce":
                assert re.search(rf"^python -m {re.escape(module)} +\w", printed, re.M), module


def test_every_name_is_a_module():
    assert all(find_spec(name) for name in COMMANDS)
