"""The user's own photos and masks: a folder of `images`, `masks` and `classes.toml` (see docs/folder.md)."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import regex

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import HairnetError, PictureError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.orientation import UPRIGHT, exchanges_sides, read_orientation
from hairnet_data.core.images.photos import read_oriented
from hairnet_data.core.images.picture_file import file_bytes
from hairnet_data.core.labels.class_config import Config, read_config
from hairnet_data.core.labels.class_map import PartMap, same_frame
from hairnet_data.core.labels.classes_file import Options
from hairnet_data.core.storage.paths import is_folder, is_remote
from hairnet_data.sources.base import Catalogue, Entry, Portrait
from hairnet_data.sources.folder.corrections import (
    CORRECTIONS,
    NO_CORRECTIONS,
    Corrections,
    content_of,
    open_corrections,
    read_corrected,
)
from hairnet_data.sources.folder.divisions import divided_by_folders, division_folders
from hairnet_data.sources.folder.licences import LICENCES, NO_LICENCES, Licences, read_licences
from hairnet_data.sources.folder.listing import CONFIG, list_photos_and_masks
from hairnet_data.sources.folder.mattes import find_mattes, read_matte
from hairnet_data.sources.folder.pairing import SINGLE_MASK, PortraitFiles, pair
from hairnet_data.sources.pool_assignment import assign_pools
from hairnet_data.sources.poses_file import Poses, open_poses
from hairnet_data.sources.traits_file import NO_TRAITS, TRAITS, TraitTable, open_traits

_SEARCH_TIMEOUT = 2  # seconds: some expressions try more ways through a name than there is time for


class Folder:
    """Portraits from a folder of photos and one of masks. Nobody is in two pools, as far as names tell."""

    name = "folder"
    people_apart = True

    def __init__(
        self,
        root: Path,
        config: Config,
        files: Mapping[str, PortraitFiles],
        listed: Catalogue,
        poses: Poses,
        mattes: Mapping[str, str],
        licences: Licences = NO_LICENCES,
        traits: TraitTable = NO_TRAITS,
        corrections: Corrections = NO_CORRECTIONS,
    ) -> None:
        """Takes what `open` read and listed."""
        self.knows_coverage = config.labels_heads
        self._root, self._config, self._files, self._listed = root, config, dict(files), listed
        self._poses, self._mattes, self._licences, self._traits = poses, dict(mattes), licences, traits
        self._corrections = corrections

    @classmethod
    def open(
        cls, source_dir: Path, poses: Path | None = None, config: Config | None = None, corrected: bool = True
    ) -> Folder:
        """Reads what `classes.toml` and the files beside it say of the portraits, and lists the photos and masks.

        Args:
            source_dir: the folder.
            poses: a file of poses in the place of `poses.csv`.
            config: in the place of `classes.toml`.
            corrected: take what `corrections.csv` says; False leaves every portrait as it was.

        Raises:
            SourceError: the folder, one of its folders, `classes.toml`, `licence.toml`, poses, traits or corrections
                are missing or cannot be used, or there are no photos. What is wrong with single portraits is in the
                catalogue's errors.
        """
        root = source_dir
        if not is_remote(source_dir) and os.path.isdir(source_dir):
            root = Path(os.path.realpath(source_dir))
        if not is_folder(root):
            raise SourceError(str(source_dir), "is not a folder", "name the one that holds images and masks")
        config = config or read_config(root / CONFIG, str(source_dir / CONFIG))
        licences = read_licences(root / LICENCES, str(source_dir / LICENCES))
        traits = open_traits(root, str(source_dir / TRAITS))
        errors: list[HairnetError] = []
        notes: list[str] = []
        parts = tuple(config.classes.classes) if isinstance(config.classes, PartMap) else (SINGLE_MASK,)
        corrections = open_corrections(root, str(source_dir / CORRECTIONS))
        both = list_photos_and_masks(root, config.options, parts, errors, notes)
        photos, masks = (found.divided(lambda path: path not in corrections.files)[0] for found in both)
        corrections = corrections if corrected else NO_CORRECTIONS
        if not photos.files and not errors:
            raise SourceError(str(source_dir / config.options.images), "holds no pictures", "put photos there")
        files = pair(photos, masks, parts, config.options, errors)
        entries = _entries(files, config.options, errors)
        if not errors:  # else some that they name may be among those that are wrong
            ids, people = {entry.id for entry in entries}, {entry.person for entry in entries}
            licences.check_names(str(source_dir / LICENCES), ids, people)
            traits.check_names(ids, people)
            corrections.check_names(ids)
        entries = tuple(
            replace(each, terms=licences.of(each.id, each.person), traits=traits.of(each.id, each.person))
            for each in entries
        )
        refused = corrections.check(lambda id, mask: content_of(_parts(root, files[id], mask)), files)
        errors += refused.values()
        corrections = corrections.painted(root, files.keys() - refused.keys())
        notes += corrections.notes()
        unused = corrections.left_out | refused.keys()
        entries = tuple(entry for entry in entries if entry.id not in unused)
        mattes = find_mattes(root, files, config.options, errors, notes)
        order = sorted(errors, key=lambda error: (error.where, error.what))
        left_out = tuple(dict.fromkeys(notes))
        known = open_poses(root, poses, files)
        doubts = (*_doubts(files, config.options), *known.doubts)
        listed = Catalogue(entries, tuple(order), left_out, doubts)
        return cls(root, config, files, listed, known, mattes, licences, traits, corrections)

    def settings(self) -> dict[str, Any]:
        """What `classes.toml` says, with every default, and the digests of poses, `licence.toml` and traits."""
        return {
            **self._config.settings(self._corrections.unlabelled),
            **self._poses.settings(),
            **self._licences.settings(),
            **self._traits.settings(),
        }

    def catalogue(self) -> Catalogue:
        """The portraits as listed when the folder was opened, and what is wrong with others."""
        return self._listed

    def files(self, id: str) -> PortraitFiles:
        """The files of a portrait, relative to the folder."""
        return self._files[id]

    def content(self, id: str) -> str:
        """16 hex digits of the SHA-256 of the photo, its masks, the corrected one and its matte."""
        parts = _parts(self._root, self._files[id], self._corrections.mask_of(id))
        if id in self._mattes:
            parts.append(("/matte", file_bytes(self._root / self._mattes[id], self._mattes[id])))
        return content_of(parts)

    def digest(self, id: str, corrected: str = "") -> str:
        """`content` of photo and masks alone; `corrected` is the path of a corrected mask to go with them."""
        return content_of(_parts(self._root, self._files[id], corrected))

    def load(self, id: str) -> Portrait:
        """Decodes a photo, its mask or masks, and its matte.

        Raises:
            PictureError: one is damaged, the mask holds what has no class, or they do not fit each other.
        """
        files, classes = self._files[id], self._config.classes
        image, orientation = read_oriented(self._root / files.photo, files.photo)
        if corrected := self._corrections.mask_of(id):
            mask = read_corrected(self._root / corrected, corrected)
            _check_fit(image, mask, UPRIGHT, corrected)
            return Portrait(image, mask, 0, False, self._poses.by_id.get(id), self._matte(id, image))
        pictures = {part: (read_mask(self._root / name, name), name) for part, name in files.masks.items()}
        if isinstance(classes, PartMap):
            where = next(iter(files.masks.values()))
            mask, snapped = classes.read(pictures, files.photo)
        else:
            picture, where = pictures[SINGLE_MASK]
            mask, snapped = classes.read(picture, where)
        _check_fit(image, mask, orientation, where)
        turned = orientation != UPRIGHT and not _confirmed_by_sizes(image, mask, orientation)
        turned = turned and all(read_orientation(self._root / name) == UPRIGHT for name in files.masks.values())
        return Portrait(image, mask, snapped, turned, self._poses.by_id.get(id), self._matte(id, image))

    def _matte(self, id: str, image: Pixels) -> Pixels | None:
        name = self._mattes.get(id)
        return read_matte(self._root / name, name, image) if name else None


def _parts(root: Path, files: PortraitFiles, corrected: str) -> list[tuple[str, bytes]]:
    """A portrait's files, each with what it is."""
    named = [("", files.photo), *sorted(files.masks.items()), *([("/corrected", corrected)] if corrected else [])]
    return [(part, file_bytes(root / name, name)) for part, name in named]


def _confirmed_by_sizes(image: Pixels, mask: Pixels, orientation: int) -> bool:
    """Whether a mask that fits the upright photo would not fit the photo as it is stored."""
    (height, width), (h, w) = image.shape[:2], mask.shape
    return exchanges_sides(orientation) and not same_frame((height, width), (w, h))


def _check_fit(image: Pixels, mask: Pixels, orientation: int, where: str) -> None:
    """Refuses a mask of another aspect, and says so if it is a photo turned by its EXIF orientation."""
    (height, width), (h, w) = image.shape[:2], mask.shape
    if not same_frame((width, height), (w, h)):
        what = f"is {w} x {h} pixels, its photo {width} x {height}"
        hint = "give them one aspect"
        if same_frame((height, width), (w, h)) and exchanges_sides(orientation):
            what += " when turned upright as its EXIF orientation asks"
            hint = "turn the mask too or remove the orientation from the photo"
        raise PictureError(where, what, hint)


def _entries(files: dict[str, PortraitFiles], options: Options, errors: list[HairnetError]) -> tuple[Entry, ...]:
    """Who is on each photo, and the pools. Photos that do not say are taken out of `files` and are errors."""
    person_of = _person_reader(options)
    people: dict[str, str] = {}
    for id in sorted(files):
        person = person_of(id)
        if person:
            people[id] = unicodedata.normalize("NFC", person)  # some systems write é as two characters
        else:
            hint = "rename it or change person" if options.person != "folder" else "put it into a folder"
            errors.append(SourceError(files.pop(id).photo, "does not say who it shows", hint))
    if options.pools == "folder":
        return divided_by_folders(people, files, errors)
    pools = assign_pools(Counter(people.values()), options.fractions, options.seed) if people else {}
    return tuple(Entry(id, pools[person], person) for id, person in people.items())


def _doubts(files: Mapping[str, PortraitFiles], options: Options) -> tuple[str, ...]:
    """What looks like a mistake: a division that is not used."""
    folders = division_folders(files) if options.pools == "fractions" else ()
    if not folders:
        return ()
    here = f"{options.images} is divided into {' and '.join(folders)}"
    return (f'{here}, which is ignored: pools = "folder" in {CONFIG} uses it',)


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
            match = pattern.search(name, timeout=_SEARCH_TIMEOUT)
        except TimeoutError as error:
            what = f"person = {options.person!r} takes more than {_SEARCH_TIMEOUT} s to search the name {name!r}"
            raise SourceError(CONFIG, what, "write it without repeated repeats, such as (a+)+") from error
        return (match[group] or "") if match else ""

    return person
