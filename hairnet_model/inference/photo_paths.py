"""Which photos and videos are meant, and what the files made of them are called."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hairnet_data.core.errors import HairnetError, PictureError, UsageError, unreadable
from hairnet_data.core.images import other_files
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.storage.walk import list_folder
from hairnet_model.inference.prediction_report import LeftOut
from hairnet_model.inference.video import reading

MASK, OVERLAY, PANELS = ".png", "_overlay.png", "_panels.png"
RECOLOURED, BALD, POSE = "_recoloured.png", "_bald.png", "_pose.png"
"""What follows a photo's name in the names of the files made of it."""

ENDINGS = (MASK, OVERLAY, PANELS, RECOLOURED, BALD, POSE, "_hair.png", "_face.png", "_head.png")
"""All of these, cut-outs included."""

_LONGEST = 200  # bytes of a name, of the 255 that file systems allow, so that the endings fit


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo or a video to segment.

    Attributes:
        path: its file.
        place: where it lies below the folder that was given, with its ending: `holiday/beach.jpg`.
        name: what its mask is called below the output folder, without its ending: `holiday/beach`.
    """

    path: Path
    place: Path
    name: Path


@dataclass(slots=True)
class Selection:
    """What files, folders and patterns name.

    Attributes:
        photos: each once.
        videos: the same, by the endings of their names.
        errors: what is missing or cannot be read, patterns that match nothing, and pictures of kinds that are not read.
        passed_over: files in the folders that are no pictures by their names, or raw photos beside a picture, and why.
        companions: how many files of the usual other kinds are in the folders, by ending.
    """

    photos: list[Photo] = field(default_factory=list)
    videos: list[Photo] = field(default_factory=list)
    errors: list[HairnetError] = field(default_factory=list)
    passed_over: list[LeftOut] = field(default_factory=list)
    companions: Counter[str] = field(default_factory=Counter)


def find(photos: Sequence[Path], out: Path) -> Selection:
    """Finds the photos and videos that files and folders name, each once, and what their masks will be called.

    Args:
        photos: files, folders, and patterns (`holiday/**/*.jpg`).
        out: a folder that is passed over, should it lie in one of them.
    """
    places: dict[str, tuple[Path, Path]] = {}
    selection = Selection()
    for given in _expanded(photos, selection.errors):
        before = len(selection.errors)
        inside = _pictures(given, out, selection) if os.path.isdir(given) else [Path(given.name)]
        if not inside and len(selection.errors) == before:
            hint = f"they end in {', '.join(sorted(EXTENSIONS | reading.EXTENSIONS))}"
            selection.errors.append(PictureError(str(given), "holds no pictures or videos", hint))
        for place in inside:
            path = given / place if os.path.isdir(given) else given
            places.setdefault(os.path.abspath(path), (path, place))
    found = list(places.values())
    selection.photos = _named([each for each in found if not reading.is_video(each[0])])
    selection.videos = _named([each for each in found if reading.is_video(each[0])])
    return selection


def _expanded(photos: Sequence[Path], errors: list[HairnetError]) -> Iterator[Path]:
    """The files and folders that patterns match, in order, and those that are named."""
    for given in photos:
        if os.path.lexists(given):
            yield given
            continue
        if not glob.has_magic(str(given)):
            errors.append(PictureError(str(given), "is missing", "check the path"))
            continue
        matches = sorted(glob.glob(str(given), recursive=True))
        if not matches:
            errors.append(PictureError(str(given), "matches no file", "check the pattern"))
        yield from map(Path, matches)


def listed(text: str) -> list[Path]:
    """The paths in a list: one a line, or separated by NUL characters as `find -print0` writes them."""
    separator = "\0" if "\0" in text else "\n"
    return [Path(line) for line in (line.rstrip("\r\n") for line in text.split(separator)) if line]


def _pictures(folder: Path, out: Path, selection: Selection) -> list[Path]:
    """A folder's pictures and videos, relative to it, those of each folder before those of its subfolders.

    Links to files are followed wherever they lead: whoever runs the command has laid them there.
    """
    listing = list_folder(folder, EXTENSIONS | reading.EXTENSIONS)
    own = os.path.relpath(os.path.realpath(out), os.path.realpath(folder)).replace(os.sep, "/")

    def is_ours(path: str) -> bool:
        return own != "." and (path == own or path.startswith(f"{own}/"))

    def shown(path: str) -> str:
        return str(folder / path)

    for path, reason in listing.unlisted:
        selection.errors.append(PictureError(shown(path), unreadable(reason), "check its rights"))
    for path in listing.folder_links:
        what = "is a link to a folder, which is not followed"
        selection.errors.append(PictureError(shown(path), what, "name the folder itself"))
    pictures = [path for path in (*listing.files, *listing.outside_links) if not is_ours(path)]
    others = other_files.divide((p for p in (*listing.others, *listing.hidden) if not is_ours(p)), pictures)
    selection.errors += [other_files.unread_error(shown(path)) for path in others.unread]
    selection.passed_over += [(shown(path), reason) for path, reason in others.named]
    selection.companions += others.companions
    return [Path(path) for path in sorted(pictures, key=_files_first)]


def _files_first(path: str) -> tuple[tuple[bool, str], ...]:
    """A key that sorts the files of each folder before those of its subfolders."""
    *folders, name = path.split("/")
    return (*((True, folder) for folder in folders), (False, name))


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
