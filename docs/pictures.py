"""Makes the two pictures of the README, from drawn portraits and the shipped weights.

```
python docs/pictures.py
```

- `docs/segmentation.png`: a portrait, and what `hairnet-model predict` and `tryon` make of it.
- `docs/examples.png`: training examples with the outlines of their masks, a row for each of the three changes.

No photograph is involved: `hairnet_data` draws portraits and backgrounds. Choose other numbers in `PORTRAITS` if the
drawing changes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.overlay import fitted, outline, save_png
from hairnet_data.inspection.preview import from_settings
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model.inference.panels import chequered

PORTRAITS = {"test_00052": "curls", "test_00024": "afro"}
"""Portraits, and the hair that each tries on."""

PANELS = ("portrait", "mask", "head pose", "hair", "copper", "other hair")

CHANGES = {
    "negatives": Policy(negative_rate=1, occlude_rate=0.3),
    "scale, shift, rotation": Policy(negative_rate=0, occlude_rate=0),
    "occluders": Policy(negative_rate=0, occlude_rate=1, shift=(0, 0.2)),
}

DRAWN = 500
"""Side of a portrait as it is drawn, in pixels."""

GAP, ROUND, TEXT = 12, 12, 34
"""Pixels between two pictures, radius of their corners, and height of a line of text."""

GREY = (128, 128, 136, 255)
"""Of the text: it can be read on white and on black."""


def panels(portrait: Pixels, style: str, side: int = 220) -> list[Pixels]:
    """A portrait and what the commands make of it: uint8 (side, side, 3) each, in the order of `PANELS`.

    Args:
        portrait: uint8 (H, H, 3) RGB.
        style: of the other hair, see `hairnet-model tryon --list`.
        side: of the pictures, in pixels.
    """
    with tempfile.TemporaryDirectory() as folder:
        photo, out = Path(folder) / "photo.png", Path(folder) / "out"
        save_png(photo, portrait)
        written = ["--overlay", "--pose", "--cutout", "hair", "--recolour", "copper"]
        for command in (["predict", *written], ["tryon", "--style", style]):
            line = [sys.executable, "-m", "hairnet_model", *command, str(photo), "--out", str(out), "--quiet"]
            subprocess.run(line, check=True)
        files = [photo, *(out / f"photo_{what}.png" for what in ("overlay", "pose", "hair", "recoloured", style))]
        return [fitted(_on_squares(Image.open(file)), side) for file in files]


def _on_squares(picture: Image.Image) -> Pixels:
    """A picture before light and dark squares, which are seen where it is transparent: uint8 (H, W, 3)."""
    ground = Image.fromarray(chequered(picture.height, picture.width, square=20)).convert("RGBA")
    return np.array(Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB"))


def examples(policy: Policy, count: int = 6, side: int = 170) -> Iterator[Pixels]:
    """The first training examples of a policy with their masks' outlines: uint8 (side, side, 3) each."""
    sources = Sources(Drawn(train=60), DrawnBackgrounds())
    for cell in from_settings(sources, BuildSettings(policy=policy, image_size=224), count):
        yield fitted(cell.image if cell.mask is None else outline(cell.image, cell.mask), side)


def rounded(picture: Pixels) -> Image.Image:
    """The picture with round, transparent corners."""
    height, width = picture.shape[:2]
    shape = Image.new("L", (4 * width, 4 * height))
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, 4 * width - 1, 4 * height - 1), 4 * ROUND, fill=255)
    cut = Image.fromarray(picture).convert("RGBA")
    cut.putalpha(shape.resize((width, height), Image.Resampling.BOX))
    return cut


def grid(rows: list[list[Pixels]], titles: list[str], row_titles: bool) -> Pixels:
    """Lays pictures of one size out in rows, on a transparent ground.

    Args:
        rows: the pictures, uint8 (side, side, 3).
        titles: a line of text each: above every column, or to the left above every row.
        row_titles: whether the titles are those of rows.

    Returns:
        uint8 (H, W, 4) RGBA.
    """
    side = len(rows[0][0])
    tall = side + GAP + (TEXT if row_titles else 0)
    top = 0 if row_titles else TEXT
    sheet = Image.new("RGBA", (len(rows[0]) * (side + GAP) - GAP, top + len(rows) * tall - GAP))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(20)
    for number, title in enumerate(titles):
        at = (0, number * tall + TEXT / 2) if row_titles else (number * (side + GAP) + side / 2, TEXT / 2)
        draw.text(at, title, fill=GREY, font=font, anchor="lm" if row_titles else "mm")
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            sheet.paste(rounded(picture), (column * (side + GAP), top + row * tall + (TEXT if row_titles else 0)))
    return np.array(sheet)


def write(name: str, picture: Pixels, bits: int) -> None:
    """Writes a PNG beside this file with `bits` bits a colour: the lowest ones are noise, and much of the file."""
    picture[..., :3] &= 0xFF << (8 - bits) & 0xFF
    to = Path(__file__).with_name(name)
    save_png(to, picture)
    print(f"{to}: {to.stat().st_size:,} bytes")


def main() -> None:
    """Writes both pictures."""
    source = Drawn(train=0, validation=0, test=300, size=DRAWN)
    made = [panels(source.load(id).image, style) for id, style in PORTRAITS.items()]
    write("segmentation.png", grid(made, list(PANELS), row_titles=False), bits=6)
    write("examples.png", grid([list(examples(p)) for p in CHANGES.values()], list(CHANGES), row_titles=True), bits=5)


if __name__ == "__main__":
    main()
