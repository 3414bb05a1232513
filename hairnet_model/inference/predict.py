"""Photos and videos in files and folders to masks in a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.drawing.overlay import tint
from hairnet_data.core.errors import HairnetError, UsageError
from hairnet_data.core.images.other_files import count_line
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.progress import Progress, silent
from hairnet_model.inference import composite
from hairnet_model.inference.axes import draw_axes
from hairnet_model.inference.cutouts import PARTS, cut_out
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.looks import Dye, made_bald, recoloured
from hairnet_model.inference.panels import panels as draw_panels
from hairnet_model.inference.photo_paths import (
    BALD,
    MASK,
    OVERLAY,
    PANELS,
    POSE,
    RECOLOURED,
    Photo,
    find,
    refuse_overwriting,
)  # fmt: skip
from hairnet_model.inference.picture_output import save_picture
from hairnet_model.inference.prediction_report import LeftOut, PhotoResult, write_csv
from hairnet_model.inference.segmenter import POSE_HINT, Segmenter
from hairnet_model.inference.truth import Truth
from hairnet_model.inference.video.segmenting import VideoOutputs, segment_videos

_HELD = 50_000_000  # pixels of photos kept at once, beyond the one being read
_BAND = 1 << 22  # pixels tinted at once: an overlay is mixed in 36 bytes a pixel


@dataclass(frozen=True, slots=True)
class PredictionResult:
    """What came of it.

    Attributes:
        photos: those that have a mask, and videos behind them (`VideoResult`).
        errors: what could not be read or used, a line each.
        passed_over: files in the folders that are no pictures by their names, or raw photos beside a picture, and why.
        not_bald: photos that were to be made bald, and in which no face is seen.
        companions: files of the usual other kinds and hidden ones, counted in one line; "" if there are none.
    """

    photos: tuple[PhotoResult, ...]
    errors: tuple[HairnetError, ...]
    passed_over: tuple[LeftOut, ...] = ()
    companions: str = ""
    not_bald: tuple[Path, ...] = ()

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Files without a mask, and why: those of `errors` and of `passed_over`."""
        errors = ((error.where, str(error)) for error in self.errors)
        return (*errors, *self.passed_over)

    @property
    def masks(self) -> int:
        """How many were written."""
        return len(self.photos)

    @property
    def without_head(self) -> tuple[PhotoResult, ...]:
        """Photos in which no head was found."""
        return tuple(photo for photo in self.photos if not photo.heads)

    @property
    def exit_code(self) -> int:
        """Of the command: 1 if there is an error."""
        return 1 if self.errors else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A photo that was read."""

    photo: Photo
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is made of each photo beside its mask, and how; see `predict`.

    Attributes:
        overlay: the photo with hair and face tinted.
        panels: the six panels of 2019.
        truth: for the panels: a folder of masks of the same names as the photos, or the mask of the only photo.
        cutouts: some of `cutouts.PARTS`, as RGBA pictures.
        locate: see `Segmenter.segment`.
        sequence: masks of videos as PNGs; see `VideoOutputs`.
        steady: masks of videos averaged over time; see `VideoOutputs`.
        dye: the photo or video with its hair recoloured.
        bald: the photo or video without the hair above the eyes.
        pose: find the poses of the heads, and draw their axes over the photo; see `VideoOutputs` for videos.
    """

    overlay: bool = False
    panels: bool = False
    truth: Path | None = None
    cutouts: tuple[str, ...] = ()
    locate: bool = True
    sequence: bool = False
    steady: bool = True
    dye: Dye | None = None
    bald: bool = False
    pose: bool = False


def predict(
    photos: Sequence[Path],
    out: Path,
    segmenter: Segmenter,
    outputs: Outputs = Outputs(),
    progress: Progress = silent,
) -> PredictionResult:
    """Writes the mask of every photo as a PNG of mode L: class ids, in the photo's own size, upright.

    `video.segmenting.segment_video` says what is written of a video; truth, panels and cut-outs are for photos alone.

    A photo that cannot be used, and any other file in a folder, is left out and named in the result. Every file is
    written atomically; one of an earlier run is replaced. At the end `predictions.csv` lists all photos
    (`prediction_report`).

    Args:
        photos: files, patterns, and folders whose pictures and videos are taken with those of their subfolders,
            hidden ones excepted.
        out: the folder for the masks; made if it is missing.
        segmenter: finds the classes.
        outputs: what else to write.
        progress: called with how many photos are done, and how many frames of each video.

    Raises:
        UsageError: a photo or a mask lies where the masks would be written, the options contradict each other, or
            poses are asked for and the network has no pose head.
        PictureError: there is no photo or video at all.
        BuildError: `out` cannot be written to.
        SourceError: the truth's `classes.toml` is none.
        HairnetError: the network puts out what is no number.
    """
    _check_options(outputs, segmenter)
    selection = find(photos, out)
    selected, videos, errors = selection.photos, selection.videos, selection.errors
    if not selected and not videos:
        raise errors[0] if errors else UsageError("PHOTO_OR_DIR", "nothing was given", "name photos or folders")
    _check_photos(outputs, out, selected, videos)
    truths = Truth.open(outputs.truth) if outputs.truth else None
    results: list[PhotoResult] = []
    not_bald: list[Path] = []
    done = 0
    if selected:
        progress("segmenting", 0, len(selected))
    for batch in _prefetched(_batches(selected, segmenter)):
        unread = [item for item in batch if isinstance(item, HairnetError)]
        errors += unread
        done += len(unread)
        if unread:
            progress("segmenting", done, len(selected))
        ready = [item for item in batch if isinstance(item, _Read)]
        before = time.perf_counter()
        found = segmenter.look([item.pixels for item in ready], outputs.locate, outputs.pose)
        for item, located in zip(ready, found, strict=True):
            mask = composite.class_ids(located)
            seconds = time.perf_counter() - before
            wrong, is_unshaven = _write(outputs, truths, out, item, located, mask)
            errors += wrong
            not_bald += [item.photo.path] if is_unshaven else []
            results.append(_result(out, item, located, mask, seconds))
            done += 1
            progress("segmenting", done, len(selected))
            before = time.perf_counter()
    asked = VideoOutputs(
        overlay=outputs.overlay, sequence=outputs.sequence, locate=outputs.locate, steady=outputs.steady,
        dye=outputs.dye, bald=outputs.bald, pose=outputs.pose,
    )  # fmt: skip
    of_videos, wrong_videos = segment_videos(
        [(each.path, out / each.name) for each in videos], segmenter, asked, progress
    )
    results, errors = [*results, *of_videos], [*errors, *wrong_videos]
    passed_over, companions = tuple(selection.passed_over), count_line(selection.companions)
    result = PredictionResult(tuple(results), tuple(errors), passed_over, companions, tuple(not_bald))
    write_csv(out, results, result.left_out)
    return result


def _result(out: Path, item: _Read, located: Located, mask: Pixels, seconds: float) -> PhotoResult:
    file = out / item.photo.name
    hair, face = (float(np.count_nonzero(mask == number) / mask.size) for number in (HAIR, FACE))
    mask_file = file.with_name(file.name + MASK)
    return PhotoResult(item.photo.path, mask_file, located.width, located.height, hair, face, located.heads, seconds)


def _check_options(outputs: Outputs, segmenter: Segmenter) -> None:
    """Raises UsageError where options contradict each other, whatever the photos are."""
    truth = outputs.truth
    for part in outputs.cutouts:
        if part not in PARTS:
            raise UsageError("--cutout", f"no {part!r}", f"choose from {', '.join(PARTS)}")
    if truth is not None and not outputs.panels:
        raise UsageError("--truth", "is shown by the panels alone", "add --panels")
    if truth is not None and not os.path.exists(truth):
        raise UsageError("--truth", f"{truth} is missing", "give a folder of masks")
    if outputs.pose and segmenter.poses is None:
        raise UsageError("--pose", "the model has no pose head", POSE_HINT)


def _check_photos(outputs: Outputs, out: Path, photos: Sequence[Photo], videos: Sequence[Photo]) -> None:
    """Raises UsageError where options do not suit the photos."""
    truth = outputs.truth
    for option, asked in {"--panels": outputs.panels, "--cutout": outputs.cutouts}.items():
        if asked and not photos:
            raise UsageError(option, "is for photos, and there are videos alone", "leave it out")
    if truth is not None and not os.path.isdir(truth) and len(photos) > 1:
        raise UsageError("--truth", f"{truth} is one file and the photos are several", "give a folder of masks")
    refuse_overwriting((*photos, *videos), out, truth)


def _batches(photos: Sequence[Photo], segmenter: Segmenter) -> Iterator[list[_Read | HairnetError]]:
    """Reads the photos, as many at once as the network sees or as fit into memory."""
    batch: list[_Read | HairnetError] = []
    pixels_held = 0
    for photo in photos:
        try:
            pixels = read_photo(photo.path)
        except HairnetError as error:
            batch.append(error)
        else:
            batch.append(_Read(photo, pixels))
            pixels_held += pixels.shape[0] * pixels.shape[1]
        if len(batch) == segmenter.batch or pixels_held > _HELD:
            yield batch
            batch, pixels_held = [], 0
    if batch:
        yield batch


def _prefetched(batches: Iterator[list[_Read | HairnetError]]) -> Iterator[list[_Read | HairnetError]]:
    """Has the next batch read while this one is segmented and written."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _write(
    outputs: Outputs, truths: Truth | None, out: Path, item: _Read, located: Located, mask: Pixels
) -> tuple[list[HairnetError], bool]:
    """Writes what is asked for; returns what was wrong with the ground truth, and whether bald lacked a face."""
    name, errors, is_unshaven = out / item.photo.name, [], False
    _save(name, MASK, mask)
    if outputs.overlay:
        _save(name, OVERLAY, tinted(item.pixels, mask))
    for part in outputs.cutouts:
        _save(name, f"_{part}.png", cut_out(item.pixels, located, part))
    if outputs.dye:
        _save(name, RECOLOURED, recoloured(item.pixels, located, outputs.dye))
    if outputs.bald:
        shaved = made_bald(item.pixels, located)
        is_unshaven = shaved is None
        _save(name, BALD, item.pixels if shaved is None else shaved)
    if outputs.pose:
        _save(name, POSE, draw_axes(item.pixels, located.heads))
    if outputs.panels:
        truth = None
        try:
            truth = truths.read(item.photo.place, item.pixels.shape[:2]) if truths else None
        except HairnetError as error:
            errors.append(error)
        _save(name, PANELS, draw_panels(item.pixels, mask, truth, item.photo.place.as_posix()))
    return errors, is_unshaven


def tinted(photo: Pixels, mask: Pixels) -> Pixels:
    """The photo with hair red and face green, uint8 (H, W, 3), mixed a band of rows at a time to save memory."""
    painted = np.empty_like(photo)
    rows = max(1, _BAND // photo.shape[1])
    for top in range(0, len(photo), rows):
        painted[top : top + rows] = tint(photo[top : top + rows], mask[top : top + rows])
    return painted


def _save(name: Path, ending: str, picture: Pixels) -> None:
    save_picture(name.with_name(name.name + ending), picture)
