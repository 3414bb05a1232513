"""Rules of the code that no linter knows."""

from __future__ import annotations

import ast
from pathlib import Path

import hairnet_data

PACKAGE = Path(hairnet_data.__file__).parent

DRAW = {"recipes/rng.py", "rendering/paint.py"}
"""Random numbers come from `rng`, for `sampler` alone; `paint` expands two fixed tiles by its own generator."""


def _uses_chance(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(name.name in ("random",) for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module in ("random", "numpy.random"):
            return True
        if isinstance(node, ast.Attribute) and node.attr == "random" and ast.unparse(node.value) in ("np", "numpy"):
            return True
    return False


def test_random_numbers_are_drawn_where_they_may_be() -> None:
    drawing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if _uses_chance(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert drawing - DRAW <= {path for path in drawing if path.startswith(("sources/drawn/", "sources/scenes/"))}
    assert drawing >= DRAW


def test_only_the_sampler_draws() -> None:
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "hairnet_data.recipes.rng" in path.read_text(encoding="utf-8")
    }
    assert importers == {"recipes/sampler.py", "recipes/groups.py"}


def test_modules_can_be_read_in_a_sitting() -> None:
    long = {path.name: lines for path in PACKAGE.rglob("*.py") if (lines := path.read_text().count("\n")) > 360}
    assert not long
