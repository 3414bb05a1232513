"""The pictures in the folders that `classes.toml` names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images import other_files
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.labels.classes_file import Options
from hairnet_data.core.storage.paths import is_folder, is_remote
from hairnet_data.core.storage.walk import FolderListing, is_within, list_folder, refused_links

CONFIG = "classes.toml"


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures in a folder, relative to the source's folder, sorted.

    Attributes:
        files: that can be opened as far as their names tell.
        refused: pictures of kinds that are not read, and links; each is an error already.
    """

    files: tuple[str, ...]
    refused: tuple[str, ...] = ()

    def divided(self, chosen: Callable[[str], bool]) -> tuple[Pictures, Pictures]:
        """Those whose paths are chosen, and the others."""
        lists = (self.files, self.refused)
        yes, no = ([tuple(p for p in paths if chosen(p) == wanted) for paths in lists] for wanted in (True, False))
        return Pictures(*yes), Pictures(*no)


def list_pictures(root: Path, folder: str, errors: list[HairnetError], notes: list[str]) -> Pictures:
    """Lists the pictures in a folder and its subfolders; in several, where a part of its path is "*".

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
    top = root / folder if "*" not in folder.split("/") else root
    if not is_folder(top):
        raise SourceError(str(top), "is not a folder", f"make it or name another in {CONFIG}")
    if not is_remote(root) and not is_within(top, str(root)):
        raise SourceError(str(top), "is a link that leads outside the folder", "move the pictures here")
    try:
        listing = _restricted(list_folder(root, EXTENSIONS, "" if top == root else folder), folder)
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


def inner_part(path: str, folder: str) -> str | None:
    """A path without the folder, but with what "*" in the folder stands for; None for a path outside of it.

    So "train/images/a.jpg" is "train/a.jpg" in "*/images".
    """
    names = _names(folder)
    steps = path.split("/")
    if len(steps) <= len(names) or not _agree(steps, names):
        return None
    return "/".join([step for step, name in zip(steps, names, strict=False) if name == "*"] + steps[len(names) :])


def _names(folder: str) -> list[str]:
    return [] if folder == "." else folder.split("/")


def _agree(steps: list[str], names: list[str]) -> bool:
    return all(name in ("*", step) for step, name in zip(steps, names, strict=False))


def _restricted(listing: FolderListing, folder: str) -> FolderListing:
    """What of a listing lies in a folder, which may have "*" in it, or leads there."""

    def inside(paths: list[str]) -> list[str]:
        return [path for path in paths if inner_part(path, folder) is not None]

    def near(paths: list[str]) -> list[str]:
        return [path for path in paths if _agree(path.split("/"), _names(folder))]

    return FolderListing(
        inside(listing.files),
        near(listing.folders),
        near(listing.folder_links),
        inside(listing.outside_links),
        listing.unlisted,
        inside(listing.others),
        inside(listing.hidden),
    )


def list_photos_and_masks(
    root: Path, options: Options, parts: tuple[str, ...], errors: list[HairnetError], notes: list[str]
) -> tuple[Pictures, Pictures]:
    """Lists the folders of photos and masks; arguments and errors as for `list_pictures`.

    What lies in the inner of two folders is not in the outer. In one folder for both, masks are what ends in
    `mask_suffix`, or in the name of a part as well.
    """
    images, masks = options.images, options.masks
    if images == masks:
        both = list_pictures(root, images, errors, notes)
        endings = tuple(f"_{part}{options.mask_suffix}" if part else options.mask_suffix for part in parts)
        return both.divided(lambda path: not path.rpartition("/")[2].rpartition(".")[0].endswith(endings))
    photos = list_pictures(root, images, errors, notes)
    found = list_pictures(root, masks, errors, notes)
    if len(_names(images)) > len(_names(masks)):
        return photos, found.divided(lambda path: inner_part(path, images) is None)[0]
    return photos.divided(lambda path: inner_part(path, masks) is None)[0], found
