"""A dataset small enough to be spoiled a thousand times."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few drawn portraits of 32 pixels. Read it only."""
    sources = Sources(Drawn(4, 2, 2, size=48), DrawnBackgrounds(2, 1, 1, size=48))
    settings = BuildSettings(image_size=32, train_examples=4, eval_examples=2)
    return build(sources, settings, tmp_path_factory.mktemp("tiny"), BuildOptions(name="tiny")).path
