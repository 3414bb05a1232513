"""Writes a prepared dataset in the formats of labelling tools, without loss in the masks."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
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
from hairnet_data.inspection.export_files import export
from hairnet_data.interchange.class_names import IDS
from hairnet_data.interchange.import_set import check_free

Pair = tuple[Path, NDArray[np.uint8]]
_DRAWN = {name: value for name, value in IDS.items() if name != "background"}
_VOID = (224, 224, 192)
NOT_SAID = "not in this format: recipes, poses, and which picture is a negative; names keep split, number and person"
"""What each of `WRITERS` leaves out."""

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
        WRITERS[kind](list(_pairs(draft / "files")), draft / "set")
        (draft / "set" / SIGN).write_text(f"{prepared.path.name}, as {kind}; {NOT_SAID}\n", encoding="utf-8")
        install_folder(draft / "set", out)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(out), what, "check its permissions and the space left on the disk") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _pairs(folder: Path) -> Iterator[Pair]:
    """Each exported picture with its mask of class ids, uint8 (h, w)."""
    for images, masks in (("images", "masks"), ("negatives", "negative_masks")):
        for picture in sorted((folder / images).glob("*")):
            yield picture, np.array(Image.open(folder / masks / f"{picture.stem}.png"))


def _runs(flat: NDArray[np.bool_]) -> list[int]:
    """Run lengths, beginning with what is outside."""
    edges = np.flatnonzero(np.diff(flat, prepend=False))
    runs: list[int] = np.diff(edges, prepend=0, append=flat.size).tolist()
    return runs


def write_coco(pairs: Sequence[Pair], out: Path) -> None:
    """Writes `annotations.json` (run lengths by columns) and `images`."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (picture, mask) in enumerate(pairs, 1):
        height, width = mask.shape
        images.append({"id": number, "file_name": picture.name, "height": height, "width": width})
        for value in _DRAWN.values():
            area = mask == value
            if area.any():
                ys, xs = np.nonzero(area)
                left, top = int(xs.min()), int(ys.min())
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": number,
                        "category_id": value,
                        "segmentation": {"size": [height, width], "counts": _runs(area.T.ravel())},
                        "area": int(area.sum()),
                        "bbox": [left, top, int(xs.max()) + 1 - left, int(ys.max()) + 1 - top],
                        "iscrowd": 1,
                    }
                )
    categories = [{"id": value, "name": name} for name, value in _DRAWN.items()]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (out / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    _copy(pairs, out / "images")


def write_cvat(pairs: Sequence[Pair], out: Path) -> None:
    """Writes `annotations.xml` (masks) and `images`."""
    root = ElementTree.Element("annotations")
    ElementTree.SubElement(root, "version").text = "1.1"
    for number, (picture, mask) in enumerate(pairs):
        height, width = mask.shape
        about = {"id": str(number), "name": picture.name, "width": str(width), "height": str(height)}
        image = ElementTree.SubElement(root, "image", about)
        for name, value in _DRAWN.items():
            area = mask == value
            if area.any():
                ys, xs = np.nonzero(area)
                left, top, right, bottom = (int(n) for n in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
                rle = ", ".join(map(str, _runs(area[top:bottom, left:right].ravel())))
                box = {"left": left, "top": top, "width": right - left, "height": bottom - top}
                place = {key: str(side) for key, side in box.items()}
                ElementTree.SubElement(image, "mask", {"label": name, "rle": rle, **place, "z_order": "0"})
    ElementTree.ElementTree(root).write(out / "annotations.xml", encoding="utf-8", xml_declaration=True)
    _copy(pairs, out / "images")


def write_voc(pairs: Sequence[Pair], out: Path) -> None:
    """Writes `SegmentationClass` (palette PNG, 255 not labelled), `JPEGImages` and `labelmap.txt`."""
    (out / "SegmentationClass").mkdir()
    colours = ((0, 0, 0), *COLOURS[1:])
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(colours)] = colours
    palette[UNLABELLED] = _VOID
    for picture, mask in pairs:
        image = Image.fromarray(mask)
        image.putpalette(palette.tobytes())
        image.save(out / "SegmentationClass" / f"{picture.stem}.png")
    lines = [f"{name}:{','.join(map(str, colour))}::" for name, colour in zip(NAMES, colours, strict=True)]
    (out / "labelmap.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _copy(pairs, out / "JPEGImages")


def _copy(pairs: Sequence[Pair], folder: Path) -> None:
    folder.mkdir()
    for picture, _ in pairs:
        shutil.copyfile(picture, folder / picture.name)


WRITERS: dict[str, Callable[[Sequence[Pair], Path], None]] = {"coco": write_coco, "cvat": write_cvat, "voc": write_voc}
"""The formats by name, and what writes each."""
