"""A dataset's name, and whether the one of that name is the one that is wanted."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.recipes.policy import Policy
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.registry import Sources
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from tests.support.builds import SETTINGS
from tests.support.datasets import digests
from tests.support.kept_drawings import drawings_kept
from tests.support.portraits import draw_head, in_colours, save_picture


def names(sources: Sources, settings: BuildSettings, tmp_path: Path) -> str:
    with drawings_kept():
        return build(sources, settings, tmp_path, BuildOptions(dry_run=True)).path.parent.name


def test_default_settings_have_the_sources_name(lfw_dir: Path, negatives_dir: Path, tmp_path: Path) -> None:
    lfw = LfwParts.open(lfw_dir, tmp_path / "unpacked")
    ground = DrawnBackgrounds(2, 1, 1, size=32)
    small = Sources(Drawn(2, 1, 1, size=32), ground)
    assert names(small, BuildSettings(), tmp_path) == "drawn"
    assert names(small, BuildSettings(train_examples=2000), tmp_path) == "drawn", "it says what is the default anyway"
    assert names(Sources(lfw, ground), BuildSettings(), tmp_path) == "lfw_parts"
    others = [
        names(small, BuildSettings(seed=1), tmp_path),
        names(small, BuildSettings(train_examples=10), tmp_path),
        names(small, BuildSettings(policy=Policy(mirror=0)), tmp_path),
        names(small, BuildSettings(image_size=64), tmp_path),
        names(small, BuildSettings(image_format="png"), tmp_path),
        names(small, BuildSettings(eval_examples=1), tmp_path),
        names(Sources(small.portraits, PhotoFolder(negatives_dir)), BuildSettings(), tmp_path),
    ]
    for name in others:
        source, _, digits = name.partition("-")
        assert source == "drawn"
        assert len(digits) == 8
        int(digits, 16)
    assert len(set(others)) == len(others)
    person = Sources(LfwParts.open(lfw_dir, tmp_path / "unpacked", "person"), ground)
    assert names(person, BuildSettings(), tmp_path).startswith("lfw_parts-")


def test_a_folder_is_named_by_its_content(
    own: Sources, portraits_dir: Path, negatives_dir: Path, tmp_path: Path
) -> None:
    first = names(own, SETTINGS, tmp_path)
    moved = shutil.copytree(portraits_dir, tmp_path / "elsewhere")
    same = Sources(Folder.open(moved), PhotoFolder(negatives_dir))
    assert names(same, SETTINGS, tmp_path) == first, "the path is no part of it"
    photo, mask = draw_head(99, 72, 72)
    save_picture(moved / "images" / "bb_0.png", photo)
    save_picture(moved / "masks" / "bb_0.png", in_colours(mask))
    changed = Sources(Folder.open(moved), PhotoFolder(negatives_dir))
    assert names(changed, SETTINGS, tmp_path) != first


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", ".hidden", "a b", "ä", "x" * 101, "a\n"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(UsageError, match="--name"):
        BuildOptions(name=name)


def test_own_name_and_names_of_default_settings(own: Sources, tmp_path: Path) -> None:
    path = build(own, SETTINGS, tmp_path, BuildOptions(name="my.set-1")).path
    assert path == tmp_path / "hairnet_synthetic" / "my.set-1" / "1.6.0"
    before = digests(tmp_path)
    for name in ("drawn", "lfw_parts"):
        # TFDS would read it with the features of default settings.
        with pytest.raises(UsageError, match=f"'{name}' stands for {name} with default settings"):
            build(own, SETTINGS, tmp_path, BuildOptions(name=name))
    assert digests(tmp_path) == before


def test_the_same_again_is_already_there(own: Sources, tmp_path: Path) -> None:
    first = build(own, SETTINGS, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    again = build(own, SETTINGS, tmp_path)
    assert (again.path, again.made, again.size, again.examples) == (first.path, False, first.size, first.examples)
    home = tmp_path / "hairnet_synthetic"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path != home} == {
        path: time for path, time in times.items() if path != home
    }
    assert first.size == sum(path.stat().st_size for path in first.path.iterdir())


def test_the_same_name_with_other_settings_says_what_differs(own: Sources, tmp_path: Path) -> None:
    build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    before = digests(tmp_path)
    others = {
        "seed 0 there, 3 now": replace(SETTINGS, seed=3),
        "image_size 40 there, 48 now": replace(SETTINGS, image_size=48),
        "policy.mirror 0.5 there, 0 now": replace(SETTINGS, policy=Policy(mirror=0)),
        "train_examples 33 there, 34 now": replace(SETTINGS, train_examples=34),
        r"policy.scale \[0.75, 1.25\] there, \[1.0, 1.0\] now": replace(SETTINGS, policy=Policy(scale=(1.0, 1.0))),
    }
    for what, settings in others.items():
        with pytest.raises(BuildError, match=what):
            build(own, settings, tmp_path, BuildOptions(name="mine"))
    with pytest.raises(BuildError, match=r"backgrounds\.content .* now"):
        build(Sources(own.portraits, DrawnBackgrounds(2, 1, 1, size=32)), SETTINGS, tmp_path, BuildOptions(name="mine"))
    assert digests(tmp_path) == before


def test_other_programs_files_are_left_alone(own: Sources, tmp_path: Path) -> None:
    path = tmp_path / "hairnet_synthetic" / "mine" / "1.6.0"
    path.mkdir(parents=True)
    (path / "thesis.txt").write_text("all of it")
    for content in (None, "no JSON", "[]", "{}", "null"):
        if content is not None:
            (path / "metadata.json").write_text(content)
        with pytest.raises(BuildError, match="did not make"):
            build(own, SETTINGS, tmp_path, BuildOptions(name="mine"))
    assert (path / "thesis.txt").read_text() == "all of it"
