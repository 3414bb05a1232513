"""The import rules that import-linter keeps are whole, and seen to be kept in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEAVES = {"classes", "commands", "contact_sheets", "errors", "files", "labels", "photos", "pixels", "visualize"}
LEAVES |= {"array_records", "places", "version", "whole"}


def test_the_network_may_import_the_leaves_alone() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [c for c in contracts if c["name"].startswith("the records are the contract")]
    modules = {path.stem for path in (ROOT / "hairnet_data").glob("*.py")} - {"__init__"}
    forbidden = {name.removeprefix("hairnet_data.") for name in contract["forbidden_modules"]}
    assert forbidden == (modules - LEAVES) | {"sources"}


def test_what_names_tensorflow() -> None:
    named = {path.stem for path in (ROOT / "hairnet_model").glob("*.py") if "import tensorflow" in path.read_text()}
    assert named <= {"records", "export", "mirrored"}


def test_help_imports_no_network() -> None:
    code = (
        "import sys; from hairnet_model import cli; import hairnet_model; "
        "print([name for name in ('keras', 'tensorflow', 'matplotlib') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"
