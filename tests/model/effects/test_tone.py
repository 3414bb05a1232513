from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.effects import oklab, tone

RNG = np.random.default_rng(3)


def strands(colour: tuple[int, int, int], spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Oklab of hair in one colour with strands lighter and darker, and the lightness of its base."""
    light, a, b = oklab.from_srgb(np.array(colour, np.uint8))
    base = oklab.lightness(np.clip(light + RNG.normal(0, 0.02, 5000), 0.02, 0.95).astype(np.float32))
    own = oklab.from_lightness(np.clip(base + RNG.normal(0, spread, 5000), 0.01, 0.97).astype(np.float32))
    return np.stack([own, a * own / light, b * own / light], 1).astype(np.float32), base


@pytest.mark.parametrize("own", [(28, 22, 20), (90, 60, 40), (200, 165, 110), (150, 150, 150)])
@pytest.mark.parametrize("target", [(29, 26, 27), (78, 49, 34), (167, 131, 94), (207, 194, 174), (48, 89, 171)])
def test_mean_and_contrast(own: tuple[int, int, int], target: tuple[int, int, int]) -> None:
    colours, base = strands(own, 0.05)
    goal = tuple(float(value) for value in oklab.from_srgb(np.array(target, np.uint8)))
    curve = tone.fitted(colours, base, goal)  # type: ignore[arg-type]
    before = oklab.lightness(colours[:, 0])
    made = tone.coloured(tone.shaded(base, curve) + tone.strands(before, base, curve), curve)
    shown = oklab.from_codes(oklab.to_codes(made))
    light = oklab.lightness(shown[:, 0])
    assert abs(light.mean() - oklab.lightness(np.array(goal[0], np.float32))) < 0.01
    np.testing.assert_allclose(shown[:, 1:].mean(0), goal[1:], atol=0.01)
    assert np.std(light - tone.shaded(base, curve)) == pytest.approx(np.std(before - base), rel=0.2)
    assert np.corrcoef(light, before)[0, 1] > 0.9, "what was lighter is lighter still"


def test_one_tone_has_no_contrast_to_keep() -> None:
    colours = np.repeat(oklab.from_srgb(np.array([[20, 18, 18]], np.uint8)), 50, 0)
    curve = tone.fitted(colours, oklab.lightness(colours[:, 0]), (0.8, 0.0, 0.05))
    assert np.isfinite([curve.light, curve.a, curve.b, curve.shade, curve.detail]).all()


def test_brightness_is_bent_back_and_never_turned_round() -> None:
    colours, base = strands((90, 60, 40), 0.05)
    curve = tone.fitted(colours, base, (0.7, 0.03, 0.07))
    light = tone.coloured(np.linspace(-1, 2, 500, dtype=np.float32), curve)[:, 0]
    assert (np.diff(light) > -1e-6).all()
    assert 0 < light.min() < light.max() <= 1
