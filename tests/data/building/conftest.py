"""Sources that are quick to build from, and shards of few records."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_data.building import plan
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.kill_points import PER_SHARD


@pytest.fixture
def own(portraits_dir: Path, negatives_dir: Path) -> Sources:
    """The user's own photos: quick to build from."""
    return Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))


@pytest.fixture
def short_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records a shard, as many as the builds that are killed write, so that small splits have several."""
    monkeypatch.setattr(plan, "records_per_shard", lambda count, settings: PER_SHARD)
