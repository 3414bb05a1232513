"""Reads formats with a file of annotations for each picture: LabelMe, Supervisely and YOLO."""

from __future__ import annotations

import base64
import binascii
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hairnet_data.core.errors import SourceError
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.interchange.shapes import (
    Annotated,
    Annotations,
    Area,
    Shape,
    Size,
    bitmap,
    box,
    ellipse,
    inner_path,
    polygons,
    read_annotation,
    read_json,
)

_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError, binascii.Error, zlib.error)
_MAX_BITMAP = 1 << 28  # bytes that a compressed bitmap may unpack to


class _Item(NamedTuple):
    """One of a file's shapes: the key of its label and that of its kind, and how to read it."""

    values: dict[str, Any]
    label: str
    kind: str
    read: Callable[[dict[str, Any], str], Callable[[Size], Area] | None]


def _read_each(
    files: Sequence[Path], items: Callable[[Path, Annotated], Iterable[_Item]], noun: str, wrong: str
) -> Annotations:
    """Reads files of annotations, one a picture.

    Args:
        files: to read.
        items: reads a file, fills in the picture's path, name and size, and gives its shapes.
        noun: what errors call a shape.
        wrong: what errors say of a file that lacks something.
    """
    found = Annotations()
    for file in files:
        picture = Annotated(file.stem, file, None, str(file))
        try:
            for number, item in enumerate(items(file, picture)):
                where = f"{file}: {noun} {number}"
                draw = item.read(item.values, where)
                if draw:
                    picture.shapes.append(Shape(str(item.values[item.label]), where, draw))
                else:
                    found.drop(str(item.values.get(item.kind)))
        except SourceError as error:
            picture.fault = _placed(error, file)
        except _DAMAGED as error:
            what = f"{wrong} ({type(error).__name__}: {error})"
            picture.fault = SourceError(str(file), what, "export it again, or name another format")
        found.pictures.append(picture)
    return found


def read_labelme(path: Path) -> Annotations:
    """Reads the JSON files of a folder: polygons, rectangles, circles and masks. Raises SourceError if it has none."""

    def items(file: Path, picture: Annotated) -> Iterator[_Item]:
        content = read_json(file)
        picture.path = inner_path(path, file.parent.relative_to(path).as_posix(), str(content["imagePath"]))
        picture.name = _name(path, picture.path)
        picture.size = (int(content["imageHeight"]), int(content["imageWidth"]))
        return (_Item(shape, "label", "shape_type", _labelme_shape) for shape in content["shapes"])

    return _read_each(_files(path, "*.json"), items, "shape", "is no LabelMe file")


def _labelme_shape(shape: dict[str, Any], where: str) -> Callable[[Size], Area] | None:
    points = [(float(x), float(y)) for x, y in shape["points"]]
    match shape.get("shape_type", "polygon"):
        case "polygon":
            return polygons([[number for point in points for number in point]], where)
        case "rectangle":
            return polygons([box(*points[0], *points[1])], where)
        case "circle":
            (x, y), edge = points[0], points[1]
            radius = math.dist(points[0], edge)
            return polygons([ellipse(x, y, radius, radius)], where)
        case "mask":
            data = base64.b64decode(shape["mask"], validate=True)
            return bitmap(data, round(points[0][0]), round(points[0][1]), where)
    return None


def read_supervisely(path: Path) -> Annotations:
    """Reads a project: `DATASET/ann/PICTURE.json` beside `DATASET/img/PICTURE`. Raises SourceError if it has none."""

    def items(file: Path, picture: Annotated) -> Iterator[_Item]:
        content, dataset = read_json(file), file.parent.parent
        picture.path = inner_path(path, dataset.relative_to(path).as_posix(), "img", file.stem)
        picture.name = f"{dataset.name}/{file.stem}" if dataset != path else file.stem
        picture.size = (int(content["size"]["height"]), int(content["size"]["width"]))
        return (_Item(item, "classTitle", "geometryType", _supervisely_object) for item in content["objects"])

    return _read_each(_files(path, "ann/*.json"), items, "object", "is no file of Supervisely")


def _supervisely_object(item: dict[str, Any], where: str) -> Callable[[Size], Area] | None:
    if item["geometryType"] == "bitmap":
        left, top = (int(number) for number in item["bitmap"]["origin"])
        unpack = zlib.decompressobj()
        data = unpack.decompress(base64.b64decode(item["bitmap"]["data"], validate=True), _MAX_BITMAP)
        return bitmap(data, left, top, where)
    if item["geometryType"] not in ("polygon", "rectangle"):
        return None
    outer = [float(number) for point in item["points"]["exterior"] for number in point]
    if item["geometryType"] == "rectangle":
        return polygons([box(*outer[:4])], where)
    holes = [[float(n) for point in ring for n in point] for ring in item["points"].get("interior", [])]
    return polygons([outer], where, holes)


def read_yolo(path: Path) -> Annotations:
    """Reads a YOLO segmentation set: a text file in `labels` for each picture in `images`; later lines over earlier.

    Names of the classes come from `names` in `data.yaml` or lines of `classes.txt`; without them, they are numbers.

    Raises:
        SourceError: there are no text files, or `data.yaml` cannot be read.
    """
    names = _yolo_names(path)
    found = Annotations(numbers={name: number for number, name in names.items()})
    for file in _files(path, "*.txt"):
        inner = list(file.relative_to(path).parts)
        if "labels" not in inner[:-1]:
            continue
        at = len(inner) - 1 - inner[::-1].index("labels")
        inner[at] = "images"
        picture = Annotated(file.stem, file, None, str(file))
        try:
            stem = inner_path(path, *inner[:-1], file.stem)
            pictures = sorted(
                p for p in stem.parent.glob("*") if p.stem == file.stem and p.suffix.lower() in EXTENSIONS
            )
            if len(pictures) != 1:
                raise SourceError(
                    str(file), f"has {len(pictures)} pictures of its name in {stem.parent}", "give it one"
                )
            picture.path = inner_path(path, *inner[:-1], pictures[0].name)
            picture.name = _name(path, pictures[0])
            for number, line in enumerate(read_annotation(file).decode().splitlines(), 1):
                values = line.split()
                if len(values) == 5:
                    found.drop("box")
                elif values:
                    where = f"{file}: line {number}"
                    label = names.get(values[0], values[0])
                    picture.shapes.append(Shape(label, where, _yolo_polygon([float(v) for v in values[1:]], where)))
        except SourceError as error:
            picture.fault = _placed(error, file)
        except ValueError as error:
            picture.fault = SourceError(str(file), f"is no YOLO label file ({error})", "export it again")
        found.pictures.append(picture)
    taken = {picture.path for picture in found.pictures}
    images = (p for p in sorted(path.rglob("*")) if "images" in p.relative_to(path).parts[:-1])
    found.unannotated = [str(p) for p in images if p.suffix.lower() in EXTENSIONS and p not in taken]
    return found


def _yolo_polygon(shares: list[float], where: str) -> Callable[[Size], Area]:
    def draw(size: Size) -> Area:
        scaled = [share * size[(index + 1) % 2] for index, share in enumerate(shares)]
        return polygons([scaled], where)(size)

    return draw


def _yolo_names(path: Path) -> dict[str, str]:
    listed = path / "classes.txt"
    if listed.is_file():
        return {str(n): name.strip() for n, name in enumerate(read_annotation(listed).decode().splitlines())}
    file = path / "data.yaml"
    if not file.is_file():
        return {}
    try:
        import yaml
    except ImportError as error:
        hint = "pip install 'hairnet[formats]', or list the names in classes.txt"
        raise SourceError(str(file), "needs PyYAML, which is not installed", hint) from error
    try:
        names = yaml.safe_load(read_annotation(file))["names"]
        pairs = names.items() if isinstance(names, dict) else enumerate(names)
        return {str(number): str(name) for number, name in pairs}
    except (yaml.YAMLError, *_DAMAGED) as error:
        raise SourceError(str(file), "has no names of classes that can be read", "export it again") from error


def _files(path: Path, pattern: str) -> list[Path]:
    """The files below a folder that match. Raises SourceError where there are none."""
    files = sorted(file for file in path.rglob(pattern) if file.is_file())
    if not files:
        raise SourceError(str(path), f"has no file {pattern}", "name the folder that was exported")
    return files


def _name(top: Path, path: Path) -> str:
    """A picture's path as it is to be below `images`: without folders of that name."""
    return "/".join(part for part in path.resolve().relative_to(top.resolve()).parts if part != "images")


def _placed(error: SourceError, file: Path) -> SourceError:
    return error if error.where.startswith(str(file)) else SourceError(str(file), str(error))
