"""What is left out of a folder of pictures is named, or counted in one line."""

from __future__ import annotations

import pytest

from hairnet_data.core.images import other_files
from hairnet_data.core.images.picture_file import EXTENSIONS


def test_every_file_is_named_or_counted() -> None:
    paths = ["x/a.CR2", "b.psd", "x/c.mov", "noend", "d.txt", "x/e.TXT", "f.json", ".DS_Store", "x/._a.jpg", "x/g.nef"]
    others = other_files.divide(paths, ["a.jpg", "x/g.JPG"])
    assert others.unread == ("x/a.CR2", "b.psd")
    assert other_files.notes(others, "photos") == [
        "x/c.mov: is no picture by the ending of its name",
        "noend: is no picture by the ending of its name",
        "x/g.nef: is a raw photo (.nef); g.JPG beside it is read",
        "photos: other files: 1 .json, 2 .txt, 2 hidden",
    ]
    assert other_files.notes(other_files.divide([], []), "photos") == []


@pytest.mark.parametrize(("path", "kind"), [("x/a.CR2", "a raw photo (.cr2)"), ("b.psd", "not read (.psd)")])
def test_pictures_of_other_kinds_are_errors(path: str, kind: str) -> None:
    line = str(other_files.unread_error(path))
    assert line.startswith(f"{path}: is ")
    assert kind in line


def test_no_ending_is_in_two_lists() -> None:
    lists = (EXTENSIONS, other_files._UNREAD, other_files._COUNTED)
    assert sum(map(len, lists)) == len(frozenset().union(*lists))
