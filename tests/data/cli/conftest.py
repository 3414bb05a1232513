"""Sources to spoil, and builds that must fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.bad_build import Bad
from tests.support.command import Command


@pytest.fixture
def portraits(portraits_dir: Path, tmp_path: Path) -> Path:
    """A folder of portraits to spoil."""
    return shutil.copytree(portraits_dir, tmp_path / "portraits")


@pytest.fixture
def lfw(lfw_dir: Path, tmp_path: Path) -> Path:
    """The LFW archives, to spoil."""
    return shutil.copytree(lfw_dir, tmp_path / "lfw")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data dir that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def bad(command: Command, data_dir: Path) -> Bad:
    return Bad(command, data_dir)
