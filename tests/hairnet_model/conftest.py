"""A small dataset that the tests build themselves, and ways to damage a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hairnet_data.build.pipeline import build
from hairnet_data.build.settings import Settings
from hairnet_data.core.records.example import parse, serialize
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds

Features = dict[str, bytes | int]


@pytest.fixture(scope="session")
def drawn_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn portraits of 64 pixels: 64 to train with, 12 in each other split. Read it only."""
    sources = Sources(Drawn(24, 12, 12, size=96), DrawnBackgrounds(8, 4, 6, size=96))
    settings = Settings(image_size=64, train_examples=64, eval_examples=12)
    return build(sources, settings, tmp_path_factory.mktemp("data"), name="small").path


@pytest.fixture
def copied(drawn_dataset: Path, tmp_path: Path) -> Path:
    """A copy of the dataset, to be damaged."""
    to = tmp_path / Path(*drawn_dataset.parts[-3:])
    shutil.copytree(drawn_dataset, to)
    return to


def _rewrite(dataset: Path, split: str, change: Callable[[list[Features]], list[Features]]) -> None:
    (path,) = dataset.glob(f"*-{split}.tfrecord-*")
    records = change([dict(parse(data)) for data in unframe(path.read_bytes())])
    path.write_bytes(b"".join(frame(serialize(record)) for record in records))


@pytest.fixture
def rewrite() -> Callable[[Path, str, Callable[[list[Features]], list[Features]]], None]:
    """Changes the records of a split's only shard, and frames them anew with sound checksums."""
    return _rewrite
