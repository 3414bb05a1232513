"""Import rules as they show in a fresh interpreter; import-linter keeps the others (`make lint`)."""

from __future__ import annotations

import subprocess
import sys

from tests.support.paths import ROOT


def test_what_names_tensorflow() -> None:
    named = {
        path.relative_to(ROOT / "hairnet_model").as_posix()
        for path in (ROOT / "hairnet_model").rglob("*.py")
        if "node_modules" not in path.parts and "import tensorflow" in path.read_text()
    }
    exports = {name for name in named if name.startswith("export/")}
    assert named - exports == {"data/tfds_records.py", "training/mirrored.py"}


def test_help_imports_no_network() -> None:
    code = (
        "import sys; from hairnet_model.cli import app; import hairnet_model; "
        "print([name for name in ('keras', 'tensorflow', 'matplotlib') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"
