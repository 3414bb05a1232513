"""Fixtures of the tests of sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.folder_kit import Kit
from tests.support.lfw_kit import distribute, files


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """An empty folder of photos and masks in three colours."""
    return Kit(tmp_path / "set")


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A folder of what the public site of LFW Part Labels offers."""
    return distribute(tmp_path / "public", files())


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where a source keeps what it unpacks or downloads: not there yet."""
    return tmp_path / "cache"
