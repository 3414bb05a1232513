"""Reads Pascal VOC's `SegmentationClass`: one label picture for each photo, whose labels are indices or colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.interchange.label_picture import LabelPicture, colour_values
from hairnet_data.interchange.shapes import Annotated, Annotations, inner_path, read_annotation

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
            _add_shapes(picture, file, colours)
        except HairnetError as error:
            picture.fault = SourceError(error.where, error.what, error.hint)
    return found


def _add_shapes(picture: Annotated, file: Path, colours: dict[tuple[int, ...], str]) -> None:
    def read() -> NDArray[Any]:
        mask = read_mask(file)
        if colours:
            return colour_values(mask, picture.where)
        if mask.indices is None:
            hint = "put labelmap.txt beside SegmentationClass, NAME:R,G,B a line"
            raise SourceError(picture.where, "is in colour", hint)
        return mask.indices

    names = {(r << 16) + (g << 8) + b: name for (r, g, b), name in colours.items()}
    picture.size, picture.shapes = LabelPicture(read, picture.where).shapes(names, bool(colours))


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
