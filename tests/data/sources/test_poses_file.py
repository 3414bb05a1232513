"""`poses.csv`: what is read of it, what is refused, and its way into records."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.errors import SourceError, UsageError
from hairnet_data.core.head.pose import Pose
from hairnet_data.dataset.data_source import Examples
from hairnet_data.dataset.dataset_metadata import read_identity
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.poses_file import open_poses, read_poses
from hairnet_data.sources.registry import Sources, open_sources
from tests.support.command import Command

HEADER = "portrait,yaw,pitch,roll,x,y,size\n"
ROW = "A,-14.1,2,0.5,0.54,0.49,0.029\n"
POSE = Pose(-14.1, 2.0, 0.5, 0.54, 0.49, 0.029)


def file_of(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "poses.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        HEADER + ROW,
        "\ufeff" + HEADER.replace("\n", "\r\n") + ROW.replace("\n", "\r\n"),
        'size, note ,"portrait",yaw,pitch,roll,x,y\n\n0.029,"two\nlines",A , -14.1,+2.0,5e-1,.54,0.49\n',
    ],
)
def test_columns_in_any_order_and_form(tmp_path: Path, text: str) -> None:
    assert read_poses(file_of(tmp_path, text)) == {"A": POSE}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: has no column portrait and none yaw"),
        (HEADER.replace(",size", ""), "poses.csv, line 1: has no column size; begin with portrait,yaw,pitch"),
        (HEADER + ROW + ROW.replace(",2,", ",91,"), "names A again"),
        (HEADER + ROW + ROW.replace("A,-14.1", "B,-180.5"), "line 3, yaw: should be at least -180, received '-180.5'"),
        (HEADER + ROW.replace(",2,", ",90.5,"), "line 2, pitch: should be at most 90, received '90.5'"),
        (HEADER + ROW.replace(",0.5,", ",,"), "line 2, roll: should be a valid number"),
        (HEADER + ROW.replace("0.54", "inf"), "line 2, x: should be at most 100, received 'inf'"),
        (HEADER + ROW.replace("0.49", "nan"), "line 2, y: "),
        (HEADER + ROW.replace("0.029", "0"), "line 2, size: should be more than 0, received '0'; leave the row out"),
        (HEADER + ROW.replace("A", ""), "line 2, portrait: is empty"),
        (HEADER + "A,1,2\n", "line 2: has 3 values, and there are 7 columns"),
        (HEADER + '"A,1,2\n', "line 2: is no CSV"),
    ],
)
def test_wrong_values_are_refused_with_row_and_column(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_poses(file_of(tmp_path, text))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not UTF-8"):
        read_poses(file_of(tmp_path, HEADER + ROW, "utf-16"))
    with pytest.raises(SourceError, match=r"other\.csv"):
        read_poses(tmp_path / "other.csv")


def test_rows_of_other_portraits(tmp_path: Path) -> None:
    path = file_of(tmp_path, HEADER + ROW + ROW.replace("A", "B") + ROW.replace("A", "C"))
    poses = open_poses(tmp_path, None, ["A", "D"])
    assert poses.by_id == {"A": POSE}
    assert poses.doubts == ("poses.csv has poses of 2 portraits that are not here, first B",)
    with pytest.raises(SourceError, match="names none of the portraits, but 'A'"):
        open_poses(None, path, ["D"])
    assert open_poses(None, None, ["A"]).settings() == {}
    assert open_poses(None, file_of(tmp_path, HEADER), ["A"]).settings() == {}


def test_names_written_in_two_forms_are_one(tmp_path: Path) -> None:
    file_of(tmp_path, HEADER + ROW.replace("A", "e\u0301"))
    assert open_poses(tmp_path, None, ["\u00e9"]).by_id == {"\u00e9": POSE}


def test_the_digest_is_that_of_the_poses_used(tmp_path: Path) -> None:
    def digest(text: str) -> dict[str, str]:
        return open_poses(None, file_of(tmp_path, text), ["A", "B"]).settings()

    both = digest(HEADER + ROW + ROW.replace("A", "B"))
    assert digest(HEADER + ROW.replace("A", "B") + ROW.replace(",2,", ",2.5,")) != both
    assert digest(HEADER + ROW.replace("A", "B") + ROW.replace(",2,", ",2.000,")) == both
    assert digest(HEADER + ROW + ROW.replace("A", "B") + ROW.replace("A", "Z")) == both
    assert digest(HEADER + ROW) != both


def test_lfw_takes_the_file_of_its_folder_or_the_one_given(lfw_dir: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(lfw_dir, tmp_path / "lfw")
    (folder / "poses.csv").write_text(HEADER + ROW.replace("A", "Ann_Ash_0001"))
    source = LfwParts.open(folder, tmp_path / "cache")
    assert source.load("Ann_Ash_0001").pose == POSE
    assert source.load("Ann_Ash_0002").pose is None
    given = tmp_path / "mine.csv"
    given.write_text(HEADER + ROW.replace("A", "Ann_Ash_0002") + ROW.replace("A", "Nobody_0001"))
    source = LfwParts.open(folder, tmp_path / "cache", poses=given)
    assert source.load("Ann_Ash_0001").pose is None
    assert source.load("Ann_Ash_0002").pose == POSE
    assert source.catalogue().doubts == ("mine.csv has poses of 1 portraits that are not here, first Nobody_0001",)
    assert list(source.settings()) == ["split_by", "poses"]


def test_drawn_portraits_know_theirs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--poses: means nothing for drawn"):
        open_sources("drawn", None, None, tmp_path, poses=tmp_path / "poses.csv")


@pytest.fixture(scope="module")
def with_poses(portraits_dir: Path, negatives_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of portraits of which every other has a pose, and a dataset of it."""
    folder = shutil.copytree(portraits_dir, tmp_path_factory.mktemp("posed") / "portraits")
    ids = [entry.id for entry in Folder.open(folder).catalogue().entries]
    rng = np.random.default_rng(5)
    rows = [f"{id},{rng.uniform(-90, 90):.2f},{rng.uniform(-20, 20):.2f},3,0.5,0.45,0.03\n" for id in ids[::2]]
    (folder / "poses.csv").write_text(HEADER + "".join(rows))
    settings = BuildSettings(image_size=48, train_examples=30, eval_examples=6, policy=Policy(group_rate=0.3))
    sources = Sources(Folder.open(folder), PhotoFolder(negatives_dir))
    return folder, build(sources, settings, tmp_path_factory.mktemp("data"), BuildOptions(name="mine")).path


def test_the_poses_come_into_the_records(with_poses: tuple[Path, Path]) -> None:
    folder, dataset = with_poses
    poses = read_poses(folder / "poses.csv")
    known, unknown = 0, 0
    for split in ("train", "test_negatives", "validation", "test"):
        for example in Examples.open(dataset, split):
            pose, recipe = example["pose"], Recipe.from_json(str(example["recipe"]))
            assert isinstance(pose, np.ndarray)
            sources = [poses.get(id) for id in recipe.source_ids]
            assert [recipe.pose, *(companion.pose for companion in recipe.companions)] == sources
            assert np.isnan(pose).all() == (sources[0] is None)
            known += sources[0] is not None
            unknown += sources[0] is None and not recipe.negative
    assert known >= 10
    assert unknown >= 10
    assert read_identity(dataset)["source"]["poses"] == Folder.open(folder).settings()["poses"]


def test_verify_compares_them_with_the_file(
    with_poses: tuple[Path, Path], negatives_dir: Path, portraits_dir: Path, tmp_path: Path, command: Command
) -> None:
    folder, dataset = with_poses
    arguments = ("verify", dataset, "--workers", 1, "--negatives", negatives_dir, "--source-dir")
    ran = command(*arguments, folder)
    assert (ran.status, ran.out.count("note")) == (0, 0), ran.out
    ran = command(*arguments, portraits_dir)
    assert ran.status == 0
    assert "note: poses were not compared with the source's: give their file with --poses" in ran.out
    ran = command(*arguments, portraits_dir, "--poses", folder / "poses.csv")
    assert (ran.status, ran.out.count("note")) == (0, 0), ran.out
    other = tmp_path / "other.csv"
    other.write_text((folder / "poses.csv").read_text().replace(",3,", ",4,"))
    ran = command(*arguments, portraits_dir, "--poses", other)
    assert ran.status == 1
    assert "is not the source's" in ran.out
    ran = command("verify", dataset, "--poses", other)
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "--poses: says nothing without the portraits' folder; give --source-dir too" in ran.err
