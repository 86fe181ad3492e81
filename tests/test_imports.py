"""Imports go one way: weights_convert <- reproduce <- benchmarks, and nobody imports the tests."""

import ast
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
MAY_NOT = {
    "weights_convert": {"reproduce", "benchmarks", "tests"},
    "reproduce": {"benchmarks", "tests"},
    "benchmarks": {"tests"},
}


def imported(path):
    """Top-level names of the modules that the file imports, relative ones left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", MAY_NOT)
def test_imports_go_one_way(package):
    paths = sorted((CHECKOUT / package).rglob("*.py"))
    assert paths
    for path in paths:
        assert not MAY_NOT[package] & set(imported(path)), path
