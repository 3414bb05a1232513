"""How hair in another colour comes out: drawn portraits of six kinds of hair, each in every colour that has a name.

python benchmarks/recolouring.py                      the table
python benchmarks/recolouring.py --sheet sheet.png    also the portraits themselves, to look at
python benchmarks/recolouring.py --photos DIR --sheet sheet.png    the sheet, of photographs of your own

Hair is where portrait's mask and the shipped network agree. For every kind of hair, over all colours:

- colour: CIEDE2000 between the colour asked for and the mean of the recoloured hair, in CIELAB;
- texture: the contrast that is kept, as the ratio of the standard deviations of L* less its mean over a square of a
  twentieth of the picture, at least 3 pixels inside the hair;
- rim: how much brighter the outermost 3 pixels of the hair are than its inside, as a share of the inside's luma (of a
  fifth of white where that is darker), and what it was before;
- skin: how many pixels of the face with a probability of hair below 0.05 changed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.drawing.overlay import save_png
from hairnet_data.core.images.photos import read_photo
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model import Segmenter
from hairnet_model.effects.colours import named, target
from hairnet_model.effects.recolour import recolour
from hairnet_model.evaluation.recolouring import PORTRAITS, SIDE, Recoloured

TILE = 200
"""Of the sheet, in pixels."""


def found(segmenter: Segmenter, image: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities of hair and face, float32 (H, W) each."""
    likely = segmenter.probabilities(image)
    return likely[..., HAIR].copy(), likely[..., FACE].copy()


def drawn(segmenter: Segmenter) -> dict[str, tuple[Pixels, NDArray[np.float32], NDArray[np.float32], Recoloured]]:
    """The portraits, what the network finds in them, and their measures."""
    made = {}
    for kind, name in PORTRAITS.items():
        portrait = Drawn(0, 0, 600, size=SIDE).load(name)
        hair, face = found(segmenter, portrait.image)
        made[kind] = portrait.image, hair, face, Recoloured.of(portrait.image, portrait.mask, hair)
    return made


def sheet(rows: Sequence[tuple[Pixels, NDArray[np.float32], NDArray[np.float32]]], names: Sequence[str]) -> Pixels:
    """A row for every picture: itself, then in every colour."""
    lines = []
    for image, hair, face in rows:
        scale = TILE / max(image.shape[:2])
        line = []
        for name in (None, *names):
            made = recolour(image, hair, face, target(name)) if name else image
            small = cv2.resize(made, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            tile = np.full((TILE + 18, TILE, 3), 255, np.uint8)
            tile[: small.shape[0], : small.shape[1]] = small[:TILE, :TILE]
            cv2.putText(
                tile, name or "as it is", (2, TILE + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA
            )
            line.append(tile)
        lines.append(np.hstack(line))
    return np.vstack(lines)


def main() -> None:
    """Prints the table and draws the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path, help="a PNG to draw the pictures into")
    parser.add_argument("--photos", type=Path, help="a folder whose photographs are drawn instead of the portraits")
    parser.add_argument("--colours", help="names for the sheet, comma between them", default=",".join(named()))
    given = parser.parse_args()
    segmenter, names = Segmenter.load(), given.colours.split(",")
    if given.photos:
        photos = [read_photo(file) for file in sorted(given.photos.iterdir())]
        rows = [(photo, *found(segmenter, photo)) for photo in photos]
    else:
        portraits = drawn(segmenter)
        rows = [portrait[:3] for portrait in portraits.values()]
        report(portraits)
    if given.sheet:
        save_png(given.sheet, sheet(rows, names))


def report(portraits: dict[str, tuple[Pixels, NDArray[np.float32], NDArray[np.float32], Recoloured]]) -> None:
    """Prints the table."""
    print(machine())
    lines: list[list[str]] = []
    for kind, (image, hair, face, measured) in portraits.items():
        before = time.perf_counter()
        made = {name: recolour(image, hair, face, target(name)) for name in named()}
        seconds = (time.perf_counter() - before) / len(made)
        apart = [measured.colour(picture, target(name).rgb) for name, picture in made.items()]
        kept = [measured.texture(picture) for picture in made.values()]
        rims = [measured.rim(picture) for picture in made.values()]
        changed = max(measured.skin(picture) for picture in made.values())
        lines.append(
            [
                *(kind, f"{np.mean(apart):.1f}", f"{max(apart):.1f}", f"{min(kept):.2f} to {max(kept):.2f}"),
                *(f"{measured.rim(image):+.2f}", f"{min(rims):+.2f} to {max(rims):+.2f}", str(changed)),
                f"{1000 * seconds:.0f}",
            ]
        )
    head = ["hair", "mean colour", "worst colour", "texture", "rim before", "rim", "skin", "ms"]
    print(table(head, lines))


if __name__ == "__main__":
    main()
