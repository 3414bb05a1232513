"""Small sources that the tests draw themselves, datasets built from them, and a way to run the command line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.dataset.reader import Prepared, open_prepared
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.command import Command, Ran
from tests.support.kept_drawings import drawings_kept
from tests.support.lfw import make_lfw
from tests.support.portraits import make_folder, make_negatives, tiny_drawn


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `hairnet-data` with the given arguments in this process."""
    from hairnet_data.cli.app import main

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["hairnet-data", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def portraits_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source `folder` of 15 portraits. Read it only."""
    return make_folder(tmp_path_factory.mktemp("own") / "portraits")


@pytest.fixture(scope="session")
def negatives_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photographs with nobody in them. Read it only."""
    return make_negatives(tmp_path_factory.mktemp("nobody") / "walls")


@pytest.fixture(scope="session")
def lfw_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source `lfw_parts` of 10 portraits. Read it only."""
    return make_lfw(tmp_path_factory.mktemp("lfw") / "public")


TINY = BuildSettings(image_size=64, train_examples=40)


@pytest.fixture(scope="session")
def tiny() -> BuildSettings:
    """Settings of small examples, few of them."""
    return TINY


@pytest.fixture(scope="session")
def built_drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of drawn portraits, JPEG. Read it only; `copy_of` gives one to damage."""
    with drawings_kept():
        return build(tiny_drawn(), TINY, tmp_path_factory.mktemp("data")).path


@pytest.fixture(scope="session")
def built_folder(portraits_dir: Path, negatives_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the user's own photos and backgrounds, PNG, named `mine`. Read it only."""
    settings = BuildSettings(image_size=48, train_examples=30, image_format="png", policy=Policy(scale=(0.5, 2)))
    sources = Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))
    return build(sources, settings, tmp_path_factory.mktemp("data"), BuildOptions(name="mine")).path


@pytest.fixture(scope="session")
def built_lfw(lfw_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the portraits in `lfw_dir` before drawn backgrounds. Read it only."""
    data_dir = tmp_path_factory.mktemp("data")
    sources = Sources(LfwParts.open(lfw_dir, data_dir / "downloads"), DrawnBackgrounds(4, 2, 2, size=64))
    with drawings_kept():
        return build(sources, TINY, data_dir).path


DRAWS_ONCE = {"audit", "cli", "dataset", "inspection", "interchange", "verify"}
"""Folders of tests that look at what is made of drawings, not at the drawing."""


@pytest.fixture(autouse=True)
def _drawings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing is drawn twice where the drawing is not what is tested."""
    if request.path.relative_to(Path(__file__).parent).parts[0] in DRAWS_ONCE:
        with drawings_kept():
            yield
    else:
        yield


@pytest.fixture
def few_backgrounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve small drawn backgrounds instead of 420: every build looks at all of them."""
    monkeypatch.setattr(DrawnBackgrounds.__init__, "__defaults__", (6, 3, 3, 64))


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """Copies a built dataset, to be damaged: under the same name, in a data dir of its own."""

    def copy(dataset: Path) -> Path:
        to = tmp_path / "copy" / Path(*dataset.parts[-3:])
        shutil.copytree(dataset, to)
        return to

    return copy


@pytest.fixture
def opened() -> Callable[[Path], Prepared]:
    """Opens a prepared dataset."""
    return open_prepared


@pytest.fixture
def data_dir(built_drawn: Path, tmp_path: Path) -> Path:
    """A data folder with one dataset, whose name is that of `built_drawn`."""
    to = tmp_path / "data" / Path(*built_drawn.parts[-3:])
    shutil.copytree(built_drawn, to)
    return tmp_path / "data"
