"""The ground truth of photos: masks in a folder, and what their values mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import COLOURS, NAMES, UNLABELLED
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.labels.class_config import Config, read_config
from hairnet_data.core.labels.class_map import ColourMap, IndexMap, PartMap

_CONFIG = "classes.toml"
_ENDINGS = (".png", *sorted(EXTENSIONS - {".png"}))  # a PNG first: it is what masks are
_IDS = IndexMap({**{number: number for number in range(len(NAMES))}, UNLABELLED: UNLABELLED})
_CLASS_COLOURS = ColourMap({colour: number for number, colour in enumerate(COLOURS)})


@dataclass(frozen=True, slots=True)
class Truth:
    """True masks.

    Attributes:
        path: a folder of masks of the same names as the photos, or the mask of the only photo.
        config: what the masks' values mean; None if they are class ids, 255 for pixels without a label, or the classes'
            colours (blue, red, green).
    """

    path: Path
    config: Config | None = None

    @classmethod
    def open(cls, path: Path) -> Truth:
        """Takes a mask or a folder of masks, with the `classes.toml` that lies in it, beside it, or above the masks.

        Raises:
            SourceError: the `classes.toml` is none.
        """
        folder = path if os.path.isdir(path) else path.parent
        for home in (folder, folder.absolute().parent):
            if os.path.isfile(home / _CONFIG):
                return cls(path, read_config(home / _CONFIG, str(home / _CONFIG)))
        return cls(path)

    def read(self, photo: PurePath, shape: tuple[int, int]) -> Pixels | None:
        """The true mask of a photo.

        Args:
            photo: its path within the folder that it was found in.
            shape: rows and columns that the mask must have.

        Returns:
            uint8 (H, W) of class ids and `UNLABELLED`; None where there is no mask.

        Raises:
            PictureError: it cannot be read, has another size, or holds what is no class.
        """
        files = self._files(photo)
        if not files:
            return None
        if self.config is not None and isinstance(self.config.classes, PartMap):
            parts = {part: (read_mask(file), str(file)) for part, file in files.items()}
            return _fitting(self.config.classes.read(parts, str(photo))[0], shape, next(iter(files.values())))
        (file,) = files.values()
        return read_truth(file, shape, self.config)

    def _files(self, photo: PurePath) -> dict[str, Path]:
        """The mask, or the masks by part, of a photo."""
        if not os.path.isdir(self.path):
            return {"": self.path}
        stem, parts = photo.with_suffix("").as_posix(), [""]
        suffix = ""
        if self.config is not None:
            stem, suffix = stem.removesuffix(self.config.options.image_suffix), self.config.options.mask_suffix
            if isinstance(self.config.classes, PartMap):
                parts = list(self.config.classes.classes)
        files = {part: _existing(self.path / f"{stem}{'_' if part else ''}{part}{suffix}") for part in parts}
        return {part: file for part, file in files.items() if file is not None}


def _existing(stem: Path) -> Path | None:
    """The picture of that name with any ending."""
    names = (stem.with_name(stem.name + ending) for ending in _ENDINGS)
    return next((name for name in names if os.path.isfile(name)), None)


def read_truth(path: Path, shape: tuple[int, int], config: Config | None = None) -> Pixels:
    """Reads a mask of class ids and 255 for pixels without a label, of the classes' colours, or as `config` says.

    The colours of a palette are looked up if all that are used are those of classes; else its indices are class ids.

    Args:
        path: its file.
        shape: rows and columns it must have.
        config: of one mask a photo.

    Returns:
        uint8 (H, W) of class ids and `UNLABELLED`.

    Raises:
        PictureError: it cannot be read, has another size, or holds what is no class.
    """
    picture = read_mask(path)
    if config is not None and not isinstance(config.classes, PartMap):
        return _fitting(config.classes.read(picture, str(path))[0], shape, path)
    in_colours = _in_class_colours(picture)
    if not in_colours:
        _refuse_black_and_white(picture, path)
    try:
        mask, _ = (_CLASS_COLOURS if in_colours else _IDS).read(picture, str(path))
    except PictureError as error:
        hint = f"save class ids 0, 1, 2 ({', '.join(NAMES)}), or blue, red and green, or put a {_CONFIG} beside it"
        raise PictureError(str(path), f"holds values that are no class ({error.what})", hint) from error
    return _fitting(mask, shape, path)


def _in_class_colours(picture: MaskPicture) -> bool:
    """Whether a mask is one of colours: true-colour, or a palette of which only colours of classes are used."""
    if picture.indices is None:
        assert picture.rgb is not None
        return not (picture.rgb == picture.rgb[:, :, :1]).all()
    if picture.palette is None:
        return False
    used = picture.palette[[index for index in np.unique(picture.indices) if index < len(picture.palette)]]
    return {tuple(colour) for colour in used.tolist()} <= set(COLOURS)


def _refuse_black_and_white(picture: MaskPicture, path: Path) -> None:
    """Refuses 0 and 255 alone: 255 would be "not labelled", and is meant to be hair."""
    pixels = picture.rgb if picture.indices is None else picture.indices
    assert pixels is not None
    values = set(np.unique(pixels).tolist())
    if UNLABELLED in values and values <= {0, UNLABELLED}:
        hint = f'save hair as 1, or put a {_CONFIG} beside it: [colours] hair = "#ffffff", background = "#000000"'
        raise PictureError(str(path), "holds 0 and 255 alone, and 255 stands for pixels without a label", hint)


def _fitting(mask: Pixels, shape: tuple[int, int], path: Path) -> Pixels:
    if mask.shape != shape:
        sizes = f"is {mask.shape[1]} x {mask.shape[0]} pixels and its photo {shape[1]} x {shape[0]}"
        raise PictureError(str(path), sizes, "give the mask of this photo, upright")
    return mask
