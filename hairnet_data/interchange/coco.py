"""Reads COCO: one JSON file of images, categories and annotations (polygons, RLE in either form)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import SourceError
from hairnet_data.interchange.shapes import Annotated, Annotations, Area, Shape, Size, inner_path, polygons, run_lengths
from hairnet_data.interchange.shapes import read_json as read_file


def read_coco(path: Path) -> Annotations:
    """Reads a COCO file, or the one JSON file of a folder. Pictures are beside it, or in its folder `images`.

    Raises:
        SourceError: the file cannot be read, is no COCO, or there are several.
    """
    file = _annotation_file(path)
    content = read_file(file)
    keys = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in keys):
        raise SourceError(str(file), "is no COCO file: it needs the lists images, annotations and categories", "")
    found = Annotations()
    names: dict[Any, str] = {}
    pictures: dict[Any, Annotated] = {}
    try:
        for category in content["categories"]:
            names[category["id"]] = str(category["name"])
            found.numbers[str(category["name"])] = str(category["id"])
        for image in content["images"]:
            picture = _picture(file, image)
            pictures[image["id"]] = picture
            found.pictures.append(picture)
        for number, annotation in enumerate(content["annotations"]):
            where = f"{file}: annotation {annotation.get('id', number)}"
            if annotation["image_id"] not in pictures:
                raise SourceError(where, f"is of image {annotation['image_id']!r}, which is not there", "export again")
            picture = pictures[annotation["image_id"]]
            if annotation["category_id"] not in names:
                what = f"has the unknown category {annotation['category_id']!r}"
                picture.fault = picture.fault or SourceError(where, what, "export again")
                continue
            if not annotation.get("segmentation"):
                found.drop("box or keypoints")
                continue
            try:
                draw = _draw(annotation["segmentation"], where)
            except SourceError as error:
                picture.fault = picture.fault or error
                continue
            picture.shapes.append(Shape(names[annotation["category_id"]], where, draw))
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(str(file), f"is no COCO file ({type(error).__name__}: {error})", "export it again") from error
    return found


def _annotation_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.json")) or sorted(path.glob("annotations/*.json"))
    if len(files) != 1:
        raise SourceError(str(path), f"has {len(files)} JSON files", "name the one to import")
    return files[0]


def _picture(file: Path, image: dict[str, Any]) -> Annotated:
    name, where = str(image["file_name"]), f"{file}: image {image['id']}"
    size = (int(image["height"]), int(image["width"]))
    top = file.parent.parent if file.parent.name == "annotations" else file.parent
    try:
        path = inner_path(top, name)
        return Annotated(*find_picture(top, path, name), size, where)
    except SourceError as error:
        return Annotated(name, file, size, where, fault=SourceError(where, str(error)))


def find_picture(top: Path, path: Path, name: str) -> tuple[str, Path]:
    """A picture's name below `images` and its file: as named, or in the folder `images`."""
    name = name.replace("\\", "/")
    if not path.is_file() and (top / "images" / name).is_file():
        path = inner_path(top, "images", name)
    return name.removeprefix("images/"), path


def _draw(segmentation: Any, where: str) -> Callable[[Size], Area]:
    if isinstance(segmentation, dict):
        return run_lengths(segmentation.get("counts"), segmentation.get("size"), where)
    if not isinstance(segmentation, list) or not all(isinstance(ring, list) for ring in segmentation):
        raise SourceError(where, "has a segmentation that is neither polygons nor RLE", "export it again")
    return polygons(segmentation, where)
