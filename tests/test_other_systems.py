"""Nothing here needs what only Unix has: every module is imported, and a dataset built, without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from tests.support.datasets import digests
from tests.support.paths import ROOT
from tests.support.portraits import tiny_drawn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="plays another system on this one, with /proc")


def run(*arguments: object) -> str:
    command = [sys.executable, "-m", "tests.support.other_system", *map(str, arguments)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout


def test_every_module_is_imported() -> None:
    assert int(run("import")) > 150


@pytest.fixture(scope="module")
def built_here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the data dir that this system makes."""
    data_dir = tmp_path_factory.mktemp("here")
    build(tiny_drawn(), BuildSettings(image_size=40, train_examples=20), data_dir, BuildOptions(name="mine"))
    return digests(data_dir)


@pytest.mark.parametrize("locks", [(), ("locks",)], ids=["without locks", "with locks"])
def test_a_build_leaves_the_same_files(locks: tuple[str, ...], built_here: dict[str, str], tmp_path: Path) -> None:
    run("build", tmp_path, *locks)
    assert digests(tmp_path / "data") == built_here
    if locks:  # without locks nobody can tell that a scratch directory is a dead build's, but its own build removes it
        assert not list((tmp_path / "data").glob("*/.[sil]*"))
