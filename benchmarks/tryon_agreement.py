"""How far the page's hair is from Python's: IoU of the silhouettes and difference of the blurred pictures.

Hair over nothing, given the same pose, light and tint; then drawn portraits with noise, from the same masks and pose
all the way to the picture: fitting, removal of the own hair, light, colour, hair, shadow, blur and noise.

python benchmarks/tryon_agreement.py     (needs `make web`, chromium and the Python package playwright)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parent.parent))
from common import machine, table

from tests.support import chromium
from tests.support import tryon_page as pages

STYLES = ("bob", "crew_cut", "long_waves", "curls", "braids", "afro")
HALF = 0.498  # of a pixel: 2 of 4 parts, in 8 bits as well


def main() -> None:
    """Prints two tables, with a row for each style and pose or portrait."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", type=int, default=1, help="of detail, from 0, of hair over nothing")
    parser.add_argument("--pictures", type=Path, help="a folder for both pictures of each row, Python's on the left")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch, chromium.launched() as browser:
        folder = Path(scratch)
        pages.bundled(folder)
        with pages.opened(folder, browser) as page:
            painted = over_nothing(page, arguments.level, arguments.pictures)
            tried = on_portraits(page, arguments.pictures)
    print(machine())
    report(["style", "yaw, pitch, roll"], painted)
    report(["style", "portrait"], tried)


def over_nothing(page: Any, level: int, pictures: Path | None) -> list[tuple[str, str, float, float]]:
    """Style, pose, IoU and levels of hair over nothing."""
    return [
        (style, str(pose), *pages.agreement(page, style, level, pose, pictures and pictures / f"{style}{pose[0]}.png"))
        for style in STYLES
        for pose in pages.POSES
    ]


def on_portraits(page: Any, pictures: Path | None) -> list[tuple[str, str, float, float]]:
    """Style, portrait, IoU of the hair, and levels where either picture differs from the portrait."""
    rows = []
    for name, number in pages.PORTRAITS.items():
        photo, located = pages.photographed(number)
        for style in STYLES:
            expected = pages.tried_by_python(photo, located, style)
            made = pages.tried_by_page(page, photo, located, style)
            changed = ((expected.picture != photo) | (made.picture != photo)).any(-1)
            if pictures:
                both = np.hstack([photo, expected.picture, made.picture])
                Image.fromarray(both).save(pictures / f"{style}_{number}.png")
            iou = pages.iou(expected.share > HALF, made.share > HALF)
            rows.append((style, name, iou, pages.apart(expected.picture, made.picture, changed)))
    return rows


def report(head: list[str], rows: list[tuple[str, str, float, float]]) -> None:
    """Prints a table and its worst values."""
    print(table([*head, "IoU", "levels"], [[*row[:2], f"{row[2]:.3f}", f"{row[3]:.2f}"] for row in rows]))
    print(f"least IoU {min(row[2] for row in rows):.3f}, largest difference {max(row[3] for row in rows):.2f} levels")


if __name__ == "__main__":
    main()
