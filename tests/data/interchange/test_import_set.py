"""Every format of annotations comes down to the same masks, and whatever is wrong is one line."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from hairnet_data.core.errors import HairnetError
from hairnet_data.interchange.import_set import import_set
from hairnet_data.sources.folder.source import Folder
from tests.support.command import Command

SIZE = (40, 30)  # (h, w)
HAIR = [3.0, 2.0, 25.0, 2.0, 27.5, 30.0, 4.0, 28.0]
FACE = [8.0, 8.0, 20.0, 8.0, 20.0, 24.0, 8.0, 24.0]


def _area(ring: list[float]) -> np.ndarray[Any, Any]:
    return coco_mask.decode(coco_mask.frPyObjects([ring], *SIZE))[..., 0] > 0


EXPECTED = np.where(_area(FACE), 2, np.where(_area(HAIR), 1, 0)).astype(np.uint8)


def _photo(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE[::-1], (90, 120, 150)).save(path)
    return path.read_bytes()


def _png(area: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(area).save(file, "PNG")
    return file.getvalue()


def _points(ring: list[float]) -> list[list[float]]:
    return [[x, y] for x, y in zip(ring[::2], ring[1::2], strict=True)]


def _coco(folder: Path, rings: tuple[Any, Any] = ([HAIR], [FACE]), name: str = "a.jpg") -> Path:
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
    _photo(folder / "images" / "a.jpg")
    return folder / "labels.json"


def _rle(ring: list[float]) -> dict[str, Any]:
    rle = coco_mask.merge(coco_mask.frPyObjects([ring], *SIZE))
    return {"size": list(SIZE), "counts": rle["counts"].decode()}


def _plain_rle(ring: list[float]) -> dict[str, Any]:
    flat = _area(ring).T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flat.astype(int), [0]))))
    counts = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    return {"size": list(SIZE), "counts": counts}


def _coco_rle(folder: Path) -> Path:
    return _coco(folder, (_rle(HAIR), _plain_rle(FACE)))


def _cvat(folder: Path) -> Path:
    def polygon(label: str, ring: list[float], order: int) -> str:
        points = ";".join(f"{x},{y}" for x, y in _points(ring))
        return f'<polygon label="{label}" points="{points}" z_order="{order}"/>'

    part = _area(FACE)[5:30, 5:25]
    edges = np.flatnonzero(np.diff(part.ravel().astype(int))) + 1
    runs = np.diff(np.concatenate(([0], edges, [part.size]))).tolist()
    mask = f'<mask label="face" rle="{", ".join(map(str, runs))}" left="5" top="5" width="20" height="25" z_order="2"/>'
    image = f'<image id="0" name="a.jpg" width="30" height="40">{mask}{polygon("hair", HAIR, 1)}</image>'
    (folder / "annotations.xml").write_text(f"<annotations>{image}</annotations>")
    _photo(folder / "images" / "a.jpg")
    return folder


def _labelme(folder: Path) -> Path:
    shapes = [
        {"label": "hair", "points": _points(HAIR), "shape_type": "polygon"},
        {"label": "face", "points": [[8, 8], [20, 24]], "shape_type": "rectangle"},
        {"label": "eye", "points": [[8, 8]], "shape_type": "point"},
    ]
    content = {"imagePath": "a.jpg", "imageHeight": 40, "imageWidth": 30, "shapes": shapes}
    (folder / "a.json").write_text(json.dumps(content))
    _photo(folder / "a.jpg")
    return folder


def _supervisely(folder: Path) -> Path:
    data = base64.b64encode(zlib.compress(_png(_area(FACE)[5:30, 5:25]))).decode()
    objects = [
        {"classTitle": "hair", "geometryType": "polygon", "points": {"exterior": _points(HAIR), "interior": []}},
        {"classTitle": "face", "geometryType": "bitmap", "bitmap": {"data": data, "origin": [5, 5]}},
    ]
    (folder / "ann").mkdir()
    content = {"size": {"height": 40, "width": 30}, "objects": objects}
    (folder / "ann" / "a.jpg.json").write_text(json.dumps(content))
    _photo(folder / "img" / "a.jpg")
    return folder


def _yolo(folder: Path) -> Path:
    def line(number: int, ring: list[float]) -> str:
        return " ".join([str(number), *(f"{x / 30} {y / 40}" for x, y in _points(ring))])

    (folder / "labels").mkdir()
    (folder / "labels" / "a.txt").write_text(f"{line(0, HAIR)}\n{line(1, FACE)}\n")
    (folder / "classes.txt").write_text("hair\nface\n")
    _photo(folder / "images" / "a.jpg")
    return folder


def _voc(folder: Path) -> Path:
    (folder / "SegmentationClass").mkdir()
    mask = Image.fromarray(EXPECTED).convert("P")
    mask.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    mask.save(folder / "SegmentationClass" / "a.png")
    (folder / "labelmap.txt").write_text("# label:color\nbackground:0,0,0::\nhair:128,0,0::\nface:0,128,0::\n")
    _photo(folder / "JPEGImages" / "a.jpg")
    return folder


def _panoptic(folder: Path) -> Path:
    segments = np.array([[0, 0, 0], [10, 1, 0], [200, 0, 3]], np.uint8)[EXPECTED]  # ids 266 and 196808
    (folder / "labels").mkdir()
    (folder / "labels" / "a.png").write_bytes(_png(segments))
    info = [{"id": 266, "category_id": 17}, {"id": 200 + (3 << 16), "category_id": 2}]
    content = {
        "images": [{"id": 1, "file_name": "a.jpg", "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 17, "name": "hair"}, {"id": 2, "name": "face"}],
        "annotations": [{"image_id": 1, "file_name": "a.png", "segments_info": info}],
    }
    (folder / "labels.json").write_text(json.dumps(content))
    _photo(folder / "images" / "a.jpg")
    return folder / "labels.json"


def _datumaro(folder: Path) -> Path:
    annotations = [
        {"id": 0, "type": "mask", "label_id": 1, "rle": _rle(FACE), "z_order": 1},
        {"id": 1, "type": "polygon", "label_id": 0, "points": HAIR, "z_order": 0},
        {"id": 2, "type": "points", "label_id": 0, "points": [1, 1], "z_order": 0},
    ]
    content = {
        "categories": {"label": {"labels": [{"name": "hair"}, {"name": "face"}]}},
        "items": [{"id": "a", "annotations": annotations, "image": {"path": "a.jpg", "size": list(SIZE)}}],
    }
    (folder / "annotations").mkdir()
    (folder / "annotations" / "default.json").write_text(json.dumps(content))
    _photo(folder / "images" / "default" / "a.jpg")
    return folder


def _masks(folder: Path) -> Path:
    for name, ring in (("hair", HAIR), ("face", FACE)):
        hidden = _area(FACE) if name == "hair" else np.zeros(SIZE, bool)  # in masks hair lies over face
        (folder / name).mkdir()
        (folder / name / "a.png").write_bytes(_png(_area(ring) & ~hidden))
    _photo(folder / "images" / "a.jpg")
    return folder


MAKERS = {
    "coco": _coco,
    "coco RLE": _coco_rle,
    "cvat": _cvat,
    "coco_panoptic": _panoptic,
    "datumaro": _datumaro,
    "labelme": _labelme,
    "masks": _masks,
    "supervisely": _supervisely,
    "voc": _voc,
    "yolo": _yolo,
}


@pytest.mark.parametrize("kind", MAKERS)
def test_the_masks_are_those_of_pycocotools(kind: str, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    labels = {"void": "background"} if kind == "coco_panoptic" else {}
    report = import_set(kind.split()[0], MAKERS[kind](given), tmp_path / "out", labels)
    (mask,) = (tmp_path / "out" / "masks").rglob("*.png")
    assert np.array_equal(np.asarray(Image.open(mask)), EXPECTED)
    (photo,) = (tmp_path / "out" / "images").rglob("*.jpg")
    (original,) = given.rglob("a.jpg")
    assert photo.read_bytes() == original.read_bytes()
    assert report.pictures == 1
    assert "person" not in (tmp_path / "out" / "classes.toml").read_text()
    Folder.open(tmp_path / "out")


def test_a_hole_is_kept(tmp_path: Path) -> None:
    path = _supervisely(tmp_path)
    file = path / "ann" / "a.jpg.json"
    content = json.loads(file.read_text())
    content["objects"] = content["objects"][:1]
    content["objects"][0]["points"]["interior"] = [_points(FACE)]
    file.write_text(json.dumps(content))
    import_set("supervisely", path, tmp_path / "out")
    (mask,) = (tmp_path / "out" / "masks").rglob("*.png")
    assert np.array_equal(np.asarray(Image.open(mask)) == 1, _area(HAIR) & ~_area(FACE))


@pytest.mark.parametrize("label", ["hair", "17"])
def test_labels_are_mapped_by_name_or_number(label: str, tmp_path: Path) -> None:
    report = import_set("coco", _coco(tmp_path), tmp_path / "out", {label: "face"})
    assert report.mapped == {("hair", "face"): 1, ("face", "face"): 1}
    assert "face: merged from hair (1), face (1)" in report.lines()


def test_unknown_labels_are_listed(tmp_path: Path, command: Command) -> None:
    file = _coco(tmp_path)
    file.write_text(file.read_text().replace('"hair"', '"Frisur"'))
    ran = command("import", "coco", file, "--out", tmp_path / "out")
    assert ran.status == 1
    assert ran.err.count("\n") == 1
    assert "Frisur (17): 1, face (2): 1" in ran.err
    assert command("import", "coco", file, "--out", tmp_path / "out", "--map", "Frisur=hair").status == 0
    assert command("import", "coco", file, "--out", tmp_path / "out", "--map", "Frisur=hair").status == 1  # is there


def test_what_has_no_area_is_counted(tmp_path: Path) -> None:
    assert import_set("labelme", _labelme(tmp_path), tmp_path / "out").dropped == {"point": 1}


BAD = {
    "two points": (lambda f: _coco(f, ([[1, 1, 2, 2]], [FACE])), "annotation 0: has a polygon of 2 points"),
    "outside": (lambda f: _coco(f, ([HAIR], [[1, 1, 99, 1, 5, 5]])), "annotation 1: has the point 99, 1 outside"),
    "not a number": (lambda f: _coco(f, ([HAIR], [[1, 1, float("nan"), 1, 5, 5]])), "annotation 1: has the point"),
    "RLE size": (lambda f: _coco(f, ([HAIR], {"size": [30, 40], "counts": [1200]})), "annotation 1: has an RLE for"),
    "RLE sum": (lambda f: _coco(f, ([HAIR], {"size": [40, 30], "counts": [7]})), "annotation 1: has an RLE of 7"),
    "RLE text": (lambda f: _coco(f, ([HAIR], {"size": [40, 30], "counts": "\x01"})), "annotation 1: has an RLE that"),
    "no segmentation": (lambda f: _coco(f, ([HAIR], "here")), "annotation 1: has a segmentation that is neither"),
    "missing": (lambda f: _coco(f, name="b.jpg"), "b.jpg is missing"),
    "missing in images": (lambda f: _coco(f, name="b.jpg"), "images/b.jpg is missing"),
    "not UTF-8": (lambda f: _coco(f, name="\udcff.jpg"), "is not UTF-8"),
    "leads out": (lambda f: _coco(f, name="../../etc/passwd"), "leads out"),
    "leads out of images": (lambda f: _coco(f, name="images/../images/a.jpg"), "leads out"),
    "from the top": (lambda f: _coco(f, name="/etc/passwd"), "leads out"),
}


@pytest.mark.parametrize("how", BAD)
def test_one_line_says_what_is_wrong_and_nothing_is_written(how: str, tmp_path: Path) -> None:
    make, message = BAD[how]
    path = make(tmp_path)
    with pytest.raises(HairnetError, match=message.split(":")[-1].strip()) as raised:
        import_set("coco", path, tmp_path / "out")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert {p.name for p in tmp_path.iterdir()} == {"labels.json", "images"}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_link_that_leads_out(kind: str, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    inside.mkdir()
    _photo(outside / "a.jpg")
    path = MAKERS[kind](inside)
    (picture,) = inside.rglob("a.jpg")
    picture.unlink()
    picture.symlink_to(outside / "a.jpg")
    with pytest.raises(HairnetError, match="leads out"):
        import_set(kind.split()[0], path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_an_import_is_replaced(tmp_path: Path) -> None:
    path = _voc(tmp_path)
    import_set("voc", path, tmp_path / "out")
    import_set("voc", path, tmp_path / "out", overwrite=True)
    (tmp_path / "out" / "import.txt").unlink()  # as if somebody had made it
    with pytest.raises(HairnetError, match="is there already"):
        import_set("voc", path, tmp_path / "out", overwrite=True)


def test_skip_bad_leaves_a_picture_out(tmp_path: Path) -> None:
    path = _labelme(tmp_path)
    _photo(path / "b.jpg")
    (path / "b.json").write_text((path / "a.json").read_text().replace("a.jpg", "b.jpg").replace("3.0", "-300"))
    (path / "c.json").write_text("{")
    report = import_set("labelme", path, tmp_path / "out", skip_bad=True)
    assert report.pictures == 1
    assert len(report.skipped) == 2
    assert "b.json: shape 0" in str(report.skipped[0])
    assert "c.json" in str(report.skipped[1])


@pytest.mark.parametrize(("kind", "name"), [("coco", "x.json"), ("cvat", "x.xml")])
def test_damaged_files(kind: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("<a")
    with pytest.raises(HairnetError, match=name):
        import_set(kind, tmp_path / name, tmp_path / "out")


@pytest.mark.skipif(not importlib.util.find_spec("yaml"), reason="PyYAML is not installed")
def test_names_of_a_yolo_set_in_yaml(tmp_path: Path) -> None:
    path = _yolo(tmp_path)
    (path / "classes.txt").unlink()
    (path / "data.yaml").write_text("names: {0: hair, 1: face}\n")
    assert import_set("yolo", path, tmp_path / "out").mapped == {("hair", "hair"): 1, ("face", "face"): 1}


def test_a_yolo_picture_without_a_label_file_is_named(tmp_path: Path) -> None:
    path = _yolo(tmp_path)
    picture = path / "images" / "a.jpg"
    other = picture.with_name("other.jpg")
    other.write_bytes(picture.read_bytes())
    report = import_set("yolo", path, tmp_path / "out")
    assert report.unannotated == [str(other)]
    assert f"left out: 1 without annotations, {other} the first" in report.lines()


def test_what_is_wrong_with_panoptic_segments(tmp_path: Path) -> None:
    file = _panoptic(tmp_path)
    content = json.loads(file.read_text())
    with pytest.raises(HairnetError, match="annotation 0: is panoptic; import it as coco_panoptic"):
        import_set("coco", file, tmp_path / "out")
    del content["annotations"][0]["segments_info"][0]
    file.write_text(json.dumps(content))
    with pytest.raises(HairnetError, match=r"a.png: has the colour #0a0100, which is no segment"):
        import_set("coco_panoptic", file, tmp_path / "out")
    (tmp_path / "labels" / "a.png").unlink()
    with pytest.raises(HairnetError, match=r"labels/a.png is missing"):
        import_set("coco_panoptic", file, tmp_path / "out")
    _coco(tmp_path)
    with pytest.raises(HairnetError, match="has no segments_info; import it as coco"):
        import_set("coco_panoptic", file, tmp_path / "out")


def test_pixels_of_no_panoptic_segment_are_not_labelled(tmp_path: Path) -> None:
    import_set("coco_panoptic", _panoptic(tmp_path), tmp_path / "out")
    mask = np.asarray(Image.open(tmp_path / "out" / "masks" / "a.png"))
    assert np.array_equal(mask, np.where(EXPECTED == 0, 255, EXPECTED))


def test_subsets_of_datumaro(tmp_path: Path) -> None:
    path = _datumaro(tmp_path)
    content = json.loads((path / "annotations" / "default.json").read_text())
    content["items"][0]["image"] = {"path": ""}
    (path / "annotations" / "train.json").write_text(json.dumps(content))
    (path / "images" / "default").rename(path / "images" / "train")
    (path / "annotations" / "default.json").unlink()
    content["items"] = [{"id": "b", "annotations": [{"type": "bbox", "label_id": 1, "bbox": [2, 3, 4, 5]}]}]
    (path / "annotations" / "test.json").write_text(json.dumps(content))
    _photo(path / "images" / "test" / "b.jpg")
    report = import_set("datumaro", path, tmp_path / "out")
    assert report.dropped == {"points": 1}
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / "masks" / "train" / "a.png")), EXPECTED)
    mask = np.zeros(SIZE, np.uint8)
    mask[3:8, 2:6] = 2
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / "masks" / "test" / "b.png")), mask)
    content["items"][0]["annotations"][0]["label_id"] = 5
    (path / "annotations" / "test.json").write_text(json.dumps(content))
    with pytest.raises(HairnetError, match=r"item b: annotation 0: has the unknown label 5"):
        import_set("datumaro", path, tmp_path / "other")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_text(tmp_path: Path) -> None:
    path = _masks(tmp_path)
    for folder, ending in (("images", b".jpg"), ("hair", b".png"), ("face", b".png")):
        (file,) = (path / folder).iterdir()
        os.rename(file, os.fsencode(path / folder) + b"/\xff" + ending)
    with pytest.raises(HairnetError, match="is not UTF-8; rename the picture") as raised:
        import_set("masks", path, tmp_path / "out")
    str(raised.value).encode()
