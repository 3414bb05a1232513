"""Writes a prepared dataset in the formats of labelling tools, without loss in the masks."""

from __future__ import annotations

import csv
import json
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.classes import COLOURS, NAMES, UNLABELLED
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.atomic import install_folder
from hairnet_data.dataset.reader import Prepared
from hairnet_data.inspection.export_files import PERSON, TABLE, export
from hairnet_data.interchange.class_names import IDS
from hairnet_data.interchange.import_set import check_free

Pair = tuple[Path, NDArray[np.uint8]]
_DRAWN = {name: value for name, value in IDS.items() if name != "background"}
_VOID = (224, 224, 192)


def not_said(prepared: Prepared, kind: str) -> str:
    """What a format cannot say of a dataset, and how to get back what it can: a line."""
    person = f"import with --person {json.dumps(PERSON)} to know people by them"
    if kind == "folder":
        return "build folder reads no recipes.csv, where splits and recipes are; names keep split, number and person"
    ignored = [NAMES[number] for number in prepared.metadata.unlabelled]
    lost = ["recipes", "poses", "which picture is a negative"]
    if 0 < len(ignored) < len(NAMES):
        lost.append(f"that unlabelled pixels may be {' or '.join(ignored)} alone")
    return f"not in this format: {', '.join(lost)}; names keep split, number and person: {person}"


SIGN = "export.txt"
"""Tells an earlier export, which may be replaced, from annotations that somebody made."""


def export_set(
    prepared: Prepared,
    out: Path,
    kind: str,
    splits: Sequence[str] | None = None,
    indices: Sequence[int] | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> None:
    """Writes records as `inspection.export_files.export` does, in another format; arguments as there.

    Args:
        prepared: the dataset.
        out: a new or empty folder, never incomplete.
        kind: one of `WRITERS`.
        splits: names of splits; None for all.
        indices: of the records of one split; None for all.
        overwrite: whether an earlier export of this kind is replaced.
        progress: called with the number of records that are read.

    Raises:
        UsageError: no such format, split or index.
        DatasetError: a record is damaged.
        BuildError: `out` holds something, or cannot be written.
    """
    if kind not in WRITERS:
        raise UsageError("--format", f"no format named {kind!r}", f"choose from folder, {', '.join(WRITERS)}")
    check_free(out, overwrite, SIGN)
    draft = out.with_name(f".{out.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        export(prepared, draft / "files", splits, indices, False, progress)
        (draft / "set").mkdir()
        WRITERS[kind](_pairs(draft / "files"), draft / "set")
        (draft / "set" / SIGN).write_text(
            f"{prepared.path.name}, as {kind}; {not_said(prepared, kind)}\n", encoding="utf-8"
        )
        install_folder(draft / "set", out)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(out), what, "check its permissions and the space left on the disk") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _pairs(folder: Path) -> Iterator[Pair]:
    """Each exported picture with its mask of class ids, uint8 (h, w), in the order of the records."""
    with open(folder / TABLE, encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            yield folder / row["image"], np.array(Image.open(folder / row["mask"]))


def _runs(flat: NDArray[np.bool_]) -> list[int]:
    """Run lengths, beginning with what is outside."""
    edges = np.flatnonzero(np.diff(flat, prepend=False))
    runs: list[int] = np.diff(edges, prepend=0, append=flat.size).tolist()
    return runs


def _box(area: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) of an area that is not empty; right and bottom lie outside."""
    columns, rows = np.flatnonzero(area.any(axis=0)), np.flatnonzero(area.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def write_coco(pairs: Iterable[Pair], out: Path) -> None:
    """Writes `annotations.json` (run lengths by columns) and `images`; pictures are moved there."""
    (out / "images").mkdir()
    categories = json.dumps([{"id": value, "name": name} for name, value in _DRAWN.items()])
    annotations, separator = 0, ""
    with (
        open(out / "annotations.json", "w+", encoding="utf-8") as file,
        tempfile.TemporaryFile("w+", dir=out, encoding="utf-8") as later,
    ):
        file.write(f'{{"categories": {categories}, "images": [')
        for number, (picture, mask) in enumerate(pairs, 1):
            height, width = mask.shape
            image = {"id": number, "file_name": picture.name, "height": height, "width": width}
            file.write(f"{separator}\n{json.dumps(image)}")
            for value in _DRAWN.values():
                area = mask == value
                if area.any():
                    annotations += 1
                    later.write(
                        "," * (annotations > 1) + "\n" + json.dumps(_annotation(annotations, number, value, area))
                    )
            shutil.move(picture, out / "images" / picture.name)
            separator = ","
        file.write('], "annotations": [')
        later.seek(0)
        shutil.copyfileobj(later, file)
        file.write("]}\n")


def _annotation(id: int, image: int, category: int, area: NDArray[np.bool_]) -> dict[str, Any]:
    left, top, right, bottom = _box(area)
    return {
        "id": id,
        "image_id": image,
        "category_id": category,
        "segmentation": {"size": list(area.shape), "counts": _runs(area.T.ravel())},
        "area": int(area.sum()),
        "bbox": [left, top, right - left, bottom - top],
        "iscrowd": 1,
    }


def write_cvat(pairs: Iterable[Pair], out: Path) -> None:
    """Writes `annotations.xml` (masks) and `images`; pictures are moved there."""
    (out / "images").mkdir()
    with open(out / "annotations.xml", "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>\n')
        for number, (picture, mask) in enumerate(pairs):
            height, width = mask.shape
            about = {"id": str(number), "name": picture.name, "width": str(width), "height": str(height)}
            image = ElementTree.Element("image", about)
            for name, value in _DRAWN.items():
                area = mask == value
                if area.any():
                    left, top, right, bottom = _box(area)
                    rle = ", ".join(map(str, _runs(area[top:bottom, left:right].ravel())))
                    box = {"left": left, "top": top, "width": right - left, "height": bottom - top}
                    place = {key: str(side) for key, side in box.items()}
                    ElementTree.SubElement(image, "mask", {"label": name, "rle": rle, **place, "z_order": "0"})
            file.write(ElementTree.tostring(image, encoding="unicode") + "\n")
            shutil.move(picture, out / "images" / picture.name)
        file.write("</annotations>\n")


def write_voc(pairs: Iterable[Pair], out: Path) -> None:
    """Writes `SegmentationClass` (palette PNG, 255 not labelled) and `labelmap.txt`; pictures go to `JPEGImages`."""
    (out / "SegmentationClass").mkdir()
    (out / "JPEGImages").mkdir()
    colours = ((0, 0, 0), *COLOURS[1:])
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(colours)] = colours
    palette[UNLABELLED] = _VOID
    lines = [f"{name}:{','.join(map(str, colour))}::" for name, colour in zip(NAMES, colours, strict=True)]
    (out / "labelmap.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for picture, mask in pairs:
        image = Image.fromarray(mask)
        image.putpalette(palette.tobytes())
        image.save(out / "SegmentationClass" / f"{picture.stem}.png")
        shutil.move(picture, out / "JPEGImages" / picture.name)


WRITERS: dict[str, Callable[[Iterable[Pair], Path], None]] = {"coco": write_coco, "cvat": write_cvat, "voc": write_voc}
"""The formats by name, and what writes each. Pictures are read one after another, and never all are in memory."""
