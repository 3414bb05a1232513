"""`preview`: what is shown is what a build begins with, or has stored."""

from __future__ import annotations

import html.parser
import shutil
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import UsageError
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.reader import decode_pose, open_prepared
from hairnet_data.inspection.preview import checked_ending, explain, from_dataset, from_settings, show
from hairnet_data.recipes.caption import describe_pose
from hairnet_data.recipes.policy import Policy
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.rendering.poses import poses_of
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.command import Command
from tests.support.datasets import available
from tests.support.portraits import draw_head, in_colours, make_folder, make_negatives, save_picture, tiny_drawn


def test_from_settings_shows_what_a_build_begins_with(
    built_folder: Path, portraits_dir: Path, negatives_dir: Path
) -> None:
    settings = BuildSettings(image_size=48, train_examples=30, image_format="png", policy=Policy(scale=(0.5, 2)))
    sources = Sources(Folder.open(portraits_dir), PhotoFolder(negatives_dir))
    cells = list(from_settings(sources, settings, 12))
    for index, cell in enumerate(cells):
        record = open_prepared(built_folder).record("train", index)
        assert np.array_equal(cell.image, decode_image(record["image"]))  # type: ignore[arg-type]
        assert cell.mask is not None
        assert np.array_equal(cell.mask, decode_mask(record["mask"]))  # type: ignore[arg-type]
        assert cell.title == f"train {index}"
        assert cell.lines[0] == f"{record['kind'].decode()} {record['source_id'].decode()}"  # type: ignore[union-attr]


def test_heads_are_shown_with_their_poses(built_drawn: Path, tmp_path: Path) -> None:
    prepared = open_prepared(built_drawn)
    settings = BuildSettings(image_size=64, train_examples=40)
    cells = list(from_settings(tiny_drawn(), settings, 8))
    for index, cell in enumerate(from_dataset(prepared, "train", 40)):
        record = prepared.record("train", index)
        recipe = Recipe.from_json(record["recipe"])  # type: ignore[arg-type]
        pose = decode_pose(record["pose"])
        assert cell.poses == ((pose, *poses_of(recipe)[1:]) if pose else ())
        if index < 8:
            assert np.allclose([astuple(p) for p in cell.poses], [astuple(p) for p in cells[index].poses], atol=1e-4)
        assert pose is None or describe_pose(pose) in cell.lines
    shown = explain(prepared, available(built_drawn), "test_shifted", 0)[0]
    recipe = Recipe.from_json(prepared.record("test_shifted", 0)["recipe"])  # type: ignore[arg-type]
    assert recipe.pose is not None
    assert [cell.poses for cell in shown if cell.title == "source"] == [(recipe.pose,)]
    (moved,) = shown[-1].poses
    assert moved == decode_pose(prepared.record("test_shifted", 0)["pose"])
    assert shown[-1].lines[-1].startswith(f"yaw {moved.yaw:.1f}, pitch ")


def test_from_dataset_is_spread_evenly(built_folder: Path) -> None:
    prepared = open_prepared(built_folder)
    cells = list(from_dataset(prepared, "train", 10))
    assert [cell.title for cell in cells] == [f"train {index}" for index in range(0, 30, 3)]
    assert len(list(from_dataset(prepared, "train", 500))) == 30
    with pytest.raises(
        UsageError, match="no split named 'dev'; choose from train, validation, validation_negatives, test,"
    ):
        list(from_dataset(prepared, "dev", 3))


@pytest.mark.parametrize("line", ["cover = [0.1, 0.6]\nocclude_rate = 1", "head_height = [0.1, 0.3]"])
def test_a_policy_that_depends_on_heads(line: str, tmp_path: Path, command: Command) -> None:
    policy, out = tmp_path / "policy.toml", tmp_path / "sheet.png"
    policy.write_text(f"{line}\n", encoding="utf-8")
    arguments = ("drawn", "--image-size", 40, "--data-dir", tmp_path / "data", "--policy", policy)
    ran = command("preview", *arguments, "--count", 2, "--out", out)
    assert (ran.status, ran.err, ran.out) == (0, "", f"{out}\n")


@pytest.mark.parametrize("ending", ["png", "html"])
def test_command_from_settings_and_from_a_dataset(
    ending: str, built_folder: Path, portraits_dir: Path, negatives_dir: Path, tmp_path: Path, command: Command
) -> None:
    source = ("folder", "--source-dir", portraits_dir, "--negatives", negatives_dir)
    data_dir = tmp_path / "data"
    for number, arguments in enumerate(
        (
            (*source, "--image-size", 40, "--data-dir", data_dir, "--mirror", 1, "--scale", 1, 2),
            ("--dataset", built_folder, "--split", "train"),
        )
    ):
        out = tmp_path / f"sheet{number}.{ending}"
        ran = command("preview", *arguments, "--count", 5, "--out", out)
        assert (ran.status, ran.err, ran.out) == (0, "", f"{out}\n")
        if ending == "png":
            with Image.open(out) as sheet:
                assert sheet.mode == "RGB"
                assert sheet.width > 300
        else:
            page = out.read_text()
            assert page.startswith("<!doctype html>")
            assert "http://" not in page
            assert "https://" not in page
            assert page.count("<figure") == 5
    assert not data_dir.exists()


def test_endings_and_counts(built_folder: Path, tmp_path: Path, command: Command) -> None:
    assert checked_ending(Path("a.PNG")) == Path("a.PNG")
    for out, count, what in (
        ("sheet.jpg", 3, "--out: 'sheet.jpg' is neither .png nor .html; end it in .png"),
        ("sheet", 3, "--out: 'sheet' is neither"),
        ("sheet.png", 0, "--count: 0 is outside 1..1000; "),
        ("sheet.png", 1001, "--count: 1001 is outside 1..1000; "),
    ):
        ran = command("preview", "--dataset", built_folder, "--count", count, "--out", tmp_path / out)
        assert (ran.status, len(ran.error_lines)) == (2, 1)
        assert what in ran.err
    ran = command("preview", "--dataset", built_folder, "--split", "dev", "--out", tmp_path / "a.png")
    assert (ran.status, len(ran.error_lines)) == (2, 1)
    assert list(tmp_path.iterdir()) == []


class Tags(html.parser.HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_names_of_files_are_no_html(tmp_path: Path, command: Command) -> None:
    folder = make_folder(tmp_path / "portraits", people=3)
    name = "zed_<script>alert(1)<" + "s onload='x'>&amp;"
    for people in "pqrstuv":  # enough that some land in the training pool
        photo, mask = draw_head(ord(people), 72, 72)
        save_picture(folder / "images" / f"{people}{name}.png", photo)
        save_picture(folder / "masks" / f"{people}{name}.png", in_colours(mask))
    negatives = make_negatives(tmp_path / "<i>walls")
    source = ("folder", "--source-dir", folder, "--negatives", negatives, "--image-size", 40)
    out = tmp_path / "gallery.html"
    ran = command("preview", *source, "--count", 40, "--negative-rate", 0, "--out", out)
    assert ran.status == 0, ran
    page = Tags()
    page.feed(out.read_text())
    assert "script" not in page.tags
    assert "s" not in page.tags
    assert f"p{name}" in page.text or f"q{name}" in page.text or f"r{name}" in page.text
    assert command("preview", *source, "--count", 8, "--out", tmp_path / "sheet.png").status == 0


def test_a_faulty_portrait_is_found_when_it_is_rendered(
    portraits_dir: Path, negatives_dir: Path, tmp_path: Path, command: Command
) -> None:
    broken = shutil.copytree(portraits_dir, tmp_path / "broken")
    for photo in broken.glob("images/*"):
        photo.write_bytes(b"")
    out = tmp_path / "sheet.png"
    source = ("folder", "--source-dir", broken, "--negatives", negatives_dir, "--negative-rate", 0)
    ran = command("preview", *source, "--out", out)
    assert (ran.status, len(ran.error_lines)) == (1, 1)
    assert "is empty" in ran.err
    assert not out.exists()


def test_show_writes_atomically(built_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "sheet.png"
    out.write_bytes(b"the old one")
    cells = list(from_dataset(open_prepared(built_folder), "test", 2))
    with pytest.raises(UsageError):
        show(cells, out.with_suffix(".gif"), "title")
    assert out.read_bytes() == b"the old one"
    show(cells, out, "title")
    assert out.read_bytes().startswith(b"\x89PNG")
    assert sorted(tmp_path.iterdir()) == [out]
