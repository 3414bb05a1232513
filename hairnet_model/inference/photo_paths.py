"""Which photos are meant, and what the files made of them are called."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import HairnetError, PictureError, UsageError
from hairnet_data.core.images.picture_file import EXTENSIONS

MASK, OVERLAY, PANELS = ".png", "_overlay.png", "_panels.png"
"""What follows a photo's name in the names of the files made of it."""

ENDINGS = (MASK, OVERLAY, PANELS, "_hair.png", "_face.png", "_head.png")
"""All of these, cut-outs included."""

_LONGEST = 200  # bytes of a name, of the 255 that file systems allow, so that the endings fit


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo to segment.

    Attributes:
        path: its file.
        place: where it lies below the folder that was given, with its ending: `holiday/beach.jpg`.
        name: what its mask is called below the output folder, without its ending: `holiday/beach`.
    """

    path: Path
    place: Path
    name: Path


def find(photos: Sequence[Path], out: Path) -> tuple[list[Photo], list[HairnetError]]:
    """Finds the photos that files and folders name, each once, and what their masks will be called.

    Args:
        photos: files, folders, and patterns (`holiday/**/*.jpg`).
        out: a folder that is passed over, should it lie in one of them.

    Returns:
        The photos; and an error for each folder that cannot be read and each pattern that matches nothing.
    """
    places: dict[str, tuple[Path, Path]] = {}
    errors: list[HairnetError] = []
    for given in _expanded(photos, errors):
        before = len(errors)
        inside = _walk(given, out, errors) if os.path.isdir(given) else [Path(given.name)]
        if not inside and len(errors) == before:
            hint = f"they end in {', '.join(sorted(EXTENSIONS))}"
            errors.append(PictureError(str(given), "holds no pictures", hint))
        for place in inside:
            path = given / place if os.path.isdir(given) else given
            places.setdefault(os.path.abspath(path), (path, place))
    return _named(list(places.values())), errors


def _expanded(photos: Sequence[Path], errors: list[HairnetError]) -> Iterator[Path]:
    """The files and folders that patterns match, in order; anything else as it is."""
    for given in photos:
        if not glob.has_magic(str(given)) or os.path.lexists(given):
            yield given
            continue
        matches = sorted(glob.glob(str(given), recursive=True))
        if not matches:
            errors.append(PictureError(str(given), "matches no file", "check the pattern"))
        yield from map(Path, matches)


def listed(text: str) -> list[Path]:
    """The paths in a list: one a line, or separated by NUL characters as `find -print0` writes them."""
    separator = "\0" if "\0" in text else "\n"
    return [Path(line) for line in (line.rstrip("\r\n") for line in text.split(separator)) if line]


def _walk(folder: Path, out: Path, errors: list[HairnetError]) -> list[Path]:
    """A folder's pictures, relative to it and in order.

    What is hidden is passed over: macOS lays a `._a.jpg` beside `a.jpg` that is no picture.
    """

    def add(error: OSError) -> None:
        what = f"cannot be read ({error.strerror or error})"
        errors.append(PictureError(str(error.filename), what, "check its rights"))

    own = os.path.realpath(out)
    inside = []
    for here, folders, files in os.walk(folder, onerror=add):
        folders[:] = sorted(f for f in folders if f[0] != "." and os.path.realpath(os.path.join(here, f)) != own)
        pictures = (f for f in files if f[0] != "." and os.path.splitext(f)[1].lower() in EXTENSIONS)
        inside += [Path(here, file).relative_to(folder) for file in sorted(pictures)]
    return inside


def _named(places: list[tuple[Path, Path]]) -> list[Photo]:
    """Names the masks: `a` for `a.jpg`; `a.jpg` and `a.png` where both are; `a-2` for an `a` of another folder."""
    stems = Counter(_key(place.with_name(_short(place.stem))) for _, place in places)
    taken: set[str] = set()
    named = []
    for path, place in places:
        stem = place.with_name(_short(place.stem))
        first = stem if stems[_key(stem)] == 1 else place.with_name(_short(place.name))
        name, number = first, 1
        while taken & (files := {_key(name) + ending for ending in ENDINGS}):
            number += 1
            name = first.with_name(f"{first.name}-{number}")
        taken |= files
        named.append(Photo(path, place, name))
    return named


def _key(path: Path) -> str:
    """What two paths have in common that are one file where upper and lower case are the same."""
    return path.as_posix().casefold()


def _short(name: str) -> str:
    data = os.fsencode(name)
    return name if len(data) <= _LONGEST else data[:_LONGEST].decode(errors="ignore")


def refuse_overwriting(photos: Sequence[Photo], out: Path, truth: Path | None) -> None:
    """Refuses to write where photos or other masks are read: a mask may be called what they are called.

    Args:
        photos: of `find`.
        out: the folder for the masks.
        truth: a folder of masks, or one mask.

    Raises:
        UsageError: it would be so.
    """
    read = {os.path.realpath(photo.path.parent) for photo in photos}
    if truth is not None:
        read |= {os.path.realpath((truth / photo.place if os.path.isdir(truth) else truth).parent) for photo in photos}
    for folder in {(out / photo.name).parent: None for photo in photos}:
        if os.path.realpath(folder) in read:
            raise UsageError("--out", f"{folder} is a folder that pictures are read from", "name another folder")
