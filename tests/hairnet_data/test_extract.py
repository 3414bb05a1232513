from __future__ import annotations

from pathlib import Path

import numpy as np

from hairnet_data.encode import decode_image, decode_mask
from hairnet_data.photos import read_mask, read_photo
from hairnet_data.prepared import open_prepared


def test_files_hold_what_the_records_hold(built_lfw: Path, tmp_path: Path, command) -> None:
    ran = command("extract", built_lfw, "test_occluded", 0, 2, "--out", tmp_path / "out")
    assert ran.status == 0, ran.err
    assert ran.out.split() == [str(tmp_path / f"out/images/test_occluded-{index}.png") for index in (0, 2)]
    record = open_prepared(built_lfw).record("test_occluded", 2)
    assert isinstance(record["image"], bytes)
    assert isinstance(record["mask"], bytes)
    image, mask = read_photo(ran.out.split()[1]), read_mask(tmp_path / "out/masks/test_occluded-2.png").indices
    np.testing.assert_array_equal(image, decode_image(record["image"]))
    np.testing.assert_array_equal(mask, decode_mask(record["mask"]))


def test_wrong_names_are_one_line(built_lfw: Path, tmp_path: Path, command) -> None:
    ran = command("extract", built_lfw, "tset", 0, "--out", tmp_path)
    assert (ran.status, ran.err) == (2, ran.err)
    assert "no split named 'tset'" in ran.err
    assert command("extract", built_lfw, "test", 99999, "--out", tmp_path).status == 2
    assert not list(tmp_path.iterdir())
