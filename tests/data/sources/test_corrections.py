"""`corrections.csv`: corrected masks are taken, portraits left out, and what has changed since is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.audit.fixing.session import Item, Session
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import HairnetError, PictureError, SourceError
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.sources.folder.corrections import ACCEPTED, COLUMNS, CORRECTIONS, LEFT_OUT, WITHDRAWN, read_lines
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import Command


@pytest.fixture
def folder(portraits_dir: Path, tmp_path: Path) -> Path:
    """A folder of portraits to correct."""
    return Path(shutil.copytree(portraits_dir, tmp_path / "mine"))


def session_of(folder: Path) -> Session:
    """A session of all of its portraits, in order."""
    source = Folder.open(folder, corrected=False)
    return Session(folder, [Item(entry.id) for entry in source.catalogue().entries], source, "ann")


def repaint(folder: Path, number: int, label: int = HAIR) -> str:
    """Gives the upper left corner of a mask another label; the portrait's id."""
    session = session_of(folder)
    mask = session.mask(number).copy()
    mask[:9, :9] = label
    session.repaint(number, mask, "a corner")
    return session.items[number].id


def test_a_corrected_mask_lies_beside_the_original_and_is_the_one_that_is_read(folder: Path) -> None:
    before = {path: path.read_bytes() for path in (folder / "masks").iterdir()}
    plain = Folder.open(folder)
    id = repaint(folder, 2)
    assert {path: path.read_bytes() for path in before} == before
    corrected = folder / "masks" / f"{id}.corrected.png"
    assert set((folder / "masks").iterdir()) - before.keys() == {corrected}

    source = Folder.open(folder)
    assert source.catalogue() == plain.catalogue()
    expected = plain.load(id).mask.copy()
    expected[:9, :9] = HAIR
    np.testing.assert_array_equal(source.load(id).mask, expected)
    np.testing.assert_array_equal(np.asarray(Image.open(corrected)), expected)
    (line,) = read_lines(folder)
    assert (line.portrait, line.action, line.who, line.why) == (id, "repainted", "ann", "a corner")
    assert (line.before, line.after) == (plain.content(id), source.content(id))
    assert line.before != line.after
    others = [entry.id for entry in source.catalogue().entries if entry.id != id]
    assert [source.content(other) for other in others] == [plain.content(other) for other in others]


def test_what_is_left_out_is_said_and_can_be_taken_back(folder: Path) -> None:
    session = session_of(folder)
    session.decide(0, ACCEPTED, "")
    session.decide(1, LEFT_OUT, "not a  head\n")
    ids = [item.id for item in session.items]
    catalogue = Folder.open(folder).catalogue()
    assert [entry.id for entry in catalogue.entries] == [ids[0], *ids[2:]]
    assert catalogue.notes == ("1 portraits (corrections.csv)",)
    assert read_lines(folder)[1].why == "not a head"
    session.decide(1, WITHDRAWN, "")
    assert [entry.id for entry in Folder.open(folder).catalogue().entries] == ids
    assert len(read_lines(folder)) == 3, "lines are added, none is changed"


@pytest.mark.parametrize("part", ["original", "corrected", "gone"])
@pytest.mark.usefixtures("few_backgrounds")
def test_a_correction_whose_files_have_changed_is_refused(folder: Path, part: str, command: Command) -> None:
    id = repaint(folder, 1)
    corrected = folder / "masks" / f"{id}.corrected.png"
    changed = next((folder / "images").glob(f"{id}.*")) if part == "original" else corrected
    if part == "gone":
        corrected.unlink()
    else:
        picture = np.array(Image.open(changed))
        picture[0, 0] = 2
        Image.fromarray(picture).save(changed)
    (error,) = Folder.open(folder).catalogue().errors
    said = {
        "original": f"{id}: photo or mask has changed since it was repainted on 20",
        "corrected": f"masks/{id}.corrected.png: is not the mask that was painted on 20",
        "gone": f"masks/{id}.corrected.png: ",
    }[part]
    assert str(error).startswith(said)
    assert "take its line out of corrections.csv" in str(error)
    given = ("--source-dir", folder, "--data-dir", folder.parent / "data", "--workers", 1)
    ran = command("build", "folder", *given, "--no-check", "--quiet")
    assert ran.status == 1
    assert said in ran.err


def test_a_build_takes_the_corrected_masks(folder: Path, tmp_path: Path) -> None:
    id = repaint(folder, 3, UNLABELLED)
    session_of(folder).decide(0, LEFT_OUT, "")
    settings = BuildSettings(image_size=32, train_examples=40, eval_examples=4)
    sources = Sources(Folder.open(folder), DrawnBackgrounds(4, 2, 2, size=64))
    prepared = open_prepared(build(sources, settings, tmp_path / "data", BuildOptions(name="mine")).path)
    assert prepared.metadata.unlabelled == (BACKGROUND, HAIR, FACE)
    recipes = [Recipe.from_json(record["recipe"]) for split in prepared.shards for record in prepared.read(split)]  # type: ignore[arg-type]
    shown = {asset for recipe in recipes for asset in recipe.portraits}
    (line,) = [line for line in read_lines(folder) if line.portrait == id]
    assert f"{id}@{line.after}" in shown
    assert not any(asset.startswith("aa_0@") for asset in shown)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("portrait\n", "corrections.csv: has other columns; its first line is portrait,action,file,who"),
        (f"{','.join(COLUMNS)}\na,b\n", "row 2: has 2 values of 8"),
        (
            f"{','.join(COLUMNS)}\naa_0,improved,,,,,,\n",
            "row 2: has the action 'improved': known are accepted",
        ),
        (f"{','.join(COLUMNS)}\naa_0,repainted,,,,,,\n", "row 2: repainted names no mask"),
        (f"{','.join(COLUMNS)}\naa_0,accepted,x.corrected.png,,,,,\n", "row 2: accepted names a mask"),
        (f"{','.join(COLUMNS)}\naa_0,repainted,../x.corrected.png,,,,,\n", "which is no mask ending in .corrected.png"),
        (f"{','.join(COLUMNS)}\naa_0,accepted,,,,,12,\n", "row 2: has no digest of 16 hex digits"),
        (f"{','.join(COLUMNS)}\naa_00,accepted,,,,,{'0' * 16},\n", "there is no portrait 'aa_00'; did you mean aa_0"),
    ],
)
def test_a_damaged_file_is_refused_in_a_line(folder: Path, text: str, error: str) -> None:
    (folder / CORRECTIONS).write_text(text)
    with pytest.raises(SourceError) as refused:
        Folder.open(folder)
    assert error in str(refused.value)


def test_masks_of_another_size_or_with_other_values_are_not_written(folder: Path) -> None:
    session = session_of(folder)
    mask = session.mask(0)
    for wrong in (mask[:-1], np.full_like(mask, 7)):
        with pytest.raises(PictureError, match="or holds what is no class"):
            session.repaint(0, wrong, "")
    for number in (-1, len(session.items)):
        with pytest.raises(IndexError):
            session.decide(number, ACCEPTED, "")
    with pytest.raises(HairnetError):
        session.decide(0, "repainted", "")
    assert not (folder / CORRECTIONS).exists()
    assert not list((folder / "masks").glob("*.corrected.png"))
    assert {BACKGROUND, HAIR, FACE} >= set(np.unique(mask))
