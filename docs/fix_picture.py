"""Takes the picture of the page of `hairnet-data fix` that docs/audit.md shows: drawn portraits, some masks damaged.

```
python docs/fix_picture.py     (needs chromium and the Python package playwright)
```
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import cv2
import numpy as np
import window_picture
from PIL import Image

from hairnet_data.audit.audit import audit
from hairnet_data.audit.fixing.server import address, make_server
from hairnet_data.audit.fixing.session import AUDIT, Session, read_items
from hairnet_data.audit.predictions import installed_network
from hairnet_data.audit.readings import moved
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import COLOURS, HAIR
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.source import Folder

OUT = Path(__file__).parent / "fix.png"
SHOWN = "Islands"
CLASSES = '[colours]\nbackground = "#0000ff"\nhair = "#ff0000"\nface = "#00ff00"\n'


def _damaged(mask: Pixels, number: int) -> Pixels:
    """Two islands, a shift, or a hole."""
    mask = mask.copy()
    if number % 3 == 0:
        for at in ((70, 90), (440, 130)):
            cv2.circle(mask, at, 17, HAIR, -1)
    elif number % 3 == 1:
        mask = moved(mask, 13, 0)
    else:
        cv2.circle(mask, (256, 200), 14, 0, -1)
    return mask


def _folder(root: Path) -> Path:
    """A folder of 24 drawn portraits; every other mask is damaged."""
    drawn = Drawn(24, 1, 1, size=512)
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    (root / "classes.toml").write_text(CLASSES)
    entries = [entry for entry in drawn.catalogue().entries if entry.pool == "train"]
    for number, entry in enumerate(entries):
        portrait = drawn.load(entry.id)
        mask = _damaged(portrait.mask, number // 2) if number % 2 == 0 else portrait.mask
        Image.fromarray(portrait.image).save(root / "images" / f"{entry.id}.png")
        Image.fromarray(np.array(COLOURS, np.uint8)[mask]).save(root / "masks" / f"{entry.id}.png")
    return root


def main() -> None:
    """Audits the folder, opens the page at an island, decides one, and saves the window."""
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch:
        folder = _folder(Path(scratch) / "mine")
        source = Folder.open(folder)
        (folder / AUDIT).write_text(json.dumps(audit(source, installed_network()).to_json()))
        server = make_server(Session(folder, read_items(source, folder), source, "ann"))
        with window_picture.opened(server, address(server), {"width": 1180, "height": 850}) as page:
            page.locator("#save:enabled").wait_for()
            page.keyboard.press("Enter")
            page.wait_for_timeout(2500)  # until it is saved, and the message gone
            while not page.locator("#reasons").inner_text().startswith(SHOWN):
                page.keyboard.press("ArrowRight")
                page.wait_for_timeout(200)
            page.locator("#save:enabled").wait_for()
            page.keyboard.press("e")
            box = page.locator("#canvas").bounding_box()
            assert box is not None
            scale = min(box["width"], box["height"]) / 512
            middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            page.mouse.move(middle[0] + (70 - 256) * scale, middle[1] + (90 - 256) * scale)
            page.wait_for_timeout(2500)
            window_picture.save(page, OUT)


if __name__ == "__main__":
    main()
