"""The values in a folder's masks are counted, and the draft of `classes.toml` is one that `build` reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import SourceError
from hairnet_data.inspection.mask_values import MAX_VALUES, count_mask_values, draft_classes
from hairnet_data.sources.folder.source import Folder
from tests.support.portraits import draw_head, in_colours, make_folder, save_picture


def test_colours_are_counted_by_pixels_and_masks(tmp_path: Path) -> None:
    first = np.full((10, 10, 3), (0, 0, 255), np.uint8)
    second = first.copy()
    second[:2] = (255, 0, 0)
    save_picture(tmp_path / "masks" / "a.png", first)
    save_picture(tmp_path / "masks" / "deep" / "b.png", second)
    save_picture(tmp_path / "masks" / ".hidden" / "c.png", second)
    save_picture(tmp_path / "masks" / "a.corrected.png", np.ones((10, 10), np.uint8))  # of `hairnet-data fix`
    (tmp_path / "masks" / "notes.txt").write_text("no mask")
    values = count_mask_values(tmp_path)
    assert (values.kind, values.masks, values.pixels) == ("colours", 2, 200)
    assert [(c.value, c.pixels, c.masks) for c in values.counts] == [("#0000ff", 180, 2), ("#ff0000", 20, 1)]
    assert values == count_mask_values(tmp_path / "masks"), "the folder of the masks will do"


def test_indices_are_shown_in_their_palette(tmp_path: Path) -> None:
    mask = Image.fromarray(np.repeat(np.arange(3, dtype=np.uint8)[:, None], 6, axis=1), "P")
    mask.putpalette([9, 8, 7, 200, 0, 0, 0, 200, 0])
    save_picture(tmp_path / "masks" / "a.png", mask)
    values = count_mask_values(tmp_path)
    assert values.kind == "indices"
    assert {c.value: c.colour for c in values.counts} == {0: (9, 8, 7), 1: (200, 0, 0), 2: (0, 200, 0)}


def test_what_cannot_be_read_is_named_and_the_rest_counted(tmp_path: Path) -> None:
    save_picture(tmp_path / "masks" / "a.png", np.zeros((4, 4), np.uint8))
    (tmp_path / "masks" / "b.png").write_bytes(b"no picture")
    values = count_mask_values(tmp_path)
    assert values.masks == 1
    assert [error.where.endswith("b.png") for error in values.errors] == [True]
    assert values.to_json()["unreadable"] == [str(values.errors[0])]


@pytest.mark.parametrize("what", ["nothing", "empty", "spoiled"])
def test_nothing_to_read_is_one_line(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "folder"
    if what != "nothing":
        (folder / "masks").mkdir(parents=True)
    if what == "spoiled":
        (folder / "masks" / "a.png").write_bytes(b"")
    with pytest.raises(SourceError, match=r"is not a folder|holds no mask that can be read") as caught:
        count_mask_values(folder)
    assert "\n" not in str(caught.value)


def test_the_draft_of_a_known_set_is_read_by_build(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "mine")  # in the colours of LFW Part Labels
    values = count_mask_values(root)
    assert values.known is not None
    assert values.known.name == "LFW Part Labels"
    (root / "classes.toml").write_text(draft_classes(values))
    source = Folder.open(root)
    entries = source.catalogue().entries
    assert {number for entry in entries for number in np.unique(source.load(entry.id).mask).tolist()} == {0, 1, 2}


def test_a_draft_of_unknown_values_is_refused_until_it_is_filled_in(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "mine", people=3)
    for path in (root / "masks").iterdir():
        grey = np.asarray(Image.open(path).convert("L"))
        Image.fromarray(np.where(grey > 100, 7, np.where(grey > 50, 5, 3)).astype(np.uint8)).save(path)
    values = count_mask_values(root)
    assert values.known is None
    draft = draft_classes(values)
    assert {3, 5, 7} == set(tomllib.loads(draft)["indices"]["unassigned"])
    (root / "classes.toml").write_text(draft)
    with pytest.raises(SourceError, match=r"unassigned|names neither"):
        Folder.open(root)


def test_blended_masks_are_drafted_in_colours_with_nearest(tmp_path: Path) -> None:
    _, mask = draw_head(3, 90, 90)
    large = Image.fromarray(in_colours(mask)).resize((300, 300), Image.Resampling.BICUBIC)
    save_picture(tmp_path / "masks" / "a.png", 255 - np.asarray(large))  # no known set is yellow, cyan and magenta
    values = count_mask_values(tmp_path)
    assert values.other_values > 0
    assert len(values.counts) == MAX_VALUES
    draft = tomllib.loads(draft_classes(values))
    assert draft["options"]["nearest"] is True
    assert set(draft["colours"]["unassigned"]) == {"#00ffff", "#ffff00", "#ff00ff"}
