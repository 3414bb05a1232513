"""What the camera sees of the head that hair is worn on, cell by cell of a photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hairnet_model.effects.grid import Grid, Plane, blurred
from hairnet_model.tryon import head
from hairnet_model.tryon.painter import SUPERSAMPLED, Quads, faces, joined, paint
from hairnet_model.tryon.view import View

_FRONT = 2.5  # cm before the ears from which on a point is on the face
_DEPTHS, _HEIGHTS = 10.0, 16.0  # cm around 0, either way, that codes of the two span


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Planes of cells, float32 (rows, columns) unless noted.

    Attributes:
        skin: the share of head, ears and neck in every cell.
        head: the share of the head alone.
        normals: float32 (rows, columns, 4): 1, and the unit normal of the skin, camera axes.
        scalp: cm above the usual hairline; negative where no hair grows.
        height: cm down from the eyes, in the head's axes.
        front: 1 where the face is seen, what lies before the sideburns, else 0.
    """

    skin: Plane
    head: Plane
    normals: Plane
    scalp: Plane
    height: Plane
    front: Plane


def look(view: View, grid: Grid) -> Seen:
    """Looks at the head.

    Args:
        view: in pixels of the picture.
        grid: of the picture.
    """
    canvas = view.on(0, 0, SUPERSAMPLED / grid.step)
    directions, places = [], []
    for name in head.SKIN:
        surface = head.surfaces()[name]
        points, ones = surface.points, np.ones((*surface.points.shape[:2], 1), np.float32)
        seen = canvas.seen_surface(name)
        turned = surface.normals @ view.turn.T
        directions.append(_quads(seen, canvas, np.concatenate([_coded(turned), 255 * ones], 2)))
        own = name == "head"
        depth = head.depth_inside(points) if own else np.full(points.shape[:2], -_DEPTHS, np.float32)
        height = points[..., 1] / _HEIGHTS
        front = np.where(points[..., 2] > _FRONT, 1, -1) if own else -np.ones(points.shape[:2])
        coded = _coded(np.stack([depth / _DEPTHS, height, front], 2).astype(np.float32))
        places.append(_quads(seen, canvas, np.concatenate([coded, 255 * ones], 2)))
    first, second = (paint(joined(*each), *grid.shape) for each in (directions, places))
    alone = paint(joined(places[0], *(_blank(each) for each in places[1:])), *grid.shape)[..., 3]
    cover = first[..., 3]
    there = cover > 0.3
    # Blurred, or the flat quads would show in what is painted by them.
    soft = blurred(np.dstack([_decoded(first) * cover[..., None], cover]), max(1, round(0.5 * view.size / grid.step)))
    normals = np.where(
        there[..., None], soft[..., :3] / np.maximum(soft[..., 3:], 0.1), np.array((0, 0, 1), np.float32)
    )
    normals /= np.maximum(0.3, np.sqrt((normals * normals).sum(-1, keepdims=True)))
    values = _decoded(second)
    return Seen(
        cover,
        alone,
        np.concatenate([np.ones((*grid.shape, 1), np.float32), normals], 2),
        np.where(there, values[..., 0] * np.float32(_DEPTHS), np.float32(-_DEPTHS)),
        np.where(there, values[..., 1] * np.float32(_HEIGHTS), np.float32(_HEIGHTS)),
        (values[..., 2] > 0).astype(np.float32) * there,
    )


def _quads(seen: Plane, view: View, colours: Plane) -> Quads:
    return faces(view.places(seen), seen[..., 2], np.asarray(colours, np.float32))


def _blank(quads: Quads) -> Quads:
    return Quads(quads.corners, quads.near, np.zeros_like(quads.colours))


def _coded(values: Plane) -> Plane:
    """-1..1 as codes."""
    return np.asarray(np.clip(values, -1, 1) * np.float32(127) + np.float32(128), np.float32)


def _decoded(painted: Plane) -> Plane:
    """The inverse of `_coded`, of premultiplied colours."""
    inside = np.maximum(painted[..., 3:], np.float32(1e-3))
    return np.asarray((painted[..., :3] / inside * np.float32(255) - np.float32(128)) / np.float32(127), np.float32)
