"""Settings of small builds, and what lies in a data folder."""

from __future__ import annotations

from pathlib import Path

from hairnet_data.building.settings import BuildSettings
from tests.support.datasets import digests

SETTINGS = BuildSettings(image_size=40, train_examples=33)


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def datasets(data_dir: Path) -> dict[str, str]:
    """Digests of all that is complete."""
    return {name: digest for name, digest in digests(data_dir).items() if "/.incomplete-" not in name}
