"""Mattes in a user's own folder: what is read, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.sources.folder.source import Folder
from tests.support.portraits import save_picture


@pytest.fixture
def folder(portraits_dir: Path, tmp_path: Path) -> Path:
    """The portraits, to which mattes are added."""
    return shutil.copytree(portraits_dir, tmp_path / "portraits")


def first(folder: Path) -> tuple[str, tuple[int, int]]:
    """A portrait's id, and height and width of its photo."""
    source = Folder.open(folder)
    id = source.catalogue().entries[0].id
    height, width = source.load(id).image.shape[:2]
    return id, (height, width)


def test_a_matte_is_read_and_its_portrait_another(folder: Path) -> None:
    id, shape = first(folder)
    before = Folder.open(folder)
    assert before.load(id).alpha is None
    values = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    save_picture(folder / "mattes" / f"{id}.png", values)
    source = Folder.open(folder)
    assert source.catalogue().errors == ()
    alpha = source.load(id).alpha
    assert alpha is not None
    np.testing.assert_array_equal(alpha, values)
    assert source.content(id) != before.content(id)
    others = [entry.id for entry in source.catalogue().entries if entry.id != id]
    assert source.load(others[0]).alpha is None
    assert source.content(others[0]) == before.content(others[0])


def test_16_bits_are_rounded(folder: Path) -> None:
    id, shape = first(folder)
    values = np.random.default_rng(0).integers(0, 65536, shape, np.uint16)
    save_picture(folder / "mattes" / f"{id}.png", Image.fromarray(values))
    alpha = Folder.open(folder).load(id).alpha
    assert alpha is not None
    np.testing.assert_allclose(alpha, values / 257, atol=0.5001)


def test_mattes_that_do_not_fit_are_refused(folder: Path) -> None:
    id, (height, width) = first(folder)
    path = folder / "mattes" / f"{id}.png"
    save_picture(path, np.zeros((height, width + 1), np.uint8))
    with pytest.raises(PictureError, match=rf"is {width + 1} x {height} pixels, its photo {width} x {height}"):
        Folder.open(folder).load(id)
    colours = np.zeros((height, width, 3), np.uint8)
    colours[0, 0, 1] = 9
    save_picture(path, colours)
    with pytest.raises(PictureError, match="is no grey picture; save the matte as 8-bit grey PNG"):
        Folder.open(folder).load(id)


def test_mattes_without_a_photo_and_twice_are_errors(folder: Path) -> None:
    id, shape = first(folder)
    for name in ("nobody.png", f"{id}.png", f"{id}.bmp"):
        save_picture(folder / "mattes" / name, np.zeros(shape, np.uint8))
    errors = [str(error) for error in Folder.open(folder).catalogue().errors]
    assert errors == [
        f"mattes/{id}.png: has the same name as mattes/{id}.bmp; keep or rename one",
        "mattes/nobody.png: has no photo; add it or remove the matte",
    ]
