"""Converts the colours of a photo with an embedded RGB profile (Display P3, Adobe RGB) to sRGB, as browsers do."""

from __future__ import annotations

import functools
import io

import numpy as np
from PIL import Image, ImageCms

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.images.bands import row_bands

_RGB_SPACE = "RGB"
_PROBES = 17  # values a channel, by which a profile is told from sRGB


def to_srgb(pixels: Pixels, profile: bytes | None) -> Pixels:
    """Converts colours to sRGB by their ICC profile, by its perceptual intent.

    Args:
        pixels: uint8 (h, w, 3) RGB.
        profile: the profile that the photo's file embeds.

    Returns:
        uint8 (h, w, 3) of sRGB; `pixels` themselves where there is no profile, where it is sRGB, is damaged, or is one
        of another kind (grey, CMYK). A matrix profile comes within half a level, on average, of the exact formula.
    """
    transform = _transform(profile) if profile else None
    if transform is None:
        return pixels
    result = np.empty_like(pixels)
    for rows in row_bands(pixels.shape):
        result[rows] = _apply(transform, pixels[rows])
    return result


@functools.lru_cache(maxsize=8)
def _transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The way to sRGB; None where there is none or it changes nothing."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != _RGB_SPACE:
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None  # a photo with a damaged profile is still a photo
    levels = np.linspace(0, 255, _PROBES).round().astype(np.uint8)
    probe = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(_PROBES, -1, 3)
    changed = np.abs(_apply(transform, probe).astype(int) - probe)
    # Most profiles are some rounding of sRGB's own, which is no reason to move a level.
    return transform if changed.max() > 1 else None


def _apply(transform: ImageCms.ImageCmsTransform, pixels: Pixels) -> Pixels:
    converted = ImageCms.applyTransform(Image.fromarray(pixels), transform)
    assert converted is not None  # None is for conversion in place
    return np.asarray(converted)
