"""Where hair that is worn down parts: how it leaves the parting, and roots beside and behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.growing import on_head
from hairnet_data.sources.drawn.guides.mean_head import MEAN
from hairnet_data.sources.drawn.scalp import CENTRE, depth_inside

Floats = NDArray[np.float64]


def parted_comb(roots: Floats, part: float, whorl: float, back: float) -> tuple[Floats, Floats]:
    """How hair leaves a parting.

    Args:
        roots: (N, 3), cm.
        part: x of the parting at the forehead, cm; 0 in the middle.
        whorl: z of the whorl on the crown, cm, where the parting ends.
        back: how much strands beside the parting are combed backwards.

    Returns:
        Directions (N, 3), and the side of the parting, -1 or 1 (N,).
    """
    x, y, z = roots.T
    # The parting runs from the forehead to the whorl, which lies nearer the middle.
    # Strands lead away from its nearest point.
    near = np.maximum(z, whorl)
    line = part * (0.45 + 0.55 * np.clip((near - whorl) / (8.5 - whorl), 0, 1))
    side = np.where(x > line, 1.0, -1.0)
    aside = np.stack([x - line + 0.3 * side, np.clip(y + 10.5, 0, None) * 0.3, z - near], -1)
    aside /= np.sqrt((aside * aside).sum(-1, keepdims=True)) + 1e-9
    aside[:, 2] -= back * np.clip((z - whorl) / 3.0, 0, 1)
    return aside, side


def beside_parting(part: float, whorl: float, apart: float = 0.1) -> Floats:
    """Roots (N, 3) in a row on either side of the parting, so that it is a narrow line."""
    z = np.arange(whorl, 8.3, 0.45)
    share = (z - whorl) / (8.5 - whorl)
    x = part * (0.45 + 0.55 * share)
    y = -np.sqrt(np.clip(1 - (x / 7.7) ** 2 - (z / 9.9) ** 2, 0.05, 1)) * 9.6
    rows = on_head(np.stack([x, y, z + 0.2], -1))
    rows = rows[depth_inside(rows, MEAN) > 0.15]
    aside = np.array((apart, 0, 0))
    return np.concatenate([rows + aside, rows - aside, (rows + 5 * aside)[::2], (rows - 5 * aside)[::2]])


def behind_whorl(part: float, whorl: float) -> Floats:
    """Roots (N, 3) close together behind the whorl, where strands part ways, and along the middle of the back."""
    x, z = np.meshgrid(0.45 * part + np.arange(-1.2, 1.3, 0.6), whorl - np.arange(0.3, 3.0, 0.6))
    y = -np.sqrt(1 - (x / 7.7) ** 2 - (z / 9.9) ** 2) * 9.6
    whorls = np.stack([x, y, z], -1).reshape(-1, 3)
    up = np.radians(np.arange(45, -45, -9))
    back = np.stack([0 * up, -np.sin(up), -np.cos(up)], -1)
    aside = np.array((0.06, 0, 0))
    return on_head(np.concatenate([whorls - CENTRE, back + aside, back - aside]))
