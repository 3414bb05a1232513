"""Reads "CVAT for images": one XML file of images with polygons, masks and boxes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from hairnet_data.core.errors import SourceError
from hairnet_data.interchange.coco import find_picture
from hairnet_data.interchange.shapes import (
    Annotated,
    Annotations,
    Area,
    Shape,
    Size,
    box,
    inner_path,
    polygons,
    read_annotation,
    run_lengths,
)


def read_cvat(path: Path) -> Annotations:
    """Reads an XML file, or `annotations.xml` of a folder. Pictures are beside it, or in its folder `images`.

    What has a higher `z_order` is drawn later; of the same, the later in the file.

    Raises:
        SourceError: the file cannot be read, or is none of CVAT.
    """
    file = path / "annotations.xml" if path.is_dir() else path
    try:
        root = ElementTree.fromstring(read_annotation(file))
    except (ElementTree.ParseError, ValueError) as error:
        raise SourceError(str(file), f"is no XML, or damaged ({error})", 'export as "CVAT for images"') from error
    if root.tag != "annotations":
        raise SourceError(str(file), f"is no CVAT file: it begins with <{root.tag}>", 'export as "CVAT for images"')
    found = Annotations()
    for image in root.iter("image"):
        found.pictures.append(_picture(file, image, found))
    return found


def _picture(file: Path, image: ElementTree.Element, found: Annotations) -> Annotated:
    name = image.get("name", "")
    where = f"{file}: image {image.get('id', '?')}"
    picture = Annotated(name, file, None, where)
    try:
        picture.name, picture.path = find_picture(file.parent, inner_path(file.parent, name), name)
        picture.size = (int(image.attrib["height"]), int(image.attrib["width"]))
        drawn = sorted(enumerate(image), key=lambda pair: int(pair[1].get("z_order", "0")))
        for number, element in drawn:
            place = f"{where} ({name}): {element.tag} {number}"
            draw = _draw(element, place)
            if draw:
                picture.shapes.append(Shape(element.attrib["label"], place, draw))
            else:
                found.drop(element.tag)
    except SourceError as error:
        picture.fault = error if error.where.startswith(where) else SourceError(where, str(error))
    except (KeyError, ValueError) as error:
        picture.fault = SourceError(f"{where} ({name})", f"is damaged ({error})", "export it again")
    return picture


def _draw(element: ElementTree.Element, where: str) -> Callable[[Size], Area] | None:
    """How an element is drawn; None if it has no area. Raises ValueError and KeyError for damaged ones."""
    if element.tag == "polygon":
        pairs = [pair.split(",") for pair in element.attrib["points"].split(";") if pair]
        return polygons([[float(number) for pair in pairs for number in pair]], where)
    if element.tag == "box":
        return polygons([box(*(float(element.attrib[key]) for key in ("xtl", "ytl", "xbr", "ybr")))], where)
    if element.tag != "mask":
        return None
    left, top, width, height = (int(element.attrib[key]) for key in ("left", "top", "width", "height"))
    runs = [int(run) for run in element.attrib["rle"].split(",") if run.strip()]

    def draw(size: Size) -> Area:
        if left < 0 or top < 0 or top + height > size[0] or left + width > size[1]:
            raise SourceError(where, f"lies outside of {size[1]} x {size[0]}", "export it again")
        area = np.zeros(size, bool)
        part = run_lengths(runs, (height, width), where, by_rows=True)((height, width))
        area[top : top + height, left : left + width] = part
        return area

    return draw
