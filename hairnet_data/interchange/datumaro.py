"""Reads Datumaro's JSON: a file for each subset in `annotations`, with polygons, masks and boxes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import SourceError
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.interchange.shapes import (
    Annotated,
    Annotations,
    Area,
    Shape,
    Size,
    box,
    ellipse,
    inner_path,
    polygons,
    read_json,
    run_lengths,
)

_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def read_datumaro(path: Path) -> Annotations:
    """Reads `annotations/SUBSET.json`, or one such file; pictures are in `images/SUBSET`, or in `images`.

    What has a higher `z_order` is drawn later; of the same, the later in the file.

    Raises:
        SourceError: there are no such files, or one cannot be read or is none of Datumaro.
    """
    files = sorted((path / "annotations").glob("*.json")) or sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise SourceError(str(path), "has no annotations/*.json", "name the folder that was exported")
    found = Annotations()
    for file in files:
        content = read_json(file)
        try:
            names = [str(label["name"]) for label in content["categories"]["label"]["labels"]]
            items = list(content["items"])
        except _DAMAGED as error:
            what = f"is no file of Datumaro ({type(error).__name__}: {error})"
            raise SourceError(str(file), what, "export it again, or name another format") from error
        found.numbers.update({name: str(number) for number, name in enumerate(names)})
        for number, item in enumerate(items):
            found.pictures.append(_picture(file, item, number, names, found, len(files) > 1))
    return found


def _picture(
    file: Path, item: dict[str, Any], number: int, names: list[str], found: Annotations, several: bool
) -> Annotated:
    where = f"{file}: item {number}"
    picture = Annotated(str(number), file, None, where)
    try:
        picture.where = where = f"{file}: item {item['id']}"
        image = item.get("image") or item.get("media") or {}
        picture.path = _find(file, str(item["id"]), str(image.get("path", "")))
        picture.name = f"{item['id']}{picture.path.suffix}"
        if several:
            picture.name = f"{file.stem}/{picture.name}"
        if image.get("size"):
            height, width = image["size"]
            picture.size = (int(height), int(width))
        for at, shape in sorted(enumerate(item["annotations"]), key=lambda pair: int(pair[1].get("z_order", 0))):
            place = f"{where}: annotation {shape.get('id', at)}"
            draw = _draw(shape, place)
            if draw is None:
                found.drop(str(shape.get("type")))
            elif shape.get("label_id") not in range(len(names)):
                raise SourceError(place, f"has the unknown label {shape.get('label_id')!r}", "export again")
            else:
                picture.shapes.append(Shape(names[shape["label_id"]], place, draw))
    except SourceError as error:
        picture.fault = error if error.where.startswith(str(file)) else SourceError(where, str(error))
    except _DAMAGED as error:
        picture.fault = SourceError(where, f"is damaged ({type(error).__name__}: {error})", "export it again")
    return picture


def _find(file: Path, id: str, given: str) -> Path:
    """A picture's file: by its path, which exports leave empty or relative to the subset's folder, else by its id."""
    top = file.parent.parent if file.parent.name == "annotations" else file.parent
    folders = [f"images/{file.stem}", "images", "."]
    if given:
        for folder in folders:
            if (path := inner_path(top, folder, given)).is_file():
                return path
    for folder in folders:
        stem = inner_path(top, folder, id)
        for ending in sorted(EXTENSIONS):
            if (path := stem.with_name(stem.name + ending)).is_file():
                return inner_path(top, path.relative_to(top).as_posix())
    raise SourceError(f"{file}: item {id}", f"{given or id} is missing in {top / folders[0]}", "put it there")


def _draw(shape: dict[str, Any], where: str) -> Callable[[Size], Area] | None:
    """How an annotation is drawn; None if it has no area."""
    match shape["type"]:
        case "polygon":
            return polygons([[float(number) for number in shape["points"]]], where)
        case "mask":
            return run_lengths(shape["rle"]["counts"], shape["rle"]["size"], where)
        case "bbox":
            left, top, width, height = (float(number) for number in shape["bbox"])
            return polygons([box(left, top, left + width, top + height)], where)
        case "ellipse":
            x0, y0, x1, y1 = (float(number) for number in shape["points"])
            return polygons([ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2)], where)
    return None
