"""Photos in files and folders to masks in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import COLOURS, NAMES, UNLABELLED
from hairnet_data.core.drawing.overlay import save_png, tint
from hairnet_data.core.errors import BuildError, HairnetError, PictureError, UsageError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.progress import Progress, silent
from hairnet_model.inference import letterbox
from hairnet_model.inference.panels import panels as six_panels
from hairnet_model.inference.photo_paths import MASK, OVERLAY, PANELS, Photo, find, refuse_overwriting
from hairnet_model.inference.segmenter import Segmenter

_HELD = 50_000_000  # pixels of photos kept for their overlays and panels, beyond the one being read
_NO_CLASS = 254  # stands in a mask being read for what is neither a class nor UNLABELLED
_BAND = 1 << 22  # pixels tinted at once: an overlay is mixed in 36 bytes a pixel


@dataclass(frozen=True, slots=True)
class PredictionResult:
    """What came of it.

    Attributes:
        masks: how many were written.
        faults: what could not be read or used, a line each.
    """

    masks: int
    faults: tuple[HairnetError, ...]

    @property
    def exit_code(self) -> int:
        """Of the command: 1 if anything was at fault."""
        return 1 if self.faults else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Framed:
    """A photo that was read: its frame, its rows and columns, and its pixels where they are needed again."""

    photo: Photo
    frame: Pixels
    shape: tuple[int, int]
    pixels: Pixels | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is made of each photo, and where; see `predict`."""

    out: Path
    overlay: bool
    panels: bool
    truth: Path | None

    @property
    def again(self) -> bool:
        """Whether the photos are needed once more when their masks are there."""
        return self.overlay or self.panels


def predict(
    photos: Sequence[Path],
    out: Path,
    segmenter: Segmenter,
    overlay: bool = False,
    panels: bool = False,
    truth: Path | None = None,
    progress: Progress = silent,
) -> PredictionResult:
    """Writes the mask of every photo as a PNG of mode L: class ids, in the photo's own size, upright.

    A photo that cannot be used is left out and told in the outcome. Every file is there whole or not at all; one of
    an earlier run is replaced.

    Args:
        photos: files, and folders whose pictures are taken with those of their subfolders, hidden ones excepted.
        out: the folder for the masks; made if it is missing.
        segmenter: finds the classes.
        overlay: also write the photo with hair and face tinted.
        panels: also write the six panels of 2019.
        truth: for the panels: a folder of masks of the same names as the photos, or the mask of the only photo.
        progress: told how many photos are done.

    Raises:
        UsageError: a photo or a mask lies where the masks would be written, or the truth does not fit the call.
        PictureError: there is no photo at all.
        BuildError: `out` cannot be written to.
        HairnetError: the network puts out what is no number.
    """
    found, faults = find(photos, out)
    if not found:
        raise faults[0] if faults else UsageError("PHOTO_OR_DIR", "nothing was given", "name photos or folders")
    wanted = _Wanted(out, overlay, panels, truth)
    _check(wanted, found)
    masks = done = 0
    progress("segmenting", 0, len(found))
    for batch in _ahead(_batches(found, segmenter, wanted.again)):
        unread = [item for item in batch if isinstance(item, HairnetError)]
        faults += unread
        done += len(unread)
        for item, mask in _segmented([item for item in batch if isinstance(item, _Framed)], segmenter):
            faults += _write(wanted, item, mask)
            masks, done = masks + 1, done + 1
            progress("segmenting", done, len(found))
    progress("segmenting", done, len(found))
    return PredictionResult(masks, tuple(faults))


def _check(wanted: _Wanted, found: Sequence[Photo]) -> None:
    """Raises UsageError where a call contradicts itself."""
    truth = wanted.truth
    if truth is not None and not wanted.panels:
        raise UsageError("--truth", "is shown by the panels alone", "add --panels")
    if truth is not None and not os.path.exists(truth):
        raise UsageError("--truth", f"{truth} is missing", "give a folder of masks")
    if truth is not None and not os.path.isdir(truth) and len(found) > 1:
        raise UsageError("--truth", f"{truth} is one file and the photos are several", "give a folder of masks")
    refuse_overwriting(found, wanted.out, truth)


def _batches(photos: Sequence[Photo], segmenter: Segmenter, keep: bool) -> Iterator[list[_Framed | HairnetError]]:
    """Reads and frames the photos, as many at once as the network sees or, if they are kept, as fit."""
    batch: list[_Framed | HairnetError] = []
    held = 0
    for photo in photos:
        try:
            pixels = read_photo(photo.path)
        except HairnetError as fault:
            batch.append(fault)
        else:
            framed = letterbox.frame(pixels, segmenter.size)
            batch.append(_Framed(photo, framed, (pixels.shape[0], pixels.shape[1]), pixels if keep else None))
            held += pixels.shape[0] * pixels.shape[1] if keep else 0
        if len(batch) == segmenter.batch or held > _HELD:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _ahead(batches: Iterator[list[_Framed | HairnetError]]) -> Iterator[list[_Framed | HairnetError]]:
    """Has the next batch read while this one is segmented and written."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _segmented(ready: Sequence[_Framed], segmenter: Segmenter) -> Iterator[tuple[_Framed, Pixels]]:
    """Each photo with its mask."""
    if not ready:
        return
    framed = segmenter.of_frames(np.stack([item.frame for item in ready]))
    for item, probabilities in zip(ready, framed, strict=True):
        yield item, letterbox.class_ids(probabilities, *item.shape)


def _write(wanted: _Wanted, item: _Framed, mask: Pixels) -> list[HairnetError]:
    """Writes what is wanted of a photo; returns what was wrong with its ground truth."""
    name, faults = wanted.out / item.photo.name, []
    _save(name, MASK, mask)
    if item.pixels is not None and wanted.overlay:
        _save(name, OVERLAY, tinted(item.pixels, mask))
    if item.pixels is not None and wanted.panels:
        truth = None
        try:
            truth = _truth(wanted.truth, item)
        except HairnetError as fault:
            faults.append(fault)
        _save(name, PANELS, six_panels(item.pixels, mask, truth, item.photo.place.as_posix()))
    return faults


def tinted(photo: Pixels, mask: Pixels) -> Pixels:
    """The photo with hair red and face green, uint8 (H, W, 3), mixed a band of rows at a time to save memory."""
    made = np.empty_like(photo)
    rows = max(1, _BAND // photo.shape[1])
    for top in range(0, len(photo), rows):
        made[top : top + rows] = tint(photo[top : top + rows], mask[top : top + rows])
    return made


def _save(name: Path, ending: str, picture: Pixels) -> None:
    """Writes a PNG; the folder is made when there is something to put into it."""
    file = name.with_name(name.name + ending)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror or error})"
        raise BuildError(str(file.parent), what, "name another folder with --out") from error
    save_png(file, picture)


def _truth(truth: Path | None, item: _Framed) -> Pixels | None:
    """The ground truth of a photo, None where there is none. Raises PictureError as `read_truth` does."""
    if truth is not None and os.path.isdir(truth):
        names = [(truth / item.photo.place).with_suffix(ending) for ending in (".png", *sorted(EXTENSIONS))]
        truth = next((name for name in names if os.path.isfile(name)), None)
    return None if truth is None else read_truth(truth, item.shape)


def read_truth(path: Path, shape: tuple[int, int]) -> Pixels:
    """Reads a mask of class ids and 255 for pixels without a label, or of the classes' colours (blue, red, green).

    Args:
        path: its file.
        shape: rows and columns it must have.

    Returns:
        uint8 (H, W) of class ids and `UNLABELLED`.

    Raises:
        PictureError: it cannot be read, has another size, or holds what is no class.
    """
    picture = read_mask(path)
    if picture.indices is not None:
        known = np.isin(picture.indices, (*range(len(NAMES)), UNLABELLED))
        mask = np.where(known, picture.indices, _NO_CLASS).astype(np.uint8)
    else:
        assert picture.rgb is not None
        mask = np.full(picture.rgb.shape[:2], _NO_CLASS, np.uint8)
        for number, colour in enumerate(COLOURS):
            mask[(picture.rgb == colour).all(-1)] = number
    if mask.shape != shape:
        sizes = f"is {mask.shape[1]} x {mask.shape[0]} pixels and its photo {shape[1]} x {shape[0]}"
        raise PictureError(str(path), sizes, "give the mask of this photo, upright")
    if (mask == _NO_CLASS).any():
        wanted = f"save class ids 0, 1, 2 ({', '.join(NAMES)}) in a greyscale PNG, or blue, red and green"
        raise PictureError(str(path), "holds values that are no class", wanted)
    return mask
