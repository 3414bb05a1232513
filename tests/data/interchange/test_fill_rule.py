"""Later areas cover earlier ones, filled as by pycocotools, in every format; every mask survives a round trip."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask

from hairnet_data.interchange.export_set import WRITERS
from hairnet_data.interchange.import_set import import_set

SIZE = (9, 12)  # (h, w)
NAMES = ("hair", "face", "ignore")
VALUES = {"hair": 1, "face": 2, "ignore": 255}

Ring = list[tuple[int, int]]
Shapes = list[tuple[str, Ring]]

_point = st.tuples(st.integers(0, SIZE[1]), st.integers(0, SIZE[0]))
# Whole pixels: where an edge runs exactly between two, YOLO's division by the size decides.
shapes = st.lists(st.tuples(st.sampled_from(NAMES), st.lists(_point, min_size=3, max_size=6)), min_size=1, max_size=4)


def _flat(ring: Ring) -> list[float]:
    return [float(number) for point in ring for number in point]


def _area(ring: Ring) -> NDArray[np.bool_]:
    area: NDArray[np.bool_] = coco_mask.decode(coco_mask.frPyObjects([_flat(ring)], *SIZE))[..., 0] > 0
    return area


def _expected(drawn: Shapes) -> NDArray[np.uint8]:
    mask = np.zeros(SIZE, np.uint8)
    for label, ring in drawn:
        mask[_area(ring)] = VALUES[label]
    return mask


def _coco(folder: Path, drawn: Shapes) -> None:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": VALUES[name], "name": name} for name in NAMES],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": VALUES[label], "segmentation": [_flat(ring)]}
            for n, (label, ring) in enumerate(drawn)
        ],
    }
    (folder / "a.json").write_text(json.dumps(content))


def _cvat(folder: Path, drawn: Shapes) -> None:
    # In the file from the last to the first: z_order decides.
    lines = [
        f'<polygon label="{label}" points="{";".join(f"{x},{y}" for x, y in ring)}" z_order="{n}"/>'
        for n, (label, ring) in reversed(list(enumerate(drawn)))
    ]
    about = f'<image id="0" name="a.png" width="{SIZE[1]}" height="{SIZE[0]}">'
    (folder / "annotations.xml").write_text(f"<annotations>{about}{''.join(lines)}</image></annotations>")


def _datumaro(folder: Path, drawn: Shapes) -> None:
    annotations = [
        {"id": n, "type": "polygon", "label_id": NAMES.index(label), "points": _flat(ring), "z_order": n}
        for n, (label, ring) in reversed(list(enumerate(drawn)))
    ]
    content = {
        "categories": {"label": {"labels": [{"name": name} for name in NAMES]}},
        "items": [{"id": "a", "annotations": annotations, "image": {"path": "a.png", "size": list(SIZE)}}],
    }
    (folder / "a.json").write_text(json.dumps(content))


def _labelme(folder: Path, drawn: Shapes) -> None:
    listed = [{"label": label, "points": ring, "shape_type": "polygon"} for label, ring in drawn]
    content = {"imagePath": "a.png", "imageHeight": SIZE[0], "imageWidth": SIZE[1], "shapes": listed}
    (folder / "a.json").write_text(json.dumps(content))


def _supervisely(folder: Path, drawn: Shapes) -> None:
    objects = [
        {"classTitle": label, "geometryType": "polygon", "points": {"exterior": ring, "interior": []}}
        for label, ring in drawn
    ]
    (folder / "ann").mkdir()
    content = {"size": {"height": SIZE[0], "width": SIZE[1]}, "objects": objects}
    (folder / "ann" / "a.png.json").write_text(json.dumps(content))
    (folder / "a.png").rename(_below(folder, "img"))


def _yolo(folder: Path, drawn: Shapes) -> None:
    lines = [
        " ".join([str(NAMES.index(label)), *(f"{x / SIZE[1]!r} {y / SIZE[0]!r}" for x, y in ring)])
        for label, ring in drawn
    ]
    (folder / "labels").mkdir()
    (folder / "labels" / "a.txt").write_text("\n".join(lines))
    (folder / "classes.txt").write_text("\n".join(NAMES))
    (folder / "a.png").rename(_below(folder, "images"))


def _below(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name / "a.png"


MAKERS: dict[str, Callable[[Path, Shapes], None]] = {
    "coco": _coco,
    "cvat": _cvat,
    "datumaro": _datumaro,
    "labelme": _labelme,
    "supervisely": _supervisely,
    "yolo": _yolo,
}


def _imported(kind: str, path: Path, out: Path) -> NDArray[np.uint8]:
    import_set(kind, path, out)
    (mask,) = (out / "masks").rglob("*.png")
    return np.asarray(Image.open(mask))


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=12)
@given(drawn=shapes)
def test_later_polygons_cover_earlier_ones(kind: str, drawn: Shapes) -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top, "given")
        folder.mkdir()
        Image.new("RGB", SIZE[::-1]).save(folder / "a.png")
        MAKERS[kind](folder, drawn)
        np.testing.assert_array_equal(_imported(kind, folder, Path(top, "out")), _expected(drawn))


_sides = st.tuples(st.integers(1, 9), st.integers(1, 9))
masks: Any = _sides.flatmap(lambda size: arrays(np.uint8, size, elements=st.sampled_from((0, 1, 2, 255))))


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=25)
@given(mask=masks)
def test_every_mask_survives_a_round_trip(kind: str, mask: NDArray[np.uint8]) -> None:
    with tempfile.TemporaryDirectory() as top:
        picture = Path(top, "a.png")
        Image.new("RGB", mask.shape[::-1]).save(picture)
        Path(top, "set").mkdir()
        WRITERS[kind]([(picture, mask)], Path(top, "set"))
        np.testing.assert_array_equal(_imported(kind, Path(top, "set"), Path(top, "out")), mask)


@settings(max_examples=25)
@given(mask=masks)
def test_masks_of_every_size_are_read_as_they_are(mask: NDArray[np.uint8]) -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top, "set")
        folder.mkdir()
        Image.new("RGB", mask.shape[::-1]).save(folder / "a.jpg")
        Image.fromarray(mask).save(folder / "a_mask.png")
        labels = {"1": "hair", "2": "face", "255": "ignore"}
        given = {name: label for name, label in labels.items() if int(name) in mask}
        import_set("masks", folder, Path(top, "out"), given)
        np.testing.assert_array_equal(np.asarray(Image.open(Path(top, "out", "masks", "a.png"))), mask)
