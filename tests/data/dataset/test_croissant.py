"""The Croissant description that a build writes: `mlcroissant` finds it valid and loads what it describes."""

from __future__ import annotations

import gzip
import hashlib
import json
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
from hairnet_data.dataset.croissant import CROISSANT
from hairnet_data.dataset.example_columns import COLUMNS
from hairnet_data.dataset.example_table import TABLE, columns, encode_rows, write_table
from hairnet_data.dataset.reader import open_prepared, read_shard
from tests.support.datasets import CopyOf, change_record
from tests.support.portraits import tiny_drawn

# rdflib, which mlcroissant uses, warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

NO_DATE = "datePublished"  # mlcroissant warns that it is missing; a dataset built locally was never published


def load(dataset: Path) -> Any:
    import mlcroissant

    return mlcroissant.Dataset(dataset / CROISSANT)


def test_it_is_valid(built_lfw: Path) -> None:
    issues = load(built_lfw).metadata.ctx.issues
    assert list(issues.errors) == []
    assert [warning for warning in issues.warnings if NO_DATE not in warning] == []


@pytest.mark.parametrize("which", ["built_lfw", "built_folder", "built_drawn"])
def test_mlcroissant_would_write_the_same(which: str, request: pytest.FixtureRequest) -> None:
    dataset = request.getfixturevalue(which)
    assert load(dataset).metadata.to_json() == json.loads((dataset / CROISSANT).read_text())


def test_every_example_is_loaded_with_its_recipe(built_lfw: Path) -> None:
    prepared = open_prepared(built_lfw)
    loaded = list(load(built_lfw).records("examples"))
    records = [(split, record) for split in prepared.shards for record in prepared.read(split)]
    assert len(loaded) == len(records)
    for example, (split, record) in zip(loaded, records, strict=True):
        values = {name.removeprefix("examples/"): value for name, value in example.items()}
        assert values["split"] == split.encode()
        for name in ("index", "kind", "source_id", "person", "recipe"):
            assert values[name] == record[name]
        recipe = json.loads(record["recipe"])
        assert values["scale"] == pytest.approx(recipe["affine"]["scale"], abs=1e-12)
        assert values["yaw"] is None or np.isnan(values["yaw"])
        assert values["occluders"] == len(recipe["occluders"])
        assert values["grey"] is recipe["photometric"]["grey"]
        # The offsets of image and mask, for programs that read no TFRecords.
        for feature, decode in (("image", decode_image), ("mask", decode_mask)):
            with open(built_lfw / values["shard"].decode(), "rb") as file:
                file.seek(values[f"{feature}_start"])
                data = file.read(values[f"{feature}_size"])
            assert data == record[feature]
            assert np.asarray(decode(data)).shape[:2] == (64, 64)


def test_every_example_is_loaded_with_its_pose(built_drawn: Path) -> None:
    prepared, loaded = open_prepared(built_drawn), load(built_drawn).records("examples")
    records = (record for split in prepared.shards for record in prepared.read(split))
    for example, record in zip(loaded, records, strict=True):
        numbers = [example[f"examples/{name}"] for name in ("yaw", "pitch", "roll", "head_x", "head_y", "head_size")]
        found = np.array([np.nan if number is None else number for number in numbers])
        np.testing.assert_allclose(found, np.array(record["pose"]), rtol=1e-5, atol=1e-5)


def test_classes_splits_and_files(built_lfw: Path) -> None:
    prepared, croissant = open_prepared(built_lfw), load(built_lfw)
    assert [(line["classes/id"], line["classes/name"]) for line in croissant.records("classes")] == [
        *((0, "background"), (1, "hair"), (2, "face"))
    ]
    splits = {line["splits/name"]: line for line in croissant.records("splits")}
    assert {name: line["splits/examples"] for name, line in splits.items()} == {
        name: prepared.records(name) for name in prepared.shards
    }
    assert splits["test_shifted"]["splits/pool"] == "test"
    assert json.loads(splits["train"]["splits/policy"]) == prepared.metadata.splits["train"].policy.to_json()
    values = json.loads((built_lfw / CROISSANT).read_text())
    files = {file["@id"]: file for file in values["distribution"]}
    on_disk = {path.name: path for path in built_lfw.iterdir() if ".tfrecord-" in path.name or path.name == TABLE}
    assert set(files) == set(on_disk)
    for name, path in on_disk.items():
        assert files[name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    (examples,) = [records for records in values["recordSet"] if records["@id"] == "examples"]
    assert {field["name"] for field in examples["field"]} > set(COLUMNS)
    assert all(field["description"] for field in examples["field"])


def test_terms_are_the_source_s(built_lfw: Path, built_drawn: Path, built_folder: Path) -> None:
    """TFDS's info and Croissant say the same: what the source says of itself, and nothing where it says nothing."""
    site = "http://vis-www.cs.umass.edu/lfw/"
    for dataset, cited, licence, homepage in (
        (built_lfw, ("kae2013augmenting", "huang2007labeled"), site, f"{site}part_labels/"),
        (built_drawn, ("@software{hairnet",), "https://spdx.org/licenses/Apache-2.0", None),
        (built_folder, (), "the photos' own terms; the backgrounds' own terms", None),
    ):
        croissant = json.loads((dataset / CROISSANT).read_text())
        info = json.loads((dataset / "dataset_info.json").read_text())
        citation = info.get("citation", "")
        assert all(key in citation for key in cited)
        assert bool(citation) == bool(cited)
        assert ("LFW" in citation or "kae2013" in citation) == (dataset is built_lfw)
        assert croissant.get("citeAs", "") == citation
        licences = croissant["license"] if isinstance(croissant["license"], list) else [croissant["license"]]
        assert "; ".join(licences) == info["redistributionInfo"]["license"] == licence
        assert croissant.get("url") == homepage
        assert info.get("location", {}).get("urls") == ([homepage] if homepage else None)


@pytest.mark.parametrize("which", ["built_lfw", "built_folder", "built_drawn"])
def test_the_table_says_what_the_records_say(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Workers encode it from the recipes in memory; encoded from the records it has the same bytes."""
    built = request.getfixturevalue(which)
    prepared = open_prepared(built)
    shards = [shard for shards in prepared.shards.values() for shard in shards]
    size, sha256 = write_table((encode_rows(s.split, s.path, read_shard(s)) for s in shards), tmp_path)
    table = (built / TABLE).read_bytes()
    assert (tmp_path / TABLE).read_bytes() == table
    assert (size, sha256) == (len(table), hashlib.sha256(table).hexdigest())
    with gzip.open(built / TABLE) as lines:
        rows = [json.loads(line) for line in lines]
    assert [(row["split"], row["index"]) for row in rows] == [
        (split, index) for split in prepared.shards for index in range(prepared.records(split))
    ]
    assert all(list(row) == list(columns("tfrecord")) for row in rows)


def test_array_records_are_described_too(tmp_path: Path) -> None:
    settings = BuildSettings(image_size=64, train_examples=12, file_format="array_record")
    dataset = build(tiny_drawn(), settings, tmp_path).path
    loaded = list(load(dataset).records("examples"))
    assert len(loaded) == sum(open_prepared(dataset).records(split) for split in open_prepared(dataset).shards)
    assert loaded[3]["examples/recipe"] == open_prepared(dataset).record("train", 3)["recipe"]
    assert loaded[3]["examples/shard"] == b"hairnet_synthetic-train.array_record-00000-of-00001"
    assert "examples/image_start" not in loaded[3]


def test_tfds_reads_a_dataset_with_a_description(built_lfw: Path) -> None:
    import tensorflow_datasets as tfds

    assert tfds.builder_from_directory(built_lfw).info.splits["train"].num_examples == 40


@pytest.mark.parametrize("damage", [{"recipe": "{}"}, {"person": 3}, {"mask": 3}], ids=str)
def test_a_damaged_record_has_no_row(built_lfw: Path, copy_of: CopyOf, damage: dict[str, Any]) -> None:
    damaged = copy_of(built_lfw)
    change_record(damaged, "test", 1, lambda record: record.update(damage))
    (shard,) = open_prepared(damaged).shards["test"]
    with pytest.raises(DatasetError, match="damaged"):
        encode_rows("test", shard.path, read_shard(shard))


def test_neither_importing_nor_describing_needs_mlcroissant_or_tensorflow() -> None:
    code = """
import sys
from hairnet_data.dataset import croissant
from hairnet_data.dataset.croissant_schema import DatasetDescription, DatasetFile, croissant_json
from hairnet_data.sources.terms import Terms
splits = {"train": {"pool": "train", "examples": 1, "policy": {}}}
metadata = {"identity": {"source": {"name": "drawn"}, "backgrounds": {"name": "drawn"}}, "splits": splits}
table = DatasetFile("examples.jsonl.gz", 3, "0" * 64, "A table.")
croissant_json(DatasetDescription("a", "A dataset.", "1.6.0", Terms(), metadata, [], table))
print("mlcroissant" in sys.modules, "tensorflow" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_array_records_have_no_offsets(tmp_path: Path) -> None:
    """A record is not always contiguous in the file."""
    path = tmp_path / "set-train.array_record-00000-of-00001"
    records = [np.random.Generator(np.random.PCG64(seed)).bytes(5000) for seed in range(30)]
    write_records(path, records, "array_record")
    data = path.read_bytes()
    assert not all(record in data for record in records)
