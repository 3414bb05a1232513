"""How far the page's hair is from Python's: IoU of the silhouettes and difference of the blurred pictures.

python benchmarks/tryon_agreement.py     (needs `make web`, chromium and the Python package playwright)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parent.parent))
from common import machine, table

from tests.model import test_page_tryon as pages
from tests.support import chromium, page_modules

STYLES = ("bob", "crew_cut", "long_waves", "curls", "braids", "afro")


def main() -> None:
    """Prints a row for each style and pose."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", type=int, default=1, help="of detail, from 0")
    parser.add_argument("--pictures", type=Path, help="a folder for both pictures of each row, Python's on the left")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch:
        folder = Path(scratch)
        entry = folder / "entry.ts"
        entry.write_text(pages.ENTRY)
        pages.fill(folder, page_modules.bundle(str(entry), folder))
        with chromium.serving(chromium.file_server(folder)) as address, chromium.launched() as browser:
            page = browser.new_page()
            page.goto(address)
            for style in STYLES:
                for pose in pages.POSES:
                    file = arguments.pictures and arguments.pictures / f"{style}{pose[0]}.png"
                    iou, levels = pages.agreement(page, style, arguments.level, pages.view_of(*pose), file)
                    rows.append([style, str(pose), f"{iou:.3f}", f"{levels:.2f}"])
    print(machine())
    print(table(["style", "yaw, pitch, roll", "IoU", "levels"], rows))
    least, largest = min(float(row[2]) for row in rows), max(float(row[3]) for row in rows)
    print(f"least IoU {least:.3f}, largest difference {largest:.2f} levels")


if __name__ == "__main__":
    main()
