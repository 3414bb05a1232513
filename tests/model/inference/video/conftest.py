"""A short video, and what segments it in parts that are shorter still."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_model.inference.video import segmenting
from tests.support import colours, videos
from tests.support.short_videos import Counting, masks


@pytest.fixture(scope="session")
def segmenter() -> Counting:
    return Counting()


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenting, "FRAMES_A_PART", 4)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return videos.write(tmp_path / "in" / "a.mkv", map(colours.painted, masks()), sound="flac")
