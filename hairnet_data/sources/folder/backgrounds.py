"""A folder of one's own photos with nobody in them."""

from __future__ import annotations

import math
import os
import stat
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import HairnetError, SourceError, UsageError, unreadable
from hairnet_data.core.images import other_files
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.storage.paths import digest_of, is_folder, is_remote, size_of
from hairnet_data.core.storage.walk import is_within, list_folder, refused_links
from hairnet_data.sources.base import POOLS, Catalogue, Entry
from hairnet_data.sources.folder.licences import LICENCES, Licences, read_licences
from hairnet_data.sources.pool_assignment import assign_pools


class PhotoFolder:
    """The photos in a folder and its subfolders. That nobody is in them is for its owner to see to.

    Hidden files and folders are passed over. Links to folders and links that lead out of the folder are errors, as are
    pictures that are no plain files. Pictures that are the same byte for byte always share a pool.

    Args:
        root: the folder.
        fractions: shares of train, validation and test; non-negative, sum 1.
        seed: another seed, another division into pools.

    Raises:
        UsageError: the fractions are not three shares that sum to 1.
    """

    def __init__(self, root: Path, fractions: tuple[float, float, float] = (0.7, 0.1, 0.2), seed: int = 0) -> None:
        self.name = "folder"
        self._shown = str(root)
        # Worker processes may have another working folder.
        self._root = root if is_remote(root) else Path(root).absolute()
        self._fractions = fractions
        self._seed = seed
        sum_to_one = len(fractions) == len(POOLS) and math.isclose(math.fsum(fractions), 1.0, abs_tol=1e-6)
        if not sum_to_one or min(fractions) < 0:
            raise UsageError("fractions", f"{fractions} are no shares of 1", "give three from 0 to 1 that sum to 1")

    def settings(self) -> dict[str, Any]:
        """Fractions and seed, and the digest of `licence.toml`: JSON values, no path."""
        return {"fractions": list(self._fractions), "seed": self._seed, **self._licences().settings()}

    def _licences(self) -> Licences:
        return read_licences(self._root / LICENCES, self._where(LICENCES))

    def catalogue(self) -> Catalogue:
        """Lists all pictures by their names, sorted by id; decodes none.

        Raises:
            SourceError: the folder is missing, is no folder, cannot be read or has no pictures in it, or its
                `licence.toml` cannot be used.
        """
        if not is_folder(self._root):
            what = "is no folder" if os.path.lexists(str(self._root)) else "there is no such folder"
            raise SourceError(self._shown, what, "give a folder of photos with nobody in them")
        errors: list[HairnetError] = []
        notes: list[str] = []
        sizes: dict[str, int] = {}
        for id, size in self._pictures(errors, notes).items():
            try:
                id.encode()
            except UnicodeEncodeError:
                errors.append(SourceError(self._where(id), "its name is not UTF-8", "rename it"))
            else:
                sizes[id] = size
        if not sizes:
            if errors:
                raise errors[0]
            endings = ", ".join(sorted(EXTENSIONS))
            raise SourceError(self._shown, "there are no pictures in it", f"put photos there, named {endings}")
        pools = self._pools(sizes)
        licences = self._licences()
        licences.check_names(self._where(LICENCES), sizes, ())
        entries = tuple(Entry(id, pools[id], terms=licences.of(id)) for id in sorted(sizes))
        return Catalogue(entries, tuple(errors), tuple(notes))

    def content(self, id: str) -> str:
        """16 hex digits of the file's bytes.

        Raises:
            SourceError: there is no such picture, or it cannot be read.
        """
        path = self._path(id)
        try:
            return digest_of(path)[:16]
        except OSError as error:
            raise SourceError(self._where(id), unreadable(error), "check it or remove it") from error

    def load(self, id: str) -> Pixels:
        """Decodes a picture: uint8 (H, W, 3) RGB.

        Raises:
            SourceError: there is no such picture.
            PictureError: it cannot be decoded.
        """
        return read_photo(self._path(id), self._where(id))

    def _where(self, id: str) -> str:
        """A picture's path as the user gave the folder's."""
        return os.path.join(self._shown, *id.split("/"))

    def _pictures(self, errors: list[HairnetError], notes: list[str]) -> dict[str, int]:
        """Ids of the pictures in the folder and their sizes in bytes.

        Folders that cannot be read, pictures of kinds that are not, and links that are not followed are errors; notes
        say what else is left out.
        """
        try:
            listing = list_folder(self._root, EXTENSIONS)
            unknown = (path for path in (*listing.others, *listing.hidden) if path != LICENCES)
            others = other_files.divide(map(self._where, unknown), map(self._where, listing.files))
            errors += map(other_files.unread_error, others.unread)
            notes += other_files.notes(others, self._shown)
            if is_remote(self._root):
                return {id: size_of(self._root / id) for id in listing.files}
        except OSError as error:
            what = f"cannot be listed ({error.strerror})"
            raise SourceError(self._shown, what, "check your rights there") from error
        for path, reason in listing.unlisted:
            where = os.path.normpath(self._where(path))
            errors.append(SourceError(where, f"cannot be listed ({reason})", "check its permissions"))
        errors += [SourceError(self._where(path), what, hint) for path, what, hint in refused_links(listing)]
        sizes = {}
        for id in listing.files:
            size = _plain_size(self._root / id)
            if size is None:
                errors.append(SourceError(self._where(id), "is no plain file", "put a picture there or remove it"))
            else:
                sizes[id] = size
        return sizes

    def _path(self, id: str) -> Path:
        """The file behind an id; whatever `catalogue` would not list is refused."""
        path = self._root / id
        if is_remote(self._root):  # where there are no links, and whoever reads sees what is missing
            return path
        parts = PurePosixPath(id).parts
        # Neither hidden, absolute or leading upwards, nor another spelling of some id.
        is_id = id == "/".join(parts) and bool(parts) and not any(part.startswith((".", "/")) for part in parts)
        if is_id and path.suffix.lower() in EXTENSIONS and self._is_inside(path) and _plain_size(path) is not None:
            return path
        raise SourceError(self._where(id), "there is no such picture", "list the folder again")

    def _is_inside(self, path: Path) -> bool:
        """Whether a file lies in the folder, its folder reached without links and the file by none that leads out."""
        home = Path(os.path.realpath(self._root))
        try:
            straight = path.parent.resolve() == home / path.parent.relative_to(self._root)
            return straight and is_within(path, str(home))
        except (OSError, ValueError, RuntimeError):
            return False

    def _pools(self, sizes: dict[str, int]) -> dict[str, str]:
        """The pool of every id: equal files are divided as one, under the first of their names."""
        alike: dict[int, list[str]] = defaultdict(list)
        for id in sorted(sizes):
            alike[sizes[id]].append(id)
        first: dict[str, str] = {}
        for group in alike.values():
            leaders: dict[str, str] = {}
            for id in group:
                # Only files of one size can be equal, so that most are never read here.
                key = self._equal(id) if len(group) > 1 else id
                first[id] = leaders.setdefault(key, id)
        weights: dict[str, int] = defaultdict(int)
        for leader in first.values():
            weights[leader] += 1
        pools = assign_pools(weights, self._fractions, self._seed)
        return {id: pools[leader] for id, leader in first.items()}

    def _equal(self, id: str) -> str:
        """A key that equal files share; a file that cannot be read is equal to itself alone."""
        try:
            return digest_of(self._root.joinpath(*id.split("/")))
        except OSError:
            return f"unreadable {id}"


def _plain_size(path: Path) -> int | None:
    """Bytes of a plain file; None for anything else."""
    try:
        status = path.stat()
    except (OSError, ValueError, RuntimeError):  # gone meanwhile, no possible name, a link to itself
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
