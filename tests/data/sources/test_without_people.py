"""`build --without`: the dataset without somebody, companions and metadata included."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.progress import silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.provenance import AvailableSources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.inspection.people import find_person
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_data.sources.without_people import WithoutPeople, person_digest, read_people
from hairnet_data.verify.dataset_checks import verify
from tests.support.command import Command
from tests.support.datasets import CopyOf, files_below

SETTINGS = BuildSettings(image_size=32, train_examples=40, policy=Policy(group_rate=0.8))


def test_nobody_else_changes_pools(portraits_dir: Path) -> None:
    whole = Folder.open(portraits_dir)
    without = pickle.loads(pickle.dumps(WithoutPeople(whole, ["bb"])))
    entries = whole.catalogue().entries
    assert without.catalogue().entries == tuple(entry for entry in entries if entry.person != "bb")
    assert without.catalogue().notes[-1] == "2 portraits of 1 person (--without)"
    assert without.settings() == whole.settings() | {"without": [person_digest("bb")]}


def test_who_finds_nothing_afterwards(portraits_dir: Path, tmp_path: Path) -> None:
    source = Folder.open(portraits_dir)
    person = next(entry.person for entry in source.catalogue().entries if entry.pool == "train")
    backgrounds = DrawnBackgrounds(4, 2, 2, size=32)
    whole = build(Sources(source, backgrounds), SETTINGS, tmp_path)
    roles = {record.role for record in find_person(person, [whole.path])[whole.path]}
    assert "companion" in roles, "else this shows nothing"
    result = build(Sources(WithoutPeople(source, [person]), backgrounds), SETTINGS, tmp_path)
    assert result.path.parent.name != whole.path.parent.name
    with pytest.raises(DatasetError, match="nobody of that name"):
        find_person(person, [result.path])
    written = [(result.path / name).read_text() for name in ("metadata.json", "dataset_info.json", "croissant.json")]
    assert f'"{person}' not in "".join(written)
    assert json.loads(written[0])["identity"]["source"]["without"] == [person_digest(person)]
    assert open_prepared(result.path).metadata.identity.left_out == {person_digest(person)}


def test_verify_finds_who_was_to_be_left_out(built_lfw: Path, copy_of: CopyOf) -> None:
    copy = copy_of(built_lfw)
    file = copy / "metadata.json"
    metadata = json.loads(file.read_text())
    row = next(iter(open_prepared(built_lfw).read("test")))
    assert isinstance(row["person"], bytes)
    person = row["person"].decode()
    metadata["identity"]["source"]["without"] = [person_digest(person)]
    file.unlink()
    file.write_text(json.dumps(metadata))
    with WorkerPool(1) as executor:
        report = verify(open_prepared(copy), AvailableSources(None, None), executor, silent)
    assert {finding.what for finding in report.findings} == {"is shown, and was to be left out"}
    assert {finding.id for finding in report.findings} == {person}


def test_names_from_files_and_the_command_line(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("\ufeffAnn Example\r\n\n  Zoë \n", encoding="utf-8")
    assert read_people([str(names), "Bob"]) == ("Ann Example", "Zoë", "Bob")
    for bad in ("", "  "):
        with pytest.raises(UsageError, match="names nobody"):
            read_people([bad])
    names.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        read_people([str(names)])


def test_an_unknown_name_is_an_error_of_one_line(command: Command, portraits_dir: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    ran = command("build", "folder", "--source-dir", portraits_dir, "--data-dir", data_dir, "--without", "BB")
    assert ran.status == 2
    assert ran.err == "hairnet-data: --without: nobody is named 'BB'; did you mean bb?\n"
    assert not files_below(data_dir)
