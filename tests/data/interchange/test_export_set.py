"""What is exported for a labelling tool is imported as it was."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools.coco import COCO

from hairnet_data.inspection.export_files import PERSON
from hairnet_data.interchange.export_set import WRITERS
from hairnet_data.interchange.import_set import import_set
from hairnet_data.sources.folder.source import Folder
from tests.support.command import Command

Mask = NDArray[np.uint8]


@pytest.mark.parametrize("kind", WRITERS)
def test_masks_and_pictures_come_back(kind: str, tmp_path: Path) -> None:
    values = np.array([0, 1, 2, 255], np.uint8)
    masks = [values[np.arange(35).reshape(5, 7) * step % 4] for step in (1, 3)] + [np.zeros((5, 7), np.uint8)]
    pairs = []
    for number, mask in enumerate(masks):
        Image.new("RGB", (7, 5), (number, 9, 9)).save(tmp_path / f"p{number}.png")
        pairs.append((tmp_path / f"p{number}.png", mask))
    (tmp_path / "set").mkdir()
    pictures = [picture.read_bytes() for picture, _ in pairs]
    WRITERS[kind](pairs, tmp_path / "set")
    import_set(kind, tmp_path / "set", tmp_path / "out")
    for (picture, mask), data in zip(pairs, pictures, strict=True):
        assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / "masks" / picture.name)), mask)
        assert (tmp_path / "out" / "images" / picture.name).read_bytes() == data


def test_the_command_says_what_a_format_cannot(built_drawn: Path, command: Command, tmp_path: Path) -> None:
    arguments = ("export", built_drawn, "--split", "test", "--index", "0", "--format")
    assert command(*arguments, "folder", "--out", tmp_path / "folder").status == 0
    ran = command(*arguments, "voc", "--out", tmp_path / "voc")
    assert ran.status == 0
    assert (
        "not in this format: recipes, poses, which picture is a negative; names keep split, number and person"
        in ran.err
    )
    (mask,) = (tmp_path / "folder" / "masks").iterdir()
    (again,) = (tmp_path / "voc" / "SegmentationClass").iterdir()
    assert np.array_equal(np.asarray(Image.open(mask)), np.asarray(Image.open(again)))
    assert command(*arguments, "voc", "--out", tmp_path / "voc").status == 1
    assert command(*arguments, "voc", "--out", tmp_path / "voc", "--overwrite").status == 0
    (tmp_path / "voc" / "export.txt").unlink()  # as if somebody had made it
    assert command(*arguments, "voc", "--out", tmp_path / "voc", "--overwrite").status == 1
    assert command(*arguments, "pdf", "--out", tmp_path / "pdf").status == 2
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "voc"}


@pytest.fixture
def quick_collection() -> Iterator[None]:
    """Garbage is looked for in what a test makes, not in the libraries of the entire process, which takes seconds."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("quick_collection")
@pytest.mark.parametrize("kind", WRITERS)
def test_no_more_than_one_mask_is_in_memory(kind: str, tmp_path: Path) -> None:
    written: list[weakref.ref[Mask]] = []

    def pairs() -> Iterator[tuple[Path, Mask]]:
        for number in range(5):
            picture = tmp_path / f"p{number}.png"
            Image.new("RGB", (7, 5)).save(picture)
            mask = np.full((5, 7), number % 3, np.uint8)
            gc.collect()
            assert sum(reference() is not None for reference in written) <= 1
            written.append(weakref.ref(mask))
            yield picture, mask
            del mask

    (tmp_path / "set").mkdir()
    WRITERS[kind](pairs(), tmp_path / "set")
    assert len(written) == 5


def test_pycocotools_reads_what_is_written(tmp_path: Path) -> None:
    mask = np.array([[0, 1, 1], [2, 2, 255]], np.uint8)
    Image.new("RGB", (3, 2)).save(tmp_path / "a.png")
    (tmp_path / "set").mkdir()
    WRITERS["coco"]([(tmp_path / "a.png", mask)], tmp_path / "set")
    coco = COCO(str(tmp_path / "set" / "annotations.json"))
    for annotation in coco.loadAnns(coco.getAnnIds()):
        assert np.array_equal(coco.annToMask(annotation) > 0, mask == annotation["category_id"])
        assert annotation["area"] == (mask == annotation["category_id"]).sum()


def test_the_people_of_an_export_are_known_again(built_drawn: Path, command: Command, tmp_path: Path) -> None:
    arguments = ("export", built_drawn, "--split", "test", "--index", "0", "--index", "1", "--format", "coco")
    assert command(*arguments, "--out", tmp_path / "coco").status == 0
    ran = command("import", "coco", tmp_path / "coco", "--out", tmp_path / "back", "--person", PERSON)
    assert ran.status == 0
    for entry in Folder.open(tmp_path / "back").catalogue().entries:
        assert entry.id == f"test-{int(entry.id[5:10]):05d}_{entry.person}"
