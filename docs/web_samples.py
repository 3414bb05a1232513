"""Draws the portraits that the web page offers as samples, into `hairnet_model/web/public/samples`.

```
python docs/web_samples.py
```

Nobody of them exists: `hairnet_data` draws them. They stand before the plain ground of a studio, and are less
noisy and never tilted, so that nothing distracts from the hair. Choose other numbers in `SAMPLES` if the drawing
changes.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.drawn.figure import paint_figure, stand
from hairnet_data.sources.drawn.light import draw_light
from hairnet_data.sources.drawn.photo import before, photograph, shares
from hairnet_data.sources.drawn.traits import draw_person
from hairnet_data.sources.drawn.views import Look, draw_look

SIZE = 640
"""Side of a sample in pixels."""

GREY, ROSE, SAND, GREEN = (222, 218, 214), (232, 210, 194), (214, 205, 190), (206, 214, 196)
SAMPLES = {
    "long-brown": (7178, Look("5", "bob", "none", "front", "portrait", 0.1), SAND),
    "long-blond": (7072, Look("3", "long", "none", "front", "portrait", -0.35), GREY),
    "black-afro": (7150, Look("7", "afro", "none", "front", "portrait", -0.35), SAND),
    "grey-curls": (7014, Look("3", "afro", "none", "front", "portrait", -0.2), SAND),
    "black-bob": (7074, Look("7", "bob", "none", "front", "portrait", -0.2), SAND),
    "short-black": (7028, Look("1", "short", "none", "front", "portrait", 0.1), GREY),
}
"""By the name of the file: the number that all chance follows from, what is shown, and the colour of the ground."""


def ground(colour: tuple[int, int, int]) -> Pixels:
    """A plain wall, lit from the upper left: uint8 (SIZE, SIZE, 3)."""
    down, across = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    away = np.clip(np.hypot(across - 0.4, down - 0.3), 0, 1)
    return np.asarray(np.array(colour) * (1 - 0.25 * away[..., None]), np.uint8)


def draw(number: int, look: Look, wall: Pixels) -> Pixels:
    """A portrait, uint8 (SIZE, SIZE, 3)."""
    rng = np.random.Generator(np.random.Philox(key=number))
    draw_look(rng)  # as `draw_portrait` does
    person = draw_person(rng, look)
    pose = stand(rng, person)
    canvas = paint_figure(rng, person, pose, draw_light(rng), SIZE)
    _, _, painted = shares(canvas, SIZE)
    sharp = photograph(rng, before(wall, canvas, painted), 0.5)
    return np.asarray(cv2.GaussianBlur(sharp, (0, 0), SIZE / 450), np.uint8)  # as by a soft lens


def main() -> None:
    """Draws all samples."""
    folder = Path(__file__).parents[1] / "hairnet_model" / "web" / "public" / "samples"
    for name, (number, look, colour) in SAMPLES.items():
        portrait = draw(number, look, ground(colour))
        Image.fromarray(portrait).save(folder / f"{name}.webp", quality=82, method=6)
        print(folder / f"{name}.webp")


if __name__ == "__main__":
    main()
