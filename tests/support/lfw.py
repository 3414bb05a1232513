"""The source `lfw_parts` as it is distributed, with a handful of portraits that the tests draw."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

from PIL import Image

from tests.support.portraits import draw_head, in_colours

LFW_LISTS = {
    "train": ["Ann_Ash 1", "Ann_Ash 2", "Bob_Birch 1", "Cy_Cedar 1", "Di_Dogwood 4"],
    "validation": ["Ed_Elm 1", "Fay_Fir 2"],
    "test": ["Ann_Ash 3", "Gus_Gorse 1", "Hal_Hazel 1"],  # Ann is in train too, as in the public lists
}


def make_lfw(root: Path) -> Path:
    """The source `lfw_parts` as it is distributed: two archives and three lists, a handful of portraits."""
    root.mkdir(parents=True)
    photos: dict[str, bytes] = {}
    masks: dict[str, bytes] = {}
    for pool, lines in LFW_LISTS.items():
        (root / f"parts_{pool}.txt").write_text("".join(line + "\n" for line in lines))
        for line in lines:
            person, number = line.split()
            id = f"{person}_{int(number):04d}"
            photo, mask = draw_head(int(hashlib.sha256(id.encode()).hexdigest()[:6], 16), 50, 50)
            jpeg, ppm = io.BytesIO(), io.BytesIO()
            Image.fromarray(photo).save(jpeg, "JPEG", quality=90)
            Image.fromarray(in_colours(mask)).save(ppm, "PPM")
            photos[f"lfw_funneled/{person}/{id}.jpg"] = jpeg.getvalue()
            masks[f"parts_lfw_funneled_gt_images/{id}.ppm"] = ppm.getvalue()
    write_archive(root / "lfw-funneled.tgz", photos)
    write_archive(root / "parts_lfw_funneled_gt_images.tgz", masks)
    return root


def write_archive(path: Path, members: dict[str, bytes]) -> Path:
    """A .tgz of plain files."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path
