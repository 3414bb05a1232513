"""Hair on a head as a layer: strands, the cap that keeps skin from showing through, and the shadow on the face."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from hairnet_model.effects.grid import Plane
from hairnet_model.tryon import head
from hairnet_model.tryon.catalogue import Hair
from hairnet_model.tryon.colour import encoded
from hairnet_model.tryon.layers import Layer, shadow
from hairnet_model.tryon.painter import SUPERSAMPLED, Quads, faces, joined, paint, ribbons
from hairnet_model.tryon.shading import Light, Tint, shaded
from hairnet_model.tryon.style_file import Cap
from hairnet_model.tryon.view import View

BEHIND = 0.4
"""Centimetres by which the head lies further away than it does, so that it does not hide hair that lies on it."""

BEHIND_EARS = 2.0
"""The same for ears: hair that hangs beside the head covers them."""

THINNEST = 1.0
"""Pixels of the canvas; thinner ribbons would break up into specks."""

CAP_TONE = 0.45
"""Of the cap, in the hair's colour."""

SHADOW = (0.35, 0.5, 0.8)
"""Strength of the shadow under hair, its blur (standard deviation), and its length, both in cm."""


def hair_layer(hair: Hair, view: View, light: Light, tint: Tint, height: int, width: int) -> Layer:
    """Hair and cap.

    Args:
        hair: what is tried on.
        view: of the head, in pixels of the picture.
        light: that falls on it.
        tint: of the hair.
        height: of the picture, in pixels.
        width: of the picture.
    """
    canvas = view.on(0, 0, SUPERSAMPLED)
    parts = []
    seen = [canvas.seen_hair(group.points) for group in hair.groups]
    for group, points, colours in zip(hair.groups, seen, shaded(hair.groups, seen, view, light, tint), strict=True):
        widths = np.maximum(group.width * canvas.zoom(points), np.float32(THINNEST))
        parts.append(ribbons(canvas.places(points), points[..., 2], widths, _opaque(colours)))
    for name in head.surfaces():
        parts.append(_surface(name, canvas, None, BEHIND_EARS if name in head.EARS else BEHIND))
    painted = paint(joined(*parts), height, width)
    return _cap(hair.cap, canvas, view, tint.colour, height, width).under(
        Layer(painted[..., :3] * 255, painted[..., 3])
    )


def _cap(cap: Cap, canvas: View, view: View, colour: Plane, height: int, width: int) -> Layer:
    points = head.surfaces()["head"].points
    lowered = points + np.array((0, view.hairline, 0), np.float32) * view.on_forehead(points)[..., None]
    share = np.asarray(cap.cover(lowered), np.float32)[..., None]
    others = [_surface(name, canvas, None) for name in head.surfaces() if name != "head"]
    codes = np.concatenate([encoded(colour * np.float32(CAP_TONE)) * share, 255 * share], 2)
    painted = paint(joined(_surface("head", canvas, codes), *others), height, width)
    whole = paint(joined(_surface("head", canvas, np.full_like(codes, 255)), *others), height, width)[..., 3:]
    soft = cv2.GaussianBlur(painted, (0, 0), max(0.3, 0.2 * view.size)) * whole
    return Layer(np.asarray(soft[..., :3] * 255, np.float32), np.asarray(soft[..., 3], np.float32))


def _surface(name: str, canvas: View, colours: Plane | None, behind: float = 0.0) -> Quads:
    """The quads of a surface; without colours they erase."""
    seen = canvas.seen_surface(name)
    codes = np.zeros((*seen.shape[:2], 4), np.float32) if colours is None else np.asarray(colours, np.float32)
    return faces(canvas.places(seen), seen[..., 2] - np.float32(behind), codes)


def shadow_layer(hair: Layer, skin: Plane, light: Light, view: View) -> Layer:
    """The soft shadow of hair on the skin beside it.

    Args:
        hair: of `hair_layer`.
        skin: float32 (H, W), the share of skin in every pixel.
        light: that falls on the head.
        view: of the head, in pixels of the picture.
    """
    strength, blur, length = SHADOW
    way = -light.key[:2] * np.float32(length * view.size)
    moved = cv2.warpAffine(hair.share, np.array(((1, 0, way[0]), (0, 1, way[1])), np.float32), hair.share.shape[::-1])
    soft = cv2.GaussianBlur(moved, (0, 0), max(0.3, blur * view.size))
    return shadow(np.asarray(strength * soft * skin, np.float32))


def reach(hair: Hair, view: View) -> tuple[Plane, Plane]:
    """The least and the greatest x and y of strands in pixels, float32 (2,) each."""
    places = [view.places(view.seen_hair(group.points)).reshape(-1, 2) for group in hair.groups]
    return _bounds(places)


def _bounds(places: Sequence[Plane]) -> tuple[Plane, Plane]:
    low, high = (np.stack([getattr(each, end)(0) for each in places]) for end in ("min", "max"))
    return np.asarray(low.min(0)), np.asarray(high.max(0))


def _opaque(linear: Plane) -> Plane:
    return np.concatenate([encoded(linear), np.full((*linear.shape[:-1], 1), 255, np.float32)], -1)
