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


LESS = {
    "Drawn(60, 12, 12,": "Drawn(12, 6, 6,",
    "DrawnBackgrounds(30, 6, 6,": "DrawnBackgrounds(6, 3, 3,",
    "train_examples=256": "train_examples=24",
    "steps=160,": "steps=2,",
    "validate_every=40,": "validate_every=1,",
    "outcome = train_network(": "fcn.create = small_network.create\noutcome = train_network(",
    "from hairnet_model.training.train import": "from tests.support import small_network\n"
    "from hairnet_model.networks import fcn\nimport tensorflow\ntensorflow.config.run_functions_eagerly(True)\n"
    "from hairnet_model.training.train import",
}
"""Few pictures, and two steps of two layers without a graph (see `eagerly`): what comes after only has to run."""


def shorten(notebook: Any) -> None:
    source = "".join(cell.source for cell in code(notebook))
    for much, less in LESS.items():
        assert source.count(much) == 1, much
        for cell in code(notebook):
            cell.source = cell.source.replace(much, less)


@pytest.mark.slow
def test_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The kernel is a process of its own: what pytest put on this one's path it must be told.
    paths = [str(ROOT), str(ROOT / "datasets"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = read()
    kept = ["image/jpeg" in str(cell.outputs) for cell in code(notebook)]
    shorten(notebook)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    assert ["image/jpeg" in str(cell.outputs) for cell in code(notebook)] == kept
