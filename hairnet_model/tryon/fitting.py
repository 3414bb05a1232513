"""Fits the head's place, size, breadth and hairline to the masks of a photo."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_model.effects.grid import Plane
from hairnet_model.tryon import head
from hairnet_model.tryon.view import View

JAW = (4.5, 7.2)
"""Heights in cm below the eyes between which the sides of the face are measured: below the ears, and where no
other part of the jaw reaches further out."""

REACH, STEP = 3.0, 0.1
"""Centimetres to either side of the head's outline in which the mask's edge is looked for, and between samples."""

TURNED = 40.0
"""Degrees of yaw beyond which no jaw is measured: the far side of the face is then its front."""

FEWEST_EDGES, FEWEST_PLACES = 4, 5
"""Edges on each side, and places on the hairline, that are enough to go by."""

MOST_MOVED, MOST_WIDER = 1.5, 0.08
"""Centimetres, and share of its breadth, that a head is changed by at most."""

FOREHEAD = (-2.0, -11.0)
"""Heights in cm between which the hairline is looked for, from below."""

HAIRLINE = (-1.0, 2.0)
"""Centimetres that the hairline may lie lower or higher than usual; one that is lower is a fringe."""

FRINGE = -1.6
"""Centimetres lower than usual: so low begins a fringe, which says nothing of the hairline."""


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """What the network says of a picture, float32 (H, W) each, 0..1.

    Attributes:
        hair: probability of hair.
        face: probability of face, neck and ears included.
    """

    hair: Plane
    face: Plane


def fitted(view: View, masks: Masks) -> View:
    """The view with the place, breadth, size and hairline that the masks show.

    Args:
        view: of a head, in the masks' pixels.
        masks: of the picture.
    """
    return _with_hairline(_with_jaw(view, masks), masks)


def _with_jaw(view: View, masks: Masks) -> View:
    if abs(view.yaw) > TURNED:
        return view
    points = head.surfaces()["head"].points
    rows = (points[:, 0, 1] > JAW[0]) & (points[:, 0, 1] < JAW[1])
    seen = view.seen(points[rows])
    places = view.places(seen)
    right = np.array((np.cos(np.radians(view.roll)), np.sin(np.radians(view.roll))), np.float32)
    along = places @ right
    each = np.arange(len(places))
    errors = []
    for side, chosen in ((1, along.argmax(1)), (-1, along.argmin(1))):
        errors.append(_edges(places[each, chosen], right * side, view.size, masks))
    if min(map(len, errors)) < FEWEST_EDGES:
        return view
    more_right, more_left = (float(np.median(error)) for error in errors)
    moved = np.clip((more_right - more_left) / 2, -MOST_MOVED, MOST_MOVED)
    half = (along.max(1) - along.min(1)).mean() / 2 / view.size
    wider = float(np.clip((more_right + more_left) / 2 / half, -MOST_WIDER, MOST_WIDER))
    # Half of it is the distance to the camera, half the head's own.
    return replace(
        view,
        x=view.x + float(moved * right[0]) * view.size,
        y=view.y + float(moved * right[1]) * view.size,
        size=view.size * (1 + wider / 2),
        breadth=view.breadth * (1 + wider / 2),
    )


def _edges(places: Plane, way: Plane, size: float, masks: Masks) -> Plane:
    """How far outside of places (N, 2), in cm along `way`, the face ends before what is no hair; those that it does."""
    steps = np.arange(-REACH, REACH + STEP / 2, STEP, dtype=np.float32)
    at = places[:, None] + steps[None, :, None] * way * np.float32(size)
    hair, face = (_sampled(plane, at) for plane in (masks.hair, masks.face))
    inside = face >= np.float32(0.5)
    last = inside.shape[1] - 1 - inside[:, ::-1].argmax(1)
    ahead = round(0.6 / STEP)
    fits = inside[:, 0] & (last < inside.shape[1] - ahead)
    beyond = hair[np.arange(len(hair)), np.minimum(last + ahead, hair.shape[1] - 1)]
    return np.asarray(steps[last[fits & (beyond < 0.3)]], np.float32)


def _with_hairline(view: View, masks: Masks) -> View:
    """Follows the forehead upwards to where the hair begins."""
    surface = head.surfaces()["head"]
    points = surface.points
    middle = points.shape[1] // 2
    columns = range(middle - 3, middle + 4)
    heights = np.linspace(*FOREHEAD, 46)
    forehead, facing = (
        np.stack([_along(points[:, column, 1], each[:, column], heights) for column in columns], 1)
        for each in (points, surface.normals)
    )
    turned = (facing @ view.turn.T)[..., 2]
    seen = view.seen(forehead)
    places = view.places(seen)
    hair, face = (_sampled(plane, places) for plane in (masks.hair, masks.face))
    starts = (face[0] > 0.5) & (turned[0] > 0.3)
    begun = (hair > 0.5) & (turned > 0.1)
    found = begun.argmax(0)
    usable = starts & begun.any(0) & (found > 0)
    if np.count_nonzero(usable) < FEWEST_PLACES:
        return view
    line = head.depth_inside(forehead)
    above = line[found, np.arange(line.shape[1])][usable]
    higher = float(np.median(above))
    if higher < FRINGE:
        return view
    return replace(view, hairline=float(np.clip(higher, *HAIRLINE)))


def _along(heights: Plane, values: Plane, wanted: NDArray[np.float64]) -> Plane:
    """Values (N, 3) of a column from the crown down to the brows at other heights, float32 (M, 3)."""
    end = int(np.argmax(heights > FOREHEAD[0])) + 1
    return np.stack([np.interp(wanted, heights[:end], value) for value in values[:end].T], 1).astype(np.float32)


def _sampled(plane: Plane, places: Plane) -> Plane:
    """Values at places (N, M, 2), bilinear; 0 outside."""
    at = np.asarray(places - np.float32(0.5), np.float32)
    return np.asarray(cv2.remap(plane, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=0), np.float32)
