"""Labels the faces of a folder of portraits in which hair alone is labelled, by what the shipped network sees.

python training/fill_faces.py CELEB_HAIR OUT

Hair stays as it was labelled. What is not hair becomes face or background, whichever the network finds likelier in
the located photo and its mirror image. A portrait in which it doubts too many of these pixels, or sees no face, is left
out. The new folder has a folder for each pool, so that every portrait stays in its own.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.errors import HairnetError
from hairnet_data.core.progress import progress_bar
from hairnet_data.sources.folder.source import Folder
from hairnet_model import Segmenter

SURE = 0.8
"""The least probability of the likelier of face and background, in a pixel that is not doubted."""

DOUBTED = 0.03
"""The largest share of doubted pixels."""

LEAST_FACE = 0.03
"""The smallest face, in areas of the photo."""

CLASSES = f'[indices]\nbackground = {BACKGROUND}\nhair = {HAIR}\nface = {FACE}\n\n[options]\npools = "folder"\n'


def main() -> None:
    """Writes the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path, help="is not there yet")
    arguments = parser.parse_args()
    if arguments.out.exists():
        parser.error(f"{arguments.out} is there already; name a new folder")
    try:
        source = Folder.open(arguments.source)
    except HairnetError as error:
        parser.error(str(error))
    # Whole or not at all: what was stopped half-way is written anew.
    out = arguments.out.with_name(f".incomplete-{arguments.out.name}")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "classes.toml").write_text(CLASSES, encoding="utf-8")
    network = Segmenter.load()
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
                mask = np.where(hair, HAIR, np.where(face, FACE, BACKGROUND)).astype(np.uint8)
                photo = out / "images" / entry.pool / f"{entry.id}.jpg"
                label = out / "masks" / entry.pool / f"{entry.id}.png"
                for file in (photo, label):
                    file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(portrait.image).save(photo, quality=97, subsampling=0)
                Image.fromarray(mask).save(label)
                kept += 1
            progress("portraits", at + 1, len(entries))
    out.rename(arguments.out)
    print(f"{arguments.out}: {kept} of {len(entries)} portraits")


if __name__ == "__main__":
    main()
