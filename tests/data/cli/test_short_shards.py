"""Commands of `hairnet-data` compare the number of records in the shards they read with the metadata."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.shard_file import FILE_FORMATS
from hairnet_data.dataset.data_source import Examples
from tests.support.command import Command
from tests.support.kept_drawings import drawings_kept
from tests.support.portraits import tiny_drawn
from tests.support.short_shards import WAYS, spoilt_copy


@pytest.fixture(scope="module", params=FILE_FORMATS)
def dataset(request: pytest.FixtureRequest, tiny: BuildSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = replace(tiny, train_examples=12, file_format=request.param)
    with drawings_kept():
        return build(tiny_drawn(), settings, tmp_path_factory.mktemp(request.param)).path


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_shard_of_another_length_is_one_line(
    dataset: Path, split: str, way: str, command: Command, tmp_path: Path
) -> None:
    copy, shard, what = spoilt_copy(dataset, tmp_path, split, way)
    for arguments in (
        ("stats", copy),
        ("stats", copy, "--json"),
        ("export", copy, "--out", tmp_path / "out", "--quiet"),
        ("export", copy, "--out", tmp_path / "out", "--quiet", "--split", split, "--index", 0),
        ("preview", "--dataset", copy, "--split", split, "--out", tmp_path / "sheet.png"),
        ("preview", "--dataset", copy, "--split", split, "--count", 1, "--out", tmp_path / "sheet.png"),
        ("explain", copy, split, 0),
    ):
        ran = command(*arguments)
        assert (ran.status, ran.out) == (1, ""), ran
        assert ran.error_lines[-1].startswith(f"hairnet-data: {what}; build "), ran
        assert [path.name for path in tmp_path.iterdir()] == ["hairnet_synthetic"], "nothing is half written"
    ran = command("verify", copy, "--workers", 1, "--json")
    assert ran.status == 1
    said = [finding["what"] for finding in json.loads(ran.out)["findings"]]
    assert any(what.split(": ")[1] in line and shard.name in line for line in said), said


@pytest.mark.parametrize("way", WAYS)
def test_examples_by_index(dataset: Path, way: str, tmp_path: Path) -> None:
    copy, _, what = spoilt_copy(dataset, tmp_path, "test", way)
    examples = Examples.open(copy, "test")
    for index in (0, -1):
        with pytest.raises(DatasetError) as caught:
            examples[index]
        assert str(caught.value).startswith(what)
    assert len(list(Examples.open(copy, "validation"))) == 3
