"""`licence.toml`: whose terms a picture has, and what a dataset says of them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import SourceError
from hairnet_data.core.ledger import UNSAID, Licence
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.licences import LICENCES, read_licences
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import Command
from tests.support.paths import ROOT

TEXT = """\
licence = "CC-BY-4.0"
origin = "our studio"
use = "any"
[people.bb]
licence = "CC-BY-NC-4.0"
consent = "for research, 3 May 2025"
use = "research"
[pictures.bb_1]
licence = "all rights reserved"
"""


@pytest.fixture
def licensed(portraits_dir: Path, tmp_path: Path) -> Path:
    """A folder of portraits with a `licence.toml`."""
    folder = Path(shutil.copytree(portraits_dir, tmp_path / "licensed"))
    (folder / LICENCES).write_text(TEXT)
    return folder


def test_a_picture_before_a_person_before_all(licensed: Path) -> None:
    terms = {entry.id: entry.terms for entry in Folder.open(licensed).catalogue().entries}
    assert terms["aa_0"] == Licence("CC-BY-4.0", "our studio", use="any")
    assert terms["bb_0"] == Licence("CC-BY-NC-4.0", "our studio", "for research, 3 May 2025", "research")
    assert terms["bb_1"] == Licence("all rights reserved", "our studio", "for research, 3 May 2025", "research")


def test_a_folder_without_one_keeps_its_identity(portraits_dir: Path, licensed: Path) -> None:
    plain = Folder.open(portraits_dir)
    assert "licences" not in plain.settings()
    assert {entry.terms for entry in plain.catalogue().entries} == {UNSAID}
    before = Folder.open(licensed).settings()["licences"]
    (licensed / LICENCES).write_text(TEXT.replace("2025", "2026"))
    assert Folder.open(licensed).settings()["licences"] != before


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("licence =", r"licence\.toml: is no TOML"),
        ("license = 'MIT'", r"licence\.toml: license: is unknown.*known are licence, origin, consent, use"),
        ("use = 'all'", r"licence\.toml: use: should be"),
        ("licence = 3", r"licence\.toml: licence: should be a text"),
        ("[people.bbb]", r"\[people\]: there is no 'bbb'; did you mean bb"),
        ("[pictures.'bb_1.png']", r"\[pictures\]: there is no 'bb_1.png'; did you mean bb_1"),
    ],
)
def test_errors_say_where(licensed: Path, text: str, error: str) -> None:
    (licensed / LICENCES).write_text(text)
    with pytest.raises(SourceError, match=error):
        Folder.open(licensed)


def test_the_example_in_the_guide_is_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "folder.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml licence.toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / LICENCES).write_text(block)
    terms = read_licences(tmp_path / LICENCES, LICENCES).of("trip/carl_1")
    assert terms == Licence("all rights reserved", "taken by us, 2025", "signed, kept by the studio", "any")


def test_a_build_writes_the_ledger(licensed: Path, negatives_dir: Path, tmp_path: Path, command: Command) -> None:
    negatives = Path(shutil.copytree(negatives_dir, tmp_path / "negatives"))
    (negatives / LICENCES).write_text('licence = "CC0-1.0"\nuse = "any"\n')
    backgrounds = PhotoFolder(negatives)
    assert backgrounds.catalogue().notes == ()
    settings = BuildSettings(image_size=32, train_examples=4, eval_examples=1)
    path = build(Sources(Folder.open(licensed), backgrounds), settings, tmp_path, BuildOptions(name="mine")).path
    ledger = open_prepared(path).metadata.ledger
    counted = [(entry.what, entry.terms.licence, entry.terms.use, entry.pictures, entry.people) for entry in ledger]
    assert counted == [
        ("portraits", "CC-BY-4.0", "any", 13, 9),
        ("portraits", "CC-BY-NC-4.0", "research", 1, 1),
        ("portraits", "all rights reserved", "research", 1, 1),
        ("backgrounds", "CC0-1.0", "any", 8, 0),
    ]
    licences = ["CC-BY-4.0", "CC-BY-NC-4.0", "all rights reserved", "CC0-1.0"]
    assert json.loads((path / "croissant.json").read_text())["license"] == licences
    assert json.loads((path / "dataset_info.json").read_text())["redistributionInfo"]["license"] == "; ".join(licences)
    assert "bb" not in json.dumps(json.loads((path / "metadata.json").read_text())["ledger"]), "it names nobody"
    ran = command("stats", path)
    assert (
        "13 portraits of 9 people (folder): licence CC-BY-4.0; origin our studio; consent not said; any use" in ran.out
    )
    assert "the whole is for research only" in ran.out
    said = json.loads(command("stats", path, "--json").out)["ledger"]
    assert [entry["pictures"] for entry in said] == [13, 1, 1, 8]


def test_a_mixture_is_said_in_one_line(licensed: Path, tmp_path: Path, command: Command) -> None:
    given = ("--data-dir", tmp_path / "data", "--dry-run", "--no-check", "--train-examples", 4, "--workers", 1)
    ran = command("build", "folder", "--source-dir", licensed, *given)
    (line,) = [line for line in ran.error_lines if line.startswith("research only")]
    assert line.startswith("research only: 2 portraits (folder), mixed with 13 portraits (folder) and ")


def test_built_in_sources_have_theirs(built_lfw: Path, built_drawn: Path) -> None:
    portraits, backgrounds = open_prepared(built_lfw).metadata.ledger
    assert (portraits.source, portraits.terms.use, portraits.pictures) == ("lfw_parts", "research", 10)
    assert (backgrounds.source, backgrounds.terms.use) == ("drawn", "any")
    assert {entry.terms.use for entry in open_prepared(built_drawn).metadata.ledger} == {"any"}


def test_folders_that_say_nothing(built_folder: Path) -> None:
    portraits, backgrounds = open_prepared(built_folder).metadata.ledger
    assert portraits.terms == backgrounds.terms == UNSAID


def test_drawn_backgrounds_are_anybodys() -> None:
    assert {entry.terms.use for entry in DrawnBackgrounds(1, 1, 1).catalogue().entries} == {"any"}
