"""The shipped styles as haircuts: they grow on the scalp, stay out of the head, and leave the face free."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import CAMERA_DISTANCE, project, turn_of
from hairnet_model.tryon.head_file import read_head
from hairnet_model.tryon.style_file import STYLES, Style, read_style, style_names
from hairnet_model.tryon.thicken import thicken

Floats = NDArray[np.float64]

FRINGED = {"lob_fringe"}
"""Styles with hair on the forehead."""

INSIDE = 0.45
"""How far, cm, a strand may dip under the drawn head: the thinned surface of the proxy is flat between its points."""


@cache
def _style(name: str) -> Style:
    return read_style(STYLES / f"{name}.hair")


@cache
def _points(name: str) -> Floats:
    """The vertices of all strands of a style at a middling level of detail, (N, 3), roots apart."""
    return np.concatenate([s.points[:, 1:].reshape(-1, 3) for s in thicken(_style(name), 1)]).astype(float)


@cache
def _surface() -> tuple[Floats, Floats]:
    """Unit directions from the skull's centre to points of the head's surface, closely spaced, and their distances."""
    grid = read_head()["head"]
    for axis in (0, 1):
        count = grid.shape[axis]
        at = np.linspace(0, count - 1, (count - 1) * 3 + 1)
        low = np.minimum(at.astype(int), count - 2)
        share = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        grid = np.take(grid, low, axis) * (1 - share) + np.take(grid, low + 1, axis) * share
    away = grid.reshape(-1, 3) - (0.0, -2.0, -0.2)
    far = np.sqrt((away * away).sum(-1))
    return away / far[:, None], far


def _above_head(points: Floats) -> Floats:
    """How far points (N, 3) lie above the head along the ray from the middle of the skull, cm."""
    away = points - (0.0, -2.0, -0.2)
    far = np.sqrt((away * away).sum(-1))
    ways, radius = _surface()
    return np.asarray(far - radius[((away / far[:, None]).astype(np.float32) @ ways.T.astype(np.float32)).argmax(1)])


@pytest.mark.parametrize("name", style_names())
def test_roots_lie_on_the_scalp_inside_the_hairline(name: str) -> None:
    style = _style(name)
    for group in style.groups:
        if group.name in ("bun", "plait"):
            continue
        roots = group.guides[:, 0]
        assert np.abs(_above_head(roots)).max() < 0.5
        azimuth = np.degrees(np.arctan2(np.abs(roots[:, 0]), roots[:, 2]))
        assert (np.interp(azimuth, style.cap.azimuth, style.cap.height) - roots[:, 1]).min() > -0.3


@pytest.mark.parametrize("name", style_names())
def test_no_strand_is_inside_the_head(name: str) -> None:
    points = _points(name)
    near = points[(points[:, 1] < 6) & (np.abs(points - (0, -2, -0.2)).max(1) < 13)]
    above = _above_head(near[:: max(1, len(near) // 4000)])
    assert above.min() > -INSIDE


@pytest.mark.parametrize("name", style_names())
def test_the_face_is_free(name: str) -> None:
    points = _points(name)
    azimuth = np.degrees(np.arctan2(np.abs(points[:, 0]), points[:, 2]))
    top = -1.2 if name in FRINGED else -4.5
    face = (azimuth < 36) & (points[:, 1] > top) & (points[:, 1] < 11) & (points[:, 2] > 4)
    assert not face.any()


@pytest.mark.parametrize("name", sorted(FRINGED))
def test_a_fringe_covers_the_forehead_and_ends_above_the_eyes(name: str) -> None:
    fringe = next(group for group in _style(name).groups if group.name == "fringe")
    tips = fringe.guides[:, -1]
    middle = tips[np.abs(tips[:, 0]) < 3]
    assert middle[:, 1].min() > -3.5
    assert middle[:, 1].max() < -1.2


@pytest.mark.parametrize("yaw", range(-80, 81, 20))
def test_no_strand_of_a_bob_is_before_nose_and_eyes_at_any_yaw(yaw: int) -> None:
    pose = Pose(yaw=yaw, pitch=0, roll=0, x=0.5, y=0.5, size=0.03)
    turn = turn_of(np.radians(yaw), 0, 0)
    points = _points("bob")
    flat, depth = project(pose, points), (points @ turn.T)[:, 2]
    marks = np.array([(0.0, 4.1, 11.5), (0.0, 2.0, 10.6), (3.1, 0.0, 9.3), (-3.1, 0.0, 9.3)])
    for mark in marks:
        at, deep = project(pose, mark), float((turn @ mark)[2])
        if (turn @ (mark * (1, 0, 1) / np.hypot(mark[0], mark[2])))[2] < 0.2:
            continue  # turned away
        reach = 0.35 * pose.size * CAMERA_DISTANCE / (CAMERA_DISTANCE - deep)
        assert not ((np.hypot(*(flat - at).T) < reach) & (depth > deep)).any(), (yaw, mark)


@pytest.mark.parametrize("name", style_names())
def test_the_scalp_is_covered_evenly(name: str) -> None:
    """Every place of the scalp has strands near it: no bald spot but what a cap would have to hide."""
    style = _style(name)
    grid = read_head()["head"].reshape(-1, 3)
    scalp = grid[style.cap.cover(grid) > 0.9 * style.cap.dense]
    vertices = np.concatenate([s.points.reshape(-1, 3) for s in thicken(style, 0)]).astype(np.float32)
    vertices = vertices[vertices[:, 1] < 8]
    vertices = vertices[:: max(1, len(vertices) // 14_000)]
    away = vertices - np.array((0.0, -2.0, -0.2), np.float32)
    ways = away / np.sqrt((away * away).sum(-1, keepdims=True))
    seen = scalp - (0.0, -2.0, -0.2)
    seen = (seen / np.sqrt((seen * seen).sum(-1, keepdims=True))).astype(np.float32)
    gap = np.degrees(np.arccos(np.clip((seen @ ways.T).max(1), -1, 1)))
    assert gap.max() < 9  # degrees: 1.5 cm on the scalp
