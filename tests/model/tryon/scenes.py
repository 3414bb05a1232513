"""Drawn portraits whose masks and poses are known, as the network would have found them, and hair to try on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model.inference.components import Head, HeadPose
from hairnet_model.inference.cuts import Located
from hairnet_model.tryon import catalogue
from hairnet_model.tryon.catalogue import Hair
from hairnet_model.tryon.trying import Style

SIDE = 160


@cache
def portrait(number: int = 8, side: int = SIDE) -> Portrait:
    """One of the test pool; 8 looks into the camera, 4 is turned by 37 degrees, 3 by 120."""
    return Drawn(0, 0, 100, size=side).load(f"test_{number:05d}")


def located(shown: Portrait, yaw: float | None = None) -> Located:
    """What a faultless network finds in a portrait."""
    mask, pose = shown.mask, shown.pose
    assert pose is not None
    side = len(mask)
    soft = np.stack([cv2.blur((mask == number).astype(np.float32), (3, 3)) for number in range(3)], 2)
    rows, columns = np.nonzero(mask)
    box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    turned = HeadPose(
        pose.yaw if yaw is None else yaw, pose.pitch, pose.roll, pose.x * side, pose.y * side, pose.size * side, 1.0
    )
    return Located(side, side, soft, (), (Head(box, 1.0, turned),), 1)


def mirrored(found: Located) -> Located:
    """The same of the mirrored photo."""
    heads = []
    for head in found.heads:
        x, y, wide, tall = head.box
        pose = head.pose
        if pose is not None:
            pose = replace(pose, yaw=-pose.yaw, roll=-pose.roll, x=found.width - pose.x)
        heads.append(replace(head, box=(found.width - x - wide, y, wide, tall), pose=pose))
    return replace(found, whole=np.ascontiguousarray(found.whole[:, ::-1]), heads=tuple(heads))


def mirrored_style(style: Style) -> Style:
    """The same hair as in a mirror."""

    def at(level: int) -> Hair:
        hair = style(level)
        flip = np.array((-1, 1, 1), np.float32)
        return replace(hair, groups=tuple(replace(group, points=group.points * flip) for group in hair.groups))

    return at


def style(name: str = "bob") -> Style:
    """A style that ships."""
    return partial(catalogue.hair, name)


def nobody(side: int = SIDE) -> tuple[Pixels, Located]:
    """A photo without a head."""
    photo = np.random.default_rng(0).integers(0, 256, (side, side, 3)).astype(np.uint8)
    whole = np.zeros((side, side, 3), np.float32)
    whole[..., 0] = 1
    return photo, Located(side, side, whole, (), (), 1)
