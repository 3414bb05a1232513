"""What lies beside the pictures that are read: pictures of other kinds, and files that are named or only counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hairnet_data.core.errors import PictureError, one_line

_RAW = (".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw")
_UNREAD = frozenset((*_RAW, ".jxl", ".jxr", ".psd", ".xcf", ".svg", ".eps", ".ico", ".tga", ".exr", ".hdr"))

# What lies in folders of pictures without being meant for one: texts, tables, labels, what programs note down.
_TEXT = (".txt", ".md", ".rst", ".html", ".htm", ".pdf", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".toml", ".yaml")
_NOTES = (".yml", ".ini", ".log", ".db", ".aae", ".xmp", ".py", ".ipynb", ".sh", ".zip", ".tar", ".gz", ".npy", ".npz")
_COUNTED = frozenset((*_TEXT, *_NOTES))


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """What is left out of a folder of pictures.

    Attributes:
        unread: pictures of kinds that are not read.
        named: files that are no pictures by their names, but none of the usual companions either, and pictures of kinds
            that are not read beside one of the same name that is; each with the reason why it is left out.
        companions: how many of the usual companions there are, by ending; "hidden" for what is hidden.
    """

    unread: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    companions: Counter[str]


def divide(paths: Iterable[str], pictures: Iterable[str]) -> OtherFiles:
    """Divides files that are none of `picture_file.EXTENSIONS` by how they are to be mentioned.

    Args:
        paths: of the files, in any form, hidden ones included.
        pictures: files that are pictures, in the same form. Cameras write `a.cr2` beside `a.jpg`: no photo is lost.
    """
    unread: list[str] = []
    named: list[tuple[str, str]] = []
    read = {os.path.splitext(path)[0]: path for path in pictures}
    companions = Counter[str]()
    for path in paths:
        name = path.rpartition("/")[2]
        ending = os.path.splitext(name)[1].lower()
        if name.startswith("."):
            companions["hidden"] += 1
        elif ending in _COUNTED:
            companions[ending] += 1
        elif ending not in _UNREAD:
            named.append((path, NO_PICTURE))
        elif twin := read.get(os.path.splitext(path)[0]):
            named.append((path, f"is {_kind(ending)}; {os.path.basename(twin)} beside it is read"))
        else:
            unread.append(path)
    return OtherFiles(tuple(unread), tuple(named), companions)


def count_line(companions: Counter[str]) -> str:
    """`OtherFiles.companions` in one line, e.g. "2 .txt, 1 hidden"; "" where there are none."""
    return ", ".join(f"{count:,} {ending}" for ending, count in sorted(companions.items()))


def unread_error(path: str) -> PictureError:
    """What is wrong with a picture of a kind that is not read."""
    return PictureError(path, f"is {_kind(os.path.splitext(path)[1].lower())}", "save it as JPEG or PNG")


def _kind(ending: str) -> str:
    return f"a raw photo ({ending})" if ending in _RAW else f"a picture of a kind that is not read ({ending})"


def notes(others: OtherFiles, where: str) -> list[str]:
    """A line for each of `OtherFiles.named`, and one for the companions.

    Args:
        others: what lies in a folder, by paths as the user knows them.
        where: the folder, as the user knows it.
    """
    lines = [one_line(f"{path}: {reason}") for path, reason in others.named]
    if others.companions:
        lines.append(one_line(f"{where}: other files: {count_line(others.companions)}"))
    return lines


NO_PICTURE = "is no picture by the ending of its name"
