"""Sets of Hugging Face `datasets` in parquet."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import HairnetError
from hairnet_data.interchange.import_set import import_set

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

MASKS = [np.roll(np.repeat(np.array([0, 1, 2], np.uint8), 8).reshape(4, 6), step) for step in range(5)]
GIVEN = {"1": "hair", "2": "face"}


def encoded(pixels: Any, kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def photo(number: int) -> bytes:
    return encoded(np.full((4, 6, 3), number, np.uint8), "JPEG" if number % 2 else "PNG")


def write(
    path: Path, masks: list[Any] = MASKS, names: tuple[str, str] = ("image", "label"), paths: bool = True
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [{"bytes": photo(n), "path": f"p{n % 4}.jpg" if paths else None} for n in range(len(masks))]
    labels = [{"bytes": encoded(mask, "PNG") if mask is not None else None, "path": None} for mask in masks]
    table = pyarrow.table({names[0]: images, names[1]: labels, "text": [""] * len(masks)})
    parquet.write_table(table, path, row_group_size=2)
    return path


def test_pictures_and_masks_of_all_row_groups(tmp_path: Path) -> None:
    write(tmp_path / "set/data/train-00000-of-00001.parquet")
    write(tmp_path / "set/data/test-00000-of-00001.parquet", MASKS[:1], ("image", "annotation"), paths=False)
    report = import_set("parquet", tmp_path / "set", tmp_path / "out", GIVEN)
    assert report.pictures == 6
    names = ["p0.png", "p1.jpg", "p2.png", "p3.jpg", "train-00000-of-00001-000004-p0.png"]
    for number, name in enumerate(names):
        assert (tmp_path / "out/images/train" / name).read_bytes() == photo(number)
        mask = np.asarray(Image.open((tmp_path / "out/masks/train" / name).with_suffix(".png")))
        assert np.array_equal(mask, MASKS[number])
    assert (tmp_path / "out/images/test/000000.png").is_file()


def test_masks_in_colour(tmp_path: Path) -> None:
    colours = [np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0]], np.uint8)[mask] for mask in MASKS]
    given = {"#ff0000": "hair", "#00ff00": "face"}
    import_set("parquet", write(tmp_path / "a.parquet", colours, ("img", "masks")), tmp_path / "out", given)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out/masks/p1.png")), MASKS[1])


def test_what_is_wrong(tmp_path: Path) -> None:
    file = write(tmp_path / "a.parquet", [*MASKS, None])
    with pytest.raises(HairnetError, match=r"a.parquet: row 5: has no bytes in the column label"):
        import_set("parquet", file, tmp_path / "out", GIVEN)
    assert import_set("parquet", file, tmp_path / "out", GIVEN, skip_bad=True).pictures == 5
    write(file, [MASKS[3][:2]])
    with pytest.raises(HairnetError, match=r"row 0: is for 6 x 2, but the picture shows 6 x 4"):
        import_set("parquet", file, tmp_path / "other", GIVEN)
    write(file, names=("image", "text2"))
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(HairnetError, match="is no parquet that can be read"):
        import_set("parquet", file, tmp_path / "other", GIVEN)
    parquet.write_table(pyarrow.table({"image": [1], "label": [2]}), file)
    with pytest.raises(HairnetError, match="has the columns image, label, of which none hold pictures"):
        import_set("parquet", file, tmp_path / "other", GIVEN)
    with pytest.raises(HairnetError, match=r"has no \*.parquet"):
        import_set("parquet", tmp_path / "out", tmp_path / "other", GIVEN)
