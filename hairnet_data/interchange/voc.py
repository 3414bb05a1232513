"""Reads Pascal VOC's `SegmentationClass`: one label picture for each photo, whose labels are indices or colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.interchange.shapes import Annotated, Annotations, Shape, inner_path, read_annotation

_VOID = (224, 224, 192)  # what VOC's palette shows the index 255 in


def read_voc(path: Path) -> Annotations:
    """Reads `SegmentationClass/*.png` and `JPEGImages`; `labelmap.txt` (CVAT's) names colours, else labels are indices.

    Index 0 is background and 255 void, which is not labelled.

    Raises:
        SourceError: there is no such folder, or labelmap.txt is damaged.
    """
    files = sorted((path / "SegmentationClass").glob("*.png"))
    if not files:
        raise SourceError(str(path), "has no SegmentationClass/*.png", "name the folder that holds it")
    colours = _label_map(path / "labelmap.txt")
    found = Annotations(known={"0": "background", "255": "ignore"})
    photos: dict[str, list[Path]] = {}
    for photo in (path / "JPEGImages").glob("*"):
        if photo.suffix.lower() in EXTENSIONS:
            photos.setdefault(photo.stem, []).append(photo)
    for file in files:
        same = photos.get(file.stem, [])
        picture = Annotated(file.stem, file, None, str(file))
        found.pictures.append(picture)
        try:
            if len(same) != 1:
                raise SourceError(str(file), f"has {len(same)} photos of its name in JPEGImages", "give it one")
            picture.name, picture.path = same[0].name, inner_path(path, "JPEGImages", same[0].name)
            _add_shapes(picture, read_mask(file), colours)
        except HairnetError as error:
            picture.fault = SourceError(error.where, error.what, error.hint)
    return found


def _add_shapes(picture: Annotated, mask: MaskPicture, colours: dict[tuple[int, ...], str]) -> None:
    values = mask.indices
    names: dict[int, str] = {}
    if colours:
        shown = mask.rgb
        if mask.indices is not None and mask.palette is not None:
            shown = mask.palette[mask.indices]
        if shown is None:
            raise SourceError(picture.where, "has more than 8 bits a channel", "export it again")
        values = shown.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
        names = {(r << 16) + (g << 8) + b: name for (r, g, b), name in colours.items()}
    if values is None:
        raise SourceError(picture.where, "is in colour", "put labelmap.txt beside SegmentationClass, NAME:R,G,B a line")
    picture.size = (values.shape[0], values.shape[1])
    for value in np.unique(values).tolist():
        label = names.get(value, f"#{value:06x}") if colours else str(value)
        area = values == value
        picture.shapes.append(Shape(label, f"{picture.where}: {label}", lambda _, area=area: area))  # type: ignore[misc]


def _label_map(file: Path) -> dict[tuple[int, ...], str]:
    if not file.is_file():
        return {}
    colours: dict[tuple[int, ...], str] = {_VOID: "ignore"}
    try:
        for line in read_annotation(file).decode().splitlines():
            if line.strip() and not line.startswith("#"):
                name, rgb = line.split(":")[:2]
                red, green, blue = (int(number) for number in rgb.split(","))
                colours[red, green, blue] = name
    except ValueError as error:
        raise SourceError(str(file), f"is damaged ({error})", "a line is NAME:R,G,B::") from error
    return colours
