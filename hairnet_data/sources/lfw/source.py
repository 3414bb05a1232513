"""LFW Part Labels: the public archives as they are distributed, or the same extracted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import HairnetError, PictureError, SourceError, UsageError, unreadable
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import file_bytes
from hairnet_data.core.labels.class_map import LFW_COLOURS, same_frame
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import is_file, is_folder, is_remote
from hairnet_data.sources.base import POOLS, Catalogue, Entry, Portrait
from hairnet_data.sources.lfw.archives import unpack
from hairnet_data.sources.lfw.download import MASK_ARCHIVE, PHOTO_ARCHIVE, Download, fetch, manual_download_hint
from hairnet_data.sources.lfw.terms import LICENCE
from hairnet_data.sources.poses_file import Poses, open_poses
from hairnet_data.sources.traits_file import NO_TRAITS, TraitTable, open_traits

PHOTOS, MASKS = "lfw_funneled", "parts_lfw_funneled_gt_images"
"""The folders within the archives."""

LISTS = {pool: f"parts_{pool}.txt" for pool in POOLS}

_ARCHIVES = {
    PHOTOS: (PHOTO_ARCHIVE, "lfw-funneled.tar.gz", "lfw-funneled.tar"),
    MASKS: (MASK_ARCHIVE, f"{MASKS}.tar.gz", f"{MASKS}.tar"),
}
"""The names each archive may have: as distributed, or as a browser may have saved it."""

_MOST_LIST = 8 << 20  # bytes of a list; the public ones have 32 thousand
_LINE = re.compile(r"([^\s/\\.][^\s/\\]*)\s+(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far two of the official lists show the same people.

    Attributes:
        pool: the later list of the two.
        other: the earlier one.
        people: how many people are in both.
        portraits: how many portraits of `pool` show one of them.
    """

    pool: str
    other: str
    people: int
    portraits: int


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of a list."""

    id: str
    person: str
    pool: str

    @property
    def files(self) -> tuple[str, str]:
        """Names of photo and mask within their archives."""
        return f"{PHOTOS}/{self.person}/{self.id}.jpg", f"{MASKS}/{self.id}.ppm"


class LfwParts:
    """Portraits of LFW with masks of hair and face (Huang et al. 2012; Kae et al., CVPR 2013).

    With `split_by="official"` the pools are the public lists. Those share people, so `people_apart` is False
    unless the lists at hand do not, and `overlaps` says how far. With `split_by="person"` everyone belongs
    to the first list that names them, in the order train, validation, test: no portrait is dropped, what
    remains of the official test list shows nobody who is in train, and who is in one list only stays there.
    """

    name = "lfw_parts"
    knows_coverage = True

    def __init__(
        self,
        photos: Path,
        masks: Path,
        listed: Sequence[_Listed],
        errors: Sequence[HairnetError],
        split_by: str,
        poses: Poses,
        traits: TraitTable = NO_TRAITS,
    ) -> None:
        """Takes what `open` read: the folders that hold `PHOTOS` and `MASKS`, and the lists' lines."""
        self._photos, self._masks, self._split_by, self._poses = photos, masks, split_by, poses
        self._traits = traits
        self.overlaps = _overlaps(listed)
        if split_by == "person":
            listed = _by_person(listed)
        self._listed = {each.id: each for each in listed}
        self._list_errors = tuple(errors)
        self.people_apart = not _overlaps(listed)

    @classmethod
    def open(
        cls,
        source_dir: Path | None,
        cache_dir: Path,
        split_by: str = "official",
        download: Download | None = None,
        poses: Path | None = None,
    ) -> LfwParts:
        """Reads the lists and unpacks what they name.

        Args:
            source_dir: the folder with the archives or the folders `PHOTOS` and `MASKS` in their place, and
                the three lists. It is only read and not checksummed. None downloads the public files.
            cache_dir: where archives are unpacked and downloads stored.
            split_by: "official" or "person".
            download: what fetches; TFDS's download manager by default.
            poses: a file of poses in the place of `poses.csv` in `source_dir`.

        Raises:
            UsageError: `split_by` is neither.
            SourceError: a file is missing, damaged or not the public one, or could not be downloaded, or the poses or
                the traits (`traits.csv` in `source_dir`) cannot be used.
        """
        if split_by not in ("official", "person"):
            raise UsageError("--split-by", f"is {split_by!r}", "give official or person")
        if source_dir is None:
            files = fetch(cache_dir, download)
            files |= {PHOTOS: files[PHOTO_ARCHIVE], MASKS: files[MASK_ARCHIVE]}
        else:
            files = _find(source_dir)
        listed, errors = _read_lists({pool: files[name] for pool, name in LISTS.items()})
        roots = []
        for place, folder in enumerate((PHOTOS, MASKS)):
            given = files[folder]
            members = {each.files[place] for each in listed}
            root = given.parent if is_folder(given) else unpack(given, cache_dir, members)
            roots.append(root if is_remote(root) else root.absolute())  # workers may start elsewhere
        known = open_poses(source_dir, poses, {each.id for each in listed})
        traits = open_traits(source_dir)
        if not errors:  # else some that it names may be in lines that are wrong
            traits.check_names({each.id for each in listed}, {each.person for each in listed})
        return cls(roots[0], roots[1], listed, errors, split_by, known, traits)

    def settings(self) -> dict[str, Any]:
        """How the pools were made, and the digests of poses and traits."""
        return {"split_by": self._split_by} | self._poses.settings() | self._traits.settings()

    def catalogue(self) -> Catalogue:
        """Lists the portraits of which photo and mask are there; the others are its errors."""
        errors: list[HairnetError] = list(self._list_errors)
        entries = []
        for each in sorted(self._listed.values(), key=lambda each: each.id):
            missing = [name for name, path in zip(each.files, self.paths(each.id), strict=True) if not is_file(path)]
            if missing:
                hint = f"complete the archive or take the line out of {LISTS[each.pool]}"
                errors.append(SourceError(each.id, f"{' and '.join(missing)} missing", hint))
            else:
                traits = self._traits.of(each.id, each.person)
                entries.append(Entry(each.id, each.pool, each.person, traits, LICENCE))
        return Catalogue(tuple(entries), tuple(errors), doubts=self._poses.doubts)

    def content(self, id: str) -> str:
        """16 hex digits of the SHA-256 of photo and mask."""
        digest = hashlib.sha256()
        for path in self.paths(id):
            data = file_bytes(path)
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()[:16]

    def load(self, id: str) -> Portrait:
        """Decodes photo and mask.

        Raises:
            PictureError: one is damaged, the mask has a fourth colour, or they do not fit each other.
        """
        photo_path, mask_path = self.paths(id)
        photo_name, mask_name = self._listed[id].files
        image = read_photo(photo_path, photo_name)
        mask, _ = LFW_COLOURS.read(read_mask(mask_path, mask_name), mask_name)
        (height, width), (h, w) = image.shape[:2], mask.shape
        if not same_frame((width, height), (w, h)):
            what = f"is {w} x {h} pixels, its photo {width} x {height}"
            raise PictureError(mask_name, what, "fetch both archives again")
        return Portrait(image, mask, pose=self._poses.by_id.get(id))

    def paths(self, id: str) -> tuple[Path, Path]:
        """The files of photo and mask."""
        photo, mask = self._listed[id].files
        return self._photos / photo, self._masks / mask


def _find(folder: Path) -> dict[str, Path]:
    """The three lists by name, and for `PHOTOS` and `MASKS` the folder or else the archive."""
    if not is_folder(folder):
        raise SourceError(str(folder), "is not a folder", "name the one that holds the LFW archives")
    choices = {name: (name,) for name in LISTS.values()} | {
        inner: (inner, *names) for inner, names in _ARCHIVES.items()
    }
    files, missing = {}, []
    for key, names in choices.items():
        there = [folder / name for name in names if (folder / name).exists()]
        if there:
            files[key] = there[0]
        else:
            missing.append(names[1] if len(names) > 1 else key)
    if missing:
        what = f"has no {', '.join(missing)}"
        raise SourceError(str(folder), what, manual_download_hint(missing))
    return files


def _read_lists(paths: Mapping[str, Path]) -> tuple[list[_Listed], list[HairnetError]]:
    """Reads the lists; lines that cannot be used are returned as errors."""
    listed: dict[str, _Listed] = {}
    errors: list[HairnetError] = []
    for pool, path in paths.items():
        try:
            text = read_bytes(path, _MOST_LIST).decode("utf-8-sig")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            raise SourceError(str(path), unreadable(reason), "fetch it again") from error
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        before = len(listed)
        for number, line in lines:
            where = f"{LISTS[pool]}, line {number}"
            match = _LINE.fullmatch(line)
            if match is None:
                hint = "write NAME NUMBER or remove it"
                errors.append(SourceError(where, f"is {line[:80]!r}, which names no portrait", hint))
                continue
            id = f"{match[1]}_{int(match[2]):04d}"
            if id in listed:
                hint = f"keep it in {LISTS[listed[id].pool]} alone"
                errors.append(SourceError(where, f"names {id}, which is listed before", hint))
                continue
            listed[id] = _Listed(id, match[1], pool)
        if lines and len(listed) == before:
            raise SourceError(str(path), "is no list of portraits (NAME NUMBER a line)", "fetch it again")
    return list(listed.values()), errors


def _overlaps(listed: Sequence[_Listed]) -> tuple[Overlap, ...]:
    """Which pools share people, and how many."""
    people = {pool: {each.person for each in listed if each.pool == pool} for pool in POOLS}
    overlaps = []
    for place, pool in enumerate(POOLS):
        for other in POOLS[:place]:
            shared = people[pool] & people[other]
            if shared:
                portraits = sum(each.pool == pool and each.person in shared for each in listed)
                overlaps.append(Overlap(pool, other, len(shared), portraits))
    return tuple(overlaps)


def _by_person(listed: Sequence[_Listed]) -> list[_Listed]:
    """Puts all portraits of a person into the first pool that has one."""
    pools: dict[str, str] = {}
    for pool in POOLS:
        for each in listed:
            if each.pool == pool:
                pools.setdefault(each.person, pool)
    return [_Listed(each.id, each.person, pools[each.person]) for each in listed]
