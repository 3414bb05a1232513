"""Where a body stands under its head, and its neck."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.canvas import SKIN, Canvas, Floats, smooth_curve
from hairnet_data.sources.drawn.head import FIELD, Pose, View
from hairnet_data.sources.drawn.light import Light
from hairnet_data.sources.drawn.traits import Person

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Body:
    """Where the body stands: x, y of the pit of the neck and pixels per cm, 256-pixel picture; lean in radians."""

    pit: tuple[float, float]
    scale: float
    lean: float
    turn: float
    build: float

    def at(self, points: Points | list[tuple[float, float]]) -> Points:
        """Points (N, 2) in cm from the pit of the neck to picture pixels."""
        array = np.asarray(points, float) * (1, 1)
        cos, sin = np.cos(self.lean), np.sin(self.lean)
        turned = np.stack([array[:, 0] * cos - array[:, 1] * sin, array[:, 0] * sin + array[:, 1] * cos], 1)
        return turned * self.scale + self.pit


def draw_body(rng: np.random.Generator, person: Person, pose: Pose) -> Body:
    """Puts a body under a head."""
    root = pose.to_picture(np.array((0.0, 7.0, -2.5)))
    lean = float(np.clip(rng.normal(0, 0.05) + person.roll * 0.3, -0.25, 0.25))
    drop = 8.6 - 1.2 * person.young + rng.normal(0, 0.5)
    x = root[0] - np.sin(person.roll) * 3 * pose.scale + rng.normal(0, 0.6) * pose.scale
    build = float(np.clip(rng.normal(1.0, 0.09) - 0.09 * person.feminine - 0.28 * person.young, 0.6, 1.3))
    turn = person.yaw * 0.45
    if abs(person.yaw) > np.radians(60):  # the head turns about so far against the shoulders
        turn = person.yaw - np.sign(person.yaw) * rng.uniform(0.0, 1.0)
    return Body((float(x), float(root[1] + drop * pose.scale)), pose.scale * 0.98, lean, float(turn), build)


def paint_neck(canvas: Canvas, person: Person, pose: Pose, body: Body, view: View, light: Light) -> None:
    """Paints the neck, round and in the shadow of the chin."""
    wide = (5.3 - 1.1 * person.feminine) * (0.75 + 0.25 * body.build) * (1 - 0.15 * person.young)
    top = pose.to_picture(np.array((0.0, 3.0, -2.2)))[:2]
    low_left, low_right = body.at([(-wide - 0.4, 1.0), (wide + 0.4, 1.0)])
    flare_left, flare_right = body.at([(-wide * 1.5, 4.0), (wide * 1.5, 4.0)])
    across = np.array((np.cos(person.roll), np.sin(person.roll))) * wide * 0.96 * pose.scale
    left, right = (top - across), (top + across)
    sides = [left, left * 0.35 + low_left * 0.65, low_left, flare_left, body.at([(0.0, 9.0)])[0]]
    sides += [flare_right, low_right, right * 0.35 + low_right * 0.65, right]
    canvas.polygon(smooth_curve(np.array(sides), 4) * canvas.scale, person.skin, SKIN)
    small, step = FIELD // 2, 2.0
    columns = np.arange(small, dtype=np.float32) * np.float32(step)
    middle = (top[0] + body.pit[0]) / 2
    across_x = np.clip((columns - middle) / (wide * pose.scale), -0.98, 0.98)
    normal = np.stack([across_x, 0 * across_x - 0.1, np.sqrt(1 - across_x**2)], -1)
    facing = np.clip((normal @ light.key + 0.25) / 1.25, 0, 1)
    row = (light.sky[None] * 0.95 + facing[:, None] * light.power * light.colour[None]).astype(np.float32)
    head = np.zeros((FIELD, FIELD), np.uint8)
    head[view.top : view.top + view.inside.shape[0], view.left : view.left + view.inside.shape[1]] = view.inside
    shadow = np.asarray(cv2.resize(head, (small, small)), np.uint8)
    shadow = np.roll(shadow, (int(4.0 * pose.scale / step), int(-2.4 * light.key[0] * pose.scale / step)), (0, 1))
    shadow = np.asarray(cv2.GaussianBlur(shadow, (13, 13), 2.2), np.uint8)
    depth = float(np.interp(pose.turn[2, 2], (-0.2, 0.7), (0.15, 0.5)))  # the chin casts a deeper shadow than the nape
    dark = (1 - depth * (shadow.astype(np.float32) / 255))[..., None]
    tint = np.array((0.0, 0.03, 0.05), np.float32)
    shaded(canvas, np.asarray(dark * row[None] * (1 - tint * (1 - row[None])), np.float32), canvas.part == SKIN)


def shaded(canvas: Canvas, light: Floats, where: NDArray[np.bool_]) -> None:
    """Multiplies the colours of the canvas where `where` is set by a light field (H, W, 3) in 0..1.99."""
    rows = np.flatnonzero(where.any(1))
    if not len(rows):
        return
    # In 128ths: bytes are several times faster than floats here, and the steps are far below the grain.
    small = np.full((*light.shape[:2], 4), 128, np.uint8)
    small[..., :3] = np.clip(light * 128 + 0.5, 0, 255).astype(np.uint8)
    cut = slice(int(rows[0]), int(rows[-1]) + 1)
    factor = cv2.resize(small, (canvas.side, canvas.side))[cut]
    cv2.copyTo(cv2.multiply(canvas.pixels[cut], factor, scale=1 / 128), where[cut].view(np.uint8), canvas.pixels[cut])
