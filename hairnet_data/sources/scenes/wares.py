"""Things that stand, hang or lie about: each is drawn into a square of its own with an alpha."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from hairnet_data.sources.scenes import furry, strands, surfaces
from hairnet_data.sources.scenes.paint import blurred, lay, lit, mesh, plain, ramp
from hairnet_data.sources.scenes.palette import any_colour, leafy, shade, skin_like
from hairnet_data.sources.scenes.things import SHIFT, Thing, cover, polygon, puffed


def ball(rng: np.random.Generator, side: int) -> Thing:
    """A ball, a fruit or an egg with its highlight, in skin colours often."""
    rows, columns = mesh(side, side)
    stretch = np.float32(rng.uniform(0.75, 1.0))
    if rng.random() < 0.5:
        rows, columns = columns.reshape(-1, 1), rows.reshape(1, -1)
    x = (columns * np.float32(2 / side) - np.float32(1)) * np.float32(1.04)
    y = (rows * np.float32(2 / side) - np.float32(1)) / stretch
    y = y * np.float32(1.04)
    inside = np.float32(1) - x * x - y * y
    depth = np.sqrt(np.maximum(inside, 0))
    lx, ly = (float(v) for v in rng.uniform(-0.6, 0.6, 2))
    facing = depth * np.float32(0.8) - x * np.float32(lx) - y * np.float32(ly)
    alpha = (np.clip(inside * np.float32(side / 4), 0, 1) * np.float32(255)).astype(np.uint8)
    base = skin_like(rng) if rng.random() < 0.45 else any_colour(rng)
    light = np.float32(0.35) + np.maximum(facing, 0) * np.float32(0.85)
    colour = lit(cover(rng, side, base), light)
    if rng.random() < 0.6:
        shine = np.clip((facing - np.float32(0.9)) * np.float32(6), 0, 1) * np.float32(rng.uniform(60, 200))
        lay(colour, plain(side, side, (255, 255, 255)), shine.astype(np.uint8))
    return Thing(colour, alpha)


def plate(rng: np.random.Generator, side: int) -> Thing:
    """A plate, a clock face, a wheel or a mirror: rings round one middle."""
    alpha = np.zeros((side, side), np.uint8)
    middle = (side << SHIFT) // 2
    tilt = float(rng.uniform(0.45, 1.0))
    base = any_colour(rng)
    colour = cover(rng, side, base)

    def ring(radius: float) -> tuple[tuple[int, int], tuple[int, int], int, int, int]:
        reach = int(middle * radius)
        return (middle, middle), (reach, int(reach * tilt)), 0, 0, 360

    cv2.ellipse(alpha, *ring(0.97), (255,), -1, cv2.LINE_AA, SHIFT)
    for radius in np.sort(rng.uniform(0.2, 0.95, int(rng.integers(1, 5))))[::-1]:
        tone = base if rng.random() < 0.5 else any_colour(rng)
        cv2.ellipse(colour, *ring(float(radius)), shade(tone, 1.1), -1, cv2.LINE_AA, SHIFT)
        cv2.ellipse(colour, *ring(float(radius)), shade(tone, 0.7), 1, cv2.LINE_AA, SHIFT)
    return puffed(colour, alpha, rng)


def vessel(rng: np.random.Generator, side: int) -> Thing:
    """A vase, bottle, jug or lampshade: a turned profile, lit from the side."""
    heights = np.linspace(0.03, 0.97, 9)
    knots = rng.uniform(0.08, 0.45, 4)
    widths = np.interp(heights, np.linspace(0, 1, 4), knots)
    widths = np.convolve(np.pad(widths, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    left = np.stack([0.5 - widths, heights], axis=-1)
    right = np.stack([0.5 + widths, heights], axis=-1)[::-1]
    alpha = polygon(side, np.concatenate([left, right]))
    base = any_colour(rng)
    colour = cover(rng, side, base)
    for _ in range(int(rng.integers(0, 4))):
        band = int(rng.uniform(0.1, 0.9) * side)
        colour[band : band + max(1, int(side * rng.uniform(0.02, 0.15)))] = any_colour(rng)
    _, columns = mesh(side, side)
    at = columns * np.float32(1 / side)
    lamp = np.float32(rng.uniform(0.25, 0.75))
    light = np.float32(1.25) - np.abs(at - lamp) * np.float32(rng.uniform(1.0, 2.2))
    return Thing(lit(colour, np.clip(light, 0.2, 1.4)), alpha)


def box(rng: np.random.Generator, side: int) -> Thing:
    """A parcel, a book or a crate with three faces to be seen."""
    cut, rise = (float(v) for v in rng.uniform(0.15, 0.5, 2))
    low = 0.97
    front = np.array([[0.03, rise], [1 - cut, rise], [1 - cut, low], [0.03, low]])
    top = np.array([[0.03, rise], [cut, 0.03], [0.97, 0.03], [1 - cut, rise]])
    flank = np.array([[1 - cut, rise], [0.97, 0.03], [0.97, low - rise], [1 - cut, low]])
    base = any_colour(rng)
    colour = plain(side, side, base)
    alpha = np.zeros((side, side), np.uint8)
    for face, tone in ((front, 0.9), (top, 1.2), (flank, 0.6)):
        inside = polygon(side, face)
        lay(colour, lit(cover(rng, side, base), np.full((1, 1), tone, np.float32)), inside)
        alpha = np.maximum(alpha, inside)
    return Thing(colour, alpha)


def blob(rng: np.random.Generator, side: int) -> Thing:
    """A cushion, a shoe, a bag or a potato: a soft closed outline."""
    count = int(rng.integers(5, 9))
    turns = (np.arange(count) + rng.uniform(-0.25, 0.25, count)) * (2 * np.pi / count)
    reach = rng.uniform(0.28, 0.47, count)
    corners = np.stack([np.cos(turns) * reach, np.sin(turns) * reach], axis=-1) + 0.5
    for _ in range(3):  # cutting corners three times rounds them
        following = np.roll(corners, -1, axis=0)
        pair = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], axis=1)
        corners = pair.reshape(-1, 2)
    base = skin_like(rng) if rng.random() < 0.35 else any_colour(rng)
    return puffed(cover(rng, side, base), polygon(side, corners), rng)


def shoe(rng: np.random.Generator, side: int) -> Thing:
    """A shoe or a boot, seen from its side."""
    shaft = float(rng.uniform(0.08, 0.5))
    upper = np.array(
        [
            [0.06, shaft],
            [0.36, shaft + 0.03],
            [0.42, 0.55],
            [0.7, 0.64],
            [0.93, 0.76],
            [0.96, 0.88],
            [0.05, 0.88],
        ]
    )
    sole = np.array([[0.04, 0.85], [0.97, 0.85], [0.95, 0.94], [0.45, 0.94], [0.42, 0.91], [0.04, 0.95]])
    if rng.random() < 0.5:
        upper[:, 0], sole[:, 0] = 1 - upper[:, 0], 1 - sole[:, 0]
    alpha = blurred(polygon(side, upper), side * 0.02)
    thing = puffed(cover(rng, side, any_colour(rng)), alpha, rng)
    below = polygon(side, sole)
    lay(thing.colour, plain(side, side, any_colour(rng)), below)
    return Thing(thing.colour, np.maximum(alpha, below))


def tubes(rng: np.random.Generator, side: int) -> Thing:
    """Thick rounded strokes: sausages, hoses, handles, fingers of a glove."""
    alpha = np.zeros((side, side), np.uint8)
    base = skin_like(rng) if rng.random() < 0.6 else any_colour(rng)
    colour = plain(side, side, shade(base, 0.5))
    thick = max(2, int(side * rng.uniform(0.1, 0.2)))
    lean = rng.uniform(-0.15, 0.15)
    count = int(rng.integers(1, 6))
    for number in range(count):
        x = 0.5 + 0.14 * (number - (count - 1) / 2)
        path = np.array([[x, 0.85], [x + lean * 0.4, 0.5], [x + lean, 0.2 + 0.15 * rng.random()]])
        corners = (path * side * (1 << SHIFT)).astype(np.int32)
        tone = shade(base, float(rng.uniform(0.85, 1.1)))
        cv2.polylines(alpha, [corners], False, (255,), thick, cv2.LINE_AA, SHIFT)
        cv2.polylines(colour, [corners], False, tone, max(1, thick - 2), cv2.LINE_AA, SHIFT)
    return puffed(colour, alpha, rng)


def plant(rng: np.random.Generator, side: int) -> Thing:
    """A pot with leaves or blades."""
    alpha = np.zeros((side, side), np.uint8)
    base = leafy(rng)
    colour = plain(side, side, base)
    roots = np.stack([rng.uniform(0.4, 0.6, 40), np.full(40, 0.7)], axis=-1) * side
    corners = strands.blades(rng, roots, side * 0.5, 0.0, float(rng.uniform(0.4, 0.9)))
    thick = max(1, int(side * rng.uniform(0.01, 0.05)))
    cv2.polylines(alpha, list(corners), False, (255,), thick, cv2.LINE_AA, SHIFT)
    for part in np.array_split(corners, 6):
        tone = shade(base, float(rng.uniform(0.5, 1.3)))
        cv2.polylines(colour, list(part), False, tone, thick, cv2.LINE_AA, SHIFT)
    pot = polygon(side, np.array([[0.3, 0.66], [0.7, 0.66], [0.63, 0.97], [0.37, 0.97]]))
    lay(
        colour,
        ramp(np.linspace(0, 1, side, dtype=np.float32)[None].repeat(side, 0), [any_colour(rng)] * 2),
        pot,
    )
    return Thing(colour, np.maximum(alpha, pot))


def garment(rng: np.random.Generator, side: int) -> Thing:
    """A shirt, a coat or a dress on a hanger: shoulders without a head."""
    neck, shoulder = float(rng.uniform(0.06, 0.14)), float(rng.uniform(0.3, 0.46))
    hem, drop = float(rng.uniform(0.2, 0.45)), float(rng.uniform(0.03, 0.14))
    dip = float(rng.uniform(0.04, 0.25))
    half = np.array([[neck, 0.1], [shoulder, 0.1 + drop], [shoulder + 0.03, 0.4], [hem, 0.5], [hem, 0.97]])
    middle_line = np.array([0.5, 0.0])
    right, left = half + middle_line, (half * [-1, 1] + middle_line)[::-1]
    alpha = polygon(side, np.concatenate([right, left, [[0.5, 0.1 + dip]]]))
    maker = surfaces.fabric if rng.random() < 0.7 else strands.fur
    colour = maker(rng, side, side)
    if rng.random() < 0.5:
        trim = any_colour(rng)
        middle = int(side * 0.5)
        cv2.line(colour, (middle, int(side * (0.1 + dip))), (middle, side), trim, max(1, side // 60), cv2.LINE_AA)
        for y in np.linspace(0.15 + dip, 0.9, int(rng.integers(3, 8))):
            at = (middle + side // 40, int(y * side))
            cv2.circle(colour, at, max(1, side // 60), shade(trim, 0.7), -1, cv2.LINE_AA)
    return puffed(colour, alpha, rng)


def lamp(rng: np.random.Generator, side: int) -> Thing:
    """A lit lamp: a bright shade on a stand, darker towards its rims."""
    wide, narrow = float(rng.uniform(0.25, 0.48)), float(rng.uniform(0.1, 0.35))
    low = float(rng.uniform(0.35, 0.65))
    hood = polygon(side, np.array([[0.5 - narrow, 0.03], [0.5 + narrow, 0.03], [0.5 + wide, low], [0.5 - wide, low]]))
    stand = polygon(side, np.array([[0.47, low], [0.53, low], [0.54, 0.93], [0.68, 0.97], [0.32, 0.97], [0.46, 0.93]]))
    rows, columns = mesh(side, side)
    away_x = columns * np.float32(2 / side) - np.float32(1)
    away_y = rows * np.float32(1 / side) - np.float32(low * 0.55)
    glow = np.float32(1.25) - away_x * away_x * np.float32(2.0) - away_y * away_y * np.float32(3.0)
    warm = shade(skin_like(rng), 1.35) if rng.random() < 0.7 else any_colour(rng)
    colour = lit(plain(side, side, warm), np.clip(glow, 0.4, 1.4))
    lay(colour, plain(side, side, any_colour(rng)), stand)
    return Thing(colour, np.maximum(hood, stand))


THINGS: tuple[Callable[[np.random.Generator, int], Thing], ...] = (
    ball,
    ball,
    plate,
    vessel,
    box,
    blob,
    shoe,
    tubes,
    furry.broom,
    furry.furry,
    furry.pile,
    furry.skein,
    plant,
    garment,
    lamp,
)
"""All that can lie about; what comes twice is met twice as often."""


def any_thing(rng: np.random.Generator, side: int) -> Thing:
    """One of all things, in a square of `side` pixels."""
    return THINGS[int(rng.integers(len(THINGS)))](rng, side)
