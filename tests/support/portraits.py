"""Portraits, masks and backgrounds that the tests draw themselves, as the sources `folder` and `drawn` take them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds

CLASSES_TOML = """\
[colours]
background = "#0000ff"
hair = "#ff0000"
face = "#00ff00"
[options]
person = "^([a-z]+)_"
fractions = [0.6, 0.2, 0.2]
"""


def draw_head(seed: int, width: int, height: int) -> tuple[Pixels, Pixels]:
    """A head somewhere in a noisy room: the photo, and its class ids."""
    rng = np.random.Generator(np.random.PCG64(seed))
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    middle, top = width * rng.uniform(0.4, 0.6), height * rng.uniform(0.45, 0.55)
    face = ((columns - middle) / (width * 0.22)) ** 2 + ((rows - top) / (height * 0.3)) ** 2 < 1
    hair = ((columns - middle) / (width * 0.28)) ** 2 + ((rows - top + height * 0.12) / (height * 0.3)) ** 2 < 1
    mask = np.full((height, width), BACKGROUND, np.uint8)
    mask[hair] = HAIR
    mask[face & (rows > top - height * 0.12)] = FACE
    palette = rng.integers(0, 256, (3, 3))
    photo = palette[mask] + rng.integers(-20, 20, (height, width, 3)) + (columns * 40 / width)[..., None]
    return np.clip(photo, 0, 255).astype(np.uint8), mask


def in_colours(mask: Pixels) -> Pixels:
    """A mask as the public ones are coloured."""
    return np.array(COLOURS, np.uint8)[mask]


def save_picture(path: Path, pixels: Pixels | Image.Image, **options: object) -> Path:
    """Saves a picture; its folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def make_folder(root: Path, people: int = 10) -> Path:
    """A source `folder`: one or two portraits of each person, of several shapes and formats."""
    (root / "images").mkdir(parents=True)
    (root / "classes.toml").write_text(CLASSES_TOML)
    for number in range(people):
        person = "abcdefghijklmnopqrstuvwxyz"[number] * 2
        for take in range(1 + number % 2):
            width, height = ((60, 80), (72, 72), (90, 60))[(number + take) % 3]
            photo, mask = draw_head(number * 10 + take, width, height)
            if number % 3:
                save_picture(root / "images" / f"{person}_{take}.png", photo)
            else:
                save_picture(root / "images" / f"{person}_{take}.jpg", photo, quality=92)
            save_picture(root / "masks" / f"{person}_{take}.png", in_colours(mask))
    return root


def make_negatives(root: Path, count: int = 8) -> Path:
    """A folder of photographs with nobody in them, some in a subfolder."""
    for number in range(count):
        rng = np.random.Generator(np.random.PCG64(1000 + number))
        coarse = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
        picture = Image.fromarray(coarse).resize((70 + 10 * number, 60 + 7 * number), Image.Resampling.BICUBIC)
        save_picture(root / ("walls" if number % 2 else "") / f"wall_{number}.png", picture)
    return root


def tiny_drawn(train: int = 8, validation: int = 3, test: int = 3) -> Sources:
    """Drawn portraits before drawn backgrounds, few and small."""
    return Sources(Drawn(train, validation, test, size=64), DrawnBackgrounds(4, 2, 2, size=64))
