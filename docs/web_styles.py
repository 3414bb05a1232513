"""Draws the small pictures of the hairstyles on the web page.

python docs/web_styles.py
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hairnet_model import web_site
from hairnet_model.tryon import catalogue, head
from hairnet_model.tryon.painter import SUPERSAMPLED, faces, joined, paint
from hairnet_model.tryon.rendering import hair_layer
from hairnet_model.tryon.shading import Light, Tint
from hairnet_model.tryon.view import View

OUT = Path(web_site.__file__).parent / "web" / "public" / "styles"
SIDE, DRAWN = 136, 408
SKIN, CLOTHES, GROUND = (0.80, 0.62, 0.52), (0.55, 0.57, 0.66), (232, 228, 238)
LIGHT = Light(0.75, np.array((-0.12, -0.15, 0.3), np.float32))
TINT = Tint(np.array((0.085, 0.042, 0.022), np.float32), 1.6, np.ones(3, np.float32))
LONG = ("long_straight", "long_waves", "braids")


def main() -> None:
    """Writes one WebP a style."""
    OUT.mkdir(exist_ok=True)
    for name in catalogue.names():
        far = name in LONG
        view = View(-24, 2, 0, DRAWN * 0.5, DRAWN * (0.36 if far else 0.44), DRAWN / (46 if far else 34))
        layer = hair_layer(catalogue.hair(name, 2), view, LIGHT, TINT, DRAWN, DRAWN)
        made = cv2.resize(layer.over(mannequin(view)), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        Image.fromarray(made).save(OUT / f"{name}.webp", quality=72, method=6)


def mannequin(view: View) -> np.ndarray:
    """A plain head on shoulders, uint8 (DRAWN, DRAWN, 3)."""
    canvas = view.on(0, 0, SUPERSAMPLED)
    parts = []
    for name, surface in head.surfaces().items():
        seen = canvas.seen_surface(name)
        normals = surface.normals @ view.turn.T
        bright = np.clip(LIGHT.level + normals @ LIGHT.slope, 0.4, 1.2)[..., None]
        colour = SKIN if name in head.SKIN else CLOTHES
        codes = 255 * np.array(colour) * bright
        parts.append(faces(canvas.places(seen), seen[..., 2], np.dstack([codes, np.full(codes.shape[:2], 255)])))
    painted = paint(joined(*parts), DRAWN, DRAWN)
    picture = np.array(GROUND) * (1 - painted[..., 3:]) + 255 * painted[..., :3]
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


if __name__ == "__main__":
    main()
