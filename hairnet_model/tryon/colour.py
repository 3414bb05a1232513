"""sRGB codes and linear light."""

from __future__ import annotations

import numpy as np

from hairnet_model.effects.grid import Plane


def encoded(linear: Plane) -> Plane:
    """SRGB codes 0..255, not rounded, of linear RGB; what is outside 0..1 is clipped."""
    held = np.clip(linear, 0, 1)
    return np.asarray(255 * np.where(held <= 0.0031308, 12.92 * held, 1.055 * held ** (1 / 2.4) - 0.055), np.float32)


def decoded(codes: Plane) -> Plane:
    """Linear RGB 0..1 of sRGB codes 0..255."""
    shares = np.asarray(codes, np.float32) / 255
    return np.asarray(np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4), np.float32)
