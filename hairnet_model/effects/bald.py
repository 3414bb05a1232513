"""Pseudo-bald: what a head might look like without the hair on it. Nothing below the eyes changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_model.effects import oklab
from hairnet_model.effects.faces import Face, faces
from hairnet_model.effects.grid import Grid, Plane, blurred, filled, grown
from hairnet_model.effects.matting import smoothstep

_EYES = (0.15, 0.6)  # widths of the face below its top: the eyes are between
_FADE = 0.25  # widths of the face above the eyes over which the hair ends
SKIN, BARE = 0.8, 0.1  # from this probability of face, up to that of hair, a pixel is skin
NOTHING = 0.05  # up to this probability of both, a pixel is background
_FEWEST = 12  # cells of skin that say how the light falls
_UNEVEN = 0.08  # of L that skin may differ from the fit and still go on over the scalp
_FEATURES = 0.16  # of its lightness by which eyes, brows and mouth are darker than skin; backs of heads reach 0.14
_BAND = 1 << 20  # pixels painted at once


@dataclass(frozen=True, slots=True)
class Scalp:
    """What is estimated of a head.

    Attributes:
        top: first row of the face, in cells.
        middle: column of the face's middle, in cells.
        wide: width of the face, in cells.
        eyes: rows from the face's top to the eyes, in widths of the face.
        crown: rows from the face's top up to that of the skull, likewise.
        back: how far the head reaches back to the right, or to the left where it is negative, likewise.
        light: Oklab of the skin by a constant and the x, y and z of the surface's direction: 4 times 3 numbers.
        darkest: of L that skin may have.
        lightest: likewise.
    """

    top: float
    middle: float
    wide: float
    eyes: float
    crown: float
    back: float
    light: tuple[float, ...]
    darkest: float
    lightest: float


def as_they_are(scalps: Sequence[Scalp]) -> Sequence[Scalp]:
    """For one picture, whose own estimates are the best there are."""
    return scalps


@dataclass(frozen=True, slots=True, eq=False)
class _Skull:
    """An egg behind a face, in cells: where its surface is, and which way it looks.

    Attributes:
        cover: float32 (rows, columns), 1 on the skull and 0 beside it, with a soft rim.
        normals: float32 (rows, columns, 4): 1, and the surface's x, y and z.
        eyes: float32 (rows, columns): 1 above the eyes, 0 from there on.
    """

    cover: Plane
    normals: Plane
    eyes: Plane


def bald(
    image: Pixels,
    hair_probability: Plane,
    face_probability: Plane,
    steady: Callable[[Sequence[Scalp]], Sequence[Scalp]] = as_they_are,
) -> Pixels:
    """Paints the hair above the eyes away: in the skin's colour and light on the skull, as background beside it.

    The skin's light is fitted to the face: each channel of Oklab by a constant and the three parts of the surface's
    direction. What the fit leaves at the face goes on over the scalp, so that no seam is seen.

    Args:
        image: uint8 (H, W, 3) RGB.
        hair_probability: float32 (H, W), 0..1.
        face_probability: float32 (H, W), 0..1.
        steady: given the picture's own estimates, a head each, what to take instead; for the frames of a film.

    Returns:
        uint8 (H, W, 3) RGB. Where no face is seen, as from behind, nothing changes.

    Raises:
        UsageError: the arrays' sizes differ.
    """
    if image.shape[:2] != hair_probability.shape or hair_probability.shape != face_probability.shape:
        raise UsageError("bald", "image and probabilities have different sizes", "give all three in one size")
    made = image.copy()
    if not image.size:
        return made
    grid = Grid.of(*hair_probability.shape)
    hairy, facial = (grid.sums(plane) / grid.areas for plane in (hair_probability, face_probability))
    light = means(image, np.ones(hair_probability.shape, bool), grid)[0][..., 0]
    found = [face for face in _without_necks(faces(facial)) if _has_features(face, light, facial)]
    skin, bare = means(image, (face_probability > np.float32(SKIN)) & (hair_probability < np.float32(BARE)), grid)
    ground, open_ = means(
        image, (face_probability < np.float32(NOTHING)) & (hair_probability < np.float32(NOTHING)), grid
    )
    wider = blurred(grown(hairy, 3), 1)
    behind = blurred(filled(ground * open_[..., None], open_), 1) if open_.any() else None
    cover, scalp, above = np.zeros_like(hairy), np.zeros_like(skin), np.zeros_like(hairy)
    heads = []
    for face in found:
        shape = _shape(face, hairy, facial, _eyes(face, light, facial))
        if (estimated := _lit(skin, bare * face.mask, shape, _skull(shape, facial).normals)) is not None:
            heads.append(estimated)
    for (_, used), one in zip(heads, steady([own for own, _ in heads]), strict=True):
        skull = _skull(one, facial)
        painted = _painted(skin, used, one, skull.normals, max(1, int(one.wide / 16)))
        nearer = skull.cover >= cover
        scalp = np.where(nearer[..., None], painted, scalp)
        cover, above = np.maximum(cover, skull.cover), np.maximum(above, skull.eyes * _around(one, hairy.shape))
    if not above.any():
        return made
    target = scalp if behind is None else scalp * cover[..., None] + behind * (1 - cover[..., None])
    codes = oklab.to_codes(target)
    for first in range(0, grid.height, max(1, _BAND // grid.width)):
        rows = slice(first, min(grid.height, first + max(1, _BAND // grid.width)))
        near, over = grid.enlarged(wider, rows), grid.enlarged(above, rows)
        face_here = face_probability[rows]
        around = 1.4 * near * (1 - np.float32(0.3) * face_here)
        share = np.maximum(3 * hair_probability[rows], around) - np.float32(0.1)
        share = np.clip(share, 0, 1) * over
        where = np.nonzero(share > 0)
        own, painted = image[rows][where], grid.enlarged(codes, rows)[where]
        made[rows][where] = np.rint(own + share[where][:, None] * (painted - own)).astype(np.uint8)
    return made


def means(image: Pixels, where: NDArray[np.bool_], grid: Grid) -> tuple[Plane, Plane]:
    """Oklab of the mean of some pixels of each cell, and their share of it."""
    sums = np.zeros((*grid.shape, 4), np.float32)
    band = grid.step * max(1, _BAND // (grid.width * grid.step))
    for top in range(0, grid.height, band):
        some = where[top : top + band, :, None].astype(np.float32)
        found = grid.sums(np.concatenate([image[top : top + band] * some, some], 2))
        sums[top // grid.step : top // grid.step + len(found)] = found
    codes = np.asarray(sums[..., :3] / np.maximum(sums[..., 3:], 1), np.float32)
    return oklab.from_codes(codes), np.asarray(sums[..., 3] / grid.areas, np.float32)


def _shape(face: Face, hairy: Plane, facial: Plane, eyes: float) -> Scalp:
    """The skull's shape; light is left out. `eyes` is the row of the eyes."""
    rows, columns = hairy.shape
    head = hairy + facial > 0.5
    wide, middle = face.wide, face.middle
    # Hair on one side of the face more than on the other: the head is turned, and reaches as far back.
    low, high = face.top + int(0.15 * wide), min(rows, face.top + max(1, int(0.6 * wide)))
    left, right = (int(np.clip(middle + side * wide / 2, 0, columns - 1)) for side in (-1, 1))
    before = np.mean([_run(head[row, left::-1]) for row in range(low, high)]) if high > low else 0.0
    behind = np.mean([_run(head[row, right:]) for row in range(low, high)]) if high > low else 0.0
    back = float(np.clip(0.7 * (behind - before), -0.5 * wide, 0.5 * wide))
    crown = face.top - _run(head[: face.top, min(columns - 1, int(middle))][::-1])
    top = max(crown + 0.06 * wide, face.top - 0.55 * wide)
    return Scalp(face.top, middle, wide, (eyes - face.top) / wide, (face.top - top) / wide, back / wide, (), 0, 1)


def _skull(scalp: Scalp, facial: Plane) -> _Skull:
    rows, columns = facial.shape
    wide, back = scalp.wide, scalp.back * scalp.wide
    eyes, top = scalp.top + scalp.eyes * wide, scalp.top - scalp.crown * wide
    centre, across = scalp.middle + back / 2, 0.53 * wide + abs(back) / 2
    y, x = np.mgrid[:rows, :columns].astype(np.float32) + np.float32(0.5)
    aside, down = (x - centre) / across, (y - eyes) / np.where(y < eyes, eyes - top, 1.9 * across)
    far = np.sqrt(aside**2 + down**2)
    soft = max(1.2, 0.06 * across)
    round_ = (np.abs(aside) ** 2.5 + np.abs(down) ** 2.5) ** (1 / 2.5)  # rounder than an ellipse
    cover = np.maximum(smoothstep(-soft / 4, soft, ((1 - round_) * across).astype(np.float32)), facial)
    scale = 1 / np.maximum(1, far / 0.95)
    n_x, n_y = aside * scale, down * scale
    normals = np.stack([np.ones_like(n_x), n_x, n_y, np.sqrt(np.maximum(0, 1 - n_x**2 - n_y**2))], 2)
    above = smoothstep(0, _FADE * wide, (eyes - y).astype(np.float32))
    return _Skull(cover, normals.astype(np.float32), above)


def _without_necks(found: list[Face]) -> list[Face]:
    """All but necks and chins that a beard parts from their face."""
    return [
        one
        for one in found
        if not any(
            other.top < one.top < other.top + 2.2 * other.wide and abs(other.middle - one.middle) < 0.6 * other.wide
            for other in found
        )
    ]


def _has_features(face: Face, light: Plane, facial: Plane) -> bool:
    """Whether eyes, brows or mouth are seen; else it is a neck, an arm, or a bald head from behind.

    Light and shadow of a round surface are near a polynomial of second degree; the darkest 3 % are compared with that.
    """
    rows, columns = np.nonzero(face.mask & (facial > np.float32(SKIN)))
    x, y = (columns + 0.5 - face.middle) / face.wide, (rows + 0.5 - face.top) / face.wide
    inner = (np.abs(x) < 0.4) & (y > 0.1) & (y < 1.2)
    x, y = x[inner], y[inner]
    if len(x) < _FEWEST:
        return False
    own = light[rows[inner], columns[inner]].astype(np.float64)
    a = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], 1)
    rest = own - a @ np.linalg.solve(a.T @ a + 1e-6 * len(a) * np.eye(6), a.T @ own)
    middle, dark = np.quantile(rest, [0.5, 0.03])
    return bool(middle - dark > _FEATURES * own.mean())


def _eyes(face: Face, light: Plane, facial: Plane) -> float:
    """The row of the eyes, or of the brows: the darkest one to the left and right of the face's middle."""
    away = np.abs(np.arange(light.shape[1]) + 0.5 - face.middle) / face.wide
    low, high = (min(len(light) - 1, int(face.top + share * face.wide)) for share in _EYES)
    bare = np.where((facial > np.float32(SKIN)) & (away > 0.1) & (away < 0.4), 1.0, 0.0)[low : high + 1]
    count = bare.sum(1)
    means = (light[low : high + 1] * bare).sum(1) / np.maximum(count, 1)
    enough = count >= 0.5 * max(1, count.max())
    return float(low + np.argmin(np.where(enough, means, 2))) + 0.5


def _run(cells: NDArray[np.bool_]) -> int:
    """How many are true before the first that is not."""
    return int(np.argmin(cells)) if not cells.all() else len(cells)


def _around(face: Scalp, shape: tuple[int, ...]) -> Plane:
    """1 within two widths of the face's middle: hair of other heads is theirs."""
    away = np.abs(np.arange(shape[1], dtype=np.float32) + np.float32(0.5) - np.float32(face.middle)) / face.wide
    return np.broadcast_to(1 - smoothstep(1.5, 2, away.astype(np.float32)), shape)


def _lit(skin: Plane, weight: Plane, shape: Scalp, normals: Plane) -> tuple[Scalp, Plane] | None:
    """How the light falls on the face, and which cells (float32, 0 and 1) go on over the scalp.

    None where too little of the face is seen.
    """
    known = weight > 0.5
    if np.count_nonzero(known) < _FEWEST:
        return None
    colour, bases = skin[known].astype(np.float64), normals[known].astype(np.float64)
    light = colour[:, 0]
    kept = np.abs(light - np.median(light)) < 0.25
    fit: NDArray[np.float64] = np.zeros((4, 3))
    rest: NDArray[np.float64] = light
    for _ in range(3):  # eyes, brows, mouth and shine are left out
        if np.count_nonzero(kept) < _FEWEST:
            return None
        a, b = bases[kept], colour[kept]
        fit = np.asarray(np.linalg.solve(a.T @ a + np.diag([0, 1, 1, 1]) * 0.02 * len(a), a.T @ b), np.float64)
        rest = light - bases @ fit[:, 0]
        kept = np.abs(rest) <= 1.5 * max(0.01, float(np.std(rest[kept])))
    if not kept.any():
        return None
    low, high = np.quantile(light[kept], [0.05, 0.95])
    used = np.zeros_like(weight)
    used[known] = kept | (np.abs(rest) <= _UNEVEN)
    seen = replace(shape, light=tuple(fit.ravel().tolist()), darkest=float(low) - 0.05, lightest=float(high) + 0.03)
    return seen, used


def skin_over(skin: Plane, weight: Plane, normals: Plane, soft: int) -> Plane | None:
    """Skin all over, as the light falls on the face.

    Args:
        skin: Oklab of skin that is seen, float32 (rows, columns, 3) of cells.
        weight: the share of such skin in every cell, float32 (rows, columns).
        normals: float32 (rows, columns, 4): 1, and the unit normal of the surface.
        soft: cells over which what the light does not explain is blurred.

    Returns:
        Oklab, float32 (rows, columns, 3); None where too little of the face is seen.
    """
    found = _lit(skin, weight, Scalp(0, 0, 1, 0, 0, 0, (), 0, 1), normals)
    return None if found is None else _painted(skin, found[1], found[0], normals, soft)


def _painted(skin: Plane, used: Plane, scalp: Scalp, normals: Plane, soft: int) -> Plane:
    """Skin all over, in Oklab, as the light falls on the face."""
    smooth = (normals @ np.reshape(scalp.light, (4, 3))).astype(np.float32)
    smooth[..., 0] = np.clip(smooth[..., 0], scalp.darkest, scalp.lightest)
    seam = blurred(filled((skin - smooth) * used[..., None], used), soft)
    return np.asarray(smooth + seam, np.float32)
