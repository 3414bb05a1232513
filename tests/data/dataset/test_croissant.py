"""The Croissant beside a dataset: `mlcroissant` finds it valid and loads what it promises."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.shard_file import write_records
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.croissant import CROISSANT, croissant_of, write_croissant
from hairnet_data.dataset.example_columns import COLUMNS
from hairnet_data.dataset.example_table import TABLE, columns
from hairnet_data.dataset.reader import open_prepared
from tests.support.datasets import CopyOf, change_record
from tests.support.portraits import tiny_drawn

# rdflib, beneath it, warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

NO_DATE = "datePublished"  # the one thing it would like to be told, and a set made on your own machine has none


@pytest.fixture(scope="module")
def described(built_lfw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a dataset, as a build describes it."""
    to = tmp_path_factory.mktemp("croissant") / Path(*built_lfw.parts[-3:])
    shutil.copytree(built_lfw, to)
    return to


def opened(dataset: Path) -> Any:
    import mlcroissant

    return mlcroissant.Dataset(dataset / CROISSANT)


def test_it_is_valid(described: Path) -> None:
    issues = opened(described).metadata.ctx.issues
    assert list(issues.errors) == []
    assert [warning for warning in issues.warnings if NO_DATE not in warning] == []


def test_every_example_is_loaded_with_its_recipe(described: Path) -> None:
    prepared = open_prepared(described)
    loaded = list(opened(described).records("examples"))
    records = [(split, record) for split in prepared.shards for record in prepared.read(split)]
    assert len(loaded) == len(records)
    for example, (split, record) in zip(loaded, records, strict=True):
        found = {name.removeprefix("examples/"): value for name, value in example.items()}
        assert found["split"] == split.encode()
        for name in ("index", "kind", "source_id", "person", "recipe"):
            assert found[name] == record[name]
        recipe = json.loads(record["recipe"])
        assert found["scale"] == pytest.approx(recipe["affine"]["scale"], abs=1e-12)
        assert found["occluders"] == len(recipe["occluders"])
        assert found["grey"] is recipe["photometric"]["grey"]
        # Where picture and mask lie, for whoever reads no TFRecords.
        for feature, decode in (("image", decode_image), ("mask", decode_mask)):
            with open(described / found["shard"].decode(), "rb") as file:
                file.seek(found[f"{feature}_start"])
                data = file.read(found[f"{feature}_size"])
            assert data == record[feature]
            assert np.asarray(decode(data)).shape[:2] == (64, 64)


def test_classes_splits_and_files(described: Path) -> None:
    prepared, croissant = open_prepared(described), opened(described)
    assert [(line["classes/id"], line["classes/name"]) for line in croissant.records("classes")] == [
        *((0, "background"), (1, "hair"), (2, "face"))
    ]
    splits = {line["splits/name"]: line for line in croissant.records("splits")}
    assert {name: line["splits/examples"] for name, line in splits.items()} == {
        name: prepared.records(name) for name in prepared.shards
    }
    assert splits["test_shifted"]["splits/pool"] == "test"
    assert json.loads(splits["train"]["splits/policy"]) == prepared.metadata["splits"]["train"]["policy"]
    values = json.loads((described / CROISSANT).read_text())
    files = {file["@id"]: file for file in values["distribution"]}
    on_disk = {path.name: path for path in described.iterdir() if ".tfrecord-" in path.name or path.name == TABLE}
    assert set(files) == set(on_disk)
    for name, path in on_disk.items():
        assert files[name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    (examples,) = [records for records in values["recordSet"] if records["@id"] == "examples"]
    assert {field["name"] for field in examples["field"]} > set(COLUMNS)
    assert all(field["description"] for field in examples["field"])


def test_terms_are_the_source_s(described: Path, built_drawn: Path, built_folder: Path, copy_of: CopyOf) -> None:
    lfw = json.loads((described / CROISSANT).read_text())
    assert "umass.edu/lfw" in lfw["license"]
    assert "kae2013augmenting" in lfw["citeAs"]
    for dataset, licence in ((built_drawn, "https://www.apache.org/licenses/LICENSE-2.0"), (built_folder, "own terms")):
        values = json.loads(write_croissant(copy_of(dataset)).read_text())
        assert licence in str(values["license"])
        assert "kae2013" not in values["citeAs"]


@pytest.mark.parametrize("which", ["built_lfw", "built_folder", "built_drawn"])
def test_a_build_writes_what_its_records_say(which: str, request: pytest.FixtureRequest, copy_of: CopyOf) -> None:
    """It makes both files of what its workers have in hand; read from the records again they are the same."""
    built = request.getfixturevalue(which)
    again = copy_of(built)
    for name in (CROISSANT, TABLE):
        (again / name).unlink()
    write_croissant(again)
    for name in (CROISSANT, TABLE):
        assert (again / name).read_bytes() == (built / name).read_bytes()
    with gzip.open(built / TABLE) as lines:
        told = [json.loads(line) for line in lines]
    prepared = open_prepared(built)
    assert [(line["split"], line["index"]) for line in told] == [
        (split, index) for split in prepared.shards for index in range(prepared.records(split))
    ]
    assert all(list(line) == list(columns("tfrecord")) for line in told)


def test_array_records_are_described_too(tmp_path: Path) -> None:
    settings = BuildSettings(image_size=64, train_examples=12, file_format="array_record")
    made = build(tiny_drawn(), settings, tmp_path).path
    loaded = list(opened(made).records("examples"))
    assert len(loaded) == sum(open_prepared(made).records(split) for split in open_prepared(made).shards)
    assert loaded[3]["examples/recipe"] == open_prepared(made).record("train", 3)["recipe"]
    assert loaded[3]["examples/shard"] == b"hairnet_synthetic-train.array_record-00000-of-00001"
    assert "examples/image_start" not in loaded[3]


def test_tfds_reads_a_described_set(described: Path) -> None:
    import tensorflow_datasets as tfds

    assert tfds.builder_from_directory(described).info.splits["train"].num_examples == 40


def test_damage_and_a_missing_table(built_lfw: Path, copy_of: CopyOf, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no folder"):
        write_croissant(tmp_path / "none")
    damaged = copy_of(built_lfw)
    for name in (TABLE, CROISSANT):
        (damaged / name).unlink()
    with pytest.raises(DatasetError, match=r"examples\.jsonl\.gz: is missing"):
        croissant_of(damaged)
    change_record(damaged, "test", 1, lambda record: record.update(recipe="{}"))
    there = sorted(damaged.iterdir())
    with pytest.raises(DatasetError):
        write_croissant(damaged)
    assert sorted(damaged.iterdir()) == there


def test_neither_importing_nor_writing_needs_tensorflow(built_lfw: Path, copy_of: CopyOf) -> None:
    code = (
        "import sys; from pathlib import Path; from hairnet_data.dataset.croissant import write_croissant; "
        "print('mlcroissant' in sys.modules); write_croissant(Path(sys.argv[1])); print('tensorflow' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, copy_of(built_lfw)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_progress(built_lfw: Path, copy_of: CopyOf) -> None:
    told: list[tuple[str, int, int]] = []
    write_croissant(copy_of(built_lfw), lambda *step: told.append(step))
    prepared = open_prepared(built_lfw)
    total = sum(prepared.records(split) for split in prepared.shards)
    assert (told[0], told[-1]) == (("describing", 0, total), ("describing", total, total))


def test_array_records_have_no_places(tmp_path: Path) -> None:
    """A record's bytes are not always the file's: there is no place to promise."""
    path = tmp_path / "set-train.array_record-00000-of-00001"
    records = [np.random.Generator(np.random.PCG64(seed)).bytes(5000) for seed in range(30)]
    write_records(path, records, "array_record")
    data = path.read_bytes()
    assert not all(record in data for record in records)
