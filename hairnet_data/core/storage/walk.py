"""Finds files in a folder and its subfolders, with one rule for what is hidden and for links.

Hidden files and folders are passed over: macOS lays a `._a.jpg` beside `a.jpg` that is no picture. Links to folders
are not followed: one could lead to its own parent, and what it leads to inside has a name of its own. Links to files
are, unless they lead out of the folder: such a link could name any file of the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hairnet_data.core.storage.paths import is_remote, translate_store_errors

_HINT = "put the files themselves there"


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What a folder holds. All paths are relative to the root that was given, with forward slashes, sorted.

    Attributes:
        files: files with one of the extensions, hidden ones excepted. Whether one can be opened, or is a plain file
            at all, is not checked; names need not be UTF-8.
        others: all other files, hidden ones excepted.
        folders: subfolders, hidden ones excepted.
        folder_links: links to folders, not followed.
        outside_links: links to files outside the root, not followed.
        unlisted: folders that cannot be listed, with the reason.
        hidden: hidden files and folders.
    """

    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    folder_links: list[str] = field(default_factory=list)
    outside_links: list[str] = field(default_factory=list)
    unlisted: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def _sort(self) -> None:
        for paths in (self.files, self.folders, self.folder_links, self.outside_links, self.others, self.hidden):
            paths.sort()
        self.unlisted.sort()


def list_folder(root: Path, extensions: frozenset[str], folder: str = "") -> FolderListing:
    """Lists the files of a folder and its subfolders.

    Args:
        root: a folder of this machine or of a store.
        extensions: lower-case endings with their dots, of which a file's name has one, in lower or upper case.
        folder: a folder within `root` to list instead of it; links may still lead anywhere within `root`.

    Raises:
        OSError: a store's folder cannot be listed.
    """
    listing = FolderListing()
    if is_remote(root):
        _walk_store(root, extensions, folder, listing)
    else:
        _walk_disk(root, extensions, folder, listing)
    listing._sort()
    return listing


def refused_links(listing: FolderListing) -> Iterator[tuple[str, str, str]]:
    """The links that were not followed, in words: each with what it is, and a hint."""
    for path in listing.folder_links:
        yield path, "is a link to a folder", _HINT
    for path in listing.outside_links:
        yield path, "is a link that leads outside the folder", _HINT


def is_within(path: Path, root: str) -> bool:
    """Whether a path leads, by links too, to something within a folder.

    Args:
        path: the path; nothing need be there.
        root: the folder, as `os.path.realpath` returns it.
    """
    return Path(os.path.realpath(path)).is_relative_to(root)


def _walk_disk(root: Path, extensions: frozenset[str], folder: str, listing: FolderListing) -> None:
    home = os.path.realpath(root)
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = list(os.scandir(root / here))
        except OSError as error:
            listing.unlisted.append((here, error.strerror or str(error)))
            continue
        for entry in entries:
            path = _join(here, entry.name)
            if entry.name.startswith("."):
                listing.hidden.append(path)
                continue
            if _is_folder(entry):
                if entry.is_symlink():
                    listing.folder_links.append(path)
                else:
                    listing.folders.append(path)
                    waiting.append(path)
            elif _has_extension(entry.name, extensions):
                inside = not entry.is_symlink() or is_within(root / path, home)
                (listing.files if inside else listing.outside_links).append(path)
            else:
                listing.others.append(path)


def _walk_store(root: Path, extensions: frozenset[str], folder: str, listing: FolderListing) -> None:
    waiting = [folder]
    with translate_store_errors(root):
        while waiting:
            here = waiting.pop()
            for entry in (root / here if here else root).iterdir():
                path = _join(here, entry.name)
                if entry.name.startswith("."):
                    listing.hidden.append(path)
                    continue
                if _has_extension(entry.name, extensions):  # asked first: each `is_dir` is a request
                    listing.files.append(path)
                elif entry.is_dir():
                    listing.folders.append(path)
                    waiting.append(path)
                else:
                    listing.others.append(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder or a link to one."""
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _has_extension(name: str, extensions: frozenset[str]) -> bool:
    return os.path.splitext(name)[1].lower() in extensions
