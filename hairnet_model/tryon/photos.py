"""Photos in files and folders to photos with other hair in a folder."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.contact_sheet import Cell, contact_sheet
from hairnet_data.core.errors import HairnetError, PictureError, UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.progress import Progress, silent
from hairnet_model.effects.colours import target
from hairnet_model.effects.grid import Plane
from hairnet_model.inference.photo_paths import Photo, find, refuse_overwriting
from hairnet_model.inference.picture_output import save_picture
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.tryon import catalogue
from hairnet_model.tryon.colour import decoded
from hairnet_model.tryon.trying import reasons, try_on

SHEET = "_sheet.png"
"""What follows a photo's name in the name of its sheet."""

OWN = "own"
"""The colour that is everybody's own."""

_TILE, _COLUMNS = 320, 4  # pixels of a sheet's pictures, and how many are in a row


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a photo.

    Attributes:
        file: the photo.
        written: the files made of it.
        reasons: why heads in it stay as they are, a line each.
    """

    file: Path
    written: tuple[Path, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryOnResult:
    """What came of it all.

    Attributes:
        photos: those that were read.
        errors: what could not be read, a line each.
    """

    photos: tuple[Tried, ...]
    errors: tuple[HairnetError, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be tried on.

    Attributes:
        style: a name of `catalogue`; None for the sheet alone.
        colour: "own", a name of `effects.colours`, or "#rrggbb".
        sheet: also a sheet of all styles for each photo.
        overwrite: replace files of an earlier run.
    """

    style: str | None = None
    colour: str = OWN
    sheet: bool = False
    overwrite: bool = False


def try_on_photos(
    photos: Sequence[Path], out: Path, segmenter: Segmenter, wish: Wish, progress: Progress = silent
) -> TryOnResult:
    """Writes every photo with other hair as `NAME_STYLE.png`, and its sheet as `NAME_sheet.png`.

    A photo without a head, or whose heads cannot be used, is written as it is. Every file is written atomically.

    Args:
        photos: files, patterns, and folders, as `inference.predict.predict` takes them.
        out: the folder to write into; made if it is missing.
        segmenter: finds heads, masks and poses; its network has a pose head.
        wish: what is to be tried on.
        progress: called with how many photos are done.

    Raises:
        UsageError: there is nothing to try on, no such style or colour, the network has no pose head, or files would
            be overwritten.
        PictureError: there is no photo at all.
        BuildError: `out` cannot be written to.
    """
    colour = linear_colour(wish.colour)
    names = [catalogue.name_of(wish.style)] if wish.style is not None else []
    if not names and not wish.sheet:
        raise UsageError("tryon", "has no style to try on", "give --style bob, for example, or --sheet")
    selection = find(photos, out)
    errors: list[HairnetError] = list(selection.errors)
    errors += [PictureError(str(video.path), "is a video", "tryon takes photos") for video in selection.videos]
    if not selection.photos:
        raise errors[0] if errors else UsageError("PHOTO", "nothing was given", "name photos or folders")
    refuse_overwriting(selection.photos, out, None)
    if not wish.overwrite:
        _refuse_replacing(selection.photos, out, names, wish.sheet)
    tried = []
    for number, photo in enumerate(selection.photos):
        progress("trying on", number, len(selection.photos))
        try:
            pixels = read_photo(photo.path)
        except HairnetError as error:
            errors.append(error)
            continue
        tried.append(_photo(photo, pixels, out, segmenter, names, colour, wish.sheet))
    progress("trying on", len(selection.photos), len(selection.photos))
    return TryOnResult(tuple(tried), tuple(errors))


def linear_colour(text: str) -> Plane | None:
    """The colour that a text means, linear RGB 0..1, float32 (3,); None for everybody's own.

    Raises:
        UsageError: there is no such colour, or it is a pattern such as "copper roots".
    """
    if text.strip().lower() == OWN:
        return None
    found = target(text, "--colour")
    if found.pattern:
        raise UsageError("--colour", f"{text!r} is a pattern", "give a plain colour: tried-on hair has one")
    return decoded(np.array(found.rgb, np.float32))


def _photo(
    photo: Photo,
    pixels: Pixels,
    out: Path,
    segmenter: Segmenter,
    names: Sequence[str],
    colour: Plane | None,
    sheet: bool,
) -> Tried:
    located = next(iter(segmenter.look([pixels], poses=True)))
    written = []
    made: dict[str, Pixels] = {}
    for name in [*names, *(catalogue.names() if sheet else ())]:
        if name not in made:
            made[name] = try_on(pixels, located, partial(catalogue.hair, name), colour)
    for name in names:
        written.append(save_picture(_file(photo, out, f"_{name}.png"), made[name]))
    if sheet:
        cells = [Cell(pixels, None, "before")]
        cells += [Cell(made[name], None, catalogue.title(name)) for name in catalogue.names()]
        columns = min(_COLUMNS, math.ceil(len(cells) / 2))
        written.append(save_picture(_file(photo, out, SHEET), contact_sheet(cells, columns, photo.place.name, _TILE)))
    return Tried(photo.path, tuple(written), tuple(reasons(located)))


def _file(photo: Photo, out: Path, ending: str) -> Path:
    name = out / photo.name
    return name.with_name(name.name + ending)


def _refuse_replacing(photos: Sequence[Photo], out: Path, names: Sequence[str], sheet: bool) -> None:
    endings = [f"_{name}.png" for name in names] + [SHEET] * sheet
    there = [file for photo in photos for ending in endings if os.path.lexists(file := _file(photo, out, ending))]
    if there:
        others = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(str(there[0]), f"exists already{others}", "add --overwrite, or name another folder with --out")
