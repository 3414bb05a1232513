"""What `predict` says of a folder of photos: a line a photo in `predictions.csv`, or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_model.inference.components import Head, HeadPose

NAME = "predictions.csv"

COLUMNS = ("file", "mask", "width", "height", "hair", "face", "heads", "seconds", "left_out")
"""Of the file: shares of hair and face are 0..1; `left_out` says why a photo has no mask."""


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """What was found in a photo.

    Attributes:
        file: the photo.
        mask: its mask.
        width: of both, in pixels.
        height: of both.
        hair: share of the photo's pixels, 0..1.
        face: the same.
        heads: largest first.
        seconds: from its pixels to its mask.
    """

    file: Path
    mask: Path
    width: int
    height: int
    hair: float
    face: float
    heads: tuple[Head, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "file": str(self.file),
            "mask": str(self.mask),
            "width": self.width,
            "height": self.height,
            "hair": round(self.hair, 6),
            "face": round(self.face, 6),
            "heads": [head_to_json(head) for head in self.heads],
            "seconds": round(self.seconds, 4),
        }


def head_to_json(head: Head) -> dict[str, Any]:
    """JSON values of a head: `box`, `sure` and `pose`, which is null where it is not known."""
    return {"box": list(head.box), "sure": head.sure, "pose": head.pose.to_json() if head.pose else None}


def head_from_json(values: dict[str, Any]) -> Head:
    """The inverse of `head_to_json`. Raises KeyError, TypeError or ValueError for anything else."""
    x, y, width, height = values["box"]
    return Head((x, y, width, height), values["sure"], HeadPose(**values["pose"]) if values["pose"] else None)


@dataclass(frozen=True, slots=True)
class VideoResult(PhotoResult):
    """What was found in a video; shares are of all its frames, heads those of the frame that shows the most.

    Attributes:
        frames: how many it has.
        rate: of them a second, on average.
    """

    frames: int
    rate: float

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {**PhotoResult.to_json(self), "frames": self.frames, "rate": self.rate}


LeftOut = tuple[str, str]
"""A file and why it has no mask."""


def to_json(photos: Sequence[PhotoResult], left_out: Sequence[LeftOut]) -> dict[str, Any]:
    """JSON values: `photos`, and `left_out` with file and reason."""
    files = [{"file": file, "reason": reason} for file, reason in left_out]
    return {"photos": [photo.to_json() for photo in photos], "left_out": files}


def write_csv(folder: Path, photos: Sequence[PhotoResult], left_out: Sequence[LeftOut]) -> None:
    """Writes `predictions.csv`, atomically: the photos, then what was left out and why.

    Raises:
        BuildError: the folder cannot be written to.
    """
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    rows.writeheader()
    for photo in photos:
        rows.writerow({**photo.to_json(), "heads": len(photo.heads), "left_out": ""})
    for file, reason in left_out:
        rows.writerow({"file": file, "left_out": reason})
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror or error})"
        raise BuildError(str(folder), what, "name another folder with --out") from error
    write_atomic(folder / NAME, text.getvalue().encode("utf-8", "backslashreplace"))
