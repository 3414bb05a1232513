"""The way of one try-on: a photo and what was located in it become the photo with other hair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.effects.grid import Grid, Plane
from hairnet_model.effects.matting import smoothstep
from hairnet_model.inference import composite
from hairnet_model.inference.components import Head
from hairnet_model.inference.cuts import Located
from hairnet_model.tryon import grain, proxy
from hairnet_model.tryon.catalogue import Hair, levels_for
from hairnet_model.tryon.fitting import Masks, fitted
from hairnet_model.tryon.layers import Layer
from hairnet_model.tryon.own_hair import FEWEST, tint_of
from hairnet_model.tryon.proxy import Seen
from hairnet_model.tryon.removal import remove
from hairnet_model.tryon.rendering import hair_layer, reach, shadow_layer
from hairnet_model.tryon.view import View

FARTHEST_YAW = 100.0
"""Degrees; heads that are turned further away stay as they are."""

LARGEST = 24.0
"""Pixels per centimetre in which hair is painted at most; in larger photos it is enlarged."""

MARGIN = 2.5
"""Centimetres around hair, old and new, that may change."""

SURE_HAIR = 0.9
"""Probability from which a pixel's colour counts for that of the own hair."""

HIGHEST = 3.0
"""Centimetres below the hairline from which on something may be in front of the face: above are wisps of own hair."""

LEAST_NOISE = 0.3
"""Codes; less is not seen."""

Style = Callable[[int], Hair]
"""Hair by its level of detail, from 0."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a photo, and the scale in which it is worked on.

    Attributes:
        left: in pixels of the photo, as the other three.
        top: likewise.
        right: behind its last column.
        bottom: behind its last row.
        scale: pixels worked on for each of the photo, up to 1.
    """

    left: int
    top: int
    right: int
    bottom: int
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that are worked on."""
        return (
            max(1, round((self.bottom - self.top) * self.scale)),
            max(1, round((self.right - self.left) * self.scale)),
        )

    def image(self, photo: Pixels) -> Pixels:
        """This part of a photo, uint8 (H, W, 3), as large as it is worked on."""
        part = photo[self.top : self.bottom, self.left : self.right]
        return part if self.scale == 1 else np.asarray(self._resized(part), np.uint8)

    def scaled(self, part: Plane) -> Plane:
        """A plane of this part, float32, as large as it is worked on."""
        return np.ascontiguousarray(part if self.scale == 1 else self._resized(part), np.float32)

    def _resized(self, part: Any) -> Any:
        return cv2.resize(part, self.shape[::-1], interpolation=cv2.INTER_AREA)


def reasons(located: Located) -> list[str]:
    """Why heads stay as they are, a line each."""
    lines = [reason for head in located.heads if (reason := _reason(head))]
    return lines or ([] if located.heads else ["no head found"])


def _reason(head: Head) -> str:
    if head.pose is None:
        return "not sure how the head is turned"
    if abs(head.pose.yaw) > FARTHEST_YAW:
        return f"the head is turned too far away ({abs(head.pose.yaw):.0f} degrees)"
    return ""


def _extent(head: Head) -> tuple[float, tuple[int, int, int, int]]:
    """What heads are sorted by: larger ones are taken for nearer."""
    return (float(max(head.box[2:])) if head.pose is None else 28 * head.pose.size, head.box)


def try_on(photo: Pixels, located: Located, style: Style, colour: Plane | None = None) -> Pixels:
    """Gives every head of a photo other hair, the smallest first; they are taken for the farthest.

    Args:
        photo: uint8 (H, W, 3) RGB.
        located: what was found in it, poses included.
        style: the hair at every level of detail from 0, as `catalogue.hair` has it.
        colour: float32 (3,), linear RGB, the mean of the hair; None for everybody's own.

    Returns:
        uint8 (H, W, 3) RGB; where hair, its shadow and what was removed are not, the photo's own pixels.
    """
    willing = [head for head in located.heads if not _reason(head)]
    if not willing:
        return photo
    made = photo
    for head in sorted(willing, key=_extent):
        made = _on_head(made, located, head, style, colour)
    return made


def _on_head(photo: Pixels, located: Located, head: Head, style: Style, colour: Plane | None) -> Pixels:
    heads = located.heads
    assert head.pose is not None
    whole = View.of(head.pose)
    crop = crop_for(whole, head, style, photo.shape[:2])
    if crop is None:
        return photo
    image = crop.image(photo)
    likely = composite.rows(located, slice(crop.top, crop.bottom))[:, crop.left : crop.right]
    hair, face = (crop.scaled(likely[..., number]) for number in (HAIR, FACE))
    owners = _owners(heads, crop)
    mine = (owners == heads.index(head)).astype(np.float32)
    nearer = np.isin(owners, [number for number, other in enumerate(heads) if _extent(other) > _extent(head)])
    view = whole.on(crop.left, crop.top, crop.scale)
    view = fitted(view, Masks(hair * mine, face * mine))
    layer = _layer(image, hair * mine, face * mine, view, style, colour, crop)
    layer = layer.times(1 - nearer * smoothstep(0.2, 0.5, np.asarray(hair + face, np.float32)))
    if crop.scale < 1:
        size = crop.right - crop.left, crop.bottom - crop.top
        both: Any = cv2.resize(np.dstack([layer.colour, layer.share]), size, interpolation=cv2.INTER_LINEAR)
        layer = Layer(both[..., :3], both[..., 3])
    made = photo.copy()
    part = made[crop.top : crop.bottom, crop.left : crop.right]
    part[...] = layer.over(part)
    return made


def crop_for(view: View, head: Head, style: Style, shape: tuple[int, int]) -> Crop | None:
    """The part of the photo that may change; None where the hair lies outside of it."""
    first, last = reach(style(0), view)
    x, y, wide, tall = head.box
    low = np.minimum(first, (x, y)) - MARGIN * view.size
    high = np.maximum(last, (x + wide, y + tall)) + MARGIN * view.size
    left, top = (max(0, int(np.floor(value))) for value in low)
    right, bottom = min(shape[1], int(np.ceil(high[0]))), min(shape[0], int(np.ceil(high[1])))
    if right <= left or bottom <= top:
        return None
    return Crop(left, top, right, bottom, min(1.0, LARGEST / view.size))


def _owners(heads: Sequence[Head], crop: Crop) -> NDArray[np.intp]:
    """The number of the head that every pixel of the crop is nearest to, by distances in its own size."""
    rows, columns = (np.arange(length, dtype=np.float32) + np.float32(0.5) for length in crop.shape)
    apart = []
    for x, y, wide, tall in (head.box for head in heads):
        down = (rows / crop.scale + crop.top - (y + tall / 2)) / tall
        across = (columns / crop.scale + crop.left - (x + wide / 2)) / wide
        apart.append(down[:, None] ** 2 + across[None] ** 2)
    return np.asarray(np.argmin(np.stack(apart), 0))


def _layer(
    image: Pixels, hair: Plane, face: Plane, view: View, style: Style, colour: Plane | None, crop: Crop
) -> Layer:
    """All that is laid over the crop."""
    height, width = image.shape[:2]
    rows = slice(0, height)
    grid = Grid.of(height, width)
    seen = proxy.look(view, grid)
    bare = remove(image, hair, face, seen, grid, view.size)
    own = hair > np.float32(SURE_HAIR)
    tint = tint_of(image, own, view.size, colour)
    made = hair_layer(style(levels_for(view.size)), view, bare.light, tint, height, width)
    luma = grain.luma_of(image)
    skinny = face > np.float32(SURE_HAIR)
    wanted = grain.sharpness(luma, own if np.count_nonzero(own) >= FEWEST else skinny)
    made = _blurred(made, wanted)
    skin = np.asarray(grid.enlarged(seen.skin, rows) * np.maximum(face, bare.layer.share), np.float32)
    shade = shadow_layer(made, skin, bare.light, view)
    bald = bare.layer
    if colour is None:  # own pixels stay below new hair of the same colour
        covered = cv2.blur(made.share, (2 * round(view.size / 4) + 1,) * 2)
        bald = bald.times(1 - smoothstep(0.7, 0.97, np.asarray(covered, np.float32)))
    total = bald.under(shade).under(made).times(1 - _in_front(seen, hair, face, grid, rows))
    return _noisy(total, grain.noise_of(luma, skinny), crop)


def _in_front(seen: Seen, hair: Plane, face: Plane, grid: Grid, rows: slice) -> Plane:
    """Where something is before the face that is neither hair nor face: 1, else 0."""
    proper = seen.front * (seen.scalp < -HIGHEST) * (seen.normals[..., 3] > 0.25) * (seen.head > 0.95)
    inner = cv2.erode(proper.astype(np.float32), np.ones((3, 3), np.uint8))
    within = grid.enlarged(np.asarray(inner, np.float32), rows)
    other = 1 - smoothstep(0.1, 0.3, np.asarray(hair + face, np.float32))
    return np.asarray(within * other, np.float32)


def _blurred(layer: Layer, wanted: float | None) -> Layer:
    """The layer, no sharper than the photo; `wanted` as for `grain.blur_that_fits`."""
    sigma = grain.blur_that_fits(grain.luma_of(layer.colour), layer.share > 0.98, wanted)
    if not sigma:
        return layer
    both: Any = cv2.GaussianBlur(np.dstack([layer.colour, layer.share]), (0, 0), sigma)
    return Layer(both[..., :3], both[..., 3])


def _noisy(layer: Layer, sigma: float, crop: Crop) -> Layer:
    """The layer with the photo's noise."""
    if sigma < LEAST_NOISE:
        return layer
    grains = grain.noise(layer.share.shape[0], layer.share.shape[1], crop.left, crop.top)
    return Layer(np.asarray(layer.colour + (sigma * grains * layer.share)[..., None], np.float32), layer.share)
