"""`metadata.json`: what is read of it, and what is refused, with the field and its value in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.core.classes import BACKGROUND, FACE, NAMES
from hairnet_data.core.errors import DatasetError
from hairnet_data.dataset.dataset_metadata import DatasetMetadata, read_metadata
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.sources.registry import SOURCES

Values = dict[str, Any]


def read(values: Values, folder: Path) -> DatasetMetadata:
    (folder / "metadata.json").write_text(json.dumps(values))
    return read_metadata(folder)


@pytest.fixture
def values(built_drawn: Path) -> Values:
    """What a build writes."""
    read: Values = json.loads((built_drawn / "metadata.json").read_text())
    return read


def test_what_is_read(built_drawn: Path, values: Values) -> None:
    metadata = read_metadata(built_drawn)
    assert metadata.identity.image_size == 64
    assert metadata.identity.source == values["identity"]["source"]
    assert {split.name: metadata.splits[split.name].policy for split in EVALUATION_SPLITS} == {
        split.name: split.policy for split in EVALUATION_SPLITS
    }
    assert metadata.splits["train"].examples == 40
    assert metadata.splits["train"].each_once is False
    assert metadata.people_apart is True
    assert (metadata.unlabelled, metadata.labelled) == ((), NAMES)


def test_keys_that_are_not_known_are_ignored(values: Values, tmp_path: Path) -> None:
    values["future"] = {"key": [1, 2]}
    values["identity"]["future"] = values["splits"]["test"]["future"] = 3
    assert read(values, tmp_path).identity.image_size == 64


def test_missing_labels(values: Values, tmp_path: Path) -> None:
    metadata = read({**values, "unlabelled": ["face", "background"], "labelled": ["hair"]}, tmp_path)
    assert (metadata.unlabelled, metadata.labelled) == ((BACKGROUND, FACE), ("hair",))


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_can_be_read(values: Values, tmp_path: Path, name: str) -> None:
    values["identity"]["source"]["name"] = name
    assert read(values, tmp_path).identity.source["name"] == name


REFUSED: list[tuple[Callable[[Values], object], str]] = [
    (lambda v: v["identity"].update(image_size="64"), "identity.image_size: should be an integer, received '64'"),
    (lambda v: v["identity"].update(image_size=64.0), "identity.image_size: should be an integer, received 64.0"),
    (lambda v: v["identity"].update(image_size=7), "identity.image_size: should be at least 8, received 7"),
    (lambda v: v["identity"].update(image_size=4097), "identity.image_size: should be at most 4096, received 4097"),
    (lambda v: v["identity"].update(image_size=float("inf")), "identity.image_size: "),
    (lambda v: v["identity"].update(image_size=10**30), "identity.image_size: should be at most 4096"),
    (
        lambda v: v["identity"].update(image_format="bmp"),
        "identity.image_format: should be jpeg or png, received 'bmp'",
    ),
    (lambda v: v["identity"].pop("source"), "identity.source: is missing"),
    (lambda v: v["identity"]["source"].update(name="celeba"), "identity.source: should have the name drawn, "),
    (lambda v: v["identity"]["source"].update(name=[]), "identity.source: should have the name drawn, "),
    (lambda v: v["identity"]["source"].pop("train"), "identity.source: should have an integer train of 0 or more"),
    (lambda v: v["identity"]["source"].update(size=True), "identity.source: should have an integer size of 0 or more"),
    (lambda v: v["identity"]["source"].update(size=1e3), "identity.source: should have an integer size of 0 or more"),
    (
        lambda v: v["identity"]["backgrounds"].update(test=-1),
        "identity.backgrounds: should have an integer test of 0 or",
    ),
    (lambda v: v["splits"]["test"].update(pool="lido"), "splits.test.pool: should be train, validation or test, rec"),
    (lambda v: v["splits"]["test"].update(each_once=1), "splits.test.each_once: should be true or false, received 1"),
    (lambda v: v["splits"]["test"].update(examples=-1), "splits.test.examples: should be at least 0, received -1"),
    (lambda v: v["splits"]["test"].update(examples=1 << 70), "splits.test.examples: should be at most 1099511627776"),
    (lambda v: v["splits"]["test"].update(occluded=float("nan")), "splits.test.occluded: "),
    (lambda v: v["splits"]["test"].pop("negative"), "splits.test.negative: is missing"),
    (lambda v: v["splits"]["test"].update(policy=3), "splits.test.policy: should be a table of keys and values, rec"),
    (lambda v: v["splits"]["test"]["policy"].update(zoom=3), "splits.test.policy: means nothing ("),
    (lambda v: v["splits"]["test"]["policy"].update(mirror=3), "splits.test.policy: means nothing ("),
    (lambda v: v["splits"]["test"]["policy"].update(mirror=float("nan")), "splits.test.policy: means nothing ("),
    (lambda v: v["splits"]["test"]["policy"].update(scale=[1, float("inf")]), "splits.test.policy: means nothing ("),
    (lambda v: v.update(skipped="some"), "skipped: should be an integer, received 'some'"),
    (lambda v: v.update(people_apart="yes"), "people_apart: should be true or false, received 'yes'"),
    (lambda v: v.update(unlabelled=["hair"]), "unlabelled: its unlabelled pixels may be ['hair'], received ['hair']"),
    (lambda v: v.update(labelled=["hat"]), "labelled.0: should be background, hair or face, received 'hat'"),
    (lambda v: v.update(libraries=[]), "libraries: should be a table of keys and values, received []"),
]


@pytest.mark.parametrize(("change", "what"), REFUSED, ids=[what for _, what in REFUSED])
def test_what_is_refused(values: Values, tmp_path: Path, change: Callable[[Values], object], what: str) -> None:
    change(values)
    with pytest.raises(DatasetError) as caught:
        read(values, tmp_path)
    line = str(caught.value)
    assert line.startswith(f"{tmp_path}: is no dataset of this kind (metadata.json: {what}"), line
    assert line.endswith("; give the folder that `hairnet-data build` printed")
    assert "\n" not in line


def test_infos_and_metadata_of_different_splits(
    values: Values, built_drawn: Path, copy_of: Callable[[Path], Path]
) -> None:
    from hairnet_data.dataset.reader import open_prepared

    dataset = copy_of(built_drawn)
    del values["splits"]["test"]
    (dataset / "metadata.json").write_text(json.dumps(values))
    with pytest.raises(DatasetError, match="its info and its metadata name different splits"):
        open_prepared(dataset)
