"""The user's own photos and masks: a folder of `images`, `masks` and `classes.toml` (see docs/folder.md)."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import HairnetError, PictureError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.orientation import is_turned
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import EXTENSIONS, file_bytes
from hairnet_data.core.storage.paths import is_folder, is_remote
from hairnet_data.core.storage.walk import is_within, list_folder
from hairnet_data.sources.base import Catalogue, Entry, Portrait
from hairnet_data.sources.class_map import PartMap, same_frame
from hairnet_data.sources.folder.classes_file import Options
from hairnet_data.sources.folder.config import Config, read_config
from hairnet_data.sources.pool_assignment import assign_pools

CONFIG = "classes.toml"

_PATIENCE = 2  # seconds: some expressions try more ways through a name than there is time for


@dataclass(frozen=True, slots=True)
class _Files:
    """One portrait's files, relative to the folder: its photo, and its mask as part "" or one a part."""

    photo: str
    masks: Mapping[str, str]


class Folder:
    """Portraits from a folder of photos and one of masks. Nobody is in two pools, as far as names tell."""

    name = "folder"
    people_apart = True

    def __init__(self, root: Path, config: Config, files: Mapping[str, _Files], listed: Catalogue) -> None:
        """Takes what `open` found."""
        self._root, self._config, self._files, self._listed = root, config, dict(files), listed

    @classmethod
    def open(cls, source_dir: Path) -> Folder:
        """Reads `classes.toml` and lists the photos and masks by name.

        Raises:
            SourceError: the folder, one of its folders or `classes.toml` is missing or cannot be used, or
                there are no photos. What is wrong with single portraits is in the catalogue's faults.
        """
        root = source_dir
        if not is_remote(source_dir) and os.path.isdir(source_dir):
            root = Path(os.path.realpath(source_dir))
        if not is_folder(root):
            raise SourceError(str(source_dir), "is not a folder", "name the one that holds images and masks")
        config = read_config(root / CONFIG, str(source_dir / CONFIG))
        faults: list[HairnetError] = []
        photos = _pictures(root, config.options.images, faults)
        masks = _pictures(root, config.options.masks, faults)
        if not photos and not faults:
            raise SourceError(str(source_dir / config.options.images), "holds no pictures", "put photos there")
        files = _pair(photos, masks, config, faults)
        entries = _entries(files, config.options, faults)
        order = sorted(faults, key=lambda fault: (fault.where, fault.what))
        return cls(root, config, files, Catalogue(entries, tuple(order)))

    def settings(self) -> dict[str, Any]:
        """What `classes.toml` says, with every default."""
        return self._config.settings()

    def catalogue(self) -> Catalogue:
        """The portraits found when the folder was opened, and the faults."""
        return self._listed

    def content(self, id: str) -> str:
        """16 hex digits of the SHA-256 of the photo and its masks."""
        files = self._files[id]
        digest = hashlib.sha256()
        for part, name in (("", files.photo), *sorted(files.masks.items())):
            data = file_bytes(self._root / name, name)
            digest.update(f"{part}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()[:16]

    def load(self, id: str) -> Portrait:
        """Decodes a photo and its mask or masks.

        Raises:
            PictureError: one is damaged, the mask holds what has no class, or they do not fit each other.
        """
        files, classes = self._files[id], self._config.classes
        image = read_photo(self._root / files.photo, files.photo)
        pictures = {part: (read_mask(self._root / name, name), name) for part, name in files.masks.items()}
        if isinstance(classes, PartMap):
            where = next(iter(files.masks.values()))
            mask, snapped = classes.read(pictures, files.photo)
        else:
            picture, where = pictures[""]
            mask, snapped = classes.read(picture, where)
        self._check_fit(image, mask, files.photo, where)
        return Portrait(image, mask, snapped)

    def _check_fit(self, image: Pixels, mask: Pixels, photo: str, where: str) -> None:
        """Refuses a mask of another aspect, and says so if it is a photo turned by its EXIF orientation."""
        (height, width), (h, w) = image.shape[:2], mask.shape
        if same_frame((width, height), (w, h)):
            return
        what = f"is {w} x {h} pixels, its photo {width} x {height}"
        hint = "give them one aspect"
        if same_frame((height, width), (w, h)) and is_turned(self._root / photo):
            what += " when turned upright as its EXIF orientation asks"
            hint = "turn the mask too or remove the orientation from the photo"
        raise PictureError(where, what, hint)


def _pictures(root: Path, folder: str, errors: list[HairnetError]) -> list[str]:
    """Paths of the pictures in a folder and its subfolders, relative to `root`, sorted.

    Hidden files and files of other kinds are passed over. Links that are not followed, and names that are not
    UTF-8, are errors: nobody's portraits shall be left out without a word.
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
    links = [(path, "is a link to a folder") for path in listing.folder_links]
    links += [(path, "is a link that leads outside the folder") for path in listing.outside_links]
    errors += [SourceError(path, what, "put the files themselves there") for path, what in links if _is_text(path)]
    return [path for path in listing.files if _is_text(path)]


def _is_text(path: str) -> bool:
    return path.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in path)


def _misnamed(path: str) -> str:
    """The topmost folder of a path, or its file, whose own name is not UTF-8."""
    steps = path.split("/")
    return next(part for n in range(len(steps)) if not _is_text(part := "/".join(steps[: n + 1])))


def _pair(photos: list[str], masks: list[str], config: Config, faults: list[HairnetError]) -> dict[str, _Files]:
    """Finds each photo's masks by name; returns the complete portraits by id."""
    options = config.options
    photo_of, bad_photos = _by_key(photos, options.images, options.image_suffix, options, faults)
    mask_of, bad_masks = _by_key(masks, options.masks, options.mask_suffix, options, faults)
    parts = tuple(config.classes.classes) if isinstance(config.classes, PartMap) else ("",)
    files, used = {}, set[str]()
    for key, photo in photo_of.items():
        names = {part: f"{key}_{part}" if part else key for part in parts}
        there = {part: mask_of[name] for part, name in names.items() if name in mask_of}
        used.update(names[part] for part in there)
        if bad_masks.intersection(names.values()):
            continue  # a fault already
        if there:
            id = _stem(photo, options.images, options.image_suffix)
            assert id is not None
            files[id] = _Files(photo, there)
        else:
            wanted = f"{options.masks}/{next(iter(names.values()))}{options.mask_suffix}"
            wanted += "" if parts == ("",) else " or another part"
            faults.append(SourceError(photo, f"has no mask ({wanted})", "add it or remove the photo"))
    strange: dict[str, list[str]] = defaultdict(list)
    for key, mask in mask_of.items():
        # A mask of no photo: is it a part that has no class, of a photo that was refused, or just left over?
        owners = {key: ""} if parts == ("",) else {key[:at]: key[at + 1 :] for at in _underscores(key)}
        owner = next((owner for owner in owners if owner in photo_of), "")
        if key in used or bad_photos.intersection(owners):
            continue
        if owner:
            strange[owners[owner]].append(mask)
        else:
            faults.append(SourceError(mask, "has no photo", "add it or remove the mask"))
    for part, several in strange.items():
        what = f"and {len(several) - 1} more are masks of the part {part!r}, which has no class"
        faults.append(SourceError(several[0], what, f"add it to [parts] in {CONFIG}"))
    return files


def _by_key(
    paths: list[str], folder: str, suffix: str, options: Options, faults: list[HairnetError]
) -> tuple[dict[str, str], set[str]]:
    """Pictures by what photo and mask have in common in their names, and the keys that several share."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        stem = _stem(path, folder, suffix)
        if stem is None:
            what = f"has a name that does not end in {suffix!r}"
            faults.append(SourceError(path, what, "rename or remove it"))
            continue
        place, _, name = stem.rpartition("/")
        if folder == options.images and options.pad and name.isascii() and name.isdecimal():
            name = name.zfill(options.pad)
        key = f"{place}/{name}" if place and options.match == "path" else name
        groups[unicodedata.normalize("NFC", key)].append(path)  # some systems write é as two characters
    shared = {key for key, several in groups.items() if len(several) > 1}
    for key in shared:
        first, *others = groups[key]
        what = f"has the same name as {', '.join(others)}"
        faults.append(SourceError(first, what, "keep or rename one"))
    return {key: several[0] for key, several in groups.items() if key not in shared}, shared


def _stem(path: str, folder: str, suffix: str) -> str | None:
    """A picture's path within its folder without extension and suffix; None if it lacks the suffix."""
    stem = os.path.splitext(path[len(folder) + 1 :])[0]
    return stem.removesuffix(suffix) if stem.endswith(suffix) and stem != suffix else None


def _underscores(text: str) -> list[int]:
    return [place for place, letter in enumerate(text) if letter == "_"]


def _entries(files: dict[str, _Files], options: Options, faults: list[HairnetError]) -> tuple[Entry, ...]:
    """Who is on each photo, and the pools. Takes photos of nobody known out of `files`."""
    person_of = _person_reader(options)
    people: dict[str, str] = {}
    for id in sorted(files):
        person = person_of(id)
        if person:
            people[id] = person
        else:
            hint = "rename it or change person" if options.person != "folder" else "put it into a folder"
            faults.append(SourceError(files.pop(id).photo, "does not say who it shows", hint))
    pools = assign_pools(Counter(people.values()), options.fractions, options.seed) if people else {}
    return tuple(Entry(id, pools[person], person) for id, person in people.items())


def _person_reader(options: Options) -> Callable[[str], str]:
    """How to read the person from an id; "" where it does not say."""
    if options.person == "":
        return lambda id: id
    if options.person == "folder":
        return lambda id: id.split("/")[0] if "/" in id else ""
    pattern = regex.compile(options.person)
    group: str | int = "person" if "person" in pattern.groupindex else 1

    def person(id: str) -> str:
        name = id.rpartition("/")[2]
        try:
            match = pattern.search(name, timeout=_PATIENCE)
        except TimeoutError as error:
            what = f"person = {options.person!r} takes more than {_PATIENCE} s to search the name {name!r}"
            raise SourceError(CONFIG, what, "write it without repeated repeats, such as (a+)+") from error
        return (match[group] or "") if match else ""

    return person
