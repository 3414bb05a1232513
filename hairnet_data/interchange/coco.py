"""Reads COCO: one JSON file of images, categories and annotations (polygons, RLE in either form, panoptic PNG)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import SourceError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.interchange.label_picture import LabelPicture, colour_values
from hairnet_data.interchange.shapes import Annotated, Annotations, Area, Shape, Size, inner_path, polygons, run_lengths
from hairnet_data.interchange.shapes import read_json as read_file


def read_coco(path: Path) -> Annotations:
    """Reads a COCO file, or the one JSON file of a folder. Pictures are beside it, or in its folder `images`.

    Raises:
        SourceError: the file cannot be read, is no COCO, or there are several.
    """
    file = annotation_file(path)
    return list_coco(file, _add_annotation).found


def read_coco_panoptic(path: Path) -> Annotations:
    """Reads a COCO panoptic file, or the one JSON file of a folder; its pictures are as those of `read_coco`.

    The PNG files of segments are in the folder of the JSON file's name, or beside it. Pixels of no segment are "void",
    which is not labelled.

    Raises:
        SourceError: the file cannot be read, is no COCO panoptic, or there are several.
    """
    file = annotation_file(path)
    listed = list_coco(file, _add_segments)
    listed.found.known["void"] = "ignore"
    return listed.found


@dataclass
class Listed:
    """What a COCO file lists: its pictures, also by their ids, and its categories' names by theirs."""

    file: Path
    found: Annotations = field(default_factory=Annotations)
    names: dict[Any, str] = field(default_factory=dict)
    pictures: dict[Any, Annotated] = field(default_factory=dict)


def list_coco(file: Path, add: Callable[[Listed, Annotated, dict[str, Any], str], None]) -> Listed:
    """Reads a COCO file.

    Args:
        file: the file.
        add: called for every annotation with its picture, its content and where it is. A SourceError that it raises
            is a fault of the picture.

    Raises:
        SourceError: the file cannot be read, or is no COCO.
    """
    content = read_file(file)
    keys = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in keys):
        what = "is no COCO file: it needs the lists images, annotations and categories"
        raise SourceError(str(file), what, "export it again, or name another format")
    listed = Listed(file)
    try:
        for category in content["categories"]:
            listed.names[category["id"]] = str(category["name"])
            listed.found.numbers[str(category["name"])] = str(category["id"])
        for image in content["images"]:
            picture = _picture(file, image)
            if listed.pictures.setdefault(image["id"], picture) is not picture:
                raise SourceError(f"{file}: image {image['id']}", "is there twice", "export again")
            listed.found.pictures.append(picture)
        for number, annotation in enumerate(content["annotations"]):
            where = f"{file}: annotation {annotation.get('id', number)}"
            if annotation["image_id"] not in listed.pictures:
                raise SourceError(where, f"is of image {annotation['image_id']!r}, which is not there", "export again")
            picture = listed.pictures[annotation["image_id"]]
            try:
                add(listed, picture, annotation, where)
            except SourceError as error:
                picture.fault = picture.fault or error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SourceError(str(file), f"is no COCO file ({type(error).__name__}: {error})", "export it again") from error
    return listed


def _add_annotation(listed: Listed, picture: Annotated, annotation: dict[str, Any], where: str) -> None:
    if "segments_info" in annotation:
        raise SourceError(where, "is panoptic", "import it as coco_panoptic")
    label = _label(listed, annotation["category_id"], where)
    if annotation.get("segmentation"):
        picture.shapes.append(Shape(label, where, _draw(annotation["segmentation"], where)))
    else:
        listed.found.drop("box or keypoints")


def _label(listed: Listed, category: Any, where: str) -> str:
    if category not in listed.names:
        raise SourceError(where, f"has the unknown category {category!r}", "export again")
    return listed.names[category]


def _add_segments(listed: Listed, picture: Annotated, annotation: dict[str, Any], where: str) -> None:
    if "segments_info" not in annotation:
        raise SourceError(where, "has no segments_info", "import it as coco")
    name = str(annotation["file_name"])
    folders = (listed.file.stem, f"{listed.file.stem}/masks", "panoptic", ".")
    files = [inner_path(listed.file.parent, folder, name) for folder in folders]
    file = next((file for file in files if file.is_file()), None)
    if not file:
        raise SourceError(where, f"{files[0]} is missing", "put the PNG files into the folder of the JSON file's name")
    names = {0: "void"}
    for segment in annotation["segments_info"]:
        # A colour's red is the lowest byte of a segment's id, and the highest of ours.
        red, green, blue = (int(segment["id"]) >> shift & 255 for shift in (0, 8, 16))
        names[(red << 16) + (green << 8) + blue] = _label(listed, segment["category_id"], where)
    picture_of_labels = LabelPicture(lambda: colour_values(read_mask(file), str(file)), str(file))
    size, shapes = picture_of_labels.shapes(names, colours=True)
    if unknown := [shape.label for shape in shapes if shape.label not in names.values()]:
        raise SourceError(
            str(file), f"has the colour {unknown[0]}, which is no segment in {listed.file}", "export again"
        )
    if size != picture.size:
        raise SourceError(str(file), f"is {size[1]} x {size[0]} pixels, which its picture is not", "export again")
    picture.shapes += shapes


def annotation_file(path: Path) -> Path:
    """The file itself, or the one JSON file of a folder. Raises SourceError."""
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
    """A picture's name below `images` and its file: as named, or in the folder `images` where there is one."""
    name = name.replace("\\", "/")
    if not path.is_file() and not name.startswith("images/") and (top / "images").is_dir():
        path = inner_path(top, "images", name)
    return name.removeprefix("images/"), path


def _draw(segmentation: Any, where: str) -> Callable[[Size], Area]:
    if isinstance(segmentation, dict):
        return run_lengths(segmentation.get("counts"), segmentation.get("size"), where)
    if not isinstance(segmentation, list) or not all(isinstance(ring, list) for ring in segmentation):
        raise SourceError(where, "has a segmentation that is neither polygons nor RLE", "export it again")
    return polygons(segmentation, where)
