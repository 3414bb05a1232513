"""A small dataset that the tests build themselves, a copy of it to damage, and the command in this process."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import Command
from tests.support.datasets import unlabel


@pytest.fixture(scope="session")
def drawn_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn portraits of 64 pixels: 64 to train with, 12 in each other split. Read it only."""
    sources = Sources(Drawn(24, 12, 12, size=96), DrawnBackgrounds(8, 4, 6, size=96))
    settings = BuildSettings(image_size=64, train_examples=64, eval_examples=12)
    return build(sources, settings, tmp_path_factory.mktemp("data"), BuildOptions(name="small")).path


@pytest.fixture
def copied(drawn_dataset: Path, tmp_path: Path) -> Path:
    """A copy of the dataset, which a test may damage."""
    to = tmp_path / Path(*drawn_dataset.parts[-3:])
    shutil.copytree(drawn_dataset, to)
    return to


@pytest.fixture
def model_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `hairnet-model` in this process: status, standard output, standard error."""
    from hairnet_model.cli.app import main

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hairnet-model", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run


@pytest.fixture
def hair_only(copied: Path) -> Path:
    """A dataset whose train, validation and test pictures have no label but hair; the rest is no hair."""
    return unlabel(copied, ["background", "face"], ("train", "validation", "test"))
