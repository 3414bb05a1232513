"""From clean drawing to photograph: soft lens, sensor noise, colour cast, compression, tilted frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.sources.drawn.canvas import CLASS_OF_PART, NOTHING, Bytes, Canvas, grain

HALF = 128
"""The least share of hair, in 255ths, that makes a pixel hair."""


def shares(canvas: Canvas, size: int) -> tuple[Bytes, Bytes, Bytes]:
    """How much of each pixel is hair, face and painted at all: three uint8 (size, size), 0..255."""
    part = np.ascontiguousarray(canvas.part)

    def share(parts: NDArray[np.bool_]) -> Bytes:
        table = np.zeros(256, np.uint8)
        table[: len(CLASS_OF_PART)] = parts * 255
        return np.asarray(cv2.resize(cv2.LUT(part, table), (size, size), interpolation=cv2.INTER_AREA), np.uint8)

    return share(CLASS_OF_PART == HAIR), share(CLASS_OF_PART == FACE), share(np.arange(8) != NOTHING)


def mask_of(hair: Bytes, face: Bytes) -> Bytes:
    """Hair where it has half of a pixel or more, else face or background, whichever has more: uint8 of class ids."""
    rest = 255 - np.minimum(255, hair.astype(np.int16) + face)
    return np.where(hair >= HALF, HAIR, np.where(face > rest, FACE, BACKGROUND)).astype(np.uint8)


def before(scene: Bytes, canvas: Canvas, painted: Bytes) -> Bytes:
    """Puts the painted canvas before a scene, uint8 (size, size, 3)."""
    size = scene.shape[0]
    front = cv2.resize(canvas.pixels, (size, size), interpolation=cv2.INTER_AREA)[..., :3]
    rest = np.repeat((255 - painted)[..., None], 3, -1)
    return np.asarray(cv2.add(np.ascontiguousarray(front), cv2.multiply(scene, rest, scale=1 / 255)), np.uint8)


def photograph(rng: np.random.Generator, image: Bytes, strength: float = 1.0) -> Bytes:
    """Makes a clean picture look taken by a camera; `strength` 0 leaves it as it is."""
    if strength <= 0:
        return image
    size = image.shape[0]
    spread = float(abs(rng.normal(0.35, 0.4)) * size / 256 * strength)
    if spread > 0.25:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), spread), np.uint8)
    image = _soft_colour(image)
    image = np.asarray(cv2.LUT(image, _curves(rng)), np.uint8)
    rough = grain(rng, (size, size), float(rng.uniform(0.3, 3.2)) * strength)
    if rng.random() < 0.6:
        rough = np.asarray(cv2.blur(rough, (2, 2)) * 1.6, np.float32)
    half = size // 2 + 1
    tint = grain(rng, (half, half, 3), float(rng.uniform(0, 2.5)) * strength)
    noise = cv2.add(cv2.resize(tint, (size, size)), cv2.merge([rough, rough, rough]))
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)


def _soft_colour(image: Bytes) -> Bytes:
    """Halves the resolution of colour but not of brightness, as compression does."""
    split = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    small = cv2.resize(split, (image.shape[1] // 2, image.shape[0] // 2), interpolation=cv2.INTER_AREA)
    split[..., 1:] = cv2.resize(small, (image.shape[1], image.shape[0]))[..., 1:]
    return np.asarray(cv2.cvtColor(split, cv2.COLOR_YCrCb2RGB), np.uint8)


def _curves(rng: np.random.Generator) -> Bytes:
    """A tone curve per channel: exposure, contrast, gamma and colour temperature; uint8 (1, 256, 3)."""
    warm, green = rng.normal(0.01, 0.05), rng.normal(0, 0.015)
    gain = np.array((1 + warm, 1 + green, 1 - warm)) * np.clip(rng.normal(1.03, 0.11), 0.82, 1.3)
    value = (np.arange(256) / 255)[:, None] * gain
    value = np.clip(value, 0, 1) ** np.clip(rng.normal(1.02, 0.13), 0.75, 1.35)
    contrast = rng.uniform(-0.1, 0.5)
    value = value + contrast * (value * value * (3 - 2 * value) - value)
    floor = rng.uniform(0, 0.05)
    return np.asarray(np.round((floor + value * (1 - floor)) * 255)[None], np.uint8)


def tilted_frame(rng: np.random.Generator, image: Bytes, mask: Bytes, *shares: Bytes) -> None:
    """Blackens wedges at the borders, as in photographs turned upright after they were taken; in place."""
    size = image.shape[0]
    angle = float(rng.normal(0, 0.09))
    cos, sin = np.cos(angle), np.sin(angle)
    half = size / 2 * rng.uniform(0.98, 1.12)
    shift = rng.normal(0, 0.04, 2) * size
    corners: NDArray[np.float64] = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    turned = np.stack([corners[:, 0] * cos - corners[:, 1] * sin, corners[:, 0] * sin + corners[:, 1] * cos], 1)
    inside = np.zeros((size, size), np.uint8)
    cv2.fillPoly(inside, [np.round((turned + size / 2 + shift) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    outside = inside == 0
    image[outside] = rng.integers(0, 6)
    mask[outside] = BACKGROUND
    for share in shares:
        share[outside] = 0
