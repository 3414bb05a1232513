"""Tiny exports of labelling tools: one photo with hair and face, in every format that `import` reads."""

from __future__ import annotations

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask

SIZE = (40, 30)  # (h, w)
HAIR = [3.0, 2.0, 25.0, 2.0, 27.5, 30.0, 4.0, 28.0]
FACE = [8.0, 8.0, 20.0, 8.0, 20.0, 24.0, 8.0, 24.0]


def area_of(ring: list[float]) -> np.ndarray[Any, Any]:
    return coco_mask.decode(coco_mask.frPyObjects([ring], *SIZE))[..., 0] > 0


EXPECTED = np.where(area_of(FACE), 2, np.where(area_of(HAIR), 1, 0)).astype(np.uint8)


def write_photo(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE[::-1], (90, 120, 150)).save(path)
    return path.read_bytes()


def png_of(area: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(area).save(file, "PNG")
    return file.getvalue()


def points_of(ring: list[float]) -> list[list[float]]:
    return [[x, y] for x, y in zip(ring[::2], ring[1::2], strict=True)]


def write_coco(folder: Path, rings: tuple[Any, Any] = ([HAIR], [FACE]), name: str = "a.jpg") -> Path:
    annotations = [
        {"id": n, "image_id": 1, "category_id": c, "segmentation": s}
        for n, (c, s) in enumerate(zip((17, 2), rings, strict=True))
    ]
    content: dict[str, Any] = {
        "images": [{"id": 1, "file_name": name, "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 17, "name": "hair"}, {"id": 2, "name": "face"}],
        "annotations": annotations,
    }
    (folder / "labels.json").write_text(json.dumps(content))
    write_photo(folder / "images" / "a.jpg")
    return folder / "labels.json"


def run_lengths_of(ring: list[float]) -> dict[str, Any]:
    rle = coco_mask.merge(coco_mask.frPyObjects([ring], *SIZE))
    return {"size": list(SIZE), "counts": rle["counts"].decode()}


def plain_run_lengths_of(ring: list[float]) -> dict[str, Any]:
    flat = area_of(ring).T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flat.astype(int), [0]))))
    counts = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    return {"size": list(SIZE), "counts": counts}


def write_coco_rle(folder: Path) -> Path:
    return write_coco(folder, (run_lengths_of(HAIR), plain_run_lengths_of(FACE)))


def write_cvat(folder: Path) -> Path:
    def polygon(label: str, ring: list[float], order: int) -> str:
        points = ";".join(f"{x},{y}" for x, y in points_of(ring))
        return f'<polygon label="{label}" points="{points}" z_order="{order}"/>'

    part = area_of(FACE)[5:30, 5:25]
    edges = np.flatnonzero(np.diff(part.ravel().astype(int))) + 1
    runs = np.diff(np.concatenate(([0], edges, [part.size]))).tolist()
    mask = f'<mask label="face" rle="{", ".join(map(str, runs))}" left="5" top="5" width="20" height="25" z_order="2"/>'
    image = f'<image id="0" name="a.jpg" width="30" height="40">{mask}{polygon("hair", HAIR, 1)}</image>'
    (folder / "annotations.xml").write_text(f"<annotations>{image}</annotations>")
    write_photo(folder / "images" / "a.jpg")
    return folder


def write_labelme(folder: Path) -> Path:
    shapes = [
        {"label": "hair", "points": points_of(HAIR), "shape_type": "polygon"},
        {"label": "face", "points": [[8, 8], [20, 24]], "shape_type": "rectangle"},
        {"label": "eye", "points": [[8, 8]], "shape_type": "point"},
    ]
    content = {"imagePath": "a.jpg", "imageHeight": 40, "imageWidth": 30, "shapes": shapes}
    (folder / "a.json").write_text(json.dumps(content))
    write_photo(folder / "a.jpg")
    return folder


def write_supervisely(folder: Path) -> Path:
    data = base64.b64encode(zlib.compress(png_of(area_of(FACE)[5:30, 5:25]))).decode()
    objects = [
        {"classTitle": "hair", "geometryType": "polygon", "points": {"exterior": points_of(HAIR), "interior": []}},
        {"classTitle": "face", "geometryType": "bitmap", "bitmap": {"data": data, "origin": [5, 5]}},
    ]
    (folder / "ann").mkdir()
    content = {"size": {"height": 40, "width": 30}, "objects": objects}
    (folder / "ann" / "a.jpg.json").write_text(json.dumps(content))
    write_photo(folder / "img" / "a.jpg")
    return folder


def write_yolo(folder: Path) -> Path:
    def line(number: int, ring: list[float]) -> str:
        return " ".join([str(number), *(f"{x / 30} {y / 40}" for x, y in points_of(ring))])

    (folder / "labels").mkdir()
    (folder / "labels" / "a.txt").write_text(f"{line(0, HAIR)}\n{line(1, FACE)}\n")
    (folder / "classes.txt").write_text("hair\nface\n")
    write_photo(folder / "images" / "a.jpg")
    return folder


def write_voc(folder: Path) -> Path:
    (folder / "SegmentationClass").mkdir()
    mask = Image.fromarray(EXPECTED).convert("P")
    mask.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    mask.save(folder / "SegmentationClass" / "a.png")
    (folder / "labelmap.txt").write_text("# label:color\nbackground:0,0,0::\nhair:128,0,0::\nface:0,128,0::\n")
    write_photo(folder / "JPEGImages" / "a.jpg")
    return folder


def write_panoptic(folder: Path) -> Path:
    segments = np.array([[0, 0, 0], [10, 1, 0], [200, 0, 3]], np.uint8)[EXPECTED]  # ids 266 and 196808
    (folder / "labels").mkdir()
    (folder / "labels" / "a.png").write_bytes(png_of(segments))
    info = [{"id": 266, "category_id": 17}, {"id": 200 + (3 << 16), "category_id": 2}]
    content = {
        "images": [{"id": 1, "file_name": "a.jpg", "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 17, "name": "hair"}, {"id": 2, "name": "face"}],
        "annotations": [{"image_id": 1, "file_name": "a.png", "segments_info": info}],
    }
    (folder / "labels.json").write_text(json.dumps(content))
    write_photo(folder / "images" / "a.jpg")
    return folder / "labels.json"


def write_datumaro(folder: Path) -> Path:
    annotations = [
        {"id": 0, "type": "mask", "label_id": 1, "rle": run_lengths_of(FACE), "z_order": 1},
        {"id": 1, "type": "polygon", "label_id": 0, "points": HAIR, "z_order": 0},
        {"id": 2, "type": "points", "label_id": 0, "points": [1, 1], "z_order": 0},
    ]
    content = {
        "categories": {"label": {"labels": [{"name": "hair"}, {"name": "face"}]}},
        "items": [{"id": "a", "annotations": annotations, "image": {"path": "a.jpg", "size": list(SIZE)}}],
    }
    (folder / "annotations").mkdir()
    (folder / "annotations" / "default.json").write_text(json.dumps(content))
    write_photo(folder / "images" / "default" / "a.jpg")
    return folder


def write_masks(folder: Path) -> Path:
    for name, ring in (("hair", HAIR), ("face", FACE)):
        hidden = area_of(FACE) if name == "hair" else np.zeros(SIZE, bool)  # in masks hair lies over face
        (folder / name).mkdir()
        (folder / name / "a.png").write_bytes(png_of(area_of(ring) & ~hidden))
    write_photo(folder / "images" / "a.jpg")
    return folder


MAKERS = {
    "coco": write_coco,
    "coco RLE": write_coco_rle,
    "cvat": write_cvat,
    "coco_panoptic": write_panoptic,
    "datumaro": write_datumaro,
    "labelme": write_labelme,
    "masks": write_masks,
    "supervisely": write_supervisely,
    "voc": write_voc,
    "yolo": write_yolo,
}
