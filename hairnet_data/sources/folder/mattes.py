"""The mattes of a user's own portraits: grey pictures in a folder `mattes`, white where all is hair."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.errors import HairnetError, PictureError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.labels.classes_file import Options
from hairnet_data.core.storage.paths import is_folder
from hairnet_data.sources.folder.listing import list_pictures
from hairnet_data.sources.folder.pairing import PortraitFiles

MATTES = "mattes"
"""The folder's name beside `classes.toml`. It is optional."""


def find_mattes(
    root: Path, files: Mapping[str, PortraitFiles], options: Options, errors: list[HairnetError], notes: list[str]
) -> dict[str, str]:
    """Finds the portraits' mattes by name: the photo's, with `image_suffix` or without, in a subfolder of its name.

    Args:
        root: the source's folder.
        files: of the portraits, by id.
        options: of `classes.toml`.
        errors: what is wrong with single mattes is added here.
        notes: what else lies there is added here.

    Returns:
        Paths within `root` by id, of those portraits that have one.
    """
    if not is_folder(root / MATTES):
        return {}
    found: dict[str, str] = {}
    for path in list_pictures(root, MATTES, errors, notes).files:
        stem = path[len(MATTES) + 1 :].rpartition(".")[0]
        id = stem if stem in files else stem.removesuffix(options.image_suffix)
        if id not in files:
            errors.append(SourceError(path, "has no photo", "add it or remove the matte"))
        elif id in found:
            errors.append(SourceError(path, f"has the same name as {found[id]}", "keep or rename one"))
        else:
            found[id] = path
    return found


def read_matte(path: Path, where: str, image: Pixels) -> Pixels:
    """Reads a matte: uint8 (H, W), the share of hair times 255.

    Args:
        path: the file.
        where: how an error calls it.
        image: the portrait's photo, uint8 (H, W, 3).

    Raises:
        PictureError: it is damaged, no grey picture of 8 or 16 bits, or of another size than its photo.
    """
    picture = read_mask(path, where)
    if picture.palette is None and picture.indices is not None:  # of 16 bits
        alpha = ((picture.indices.astype(np.uint32) + 128) // 257).astype(np.uint8)
    else:
        shown = picture.rgb if picture.indices is None or picture.palette is None else picture.palette[picture.indices]
        assert shown is not None
        if (shown[..., :1] != shown).any():
            raise PictureError(where, "is no grey picture", "save the matte as 8-bit grey PNG")
        alpha = shown[..., 0]
    if alpha.shape != image.shape[:2]:
        (height, width), (h, w) = image.shape[:2], alpha.shape
        raise PictureError(where, f"is {w} x {h} pixels, its photo {width} x {height}", "give them one size")
    return as_pixels(np.ascontiguousarray(alpha))
