"""True masks in every encoding that `classes.toml` allows."""

from __future__ import annotations

from pathlib import Path, PurePath

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import COLOURS
from hairnet_data.core.errors import PictureError, SourceError
from hairnet_model.inference.truth import Truth, read_truth

IDS = np.array([[0, 1, 2, 0], [2, 2, 1, 0]], np.uint8)
PHOTO = PurePath("x/a.jpg")


def put(path: Path, pixels: np.ndarray | Image.Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(path)
    return path


def read(folder: Path) -> np.ndarray:
    mask = Truth.open(folder).read(PHOTO, (2, 4))
    assert mask is not None
    return mask


def test_a_palette_of_class_colours_is_read_by_its_colours(tmp_path: Path) -> None:
    # As Pillow quantises a true-colour mask: the order of the palette is by chance.
    picture = Image.fromarray(np.array([2, 0, 1], np.uint8)[IDS])
    order = [1, 2, 0]
    picture.putpalette([channel for number in order for channel in COLOURS[number]])
    np.testing.assert_array_equal(read_truth(put(tmp_path / "a.png", picture), (2, 4)), IDS)


def test_a_palette_of_other_colours_is_read_by_its_indices(tmp_path: Path) -> None:
    picture = Image.fromarray(IDS)
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    np.testing.assert_array_equal(read_truth(put(tmp_path / "a.png", picture), (2, 4)), IDS)


def test_ids_of_one_or_three_channels(tmp_path: Path) -> None:
    for pixels in (IDS, IDS.astype(np.uint16), np.dstack([IDS] * 3), np.array(COLOURS, np.uint8)[IDS]):
        np.testing.assert_array_equal(read_truth(put(tmp_path / "a.png", pixels), (2, 4)), IDS)


@pytest.mark.parametrize("channels", [1, 3])
def test_0_and_255_alone_are_named(tmp_path: Path, channels: int) -> None:
    pixels = (IDS == 1).astype(np.uint8) * 255
    path = put(tmp_path / "a.png", pixels if channels == 1 else np.dstack([pixels] * 3))
    with pytest.raises(PictureError, match=r"holds 0 and 255 alone.*save hair as 1"):
        read_truth(path, (2, 4))
    with_face = np.where(IDS == 2, 2, pixels)
    assert read_truth(put(tmp_path / "b.png", with_face), (2, 4))[0, 1] == 255


@pytest.mark.parametrize("home", [".", ".."])
def test_the_classes_file_beside_or_above_says_what_values_mean(tmp_path: Path, home: str) -> None:
    masks = tmp_path / "set" / "masks"
    put(masks / "x" / "a_gt.png", np.array([9, 255, 7], np.uint8)[IDS])
    options = '[options]\nmask_suffix = "_gt"\n'
    (masks / home / "classes.toml").write_text("[indices]\nbackground = 9\nhair = 255\nface = 7\n" + options)
    np.testing.assert_array_equal(read(masks), IDS)
    one = Truth.open(masks / "x" / "a_gt.png")
    assert (one.config is None) == (home == "..")


def test_colours_that_blend_and_black_and_white(tmp_path: Path) -> None:
    put(tmp_path / "x" / "a.png", (IDS == 1).astype(np.uint8) * 255)
    (tmp_path / "classes.toml").write_text('[colours]\nbackground = "#000000"\nhair = "#ffffff"\n')
    np.testing.assert_array_equal(read(tmp_path), IDS == 1)


def test_parts(tmp_path: Path) -> None:
    put(tmp_path / "x" / "a_hair.png", (IDS == 1).astype(np.uint8) * 255)
    put(tmp_path / "x" / "a_skin.png", (IDS == 2).astype(np.uint8) * 255)
    (tmp_path / "classes.toml").write_text('[parts]\nhair = "hair"\nface = "skin"\n')
    np.testing.assert_array_equal(read(tmp_path), IDS)
    assert Truth.open(tmp_path).read(PurePath("x/b.jpg"), (2, 4)) is None


def test_a_wrong_classes_file_and_a_wrong_size(tmp_path: Path) -> None:
    put(tmp_path / "x" / "a.png", IDS)
    with pytest.raises(PictureError, match="is 4 x 2 pixels and its photo 3 x 2"):
        Truth.open(tmp_path).read(PHOTO, (2, 3))
    (tmp_path / "classes.toml").write_text("hair = 3\n")
    with pytest.raises(SourceError, match=r"classes\.toml"):
        Truth.open(tmp_path)
