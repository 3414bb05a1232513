"""Which photo in a folder belongs to which mask or masks, by their names."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.labels.classes_file import Options
from hairnet_data.sources.folder.listing import CONFIG, Pictures, inner_part

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
    of_photos = _Naming(options.images, options.image_suffix, options.match, options.pad)
    of_masks = _Naming(options.masks, options.mask_suffix, options.match)
    by_photo = _by_key(photos.files, of_photos, errors)
    by_mask = _by_key(masks.files, of_masks, errors)
    no_photo = _refused_keys(photos.refused, of_photos)
    no_mask = _refused_keys(masks.refused, of_masks)
    portraits, used = {}, set[str]()
    for key, photo in by_photo.paths.items():
        mask_keys = {part: _mask_keys(key, part) for part in parts}
        every = [name for names in mask_keys.values() for name in names]
        found = {part: [name for name in names if name in by_mask.paths] for part, names in mask_keys.items()}
        used.update(name for names in found.values() for name in names)
        if by_mask.shared.intersection(every) or any(map(no_mask.covers, every)):
            continue  # an error already
        if twice := next((names for names in found.values() if len(names) > 1), None):
            first, other = (by_mask.paths[name] for name in twice[:2])
            errors.append(SourceError(first, f"is of the same photo and part as {other}", "keep one"))
            continue
        present = {part: by_mask.paths[names[0]] for part, names in found.items() if names}
        if not present:
            expected = f"{options.masks}/{every[0]}{options.mask_suffix}"
            expected += "" if parts == (SINGLE_MASK,) else f", {options.masks}/{every[1]} or another part"
            errors.append(SourceError(photo, f"has no mask ({expected})", "add it or remove the photo"))
            continue
        id = of_photos.stem(photo)
        assert id is not None
        portraits[id] = PortraitFiles(photo, present)
    unused = {key: mask for key, mask in by_mask.paths.items() if key not in used}
    errors += _unused_masks(unused, by_photo, no_photo, parts)
    return portraits


def _mask_keys(key: str, part: str) -> list[str]:
    """The keys that a photo's mask of a part may have: "a_hair", or "hair/a" in a folder a part, at any depth."""
    if part == SINGLE_MASK:
        return [key]
    steps = key.split("/")
    return [f"{key}_{part}", *("/".join([*steps[:at], part, *steps[at:]]) for at in range(len(steps)))]


def _unused_masks(
    masks: Mapping[str, str], photos: _Keyed, refused: _RefusedKeys, parts: tuple[str, ...]
) -> list[HairnetError]:
    """Masks of parts that have no class, one error a part, and masks without a photo.

    Those of a photo that was refused already are left out.
    """
    errors: list[HairnetError] = []
    without_class: dict[str, list[str]] = defaultdict(list)
    for key, mask in masks.items():
        owners = {key: ""} if parts == (SINGLE_MASK,) else _owners(key)
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


def _owners(key: str) -> dict[str, str]:
    """All keys of photos whose mask of some part a key can be, as `_mask_keys` has them: part by photo's key."""
    steps = key.split("/")
    folders = {"/".join(steps[:at] + steps[at + 1 :]): step for at, step in enumerate(steps[:-1])}
    return {**folders, **{key[:index]: key[index + 1 :] for index, letter in enumerate(key) if letter == "_"}}


@dataclass(frozen=True, slots=True)
class _RefusedKeys:
    """What photo and mask would have in common in their names, of files and of links to folders that are refused."""

    keys: frozenset[str]

    def covers(self, key: str) -> bool:
        """Whether a key is that of such a file, or of one in such a folder."""
        return bool(self.keys.intersection((key, *(key[:index] for index, letter in enumerate(key) if letter == "/"))))


def _refused_keys(paths: Iterable[str], naming: _Naming) -> _RefusedKeys:
    stems = (naming.stem(path) or naming.without_suffix().stem(path) for path in paths)
    return _RefusedKeys(frozenset(naming.key(stem) for stem in stems if stem))


@dataclass(frozen=True, slots=True)
class _Naming:
    """How photos, or masks, are named: their folder, what ends their names, and the options `match` and `pad`."""

    folder: str
    suffix: str
    match: str
    pad: int = 0

    def without_suffix(self) -> _Naming:
        return replace(self, suffix="")

    def key(self, stem: str) -> str:
        """What photo and mask have in common in their names."""
        subfolder, _, name = stem.rpartition("/")
        if self.pad and name.isascii() and name.isdecimal():
            name = name.zfill(self.pad)
        key = f"{subfolder}/{name}" if subfolder and self.match == "path" else name
        return unicodedata.normalize("NFC", key)  # some systems write é as two characters

    def stem(self, path: str) -> str | None:
        """A picture's path within its folder without extension and suffix; None if it lacks the suffix."""
        inner = inner_part(path, self.folder)
        stem = os.path.splitext(inner or "")[0]
        return stem.removesuffix(self.suffix) if stem.endswith(self.suffix) and stem != self.suffix else None


def _by_key(paths: Iterable[str], naming: _Naming, errors: list[HairnetError]) -> _Keyed:
    """Pictures by what photo and mask have in common in their names."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        stem = naming.stem(path)
        if stem is None:
            errors.append(
                SourceError(path, f"has a name that does not end in {naming.suffix!r}", "rename or remove it")
            )
            continue
        groups[naming.key(stem)].append(path)
    shared = {key for key, several in groups.items() if len(several) > 1}
    for key in shared:
        first, *others = groups[key]
        errors.append(SourceError(first, f"has the same name as {', '.join(others)}", "keep or rename one"))
    return _Keyed({key: several[0] for key, several in groups.items() if key not in shared}, shared)
