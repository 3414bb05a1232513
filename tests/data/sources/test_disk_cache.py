"""Pictures that are cached as files while a build runs: the same pixels, and no more memory than they need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.head.pose import Pose
from hairnet_data.sources.base import Catalogue, Portrait
from hairnet_data.sources.disk_cache import CachedBackgrounds, CachedPortraits


class Loaded:
    """A source of one portrait, or of its image as a background, that counts how often it is loaded."""

    name, people_apart, knows_coverage = "one", True, False

    def __init__(self, portrait: Portrait) -> None:
        self.portrait, self.loads = portrait, 0

    def settings(self) -> dict[str, Any]:
        return {}

    def catalogue(self) -> Catalogue:
        return Catalogue(())

    def content(self, id: str) -> str:
        return id

    def load(self, id: str) -> Any:
        self.loads += 1
        return self.portrait if id == "portrait" else self.portrait.image


def bytes_behind(array: Pixels) -> int:
    """The bytes that an array keeps in memory: its own, or those of what it is a view of."""
    base: Any = array
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    return len(base) if isinstance(base, bytes) else int(base.nbytes)


@pytest.fixture
def source() -> Loaded:
    rng = np.random.Generator(np.random.PCG64(0))
    return Loaded(Portrait(rng.integers(0, 256, (30, 20, 3), np.uint8), rng.integers(0, 3, (30, 20), np.uint8)))


def test_a_cached_portrait_is_the_same_and_its_mask_keeps_no_image(source: Loaded, tmp_path: Path) -> None:
    cached = CachedPortraits(source, tmp_path)
    for _ in range(3):
        shown = cached.load("portrait")
        assert np.array_equal(shown.image, source.portrait.image)
        assert np.array_equal(shown.mask, source.portrait.mask)
    assert source.loads == 1
    assert bytes_behind(shown.mask) == 30 * 20


@pytest.mark.parametrize("names", [(), ("alpha",), ("coverage",), ("alpha", "coverage")])
def test_a_cached_portrait_keeps_its_pose_matte_and_coverage(
    source: Loaded, tmp_path: Path, names: tuple[str, ...]
) -> None:
    rng = np.random.default_rng(1)
    layers: dict[str, Any] = {name: rng.integers(0, 256, (30, 20), np.uint8) for name in names}
    source.portrait = replace(source.portrait, **layers, pose=Pose(1.5, -2.0, 0.25, 0.5, 0.4, 0.03))
    cached = CachedPortraits(source, tmp_path)
    for _ in range(2):
        shown = cached.load("portrait")
        assert shown.pose == source.portrait.pose
        assert np.array_equal(shown.mask, source.portrait.mask)
        for name in ("alpha", "coverage"):
            kept, layer = getattr(shown, name), layers.get(name)
            assert kept is None if layer is None else np.array_equal(kept, layer)
    assert source.loads == 1


def test_layers_that_nobody_needs_are_not_kept(source: Loaded, tmp_path: Path) -> None:
    layer = np.full((30, 20), 7, np.uint8)
    source.portrait = replace(source.portrait, alpha=layer, coverage=layer)
    cached = CachedPortraits(source, tmp_path, ["coverage"])
    for _ in range(2):
        shown = cached.load("portrait")
        assert shown.alpha is None
        assert shown.coverage is not None
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size < 30 * 20 * 6  # three channels, the mask and one layer


def test_a_cached_background_is_the_same(source: Loaded, tmp_path: Path) -> None:
    cached = CachedBackgrounds(source, tmp_path)
    for _ in range(3):
        assert np.array_equal(cached.load("background"), source.portrait.image)
    assert source.loads == 1
