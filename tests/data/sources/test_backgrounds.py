"""Sources of pictures with nobody in them: stable ids, pools that share nothing, errors that differ."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError, SourceError, UsageError
from hairnet_data.sources.base import POOLS, BackgroundSource
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.scenes import scene
from hairnet_data.sources.scenes.source import DrawnBackgrounds


def _photo(path: Path, seed: int = 0, size: tuple[int, int] = (12, 9)) -> Path:
    """Writes a small picture of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, "PNG")
    return path


def _pools(source: BackgroundSource) -> dict[str, str]:
    return {entry.id: entry.pool for entry in source.catalogue().entries}


def test_drawn_catalogue_is_sorted_and_counted() -> None:
    entries = DrawnBackgrounds(5, 2, 3, size=16).catalogue().entries
    ids = [entry.id for entry in entries]
    assert ids == sorted(ids)
    assert ids[:2] == ["test_0000", "test_0001"]
    assert [sum(entry.pool == pool for entry in entries) for pool in POOLS] == [5, 2, 3]
    assert all(entry.id.startswith(entry.pool) and entry.traits["kind"] in scene.KINDS for entry in entries)


def test_every_pool_of_the_standard_set_has_every_kind() -> None:
    entries = DrawnBackgrounds().catalogue().entries
    for pool in POOLS:
        assert {entry.traits["kind"] for entry in entries if entry.pool == pool} == set(scene.KINDS)


def test_drawn_scenes_do_not_depend_on_the_counts() -> None:
    few, many = DrawnBackgrounds(3, 0, 0, size=32), DrawnBackgrounds(30, 5, 5, size=32)
    assert few.content("train_0002") == many.content("train_0002")
    assert np.array_equal(few.load("train_0002"), many.load("train_0002"))
    assert dict(_pools(few)).items() <= dict(_pools(many)).items()


def test_drawn_scenes_differ_by_pool_number_and_size() -> None:
    source = DrawnBackgrounds(3, 3, 3, size=32)
    contents = {source.content(entry.id) for entry in source.catalogue().entries}
    assert len(contents) == 9
    assert DrawnBackgrounds(3, 3, 3, size=40).content("train_0000") not in contents
    assert not np.array_equal(source.load("train_0001")[:32, :32], source.load("test_0001")[:32, :32])


def test_drawn_scenes_come_in_three_shapes() -> None:
    source = DrawnBackgrounds(40, 0, 0, size=32)
    shapes = {source.load(entry.id).shape[:2] for entry in source.catalogue().entries}
    assert shapes == {(32, 32), (40, 32), (32, 40)}


def test_content_is_sixteen_hex_digits() -> None:
    content = DrawnBackgrounds().content("train_0012")
    assert len(content) == 16
    assert int(content, 16) >= 0


@pytest.mark.parametrize(
    "id", ["train_0003", "train_3", "train_00001", "nobody_0001", "", "train_0000\n", "train_٠٠٠١"]
)
def test_unknown_drawn_ids_are_refused(id: str) -> None:
    source = DrawnBackgrounds(3, 0, 0, size=16)
    with pytest.raises(SourceError, match="there is none of this id"):
        source.load(id)
    with pytest.raises(SourceError):
        source.content(id)


def test_impossible_drawn_settings_are_refused() -> None:
    with pytest.raises(UsageError, match="negative"):
        DrawnBackgrounds(-1)
    with pytest.raises(UsageError, match="too small"):
        DrawnBackgrounds(size=4)


def test_sources_survive_pickling(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png")
    sources: list[tuple[BackgroundSource, str]] = [
        (DrawnBackgrounds(2, 1, 1, size=24), "train_0001"),
        (PhotoFolder(tmp_path), "a.png"),
    ]
    for source, id in sources:
        twin = pickle.loads(pickle.dumps(source))
        assert twin.name == source.name
        assert twin.settings() == source.settings()
        assert twin.content(id) == source.content(id)
        assert np.array_equal(twin.load(id), source.load(id))
        assert json.loads(json.dumps(source.settings())) == source.settings()


def test_folder_lists_pictures_of_subfolders_by_their_names(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.png", "sub/c.JpG", "sub/deep/d.webp"):
        _photo(tmp_path / name)
    for name in (".hidden.png", ".git/e.png", "notes.txt", "png", "sub/.x/f.png"):
        _photo(tmp_path / name)
    entries = PhotoFolder(tmp_path).catalogue().entries
    assert [entry.id for entry in entries] == ["a.png", "b.PNG", "sub/c.JpG", "sub/deep/d.webp"]
    assert all(entry.person == "" for entry in entries)


def test_folder_settings_name_no_path(tmp_path: Path) -> None:
    assert str(tmp_path) not in json.dumps(PhotoFolder(tmp_path, (0.5, 0.25, 0.25), 3).settings())


def test_folder_loads_pixels(tmp_path: Path) -> None:
    path = _photo(tmp_path / "sub" / "a.png", 4)
    with Image.open(path) as picture:
        assert np.array_equal(PhotoFolder(tmp_path).load("sub/a.png"), np.asarray(picture))


def test_folder_divides_by_the_fractions_and_the_seed(tmp_path: Path) -> None:
    for number in range(40):
        _photo(tmp_path / f"{number}.png", number)
    pools = _pools(PhotoFolder(tmp_path, (0.5, 0.25, 0.25)))
    assert [list(pools.values()).count(pool) for pool in POOLS] == [20, 10, 10]
    assert pools == _pools(PhotoFolder(tmp_path, (0.5, 0.25, 0.25)))
    assert pools != _pools(PhotoFolder(tmp_path, (0.5, 0.25, 0.25), seed=1))


def test_equal_files_share_a_pool(tmp_path: Path) -> None:
    for number in range(60):
        _photo(tmp_path / f"{number:02d}.png", number % 20)
    pools = _pools(PhotoFolder(tmp_path, (0.4, 0.3, 0.3)))
    assert set(pools.values()) == set(POOLS)
    for number in range(20):
        assert len({pools[f"{number + step:02d}.png"] for step in (0, 20, 40)}) == 1


def test_files_of_one_size_that_differ_are_divided_apart(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number}.bmp").write_bytes(bytes([number]) * 50)
    assert set(_pools(PhotoFolder(tmp_path, (0.4, 0.3, 0.3))).values()) == set(POOLS)


def test_content_follows_the_bytes_alone(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png", 1)
    _photo(tmp_path / "sub" / "b.png", 1)
    source = PhotoFolder(tmp_path)
    before = source.content("a.png")
    assert len(before) == 16
    assert before == source.content("sub/b.png")
    _photo(tmp_path / "a.png", 2)
    assert source.content("a.png") != before


def test_links_that_lead_outside_are_errors(tmp_path: Path) -> None:
    outside = _photo(tmp_path / "outside" / "secret.png")
    root = tmp_path / "photos"
    _photo(root / "mine.png", 1)
    (root / "file.png").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent, target_is_directory=True)
    (root / "gone.png").symlink_to(root / "nowhere.png")
    (root / "self.png").symlink_to(root / "self.png")
    source = PhotoFolder(root)
    assert list(_pools(source)) == ["mine.png"]
    reasons = {Path(error.where).name: error.what for error in source.catalogue().errors}
    assert reasons == {
        "file.png": "is a link that leads outside the folder",
        "folder": "is a link to a folder",
        "gone.png": "is no plain file",
        "self.png": "is no plain file",
    }
    for id in ("file.png", "folder/secret.png", "gone.png", "self.png"):
        with pytest.raises(SourceError, match="no such picture"):
            source.load(id)


def test_links_inside_are_safe(tmp_path: Path) -> None:
    _photo(tmp_path / "sub" / "a.png")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b.png").symlink_to(tmp_path / "sub" / "a.png")
    pools = _pools(PhotoFolder(tmp_path, (0.4, 0.3, 0.3)))
    assert list(pools) == ["b.png", "sub/a.png"]
    assert len(set(pools.values())) == 1


def test_a_folder_that_is_a_link_itself_is_fine(tmp_path: Path) -> None:
    _photo(tmp_path / "real" / "a.png")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    source = PhotoFolder(tmp_path / "link")
    assert list(_pools(source)) == ["a.png"]
    assert source.load("a.png").shape == (9, 12, 3)


@pytest.mark.parametrize(
    "id",
    [
        "b.png",
        "../a.png",
        "/etc/a.png",
        "./a.png",
        "",
        "sub//a.png",
        "sub",
        ".a.png",
        "a.txt",
        "x\0.png",
        "A.PNG",
    ],
)
def test_unknown_ids_are_refused(tmp_path: Path, id: str) -> None:
    _photo(tmp_path / "root" / "a.png")
    _photo(tmp_path / "root" / "sub" / "a.png")
    _photo(tmp_path / "a.png")
    source = PhotoFolder(tmp_path / "root")
    with pytest.raises(SourceError, match="no such picture"):
        source.load(id)
    with pytest.raises(SourceError, match="no such picture"):
        source.content(id)


def test_missing_empty_and_misnamed_folders_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    (tmp_path / "empty").mkdir()
    for name, what in (("none", "no such folder"), ("file", "is no folder"), ("empty", "no pictures")):
        with pytest.raises(SourceError, match=what) as caught:
            PhotoFolder(tmp_path / name).catalogue()
        assert name in caught.value.where
        assert caught.value.hint


@pytest.mark.parametrize("fractions", [(0.5, 0.2, 0.2), (1.2, -0.1, -0.1), (0.5, 0.5)])
def test_fractions_that_are_no_shares_are_refused(tmp_path: Path, fractions: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError, match="no shares"):
        PhotoFolder(tmp_path, fractions)


def test_faulty_pictures_are_listed_and_refused_when_loaded(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture at all")
    (tmp_path / "empty.png").write_bytes(b"")
    source = PhotoFolder(tmp_path)
    assert list(_pools(source)) == ["broken.jpg", "empty.png"]
    for id in _pools(source):
        with pytest.raises(PictureError) as caught:
            source.load(id)
        assert id in caught.value.where


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipes_are_no_pictures(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    catalogue = PhotoFolder(tmp_path).catalogue()
    assert [entry.id for entry in catalogue.entries] == ["a.png"]
    assert [str(error) for error in catalogue.errors] == [
        f"{tmp_path / 'pipe.png'}: is no plain file; put a picture there or remove it"
    ]


def test_names_that_are_not_utf8_are_errors(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png")
    try:
        (tmp_path / os.fsdecode(b"\xff.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such names")
    catalogue = PhotoFolder(tmp_path).catalogue()
    assert [entry.id for entry in catalogue.entries] == ["a.png"]
    assert "not UTF-8" in str(catalogue.errors[0])


def test_files_that_are_left_out_are_named_or_counted(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png")
    for name in ("raw.nef", "clip.mov", "sub/notes.txt", ".DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    catalogue = PhotoFolder(tmp_path).catalogue()
    assert [entry.id for entry in catalogue.entries] == ["a.png"]
    assert [error.where for error in catalogue.errors] == [str(tmp_path / "raw.nef")]
    assert catalogue.notes == (
        f"{tmp_path / 'clip.mov'}: is no picture by the ending of its name",
        f"{tmp_path}: other files: 1 .txt, 1 hidden",
    )
