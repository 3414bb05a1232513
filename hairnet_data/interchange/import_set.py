"""Writes what a labelling tool exported in the layout that the source `folder` reads."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, NAMES, UNLABELLED
from hairnet_data.core.errors import BuildError, HairnetError, SourceError, UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import file_bytes
from hairnet_data.core.storage.atomic import install_folder
from hairnet_data.interchange.class_names import IDS, map_labels
from hairnet_data.interchange.coco import read_coco, read_coco_panoptic
from hairnet_data.interchange.cvat import read_cvat
from hairnet_data.interchange.datumaro import read_datumaro
from hairnet_data.interchange.folder import read_folder
from hairnet_data.interchange.label_files import read_labelme, read_supervisely, read_yolo
from hairnet_data.interchange.masks import read_masks
from hairnet_data.interchange.parquet import read_parquet
from hairnet_data.interchange.report import Report
from hairnet_data.interchange.shapes import Annotated, Annotations
from hairnet_data.interchange.voc import read_voc

FORMATS: dict[str, Callable[[Path], Annotations]] = {
    "coco": read_coco,
    "coco_panoptic": read_coco_panoptic,
    "cvat": read_cvat,
    "datumaro": read_datumaro,
    "labelme": read_labelme,
    "masks": read_masks,
    "parquet": read_parquet,
    "supervisely": read_supervisely,
    "voc": read_voc,
    "yolo": read_yolo,
}
"""The formats by name, and what reads each."""

STACK = (FACE, HAIR, BACKGROUND, UNLABELLED)
"""In which order masks of single parts lie over one another, the last on top: that of the source `folder`."""

CONFIG = "classes.toml"
SIGN = "import.txt"
"""The report; it tells an earlier import, which may be replaced, from a folder that somebody made."""


def import_set(
    kind: str,
    path: Path,
    out: Path,
    given: Mapping[str, str] | None = None,
    person: str = "",
    skip_bad: bool = False,
    overwrite: bool = False,
    classes: str = "",
) -> Report:
    """Reads annotations and writes `images`, `masks` and `classes.toml`; pictures are copied byte for byte.

    Args:
        kind: one of `FORMATS`.
        path: the file or folder that was exported.
        out: a new or empty folder. It is written under another name and renamed, so it is never incomplete.
        given: classes of labels, by name or number; see `class_names`.
        person: regular expression for `classes.toml`; without it nothing is said of who is on a picture.
        skip_bad: whether pictures with something wrong are left out.
        overwrite: whether the result of an earlier import is replaced.
        classes: for masks, a file as `classes.toml`, or the name of a public set; see `class_files`.

    Raises:
        UsageError: no such format or set, or a class for a label that is not there.
        SourceError: something is wrong with the annotations or a picture.
        BuildError: `out` holds something, or cannot be written.
    """
    if kind not in FORMATS:
        raise UsageError("FORMAT", f"no format named {kind!r}", f"choose from {', '.join(FORMATS)}")
    if not path.exists():
        raise SourceError(str(path), "is not there", "name the file or folder that was exported")
    check_free(out, overwrite, SIGN)
    if classes and (kind != "masks" or given):
        raise UsageError("--classes", "says what masks mean, without --map and for the format masks", "give one")
    found = read_folder(path, classes) if classes else FORMATS[kind](path)
    labels = {} if classes else map_labels(found, given or {})
    draft = out.with_name(f".{out.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        report = _write(found, labels, draft, skip_bad)
        (draft / CONFIG).write_text(
            _config(report, {**found.options, **({"person": person} if person else {})}), encoding="utf-8"
        )
        (draft / SIGN).write_text("\n".join(report.lines()) + "\n", encoding="utf-8")
        install_folder(draft, out)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(out), what, "check its permissions and the space left on the disk") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return report


def check_free(out: Path, overwrite: bool, sign: str) -> None:
    """Raises BuildError where a folder holds something, unless it is to be replaced and holds the file `sign`."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (overwrite and (out / sign).is_file()):
        raise BuildError(str(out), "is there already", "choose a new folder, or --overwrite for an earlier result")


def _write(found: Annotations, labels: Mapping[str, int], out: Path, skip_bad: bool) -> Report:
    report = Report(dropped=found.dropped, unannotated=found.unannotated)
    names = {**dict(enumerate(NAMES)), UNLABELLED: "ignore"}
    taken: set[str] = set()
    for picture in found.pictures:
        try:
            mask_name = str(PurePosixPath(picture.name).with_suffix(".png"))
            data, mask, mapped, snapped = _read(picture, labels)
            if mask_name.casefold() in taken:
                raise SourceError(picture.where, f"{picture.name} has the name of another picture", "rename one")
        except HairnetError as error:
            report.skipped.append(error)
            continue
        taken.add(mask_name.casefold())
        for folder in ("images", "masks"):
            (out / folder / picture.name).parent.mkdir(parents=True, exist_ok=True)
        (out / "images" / picture.name).write_bytes(data)
        Image.fromarray(mask).save(out / "masks" / mask_name)
        report.pictures += 1
        report.mapped.update((label, names[value]) for label, value in mapped)
        report.empty += not mapped
        report.snapped += snapped
        values, counts = np.unique(mask, return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            report.pixels[names[value]] += count
    if report.skipped and not skip_bad:
        first = report.skipped[0]
        more = f" ({len(report.skipped) - 1} more pictures are faulty)" if len(report.skipped) > 1 else ""
        raise SourceError(first.where, first.what + more, f"{first.hint or 'correct it'}; --skip-bad goes on without")
    seen = {label for label, _ in report.mapped}
    report.unseen = {label: names[value] for label, value in found.expected.items() if label not in seen}
    if not report.pictures:
        raise SourceError("import", "no picture is left", str(report.skipped[0]) if report.skipped else "")
    return report


def _read(picture: Annotated, labels: Mapping[str, int]) -> tuple[bytes, NDArray[np.uint8], list[tuple[str, int]], int]:
    """A picture's bytes, its mask of class ids, what was mapped to what, and how many pixels took a class close by.

    Raises:
        HairnetError: something is wrong with the picture or what is drawn on it.
    """
    if picture.fault:
        raise picture.fault
    if ".." in PurePosixPath(picture.name).parts:
        raise SourceError(picture.where, f"{picture.name} leads out of its folder", "give the picture a plain path")
    if not _is_text(picture.name):
        raise SourceError(picture.where, f"{picture.name!r} is not UTF-8", "rename the picture")
    if not picture.path.is_file():
        raise SourceError(picture.where, f"{picture.path} is missing", "put it there")
    data = picture.data() if picture.data else file_bytes(picture.path)
    shown = read_photo(data, str(picture.path)).shape  # decoded: a file may end early, or be damaged inside
    if picture.masked:
        masked = picture.masked()
        return data, masked.mask, masked.mapped, masked.snapped
    size = shown[0], shown[1]
    if picture.size not in (None, size):
        assert picture.size
        what = f"is for {picture.size[1]} x {picture.size[0]}, but the picture shows {size[1]} x {size[0]}"
        raise SourceError(picture.where, f"{what} ({picture.path})", "export with the same pictures")
    mapped = [(shape.label, labels[shape.label]) for shape in picture.shapes]
    drawn = list(zip(picture.shapes, (value for _, value in mapped), strict=True))
    if picture.stacked:
        drawn.sort(key=lambda pair: STACK.index(pair[1]))
    mask = np.zeros(size, np.uint8)
    for shape, value in drawn:
        mask[shape.draw(size)] = value
    return data, mask, mapped, 0


def _is_text(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _config(report: Report, options: Mapping[str, Any]) -> str:
    kept = {*report.pixels, NAMES[BACKGROUND]}
    lines = ["[indices]", *(f"{name} = {value}" for name, value in IDS.items() if name in kept)]
    if options:
        lines += ["", "[options]", *(f"{name} = {json.dumps(value)}" for name, value in options.items())]
    return "\n".join(lines) + "\n"
