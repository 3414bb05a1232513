"""What hair lies on: the head, the neck and the shoulders as things that points are pushed out of."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.mean_head import (
    NECK_FOOT,
    NECK_HALF,
    NECK_TOP,
    SHOULDER_CENTRE,
    SHOULDER_HALF,
    ear_grid,
    head_grid,
    neck_width,
)
from hairnet_data.sources.drawn.scalp import CENTRE

Floats = NDArray[np.float64]

_AROUND, _UP = 180, 90
"""Cells of the map of the head's radius: azimuth and angle from the crown."""


def _dense(grid: Floats) -> Floats:
    """Points (N, 3) of a surface, six times as close as the grid's."""
    for axis in (0, 1):
        count = grid.shape[axis]
        at = np.linspace(0, count - 1, count * 6)
        low = np.minimum(at.astype(int), count - 2)
        share = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        grid = np.take(grid, low, axis) * (1 - share) + np.take(grid, low + 1, axis) * share
    return grid.reshape(-1, 3)


@cache
def _radius_map(ears: bool) -> Floats:
    """Radius of the head from `CENTRE`, cm, by angle from the crown and azimuth: (_UP + 1, _AROUND + 1)."""
    grids = (head_grid(), ear_grid(-1), ear_grid(1)) if ears else (head_grid(),)
    away = np.concatenate([_dense(grid) for grid in grids]) - CENTRE
    far = np.sqrt((away * away).sum(-1))
    row = np.round(np.arccos(np.clip(-away[:, 1] / far, -1, 1)) / np.pi * _UP).astype(int)
    column = np.round((np.arctan2(away[:, 0], away[:, 2]) / (2 * np.pi) + 0.5) * _AROUND).astype(int)
    radius = np.zeros((_UP + 1, _AROUND + 1))
    np.maximum.at(radius, (row, column), far)
    radius[:, 0] = radius[:, -1] = np.maximum(radius[:, 0], radius[:, -1])
    for _ in range(120):  # cells that no point fell into take the mean of their neighbours
        empty = radius == 0
        if not empty.any():
            break
        wrapped = np.pad(np.pad(radius, ((1, 1), (0, 0)), mode="edge"), ((0, 0), (1, 1)), mode="wrap")
        total, count = np.zeros_like(radius), np.zeros_like(radius)
        for down in (0, 1, 2):
            for along in (0, 1, 2):
                part = wrapped[down : down + _UP + 1, along : along + _AROUND + 1]
                total += part
                count += part > 0
        radius = np.where(empty, total / np.maximum(count, 1), radius)
    radius[0] = radius[1].mean()
    return radius


def head_radius(away: Floats, ears: bool = True) -> Floats:
    """The head's radius, cm, in directions (..., 3) of any length from `CENTRE`: float64 (...)."""
    table = _radius_map(ears)
    far = np.sqrt((away * away).sum(-1)) + 1e-9
    row = np.arccos(np.clip(-away[..., 1] / far, -1, 1)) / np.pi * _UP
    column = (np.arctan2(away[..., 0], away[..., 2]) / (2 * np.pi) + 0.5) * _AROUND
    top, left = np.minimum(row.astype(int), _UP - 1), np.minimum(column.astype(int), _AROUND - 1)
    down, along = row - top, column - left
    upper = table[top, left] * (1 - along) + table[top, left + 1] * along
    lower = table[top + 1, left] * (1 - along) + table[top + 1, left + 1] * along
    return np.asarray(upper * (1 - down) + lower * down)


def height_over_head(points: Floats) -> Floats:
    """How far points (..., 3) lie above the head along the ray from `CENTRE`, cm, negative inside: float64 (...)."""
    away = points - CENTRE
    return np.asarray(np.sqrt((away * away).sum(-1)) - head_radius(away))


def off_head(points: Floats, layer: Floats) -> Floats:
    """Points (N, 3), moved outwards to at least `layer` (N,) cm above the head, neck and shoulders."""
    away = points - CENTRE
    far = np.sqrt((away * away).sum(-1)) + 1e-9
    least = head_radius(away) + layer
    points = CENTRE + away * np.maximum(1, least / far)[:, None]
    return _off_shoulders(_off_neck(points, layer), layer)


def _off_neck(points: Floats, layer: Floats) -> Floats:
    share = np.clip((points[:, 1] - NECK_TOP[1]) / (NECK_FOOT[1] - NECK_TOP[1]), 0, 1)
    middle = NECK_TOP + share[:, None] * (NECK_FOOT - NECK_TOP)
    half = NECK_HALF * neck_width(share)[:, None] + layer[:, None]
    across = (points - middle)[:, [0, 2]] / half
    far = np.sqrt((across * across).sum(-1)) + 1e-9
    inside = (far < 1) & (points[:, 1] > NECK_TOP[1] - 2) & (points[:, 1] < NECK_FOOT[1] + 3)
    moved = points.copy()
    moved[:, [0, 2]] = middle[:, [0, 2]] + across / far[:, None] * half
    # Hair behind the neck is only moved backwards, so that it does not part there.
    behind = across[:, 1] < -0.2
    deep = middle[:, 2] - half[:, 1] * np.sqrt(np.clip(1 - across[:, 0] ** 2, 0, 1))
    moved[behind, 0], moved[behind, 2] = points[behind, 0], deep[behind]
    return np.where(inside[:, None], moved, points)


def _off_shoulders(points: Floats, layer: Floats) -> Floats:
    half = SHOULDER_HALF + layer[:, None]
    away = (points - SHOULDER_CENTRE) / half
    away[:, 1] = np.minimum(away[:, 1], 0)  # straight down from the widest place
    far = np.sqrt((away * away).sum(-1)) + 1e-9
    # Hair slides down before or behind the shoulder, it does not pile up on it.
    out = np.stack([0 * away[:, 0], away[:, 1], np.where(away[:, 2] > -0.1, 0.5, -0.5) + away[:, 2]], -1)
    out /= np.sqrt((out * out).sum(-1, keepdims=True)) + 1e-9
    lift = np.where(far < 1, 1 - far, 0)[:, None] * out * half
    return np.asarray(points + lift)
