"""Ways to break mattes in the real code, each of which checks of `matte_contract` must catch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from hairnet_data.building import shard_writer
from hairnet_data.core.arrays import Pixels
from hairnet_data.geometry import warp
from hairnet_data.recipes.recipe import NO_AFFINE, NO_EDGE, Recipe
from hairnet_data.rendering import mattes
from hairnet_data.sources.drawn import figure
from tests.support.matte_contract import CHECKS, recipes
from tests.support.mutant import Mutant, Patch, failures, wrapped

_MOVED, _REFERENCE, _MASK, _COVERAGE, _UNKNOWN, _ENCODING = CHECKS


def catches(mutant: Mutant, checks: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """The message of each check that catches the mutant, by the check's name."""
    drawn = recipes()  # before anything is broken
    return failures(mutant, {name: partial(CHECKS[name], drawn) for name in checks})


def _rendered(change: Callable[[Any, Recipe, Any, Any], Any]) -> Patch:
    """Replaces what a build renders as a matte, given the real function, the recipe, the portraits and the placing."""
    return wrapped(shard_writer, "render_matte", change)


def _of(change: Callable[[Recipe], Recipe]) -> Patch:
    """Renders the matte of another recipe."""
    return _rendered(lambda real, recipe, *rest: real(change(recipe), *rest))


def _changed(change: Callable[[Pixels], Pixels]) -> Patch:
    def wrong(real: Any, *rest: Any) -> tuple[Pixels, bool]:
        alpha, known = real(*rest)
        return np.asarray(change(alpha), np.uint8), known

    return _rendered(wrong)


def _nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    def sample(image: Pixels, points: warp.Coordinates) -> Pixels:
        columns, rows = (np.rint(part).astype(int) + 1 for part in points)
        height, width = image.shape[:2]
        return image[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]

    monkeypatch.setattr(mattes, "warp", SimpleNamespace(OUTSIDE=warp.OUTSIDE, sample_image=sample))


def _unmoved(real: Any, recipe: Recipe, portraits: Any, placing: Any) -> Any:
    return real(recipe, portraits, lambda size, layer: placing(size, replace(layer, affine=NO_AFFINE)))


def _half_pixel(alpha: Pixels) -> Pixels:
    return np.asarray(cv2.blur(alpha, (2, 1)), np.uint8)


def _unmirrored(recipe: Recipe) -> Recipe:
    return replace(recipe, affine=replace(recipe.affine, mirror=False))


def _hard_edges(recipe: Recipe) -> Recipe:
    companions = tuple(replace(companion, edge=NO_EDGE) for companion in recipe.companions)
    return replace(recipe, edge=NO_EDGE, companions=companions)


def _other_order(recipe: Recipe) -> Recipe:
    companions = tuple(replace(companion, front=not companion.front) for companion in recipe.companions)
    return replace(recipe, companions=companions)


def _palette(real: Any, alpha: Pixels) -> bytes:
    coloured = cv2.applyColorMap(alpha, cv2.COLORMAP_JET)
    return cv2.imencode(".png", coloured)[1].tobytes()


def _blurred_mask(real: Any, canvas: Any, size: int) -> Any:
    hair, face, painted = real(canvas, size)
    return np.asarray(cv2.GaussianBlur(hair, (0, 0), 2.0), np.uint8), face, painted


def _plurality(real: Any, hair: Pixels, face: Pixels) -> Pixels:
    return np.where(hair > face, np.uint8(1), np.uint8(2) * (face > 100))


MUTANTS = (
    Mutant("matte by nearest neighbour", (_MOVED,), _nearest),
    Mutant("half a pixel", (_MOVED,), _changed(_half_pixel)),
    Mutant("a pixel", (_MOVED,), _changed(lambda alpha: np.roll(alpha, 1, 0))),
    Mutant("five pixels", (_MOVED, _REFERENCE), _changed(lambda alpha: np.roll(alpha, 5, 1))),
    Mutant("not mirrored", (_MOVED, _REFERENCE), _of(_unmirrored)),
    Mutant("not cut by an occluder", (_MOVED, _REFERENCE), _of(lambda recipe: replace(recipe, occluders=()))),
    Mutant("hard where the image is soft", (_MOVED,), _of(_hard_edges)),
    Mutant("another one in front", (_MOVED,), _of(_other_order)),
    Mutant(
        "matte of the wrong companion",
        (_MOVED, _REFERENCE),
        _rendered(lambda real, recipe, portraits, placing: real(recipe, portraits[::-1], placing)),
    ),
    Mutant("placed as the portrait without its affine", (_MOVED, _REFERENCE), _rendered(_unmoved)),
    Mutant("not 0 outside", (_MOVED, _REFERENCE), _changed(lambda alpha: np.maximum(alpha, 9))),
    Mutant("a hard matte", (_MOVED,), _changed(lambda alpha: np.where(alpha >= 128, 255, 0))),
    Mutant(
        "known where it is not",
        (_UNKNOWN,),
        _rendered(lambda real, *rest: (real(*rest)[0], True)),
    ),
    Mutant("never known", (_UNKNOWN, _MOVED), _rendered(lambda real, *rest: (real(*rest)[0], False))),
    Mutant("a colour PNG", (_ENCODING,), wrapped(shard_writer, "encode_matte", _palette)),
    Mutant("a blurred drawing", (_COVERAGE,), wrapped(figure, "shares", _blurred_mask)),
    Mutant("the larger of two shares", (_MASK,), wrapped(figure, "mask_of", _plurality)),
)
