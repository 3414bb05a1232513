"""Takes records out of a prepared dataset as picture files, in the layout the source `folder` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hairnet_data.encode import decode_image, decode_mask
from hairnet_data.errors import DatasetError
from hairnet_data.prepared import Prepared
from hairnet_data.visualize import save_png


def extract(prepared: Prepared, split: str, indices: Sequence[int], out: Path) -> list[Path]:
    """Writes OUT/images/SPLIT-INDEX.png and OUT/masks/SPLIT-INDEX.png, a mask of class ids in mode L.

    Returns:
        The images' paths.

    Raises:
        UsageError: no such split or index.
        DatasetError: a record is damaged.
        BuildError: a file cannot be written.
    """
    written = []
    for index in indices:
        record = prepared.record(split, index)
        image, mask = record["image"], record["mask"]
        try:
            assert isinstance(image, bytes)
            assert isinstance(mask, bytes)
            pictures = {"images": decode_image(image), "masks": decode_mask(mask)}
        except (ValueError, AssertionError) as fault:
            raise DatasetError(str(prepared.path), f"{split} {index} is damaged", "build the dataset again") from fault
        for folder, picture in pictures.items():
            path = out / folder / f"{split}-{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            save_png(path, picture)
        written.append(out / "images" / f"{split}-{index}.png")
    return written
