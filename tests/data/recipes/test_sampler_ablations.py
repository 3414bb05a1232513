"""Each augmentation is drawn independently of the others: without one, the others are as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hairnet_data.recipes.policy import Policy
from tests.support.sampling import WIDE, many


@pytest.mark.parametrize(
    ("off", "unchanged"),
    [
        ({"occlude_rate": 0}, ("kind", "portrait", "negative", "affine", "fill", "photometric")),
        ({"photometric": 0}, ("kind", "portrait", "negative", "affine", "fill", "occluders")),
        ({"scale": (1, 1)}, ("kind", "portrait", "negative", "fill", "photometric", "occluders")),
        ({"rotate": (0, 0)}, ("kind", "portrait", "negative", "fill", "photometric", "occluders")),
        ({"background_rate": 0}, ("kind", "portrait", "negative", "affine", "photometric")),
        ({"mirror": 0}, ("kind", "portrait", "fill", "photometric", "occluders")),
    ],
)
def test_one_augmentation_off_leaves_the_others_as_they_were(off: dict[str, float], unchanged: tuple[str, ...]) -> None:
    """Ablations rely on it."""
    default, changed = many(Policy(), 400), many(replace(Policy(), **off), 400)  # type: ignore[arg-type]
    assert default != changed
    for one, other in zip(default, changed, strict=True):
        assert [getattr(one, name) for name in unchanged] == [getattr(other, name) for name in unchanged]


def test_without_negatives_the_portraits_are_as_they_were() -> None:
    default, changed = many(Policy(), 400), many(replace(Policy(), negative_rate=0), 400)
    same = [(one, other) for one, other in zip(default, changed, strict=True) if one.kind == "portrait"]
    assert 200 < len(same) < 340
    assert all(one == other for one, other in same)


def test_without_a_shift_only_positions_change() -> None:
    default, changed = many(WIDE, 300), many(replace(WIDE, shift=(0, 0)), 300)
    for one, other in zip(default, changed, strict=True):
        assert replace(one.affine, shift=(0.0, 0.0)) == other.affine
        assert (one.fill, one.photometric) == (other.fill, other.photometric)
        assert [(o.shape, o.paint) for o in one.occluders] == [(o.shape, o.paint) for o in other.occluders]
