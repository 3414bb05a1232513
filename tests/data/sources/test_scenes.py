"""Scenes with nobody in them: every kind, at odd sizes, the same again from the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_data.sources.scenes import combing, furry, paint, scene
from hairnet_data.sources.scenes.source import DrawnBackgrounds


def _rng(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


@pytest.mark.parametrize("kind", scene.KINDS)
@pytest.mark.parametrize(("height", "width"), [(16, 33), (33, 16), (1, 5), (61, 60), (8, 200), (200, 8)])
def test_every_kind_takes_small_and_odd_sizes(kind: str, height: int, width: int) -> None:
    for seed in range(6):
        picture = scene.draw_scene(_rng(seed, height), height, width, kind)
        assert picture.shape == (height, width, 3)
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous


@pytest.mark.parametrize("kind", scene.KINDS)
def test_every_kind_takes_a_large_size(kind: str) -> None:
    assert scene.draw_scene(_rng(5), 700, 400, kind).shape == (700, 400, 3)


@pytest.mark.parametrize("kind", scene.KINDS)
def test_the_numbers_make_the_picture(kind: str) -> None:
    first, again, other = (scene.draw_scene(_rng(seed), 64, 48, kind) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_numbers_come_from_elsewhere() -> None:
    state = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002
    scene.draw_scene(_rng(3), 40, 40)
    assert np.array_equal(state, np.random.get_state()[1])  # type: ignore[index]  # noqa: NPY002


def test_kinds_differ() -> None:
    pictures = {kind: scene.draw_scene(_rng(9), 48, 48, kind).tobytes() for kind in scene.KINDS}
    assert len(set(pictures.values())) == len(scene.KINDS)


def test_any_kind_is_drawn_where_none_is_asked_for() -> None:
    """The kinds are distinguished by what the same numbers give: the first number picks the kind."""
    seen = set()
    for seed in range(200):
        seen.add(scene.KINDS[int(_rng(seed).integers(len(scene.KINDS)))])
    assert seen == set(scene.KINDS)
    assert scene.draw_scene(_rng(0), 20, 20).shape == (20, 20, 3)


@pytest.mark.parametrize("kind", scene.KINDS)
def test_scenes_are_neither_black_nor_white(kind: str) -> None:
    """On average, that is: a cellar is dark now and then."""
    means = [float(scene.draw_scene(_rng(seed, 7), 48, 48, kind).mean()) for seed in range(12)]
    assert 40 < np.mean(means) < 200
    assert max(means) - min(means) > 20


@pytest.mark.parametrize(("height", "width"), [(0, 10), (10, 0), (-3, 4)])
def test_impossible_sizes_are_refused(height: int, width: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        scene.draw_scene(_rng(1), height, width)


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="no kind of scene"):
        scene.draw_scene(_rng(1), 20, 20, "portrait")


def test_noise_fills_its_range() -> None:
    field = paint.noise(_rng(4), 30, 50, 7)
    assert field.shape == (30, 50)
    assert field.dtype == np.float32
    assert field.min() == 0
    assert field.max() == pytest.approx(1)


def test_laying_with_full_and_no_cover_is_exact() -> None:
    ground = np.full((1, 3, 3), 10, np.uint8)
    layer = np.full((1, 3, 3), 250, np.uint8)
    paint.lay(ground, layer, np.array([[0, 128, 255]], np.uint8))
    assert ground[0, :, 0].tolist() == [10, 130, 250]


HAIR_LIKE = ("fur", "rug", "straw", "rope", "bristles", "fibre", "furry", "yarn")


def test_a_quarter_of_the_scenes_looks_like_hair() -> None:
    kinds = [entry.traits["kind"] for entry in DrawnBackgrounds(280, 28, 28).catalogue().entries]
    share = sum(kind in HAIR_LIKE for kind in kinds) / len(kinds)
    assert set(HAIR_LIKE) <= set(scene.KINDS)
    assert 0.2 < share < 0.35


@pytest.mark.parametrize("kind", ["fur", "rug", "straw", "bristles"])
def test_what_looks_like_hair_has_strands(kind: str) -> None:
    """From one pixel to the next it changes more than a gradient does."""

    def detail(kind: str) -> float:
        pictures = [scene.draw_scene(_rng(seed), 160, 160, kind).astype(np.float32) for seed in range(8)]
        return float(
            np.median([np.abs(np.diff(p, axis=axis)).mean() / (p.std() + 5) for p in pictures for axis in (0, 1)])
        )

    assert detail(kind) > 1.5 * detail("gradient")


@pytest.mark.parametrize("maker", [furry.furry, furry.broom, furry.skein, furry.pile])
@pytest.mark.parametrize("side", [24, 41, 160])
def test_things_of_strands_cover_a_part_of_their_square(maker: furry.Maker, side: int) -> None:
    for seed in range(4):
        thing = maker(_rng(seed), side)
        assert thing.colour.shape == (side, side, 3)
        assert thing.alpha.shape == (side, side)
        assert thing.alpha.dtype == np.uint8
        assert 0.02 < (thing.alpha > 127).mean() < 0.95


def test_strands_are_painted_with_their_cover() -> None:
    canvas = np.zeros((20, 20, 4), np.uint8)
    path = np.array([[[2, 10], [17, 10]]], np.float32)
    combing.paint_strands(canvas, path, [(200, 100, 50)], np.zeros(1, np.intp), np.ones(1))
    assert canvas[10, 5].tolist() == [200, 100, 50, 255]
    assert canvas[4].max() == 0
