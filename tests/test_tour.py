"""The notebook docs/tour.ipynb runs from its first cell to its last, and is kept as it was executed."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hairnet_model.networks import fcn
from tests.support import small_network
from tests.support.eagerly import eagerly
from tests.support.paths import ROOT

TOUR = ROOT / "docs" / "tour.ipynb"


def read() -> Any:
    return nbformat.read(TOUR, as_version=4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_kept_executed_and_small() -> None:
    notebook = read()
    nbformat.validate(notebook)
    assert TOUR.stat().st_size < 500_000
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert sum("image/jpeg" in output.get("data", {}) for output in outputs) >= 3
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert "/tmp" not in TOUR.read_text(encoding="utf-8")


LESS = {
    "Drawn(60, 12, 12,": "Drawn(12, 6, 6,",
    "DrawnBackgrounds(30, 6, 6,": "DrawnBackgrounds(6, 3, 3,",
    "train_examples=256": "train_examples=24",
    "steps=160,": "steps=2,",
    "validate_every=40,": "validate_every=1,",
}
"""Few pictures, and two steps (of two layers, without a graph): what comes after only has to run."""


def shorten(notebook: Any) -> None:
    source = "".join(cell.source for cell in code(notebook))
    for much, less in LESS.items():
        assert source.count(much) == 1, much
        for cell in code(notebook):
            cell.source = cell.source.replace(much, less)


def run(cell: str, names: dict[str, Any]) -> Any:
    """Executes a cell as Jupyter does; returns the value of its last line, None if that is no expression."""
    lines = ast.parse(cell).body
    last = lines.pop() if isinstance(lines[-1], ast.Expr) else None
    exec(compile(ast.Module(lines, []), "a cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "a cell", "eval"), names)


@pytest.mark.slow
def test_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(fcn, "create", small_network.create)
    notebook, names = read(), {"__name__": "__main__"}
    shorten(notebook)
    with eagerly():
        for cell in code(notebook):
            shown = run(cell.source, names)
            kept = [output for output in cell.outputs if output.output_type == "execute_result"]
            assert bool(kept) == (shown is not None), cell.source
            for output in kept:
                assert ("image/jpeg" in output.data) == (shown._repr_jpeg_()[:2] == b"\xff\xd8")
            said = capsys.readouterr()
            assert bool(said.out) == any(output.get("name") == "stdout" for output in cell.outputs), cell.source
            assert said.err == ""
