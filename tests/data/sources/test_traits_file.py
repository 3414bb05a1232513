"""`traits.csv`: what is read of it, what is refused, and its way into recipes, table and counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import SourceError
from hairnet_data.core.progress import silent
from hairnet_data.dataset.example_table import read_lines
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.inspection.stats import count
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_data.sources.traits_file import NO_TRAITS, open_traits, read_traits


def file_of(folder: Path, text: str) -> Path:
    """Writes a `traits.csv`."""
    path = folder / "traits.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_traits_are_known_by_portrait_or_by_person(tmp_path: Path) -> None:
    by_portrait = read_traits(
        file_of(tmp_path, "\ufefftone, portrait ,hair\n3,a_1,curly\n\n5,e\u0301,\n"), "traits.csv"
    )
    assert by_portrait.of("a_1", "a") == {"tone": "3", "hair": "curly"}
    assert by_portrait.of("\u00e9", "") == {"tone": "5"}  # some systems write é as two characters
    assert by_portrait.of("a_2", "a") == {}
    by_person = read_traits(file_of(tmp_path, "person,age\na,30\n"), "traits.csv")
    assert by_person.of("a_2", "a") == {"age": "30"}
    assert open_traits(None) == open_traits(tmp_path / "nowhere") == NO_TRAITS


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "traits.csv, line 1: has no column portrait or person; begin with a line such as portrait,tone"),
        ("id,tone\n", "line 1: has no column portrait or person"),
        ("portrait,person,tone\n", "line 1: has both columns portrait and person; keep one of them"),
        ("portrait,tone,tone\n", "line 1: has the column tone twice"),
        ("portrait,,tone\n", "line 1: column 2 has no name"),
        ("portrait\na\n", "line 1: has no column of a trait"),
        ("portrait,tone\na\n", "line 2: has 1 values, and there are 2 columns"),
        ("portrait,tone\n,3\n", "line 2, portrait: is empty"),
        ("portrait,tone\na,3\na,4\n", "line 3, portrait: names a again, after line 2"),
        ("portrait,tone\na," + 81 * "x" + "\n", "line 2, tone: is no value of up to 80"),
        ('portrait,tone\n"a,3\n', "is no CSV"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_traits(file_of(tmp_path, text), "traits.csv")
    assert error in str(refused.value)


@pytest.fixture(scope="module")
def described(portraits_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of portraits with traits of some."""
    folder = Path(shutil.copytree(portraits_dir, tmp_path_factory.mktemp("traits") / "described"))
    file_of(folder, "person,hair,tone\naa,straight,2\nbb,coily,\nhh,curly,4\n")
    return folder


def test_unknown_rows_are_named_with_what_is_like_them(described: Path, lfw_dir: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(described, tmp_path / "wrong"))
    file_of(folder, "portrait,hair\naa_0,curly\nbb_00,coily\n")
    with pytest.raises(SourceError, match=r"traits\.csv, line 3: there is no portrait 'bb_00'; did you mean bb_0"):
        Folder.open(folder)
    lfw = Path(shutil.copytree(lfw_dir, tmp_path / "lfw"))
    file_of(lfw, "person,hair\nNobody_Here,curly\n")
    with pytest.raises(SourceError, match=r"traits\.csv, line 2: there is no person 'Nobody_Here'"):
        LfwParts.open(lfw, tmp_path)


def test_portraits_of_lfw_have_traits(lfw_dir: Path, tmp_path: Path) -> None:
    lfw = Path(shutil.copytree(lfw_dir, tmp_path / "lfw"))
    plain = LfwParts.open(lfw, tmp_path)
    first = plain.catalogue().entries[0]
    file_of(lfw, f"portrait,hair\n{first.id},curly\n")
    source = LfwParts.open(lfw, tmp_path)
    assert [dict(entry.traits) for entry in source.catalogue().entries if entry.traits] == [{"hair": "curly"}]
    assert source.catalogue().entries[0].id == first.id
    assert source.settings().keys() - plain.settings().keys() == {"traits"}


def test_traits_come_into_table_and_counts_and_change_no_picture(
    described: Path, portraits_dir: Path, tmp_path: Path
) -> None:
    settings = BuildSettings(train_examples=24, eval_examples=4, image_size=64)
    with_traits, without = (
        build(Sources(Folder.open(folder), DrawnBackgrounds(4, 2, 2, size=64)), settings, tmp_path)
        for folder in (described, portraits_dir)
    )
    assert with_traits.path != without.path
    known = {"aa": {"hair": "straight", "tone": "2"}, "bb": {"hair": "coily"}, "hh": {"hair": "curly", "tone": "4"}}
    rows = [json.loads(line) for line in read_lines(with_traits.path)]
    for row in rows:
        assert json.loads(row["traits"]) == known.get(row["person"], {})
    counts = count(open_prepared(with_traits.path), silent)["train"]["traits"]
    train = [row for row in rows if row["split"] == "train" and row["kind"] == "portrait"]
    assert sum(counts["hair"].values()) == sum(row["person"] in known for row in train) > 0
    first, second = (open_prepared(built.path) for built in (with_traits, without))
    for one, other in zip(first.read("train"), second.read("train"), strict=True):
        assert (one["image"], one["mask"]) == (other["image"], other["mask"])
