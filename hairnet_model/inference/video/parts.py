"""What is written of a video, part by part: masks and pictures of some frames, in a draft folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.drawing.overlay import LINES, save_png
from hairnet_data.core.errors import BuildError, unreadable
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_model.inference.components import Head
from hairnet_model.inference.video.reading import Frame
from hairnet_model.inference.video.writing import MASKS, PICTURES, Kind, PartWriter

MASK = "masks"
"""Name of the parts that hold masks."""

OPACITY = 0.45
"""Of the tint, as in the overlays of photos."""

POSE_COLUMNS = ("frame", "seconds", "head", "yaw", "pitch", "roll", "x", "y", "size", "sure")
"""Of the poses of a video: head counts from 0, the largest of the frame; the rest is `components.HeadPose`."""


@cache
def _tables() -> dict[int, Pixels]:
    """What becomes of every value of every channel under each class's tint, uint8 (256, 1, 3)."""
    values = np.arange(256, dtype=np.float32)[:, None, None]
    return {
        number: np.rint(values + (np.array(colour, np.float32) - values) * np.float32(OPACITY)).astype(np.uint8)
        for number, colour in LINES.items()
    }


def tinted(frame: Pixels, mask: Pixels) -> Pixels:
    """A frame with hair red and face green: what `overlay.tint` makes, by tables, in a tenth of the time.

    Args:
        frame: uint8 (H, W, 3) RGB.
        mask: uint8 (H, W) of class ids.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    painted = frame.copy()
    for number, table in _tables().items():
        cv2.copyTo(cv2.LUT(frame, table), (mask == number).astype(np.uint8), painted)
    return as_pixels(painted)


class Part:
    """The files of some frames that follow each other, while they are written.

    Args:
        folder: where.
        number: of the part.
        shape: rows and columns of the frames.
        rate: frames a second, roughly.
        time_base: seconds in a step of the frames' times.
        aspect: width of a pixel divided by its height.
        pictures: names of the videos of pictures beside the masks.
        sequence: whether the masks are PNGs.
        poses: whether the poses of the heads are kept; the overlay then shows their axes.

    Raises:
        BuildError: they cannot be written, here and in all methods.
    """

    def __init__(
        self,
        folder: Path,
        number: int,
        shape: tuple[int, int],
        rate: Fraction,
        time_base: Fraction,
        aspect: Fraction,
        pictures: Iterable[str],
        sequence: bool,
        poses: bool = False,
    ) -> None:
        def writer(name: str, kind: Kind) -> PartWriter:
            return PartWriter(part_file(folder, number, name), kind, shape, rate, time_base, aspect)

        self._pngs = png_folder(folder) if sequence else None
        if self._pngs:
            self._pngs.mkdir(exist_ok=True)
        self._masks = None if sequence else writer(MASK, MASKS)
        self._pictures = {name: writer(name, PICTURES) for name in pictures}
        self._poses = poses_file(folder, number) if poses else None
        self._rows: list[str] = []
        self._time_base = time_base

    def write(self, frame: Frame, mask: Pixels, pictures: Mapping[str, Pixels], heads: Sequence[Head]) -> None:
        """Adds a frame.

        Args:
            frame: of the video.
            mask: uint8 (H, W) of class ids.
            pictures: one of each name that was given at first, uint8 (H, W, 3) RGB.
            heads: of which only the poses are kept.
        """
        if self._pngs:
            save_png(self._pngs / f"{frame.number:06}.png", mask)
        if self._masks:
            self._masks.write(mask, frame.time)
        for name, writer in self._pictures.items():
            writer.write(pictures[name], frame.time)
        seconds = float(frame.time * self._time_base)
        for number, head in enumerate(heads if self._poses else ()):
            if head.pose is not None:
                values = head.pose.to_json().values()
                self._rows.append(",".join(map(str, (frame.number, round(seconds, 4), number, *values))))

    def close(self) -> None:
        """Ends the files."""
        for writer in (self._masks, *self._pictures.values()):
            if writer:
                writer.close()
        if self._poses:
            write_atomic(self._poses, "".join(f"{row}\n" for row in self._rows).encode())


def part_file(folder: Path, number: int, name: str) -> Path:
    """Where a part is: of the masks (`MASK`), or of the pictures of a name."""
    return folder / f"{name}-{number:06}{(MASKS if name == MASK else PICTURES).ending}"


def poses_file(folder: Path, number: int) -> Path:
    """Where the poses of a part are: lines of `POSE_COLUMNS`."""
    return folder / f"poses-{number:06}.csv"


def png_folder(folder: Path) -> Path:
    """Where masks are that are PNGs: all parts of them."""
    return folder / "masks"


def refuse_others(folder: Path) -> None:
    """Refuses to replace a folder that holds anything but a sequence of masks.

    Raises:
        BuildError: it does.
    """
    try:
        other = next((name for name in folder.iterdir() if not re.fullmatch(r"\d{6,}\.png", name.name)), None)
    except FileNotFoundError:
        return
    except OSError as error:
        raise BuildError(str(folder), unreadable(error), "name another folder with --out") from error
    if other is not None:
        raise BuildError(str(folder), f"holds {other.name}, which is none of its masks", "move it elsewhere")
