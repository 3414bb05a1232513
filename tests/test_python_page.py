"""The page docs/python.md runs as it stands, in a folder of its own; and the libraries say nothing by themselves."""

from __future__ import annotations

import ast
import logging
import re
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.core.progress import logged
from hairnet_model.networks import fcn
from tests.support import small_network
from tests.support.eagerly import eagerly
from tests.support.kept_drawings import drawings_kept
from tests.support.paths import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

SPEAKING = {
    *("app.py", "audit_commands.py", "build_report.py", "cli.py", "dataset_commands.py", "diff_report.py"),
    *("evaluate_command.py", "folds_command.py", "tryon_command.py"),
    "__main__.py",  # of `sources.drawn.guides`
    *("interchange_commands.py", "people_commands.py", "pose_commands.py", "progress.py"),
    *("source_commands.py", "verify_command.py"),
}
"""The command line; it alone prints."""


def test_every_block_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == text.count("```python") == 8
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fcn, "create", small_network.create)  # of the training too, only that it runs is looked at
    known: dict[str, object] = {"__name__": "page"}
    for block in blocks:
        line = text[: block.start(1)].count("\n")  # so that a traceback names the page's own line
        with eagerly(), drawings_kept():
            exec(compile("\n" * line + block[1], "docs/python.md", "exec"), known)
    image, mask, masks = (np.asarray(known[name]) for name in ("image", "mask", "masks"))
    assert (image.shape, mask.shape, masks.shape) == ((64, 64, 3), (64, 64), (2, 64, 64))
    assert set(np.unique(mask)) == {0, 1, 2}
    assert known["counted"]["train"]["examples"] == 96  # type: ignore[index]
    assert (tmp_path / "run" / "best.keras").exists()
    assert "was built with other settings" in str(known["words"])


def test_nothing_but_the_command_line_prints() -> None:
    printing = {
        path.relative_to(ROOT).as_posix()
        for package in ("hairnet_data", "hairnet_model", "datasets")
        for path in (ROOT / package).rglob("*.py")
        if path.name not in SPEAKING
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert not printing


def test_progress_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    progress = logged(logging.getLogger("embedding"), every=1000)
    for done in range(5):
        progress("reading", done, 4)
    progress("training", 1, 9, ", loss 0.5")
    progress("reading", 4, 4)  # a stage may come again
    said = [record.getMessage() for record in caplog.records if record.name == "embedding"]
    assert said == ["reading: 0 of 4", "reading: 4 of 4", "training: 1 of 9, loss 0.5", "reading: 4 of 4"]
