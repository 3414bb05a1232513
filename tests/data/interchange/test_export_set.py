"""What is exported for a labelling tool is imported as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.interchange.export_set import WRITERS
from hairnet_data.interchange.import_set import import_set
from tests.support.command import Command


@pytest.mark.parametrize("kind", WRITERS)
def test_masks_and_pictures_come_back(kind: str, tmp_path: Path) -> None:
    values = np.array([0, 1, 2, 255], np.uint8)
    masks = [values[np.arange(35).reshape(5, 7) * step % 4] for step in (1, 3)] + [np.zeros((5, 7), np.uint8)]
    pairs = []
    for number, mask in enumerate(masks):
        Image.new("RGB", (7, 5), (number, 9, 9)).save(tmp_path / f"p{number}.png")
        pairs.append((tmp_path / f"p{number}.png", mask))
    (tmp_path / "set").mkdir()
    WRITERS[kind](pairs, tmp_path / "set")
    import_set(kind, tmp_path / "set", tmp_path / "out")
    for picture, mask in pairs:
        assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / "masks" / picture.name)), mask)
        assert (tmp_path / "out" / "images" / picture.name).read_bytes() == picture.read_bytes()


def test_the_command_says_what_a_format_cannot(built_drawn: Path, command: Command, tmp_path: Path) -> None:
    arguments = ("export", built_drawn, "--split", "test", "--index", "0", "--format")
    assert command(*arguments, "folder", "--out", tmp_path / "folder").status == 0
    ran = command(*arguments, "voc", "--out", tmp_path / "voc")
    assert ran.status == 0
    assert "recipes" in ran.err
    (mask,) = (tmp_path / "folder" / "masks").iterdir()
    (again,) = (tmp_path / "voc" / "SegmentationClass").iterdir()
    assert np.array_equal(np.asarray(Image.open(mask)), np.asarray(Image.open(again)))
    assert command(*arguments, "voc", "--out", tmp_path / "voc").status == 1
    assert command(*arguments, "voc", "--out", tmp_path / "voc", "--overwrite").status == 0
    (tmp_path / "voc" / "export.txt").unlink()  # as if somebody had made it
    assert command(*arguments, "voc", "--out", tmp_path / "voc", "--overwrite").status == 1
    assert command(*arguments, "pdf", "--out", tmp_path / "pdf").status == 2
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "voc"}
