"""Pictures as programs have them: arrays, files, Pillow's; or one line that says what to do with anything else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.errors import UsageError
from hairnet_data.core.images.photos import read_photo

_GIVE = "give uint8 (N, H, W, 3) RGB"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures to segment.

    Attributes:
        photos: each uint8 (H, W, 3) RGB.
        kind: "batch" for an array of several of one size, "one" for a single one, "list" for a list.
    """

    photos: list[Pixels]
    kind: str


def pictures(images: Any) -> Pictures:
    """Takes pictures in any form.

    Args:
        images: uint8 (N, H, W, 3) or (H, W, 3) RGB; a path; a Pillow image; or a list of any of these but batches.

    Raises:
        UsageError: it is anything else; the line says how to make it one of these.
        PictureError: a file cannot be read.
    """
    if isinstance(images, list | tuple):
        return Pictures([_one(image, f"images[{number}]") for number, image in enumerate(images)], "list")
    if isinstance(images, str | os.PathLike | Image.Image):
        return Pictures([_one(images, "images")], "one")
    array = _array(images)
    if array.ndim == 4:
        _check(array, "images")
        return Pictures(list(array), "batch")
    return Pictures([_one(array, "images")], "one")


def _one(image: Any, where: str) -> Pixels:
    if isinstance(image, str | os.PathLike):
        return read_photo(image)
    if isinstance(image, Image.Image):
        image = np.asarray(image if image.mode == "RGB" else _converted(image))
    array = _array(image)
    _check(array, where)
    if array.ndim != 3:
        raise UsageError(where, f"is {array.dtype} {array.shape}, not one picture", "give uint8 (H, W, 3) RGB")
    return as_pixels(array)


def _converted(image: Image.Image) -> Image.Image:
    """A Pillow image knows what its pixels mean, so it is converted; what is transparent shows white."""
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return image.convert("RGB")


def _array(images: Any) -> Any:
    try:
        return np.asarray(images)
    except ValueError:  # NumPy's, of nested lists of several lengths
        raise UsageError("images", "are no array", _GIVE) from None


def _check(array: Any, where: str) -> None:
    """Raises UsageError unless these are RGB pictures of 8 bits."""
    what = f"{'are' if where == 'images' else 'is'} {array.dtype} {array.shape}"
    if array.dtype.kind == "f":
        top = float(np.nanmax(array)) if array.size else 0.0
        to_bytes = "np.rint(images * 255).astype(np.uint8)" if top <= 1.0 else "np.rint(images).astype(np.uint8)"
        raise UsageError(where, what, f"give uint8: {to_bytes}")
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise UsageError(where, f"{what}: grey, or no picture", "give RGB: np.stack([grey] * 3, axis=-1)")
    if array.ndim in (3, 4) and array.shape[-1] == 1:
        raise UsageError(where, f"{what}: grey", "give RGB: np.repeat(images, 3, axis=-1)")
    if array.ndim in (3, 4) and array.shape[-1] == 4:
        raise UsageError(where, f"{what}: RGBA", "give RGB: images[..., :3]")
    if array.ndim not in (3, 4) or array.shape[-1] != 3:
        raise UsageError(where, what, _GIVE)
    if array.dtype != np.uint8:
        raise UsageError(where, what, f"{_GIVE}, values 0..255: images.astype(np.uint8)")
    if 0 in array.shape[-3:-1]:
        raise UsageError(where, f"{what}, without a pixel", _GIVE)
