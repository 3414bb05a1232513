"""Fixtures of the tests of sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.folder_kit import Kit


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """An empty folder of photos and masks in three colours."""
    return Kit(tmp_path / "set")
