"""Labels the faces of a folder of portraits in which hair alone is labelled, by what the shipped network sees.

python training/fill_faces.py CELEB_HAIR OUT

Hair stays as it was labelled. What is not hair becomes face or background, whichever the network finds likelier in
the located photo and its mirror image. A portrait in which it doubts too many of these pixels, or sees no face, is left
out. The new folder has a folder for each pool, so that every portrait stays in its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.progress import progress_bar
from hairnet_data.sources.folder.source import Folder
from hairnet_model import Segmenter

SURE = 0.8
"""The least probability of the likelier of face and background, in a pixel that is not doubted."""

DOUBTED = 0.03
"""The largest share of doubted pixels."""

LEAST_FACE = 0.03
"""The smallest face, in areas of the photo."""

CLASSES = '[indices]\nbackground = 0\nhair = 1\nface = 2\n\n[options]\npools = "folder"\n'


def main() -> None:
    """Writes the folder."""
    source, out = Folder.open(Path(sys.argv[1])), Path(sys.argv[2])
    network = Segmenter.load()
    out.mkdir()
    for pool in ("train", "validation", "test"):
        for name in ("images", "masks"):
            (out / name / pool).mkdir(parents=True)
    (out / "classes.toml").write_text(CLASSES, encoding="utf-8")
    kept = 0
    entries = source.catalogue().entries
    with progress_bar(unit="portraits") as progress:
        for at, entry in enumerate(entries):
            portrait = source.load(entry.id)
            mirrored = np.ascontiguousarray(portrait.image[:, ::-1])
            seen = (network.probabilities(portrait.image) + network.probabilities(mirrored)[:, ::-1]) / 2
            others = seen[..., [BACKGROUND, FACE]] / np.maximum(1e-6, 1 - seen[..., HAIR, None])
            face, hair = others[..., 1] > 0.5, portrait.mask == HAIR
            doubted = ~hair & (others.max(-1) < SURE)
            if doubted.mean() <= DOUBTED and (face & ~hair).mean() >= LEAST_FACE:
                mask = np.where(hair, 1, np.where(face, 2, 0)).astype(np.uint8)
                photo = out / "images" / entry.pool / f"{entry.id}.jpg"
                Image.fromarray(portrait.image).save(photo, quality=97, subsampling=0)
                Image.fromarray(mask).save(out / "masks" / entry.pool / f"{entry.id}.png")
                kept += 1
            progress("portraits", at + 1, len(entries))
    print(f"{out}: {kept} of {len(entries)} portraits")


if __name__ == "__main__":
    main()
