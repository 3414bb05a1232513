"""The notebook docs/tour.ipynb runs from its first cell to its last, and is kept as it was executed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

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


def train_less(notebook: Any) -> None:
    """Two steps instead of 160, without a graph (see `eagerly`): what comes after them only has to run."""
    (cell,) = (cell for cell in code(notebook) if "train_network(" in cell.source)
    for many, few in (("steps=160,", "steps=2,"), ("validate_every=40,", "validate_every=1,")):
        assert many in cell.source
        cell.source = cell.source.replace(many, few)
    cell.source = f"import tensorflow\n\ntensorflow.config.run_functions_eagerly(True)\n{cell.source}"


@pytest.mark.slow
def test_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The kernel is a process of its own: what pytest put on this one's path it must be told.
    paths = [str(ROOT), str(ROOT / "datasets"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = read()
    kept = ["image/jpeg" in str(cell.outputs) for cell in code(notebook)]
    train_less(notebook)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    assert ["image/jpeg" in str(cell.outputs) for cell in code(notebook)] == kept
