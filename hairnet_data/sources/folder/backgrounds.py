"""A folder of one's own photos with nobody in them."""

from __future__ import annotations

import math
import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import HairnetError, SourceError, UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.storage.paths import digest_of, files_below, is_folder, is_remote, size_of
from hairnet_data.sources.base import POOLS, Catalogue, Entry
from hairnet_data.sources.pool_assignment import assign_pools


class PhotoFolder:
    """The photos in a folder and its subfolders. That nobody is in them is for its owner to see to.

    Hidden files and folders are passed over, and so are symbolic links to folders and links that lead out
    of the folder. Pictures that are the same byte for byte always share a pool.

    Args:
        root: the folder.
        fractions: shares of train, validation and test; non-negative, sum 1.
        seed: another seed, another division into pools.

    Raises:
        UsageError: the fractions are no shares of a whole.
    """

    def __init__(self, root: Path, fractions: tuple[float, float, float] = (0.7, 0.1, 0.2), seed: int = 0) -> None:
        self.name = "folder"
        self._shown = str(root)
        # Worker processes may have another working folder.
        self._root = root if is_remote(root) else Path(root).absolute()
        self._fractions = fractions
        self._seed = seed
        whole = len(fractions) == len(POOLS) and math.isclose(math.fsum(fractions), 1.0, abs_tol=1e-6)
        if not whole or min(fractions) < 0:
            raise UsageError(
                "fractions", f"{fractions} are no shares of a whole", "give three from 0 to 1 that sum to 1"
            )

    def settings(self) -> dict[str, Any]:
        """Fractions and seed: JSON values, no path."""
        return {"fractions": list(self._fractions), "seed": self._seed}

    def catalogue(self) -> Catalogue:
        """Lists all pictures by their names, sorted by id; decodes none.

        Raises:
            SourceError: the folder is missing, is no folder, cannot be read or has no pictures in it.
        """
        if not is_folder(self._root):
            what = "is no folder" if os.path.lexists(str(self._root)) else "there is no such folder"
            raise SourceError(self._shown, what, "give a folder of photos with nobody in them")
        faults: list[HairnetError] = []
        sizes: dict[str, int] = {}
        for id, size in self._pictures(faults):
            try:
                id.encode()
            except UnicodeEncodeError:
                faults.append(SourceError(self._where(id), "its name is not UTF-8", "rename it"))
            else:
                sizes[id] = size
        if not sizes:
            if faults:
                raise faults[0]
            endings = ", ".join(sorted(EXTENSIONS))
            raise SourceError(self._shown, "there are no pictures in it", f"put photos there, named {endings}")
        pools = self._pools(sizes)
        return Catalogue(tuple(Entry(id, pools[id]) for id in sorted(sizes)), tuple(faults))

    def content(self, id: str) -> str:
        """16 hex digits of the file's bytes.

        Raises:
            SourceError: there is no such picture, or it cannot be read.
        """
        path = self._path(id)
        try:
            return digest_of(path)[:16]
        except OSError as error:
            raise SourceError(self._where(id), f"cannot be read ({error.strerror})", "check it or remove it") from error

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

    def _pictures(self, faults: list[HairnetError]) -> Iterator[tuple[str, int]]:
        """Walks the folder; yields ids and file sizes, and notes folders that cannot be read."""
        if is_remote(self._root):
            try:
                for name in files_below(self._root, EXTENSIONS):
                    yield name, size_of(self._root / name)
            except OSError as error:
                what = f"cannot be listed ({error.strerror})"
                raise SourceError(self._shown, what, "check your rights there") from error
            return

        def fault(error: OSError) -> None:
            where = os.path.join(self._shown, os.path.relpath(error.filename or self._root, self._root))
            faults.append(
                SourceError(os.path.normpath(where), f"cannot be listed ({error.strerror})", "check its permissions")
            )

        home = self._root.resolve()
        # Links to folders are not followed: what they lead to inside is listed by its own name.
        for folder, subfolders, names in os.walk(self._root, onerror=fault):
            subfolders[:] = [name for name in subfolders if not name.startswith(".")]
            for name in names:
                path = Path(folder, name)
                found = _picture(path, home)
                if found is not None:
                    yield path.relative_to(self._root).as_posix(), found.st_size

    def _path(self, id: str) -> Path:
        """The file behind an id; whatever `catalogue` would not list is refused."""
        parts = PurePosixPath(id).parts
        if is_remote(self._root):  # where there are no links, and whoever reads sees what is missing
            return self._root / id
        # Neither hidden, absolute or leading upwards, nor another spelling of some id.
        if parts and id == "/".join(parts) and not any(part.startswith((".", "/")) for part in parts):
            path, home = self._root.joinpath(*parts), self._root.resolve()
            try:
                straight = path.parent.resolve() == home.joinpath(*parts[:-1])
            except (OSError, ValueError, RuntimeError):
                straight = False
            if straight and _picture(path, home) is not None:
                return path
        raise SourceError(self._where(id), "there is no such picture", "list the folder again")

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


def _picture(path: Path, home: Path) -> os.stat_result | None:
    """The status of a picture file; None for other files, hidden ones and links that lead out of `home`."""
    if path.name.startswith(".") or path.suffix.lower() not in EXTENSIONS:
        return None
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(home):
            return None
        status = path.stat()
    except (OSError, ValueError, RuntimeError):  # gone meanwhile, no possible name, a link to itself
        return None
    return status if stat.S_ISREG(status.st_mode) else None
