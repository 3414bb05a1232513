"""Which photo in a folder belongs to which mask or masks, by their names."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images import other_files
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.labels.classes_file import Options
from hairnet_data.core.storage.paths import is_folder, is_remote
from hairnet_data.core.storage.walk import is_within, list_folder, refused_links

CONFIG = "classes.toml"

SINGLE_MASK = ""
"""Stands for the part of a mask that holds all classes."""


@dataclass(frozen=True, slots=True)
class PortraitFiles:
    """One portrait's files, relative to the folder.

    Attributes:
        photo: the photo.
        masks: the masks by part; a single one as `SINGLE_MASK`.
    """

    photo: str
    masks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """Pictures by what photo and mask have in common in their names, and the keys that several pictures share."""

    paths: dict[str, str]
    shared: set[str]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures in a folder, relative to the source's folder, sorted.

    Attributes:
        files: that can be opened as far as their names tell.
        refused: pictures of kinds that are not read, and links; each is an error already.
    """

    files: tuple[str, ...]
    refused: tuple[str, ...] = ()


def list_pictures(root: Path, folder: str, errors: list[HairnetError], notes: list[str]) -> Pictures:
    """Lists the pictures in a folder and its subfolders.

    Links that are not followed, pictures of kinds that are not read and names that are not UTF-8 are errors, and
    other files are noted: nobody's portraits shall be left out without a word.

    Args:
        root: the source's folder, of which `folder` is a part; no link itself.
        folder: the folder of photos or masks.
        errors: what is wrong with single pictures is added here.
        notes: what else lies there and is left out is added here, a line each.

    Raises:
        SourceError: there is no such folder, it leads out of `root`, or it or a subfolder cannot be listed.
    """
    top = root / folder
    if not is_folder(top):
        raise SourceError(str(top), "is not a folder", f"make it or name another in {CONFIG}")
    if not is_remote(root) and not is_within(top, str(root)):
        raise SourceError(str(top), "is a link that leads outside the folder", "move the pictures here")
    try:
        listing = list_folder(root, EXTENSIONS, folder)
    except OSError as error:
        raise SourceError(str(top), f"cannot be listed ({error.strerror})", "check your rights there") from error
    for path, reason in listing.unlisted:
        raise SourceError(path, f"cannot be listed ({reason})", "check the folder and its rights")
    paths = (*listing.files, *listing.folders, *listing.folder_links, *listing.outside_links)
    misnamed = {_misnamed(path): None for path in paths if not _is_text(path)}
    errors += [SourceError(path, "has a name that is not UTF-8", "rename it") for path in misnamed]
    errors += [SourceError(*link) for link in refused_links(listing) if _is_text(link[0])]
    others = other_files.divide((*listing.others, *listing.hidden), listing.files)
    errors += map(other_files.unread_error, others.unread)
    notes += other_files.notes(others, folder)
    files = tuple(path for path in listing.files if _is_text(path))
    return Pictures(files, (*others.unread, *listing.folder_links, *listing.outside_links))


def _is_text(path: str) -> bool:
    return path.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in path)


def _misnamed(path: str) -> str:
    """The topmost folder of a path, or its file, whose own name is not UTF-8."""
    steps = path.split("/")
    return next(part for n in range(len(steps)) if not _is_text(part := "/".join(steps[: n + 1])))


def pair(
    photos: Pictures, masks: Pictures, parts: tuple[str, ...], options: Options, errors: list[HairnetError]
) -> dict[str, PortraitFiles]:
    """Finds each photo's masks by name.

    Args:
        photos: as `list_pictures` returns them.
        masks: likewise.
        parts: the parts that have a class, or `SINGLE_MASK` alone.
        options: suffixes, padding and how subfolders match.
        errors: what is wrong with single pictures is added here.

    Returns:
        The files of every portrait that has a mask, by its id: the photo's path without folder, suffix and extension.
    """
    by_photo = _by_key(photos.files, options.images, options.image_suffix, options, errors)
    by_mask = _by_key(masks.files, options.masks, options.mask_suffix, options, errors)
    no_photo = _refused_keys(photos.refused, options.images, options.image_suffix, options)
    no_mask = _refused_keys(masks.refused, options.masks, options.mask_suffix, options)
    portraits, used = {}, set[str]()
    for key, photo in by_photo.paths.items():
        mask_keys = {part: f"{key}_{part}" if part else key for part in parts}
        present = {part: by_mask.paths[name] for part, name in mask_keys.items() if name in by_mask.paths}
        used.update(mask_keys[part] for part in present)
        if by_mask.shared.intersection(mask_keys.values()) or any(map(no_mask.covers, mask_keys.values())):
            continue  # an error already
        if not present:
            expected = f"{options.masks}/{next(iter(mask_keys.values()))}{options.mask_suffix}"
            expected += "" if parts == (SINGLE_MASK,) else " or another part"
            errors.append(SourceError(photo, f"has no mask ({expected})", "add it or remove the photo"))
            continue
        id = _stem(photo, options.images, options.image_suffix)
        assert id is not None
        portraits[id] = PortraitFiles(photo, present)
    unused = {key: mask for key, mask in by_mask.paths.items() if key not in used}
    errors += _unused_masks(unused, by_photo, no_photo, parts)
    return portraits


def _unused_masks(
    masks: Mapping[str, str], photos: _Keyed, refused: _RefusedKeys, parts: tuple[str, ...]
) -> list[HairnetError]:
    """Masks of parts that have no class, one error a part, and masks without a photo.

    Those of a photo that was refused already are left out.
    """
    errors: list[HairnetError] = []
    without_class: dict[str, list[str]] = defaultdict(list)
    for key, mask in masks.items():
        owners = {key: ""} if parts == (SINGLE_MASK,) else _splits_at_underscores(key)
        if photos.shared.intersection(owners) or any(map(refused.covers, owners)):
            continue
        owner = next((owner for owner in owners if owner in photos.paths), None)
        if owner is None:
            errors.append(SourceError(mask, "has no photo", "add it or remove the mask"))
        else:
            without_class[owners[owner]].append(mask)
    for part, (first, *others) in without_class.items():
        what = f"and {len(others)} more are masks of the part {part!r}, which has no class"
        errors.append(SourceError(first, what, f"add it to [parts] in {CONFIG}"))
    return errors


def _splits_at_underscores(key: str) -> dict[str, str]:
    """All ways in which a mask's key can be a photo's key, an underscore and a part: part by photo's key."""
    return {key[:index]: key[index + 1 :] for index, letter in enumerate(key) if letter == "_"}


@dataclass(frozen=True, slots=True)
class _RefusedKeys:
    """What photo and mask would have in common in their names, of files and of links to folders that are refused."""

    keys: frozenset[str]

    def covers(self, key: str) -> bool:
        """Whether a key is that of such a file, or of one in such a folder."""
        return bool(self.keys.intersection((key, *(key[:index] for index, letter in enumerate(key) if letter == "/"))))


def _refused_keys(paths: Iterable[str], folder: str, suffix: str, options: Options) -> _RefusedKeys:
    stems = (_stem(path, folder, suffix) or _stem(path, folder, "") for path in paths)
    return _RefusedKeys(frozenset(_key(stem, folder, options) for stem in stems if stem))


def _key(stem: str, folder: str, options: Options) -> str:
    """What photo and mask have in common in their names."""
    subfolder, _, name = stem.rpartition("/")
    if folder == options.images and options.pad and name.isascii() and name.isdecimal():
        name = name.zfill(options.pad)
    key = f"{subfolder}/{name}" if subfolder and options.match == "path" else name
    return unicodedata.normalize("NFC", key)  # some systems write é as two characters


def _by_key(paths: Iterable[str], folder: str, suffix: str, options: Options, errors: list[HairnetError]) -> _Keyed:
    """Pictures by what photo and mask have in common in their names."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        stem = _stem(path, folder, suffix)
        if stem is None:
            errors.append(SourceError(path, f"has a name that does not end in {suffix!r}", "rename or remove it"))
            continue
        groups[_key(stem, folder, options)].append(path)
    shared = {key for key, several in groups.items() if len(several) > 1}
    for key in shared:
        first, *others = groups[key]
        errors.append(SourceError(first, f"has the same name as {', '.join(others)}", "keep or rename one"))
    return _Keyed({key: several[0] for key, several in groups.items() if key not in shared}, shared)


def _stem(path: str, folder: str, suffix: str) -> str | None:
    """A picture's path within its folder without extension and suffix; None if it lacks the suffix."""
    stem = os.path.splitext(path[len(folder) + 1 :])[0]
    return stem.removesuffix(suffix) if stem.endswith(suffix) and stem != suffix else None
