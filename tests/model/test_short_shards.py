"""Commands of `hairnet-model` compare the number of records in the shards they read with the metadata."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.records.shard_file import FILE_FORMATS
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.short_shards import WAYS, spoilt_copy

QUICK = ("--steps", 2, "--batch", 4, "--precision", "float32", "--quiet")


@pytest.fixture(scope="module", params=FILE_FORMATS)
def dataset(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = Sources(Drawn(8, 4, 4, size=64), DrawnBackgrounds(4, 2, 2, size=64))
    settings = replace(BuildSettings(image_size=64, train_examples=12), file_format=request.param)
    return build(sources, settings, tmp_path_factory.mktemp(request.param)).path


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("split", ["train", "validation", "test_rotated"])
def test_a_shard_of_another_length_is_one_line(
    dataset: Path,
    split: str,
    way: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from hairnet_model.cli.app import main

    copy, _, what = spoilt_copy(dataset, tmp_path, split, way)
    run, packed = tmp_path / "run", tmp_path / "packed.npz"
    commands = {
        "test_rotated": [("evaluate", copy, "--quiet"), ("evaluate", copy, "--split", split, "--quiet")],
    }.get(
        split,
        [
            ("train", copy, "--out", run, *QUICK),
            ("train", copy, dataset, "--out", run, *QUICK),
            ("pack", copy, "--out", packed),
            ("pack", copy, "--out", packed, "--train-examples", 2),
        ],
    )
    for arguments in commands:
        monkeypatch.setattr(sys, "argv", ["hairnet-model", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (1, ""), said
        assert said.err.splitlines()[-1].startswith(f"hairnet-model: {what}; "), said
        assert [path.name for path in tmp_path.iterdir()] == ["hairnet_synthetic"], "no run, no packed file"
