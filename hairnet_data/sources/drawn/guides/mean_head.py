"""The head that styles are grown on: the drawn head with every trait at its mean, its ears, neck and shoulders.

A surface is a grid, float64 (rows, columns, 3), cm in the head's own axes, wound so that (r, c), (r, c + 1),
(r + 1, c + 1), (r + 1, c) is seen from outside.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.head import surface
from hairnet_data.sources.drawn.traits import Person

Grid = NDArray[np.float64]

_GREY = (128.0, 128.0, 128.0)

MEAN = Person(
    tone="05", hair="short", skin=_GREY, hair_colour=_GREY, streaks=_GREY, grey=0.0, young=0.0, old=0.0, feminine=0.5,
    width=1.0, length=1.0, jaw=0.97, chin=0.0, cheeks=0.3, forehead=0.0, nose_long=1.0, nose_wide=1.0, nose_out=1.0,
    eye_apart=3.15, eye_wide=1.5, eye_open=0.52, eye_tilt=0.06, iris=_GREY, brow_thick=0.4, brow_high=0.0, lips=1.0,
    mouth_wide=2.5, smile=0.2, mouth_open=0.0, ear=1.0, beard="none", beard_dense=0.5, makeup=0.0, glasses="none",
    hat="none", hand=False, clothes="tee", hairline=0.0, frame="portrait", yaw=0.0, pitch=0.0, roll=0.0,
)  # fmt: skip
"""A person without deviations: the means of `traits.draw_person`."""

SKULL_CENTRE = np.array((0.0, -2.0, -0.2))
SKULL_HALF = np.array((7.15, 8.9, 9.2))
"""The ellipsoid that no strand enters, cm: as large as fits into the drawn head where hair grows."""

NECK_TOP, NECK_FOOT = np.array((0.0, 6.0, -2.2)), np.array((0.0, 17.5, -4.2))
NECK_HALF = np.array((5.2, 5.0))
"""Middle of the neck under the skull and at its foot, and its half axes across and in depth, cm."""

SHOULDER_CENTRE, SHOULDER_HALF = np.array((0.0, 29.0, -4.0)), np.array((21.0, 13.0, 8.5))
"""The ellipsoid of shoulders and chest: its top is the foot of the neck."""


@cache
def head_grid() -> Grid:
    """The head from the crown under the chin, once around from the back of the head; read-only."""
    grid = surface(MEAN)
    grid.setflags(write=False)
    return grid


def ear_grid(side: int) -> Grid:
    """An ear, -1 left in the picture or 1 right: a shell from its front edge around its rim to the skull."""
    around = np.linspace(0, 2 * np.pi, 15)
    grid = []
    # Rings from the middle of the shell to its rim and behind it back to the head.
    for reach, out, back in ((0.0, 1.0, 0.9), (0.6, 1.25, 0.6), (1.0, 1.45, 0.0), (0.75, 0.2, -0.6)):
        up = -0.2 + 3.0 * reach * np.cos(around) * np.where(np.cos(around) > 0, 1.05, 0.95)
        along = -1.3 + 1.6 * reach * np.sin(around)
        # The rim stands off the head more at its back than at its front.
        stand = 7.0 + out * (0.45 + 0.55 * np.clip(0.5 - (along + 1.3) / 3.2, 0, 1)) - 0.1 * back
        grid.append(np.stack([side * stand, 0.9 - up, along], -1))
    shell = np.stack(grid)
    return shell if side > 0 else shell[:, ::-1]


def neck_width(share: Grid) -> Grid:
    """A factor on `NECK_HALF` from the top of the neck, 0, to its foot, 1."""
    return np.asarray(1 + 0.35 * np.clip((share - 0.6) / 0.4, 0, 1))


def neck_grid() -> Grid:
    """The neck, an oval tube that widens at its foot."""
    around = np.linspace(-np.pi, np.pi, 25)
    rows = []
    for share in np.linspace(0, 1, 7):
        middle = NECK_TOP + share * (NECK_FOOT - NECK_TOP)
        half = NECK_HALF * neck_width(np.array(share))
        rows.append(
            np.stack(
                [middle[0] + half[0] * np.sin(around), middle[1] + 0 * around, middle[2] + half[1] * np.cos(around)], -1
            )
        )
    return np.stack(rows)


def shoulder_grid() -> Grid:
    """Shoulders and chest down to 40 cm below the eyes."""
    around = np.linspace(-np.pi, np.pi, 33)
    rows = []
    for height in np.array((0.0, 0.06, 0.2, 0.4, 0.62, 0.82, 1.0)):
        wide = np.sqrt(1 - (1 - height) ** 2)
        sin, cos = np.sin(around), np.cos(around)
        flat = np.stack([np.sign(sin) * np.abs(sin) ** 0.8, 0 * sin, np.sign(cos) * np.abs(cos) ** 0.8], -1)
        middle = SHOULDER_CENTRE - (0, SHOULDER_HALF[1] * (1 - height), 0)
        rows.append(middle + flat * wide * (SHOULDER_HALF[0], 0, SHOULDER_HALF[2]))
    rows.append(rows[-1] + (0, 11.0, 0))
    return np.stack(rows)


def surfaces() -> MappingProxyType[str, Grid]:
    """All surfaces by the names they have in `head.json`; the head thinned to every second row and column."""
    return MappingProxyType(
        {
            "head": head_grid()[np.r_[0:60:2, 59]][:, ::2],
            "left_ear": ear_grid(-1),
            "right_ear": ear_grid(1),
            "neck": neck_grid(),
            "shoulders": shoulder_grid(),
        }
    )
