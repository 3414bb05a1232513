"""Writes folders of photos and masks for the tests that read them."""

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.errors import PictureError, SourceError
from hairnet_data.sources.folder.source import Folder

COLOURS = '[colours]\nbackground = "#0000ff"\nhair = ["#ff0000", "#7f0000"]\nface = "#00ff00"\n'
INDICES = "[indices]\nbackground = 0\nhair = 17\nface = [1, 2]\n"
PARTS = '[parts]\nhair = "hair"\nface = ["skin", "neck"]\nbackground = "hat"\n'
WIDTH, HEIGHT = 24, 18


def classes(width=WIDTH, height=HEIGHT):
    """A head: hair over a face."""
    mask = np.full((height, width), BACKGROUND, np.uint8)
    mask[height // 3 :, width // 4 : -width // 4] = FACE
    mask[height // 6 : height // 2, width // 4 : -width // 4] = HAIR
    return mask


def photo(width=WIDTH, height=HEIGHT):
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 255 // height, columns * 255 // width, rows * 0 + 90], 2).astype(np.uint8)


def in_colours(mask):
    return np.array([(0, 0, 255), (255, 0, 0), (0, 255, 0)], np.uint8)[mask]


def in_indices(mask):
    return np.array([0, 17, 1], np.uint8)[mask]


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)
    return path


class Kit:
    """Writes a folder."""

    def __init__(self, root):
        self.root = root
        (root / "images").mkdir(parents=True)
        (root / "masks").mkdir()
        self.config(COLOURS)

    def config(self, text):
        (self.root / "classes.toml").write_text(text)

    def photo(self, name, pixels=None, folder="images", **options):
        return save(self.root / folder / name, photo() if pixels is None else pixels, **options)

    def mask(self, name, pixels=None, folder="masks", **options):
        return save(self.root / folder / name, in_colours(classes()) if pixels is None else pixels, **options)

    def pair(self, stem):
        self.photo(f"{stem}.jpg")
        self.mask(f"{stem}.png")

    def open(self):
        return Folder.open(self.root)

    def ids(self):
        return [entry.id for entry in self.open().catalogue().entries]

    def errors(self):
        lines = [str(error) for error in self.open().catalogue().errors]
        assert all("\n" not in line for line in lines)
        return lines

    def refused(self):
        with pytest.raises(SourceError) as caught:
            self.open()
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def load_refused(self, id="a"):
        with pytest.raises(PictureError) as caught:
            self.open().load(id)
        assert "\n" not in str(caught.value)
        return str(caught.value)


def check(portrait, mask=None):
    np.testing.assert_array_equal(portrait.mask, classes() if mask is None else mask)
    assert portrait.mask.dtype == portrait.image.dtype == np.uint8
    assert portrait.image.shape[2] == 3
