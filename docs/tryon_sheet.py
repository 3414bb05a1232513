"""Makes the pictures of docs/tryon.md, from drawn portraits and the shipped weights.

```
python docs/tryon_sheet.py
```

- `docs/tryon.png`: a portrait in all styles, before and after.
- `docs/tryon_sheet.png`: twelve portraits, seen from the front, half from the side and from the side, in every style.

No photograph is involved. `python docs/tryon_sheet.py FILE.png` writes the second one larger, to look at.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.overlay import save_png
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model import Segmenter
from hairnet_model.tryon import catalogue
from hairnet_model.tryon.trying import try_on

PORTRAITS = {
    "front": (8, 25, 52, 1),
    "half": (4, 36, 46, 6),
    "side": (5, 17, 49, 50),
}
"""Numbers in the pool test of the source `drawn`, by how they are turned."""

DRAWN = 360
"""Side of a portrait as it is drawn, in pixels."""

SMALL, LARGE = 84, 200
"""Side of a picture of the sheet in the docs, and of one to look at."""

SHOWN = "test_00008"
"""The portrait of the first picture."""


def row(image: Pixels, segmenter: Segmenter) -> list[Pixels]:
    """A portrait as it is and in every style."""
    located = next(iter(segmenter.look([image], poses=True)))
    return [image, *(try_on(image, located, partial(catalogue.hair, name)) for name in catalogue.names())]


def sheet(rows: list[list[Pixels]], side: int, titles: bool) -> Pixels:
    """Pictures in rows, each `side` pixels wide and high, with the styles' titles above."""
    lines = [
        np.hstack([cv2.resize(each, (side, side), interpolation=cv2.INTER_AREA) for each in line]) for line in rows
    ]
    if titles:
        head = np.full((18, side * len(rows[0]), 3), 255, np.uint8)
        for number, name in enumerate(["before", *map(catalogue.title, catalogue.names())]):
            at = (number * side + 3, 13)
            cv2.putText(head, name, at, cv2.FONT_HERSHEY_SIMPLEX, side / 260, (60, 60, 60), 1, cv2.LINE_AA)
        lines.insert(0, head)
    return np.vstack(lines)


def main() -> None:
    """Writes the pictures."""
    segmenter, source = Segmenter.load(), Drawn(0, 0, 100, size=DRAWN)
    rows = [
        row(source.load(f"test_{number:05d}").image, segmenter) for numbers in PORTRAITS.values() for number in numbers
    ]
    if len(sys.argv) > 1:
        save_png(Path(sys.argv[1]), sheet(rows, LARGE, titles=True))
        return
    here = Path(__file__).parent
    shown = row(source.load(SHOWN).image, segmenter)
    half = (len(shown) + 1) // 2
    shown += [np.full_like(shown[0], 255)] * (2 * half - len(shown))
    for name, picture in (
        ("tryon.png", sheet([shown[:half], shown[half:]], 150, titles=False)),
        ("tryon_sheet.png", sheet(rows, SMALL, titles=True)),
    ):
        picture &= 0xF8  # the lowest bits are noise, and much of the file
        save_png(here / name, picture)
        print(f"{here / name}: {(here / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
