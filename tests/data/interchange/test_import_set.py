"""Every format of annotations comes down to the same masks, and whatever is wrong is one line."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import HairnetError
from hairnet_data.interchange.import_set import import_set
from hairnet_data.sources.folder.source import Folder
from tests.support.annotations import (
    EXPECTED,
    FACE,
    HAIR,
    MAKERS,
    SIZE,
    area_of,
    points_of,
    write_coco,
    write_datumaro,
    write_labelme,
    write_masks,
    write_panoptic,
    write_photo,
    write_supervisely,
    write_voc,
    write_yolo,
)
from tests.support.command import Command


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
    path = write_supervisely(tmp_path)
    file = path / "ann" / "a.jpg.json"
    content = json.loads(file.read_text())
    content["objects"] = content["objects"][:1]
    content["objects"][0]["points"]["interior"] = [points_of(FACE)]
    file.write_text(json.dumps(content))
    import_set("supervisely", path, tmp_path / "out")
    (mask,) = (tmp_path / "out" / "masks").rglob("*.png")
    assert np.array_equal(np.asarray(Image.open(mask)) == 1, area_of(HAIR) & ~area_of(FACE))


@pytest.mark.parametrize("label", ["hair", "17"])
def test_labels_are_mapped_by_name_or_number(label: str, tmp_path: Path) -> None:
    report = import_set("coco", write_coco(tmp_path), tmp_path / "out", {label: "face"})
    assert report.mapped == {("hair", "face"): 1, ("face", "face"): 1}
    assert "face: merged from hair (1), face (1)" in report.lines()


def test_unknown_labels_are_listed(tmp_path: Path, command: Command) -> None:
    file = write_coco(tmp_path)
    file.write_text(file.read_text().replace('"hair"', '"Frisur"'))
    ran = command("import", "coco", file, "--out", tmp_path / "out")
    assert ran.status == 1
    assert ran.err.count("\n") == 1
    assert "Frisur (17): 1, face (2): 1" in ran.err
    assert command("import", "coco", file, "--out", tmp_path / "out", "--map", "Frisur=hair").status == 0
    assert command("import", "coco", file, "--out", tmp_path / "out", "--map", "Frisur=hair").status == 1  # is there


def test_what_has_no_area_is_counted(tmp_path: Path) -> None:
    assert import_set("labelme", write_labelme(tmp_path), tmp_path / "out").dropped == {"point": 1}


BAD = {
    "two points": (lambda f: write_coco(f, ([[1, 1, 2, 2]], [FACE])), "annotation 0: has a polygon of 2 points"),
    "outside": (lambda f: write_coco(f, ([HAIR], [[1, 1, 99, 1, 5, 5]])), "annotation 1: has the point 99, 1 outside"),
    "not a number": (lambda f: write_coco(f, ([HAIR], [[1, 1, float("nan"), 1, 5, 5]])), "annotation 1: has the point"),
    "RLE size": (
        lambda f: write_coco(f, ([HAIR], {"size": [30, 40], "counts": [1200]})),
        "annotation 1: has an RLE for",
    ),
    "RLE sum": (lambda f: write_coco(f, ([HAIR], {"size": [40, 30], "counts": [7]})), "annotation 1: has an RLE of 7"),
    "RLE text": (
        lambda f: write_coco(f, ([HAIR], {"size": [40, 30], "counts": "\x01"})),
        "annotation 1: has an RLE that",
    ),
    "no segmentation": (lambda f: write_coco(f, ([HAIR], "here")), "annotation 1: has a segmentation that is neither"),
    "missing": (lambda f: write_coco(f, name="b.jpg"), "b.jpg is missing"),
    "missing in images": (lambda f: write_coco(f, name="b.jpg"), "images/b.jpg is missing"),
    "not UTF-8": (lambda f: write_coco(f, name="\udcff.jpg"), "is not UTF-8"),
    "leads out": (lambda f: write_coco(f, name="../../etc/passwd"), "leads out"),
    "leads out of images": (lambda f: write_coco(f, name="images/../images/a.jpg"), "leads out"),
    "from the top": (lambda f: write_coco(f, name="/etc/passwd"), "leads out"),
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
    write_photo(outside / "a.jpg")
    path = MAKERS[kind](inside)
    (picture,) = inside.rglob("a.jpg")
    picture.unlink()
    picture.symlink_to(outside / "a.jpg")
    with pytest.raises(HairnetError, match="leads out"):
        import_set(kind.split()[0], path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_an_import_is_replaced(tmp_path: Path) -> None:
    path = write_voc(tmp_path)
    import_set("voc", path, tmp_path / "out")
    import_set("voc", path, tmp_path / "out", overwrite=True)
    (tmp_path / "out" / "import.txt").unlink()  # as if somebody had made it
    with pytest.raises(HairnetError, match="is there already"):
        import_set("voc", path, tmp_path / "out", overwrite=True)


def test_skip_bad_leaves_a_picture_out(tmp_path: Path) -> None:
    path = write_labelme(tmp_path)
    write_photo(path / "b.jpg")
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
    path = write_yolo(tmp_path)
    (path / "classes.txt").unlink()
    (path / "data.yaml").write_text("names: {0: hair, 1: face}\n")
    assert import_set("yolo", path, tmp_path / "out").mapped == {("hair", "hair"): 1, ("face", "face"): 1}


def test_a_yolo_picture_without_a_label_file_is_named(tmp_path: Path) -> None:
    path = write_yolo(tmp_path)
    picture = path / "images" / "a.jpg"
    other = picture.with_name("other.jpg")
    other.write_bytes(picture.read_bytes())
    report = import_set("yolo", path, tmp_path / "out")
    assert report.unannotated == [str(other)]
    assert f"left out: 1 without annotations, {other} the first" in report.lines()


def test_what_is_wrong_with_panoptic_segments(tmp_path: Path) -> None:
    file = write_panoptic(tmp_path)
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
    write_coco(tmp_path)
    with pytest.raises(HairnetError, match="has no segments_info; import it as coco"):
        import_set("coco_panoptic", file, tmp_path / "out")


def test_pixels_of_no_panoptic_segment_are_not_labelled(tmp_path: Path) -> None:
    import_set("coco_panoptic", write_panoptic(tmp_path), tmp_path / "out")
    mask = np.asarray(Image.open(tmp_path / "out" / "masks" / "a.png"))
    assert np.array_equal(mask, np.where(EXPECTED == 0, 255, EXPECTED))


def test_subsets_of_datumaro(tmp_path: Path) -> None:
    path = write_datumaro(tmp_path)
    content = json.loads((path / "annotations" / "default.json").read_text())
    content["items"][0]["image"] = {"path": ""}
    (path / "annotations" / "train.json").write_text(json.dumps(content))
    (path / "images" / "default").rename(path / "images" / "train")
    (path / "annotations" / "default.json").unlink()
    content["items"] = [{"id": "b", "annotations": [{"type": "bbox", "label_id": 1, "bbox": [2, 3, 4, 5]}]}]
    (path / "annotations" / "test.json").write_text(json.dumps(content))
    write_photo(path / "images" / "test" / "b.jpg")
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
    path = write_masks(tmp_path)
    for folder, ending in (("images", b".jpg"), ("hair", b".png"), ("face", b".png")):
        (file,) = (path / folder).iterdir()
        os.rename(file, os.fsencode(path / folder) + b"/\xff" + ending)
    with pytest.raises(HairnetError, match="is not UTF-8; rename the picture") as raised:
        import_set("masks", path, tmp_path / "out")
    str(raised.value).encode()


@pytest.mark.parametrize("kind", ["coco", "yolo", "masks"])
def test_a_photo_that_ends_early_is_named(kind: str, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    path = MAKERS[kind](given)
    (photo,) = given.rglob("a.jpg")
    photo.write_bytes(photo.read_bytes()[:-20])
    with pytest.raises(HairnetError, match=r"a\.jpg: is truncated or damaged") as refused:
        import_set(kind, path, tmp_path / "out", {})
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()
