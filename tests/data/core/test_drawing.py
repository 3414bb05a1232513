"""Outlines, tints and contact sheets: where they draw, that text stays within its card, and atomic files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.drawing import axes, overlay
from hairnet_data.core.drawing import contact_sheet as contact_sheets
from hairnet_data.core.drawing.contact_sheet import Cell
from hairnet_data.core.drawing.overlay import Pixels
from hairnet_data.core.errors import BuildError
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import project


def _grey(height: int, width: int, level: int = 120) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


def _head(height: int, width: int) -> Pixels:
    """Hair in the upper part of a box, face in the lower."""
    mask = np.zeros((height, width), np.uint8)
    mask[height // 5 : height // 2, width // 4 : -width // 4] = HAIR
    mask[height // 2 : -height // 5, width // 4 : -width // 4] = FACE
    return mask


@pytest.mark.parametrize("level", [0, 120, 255])
def test_outline_is_red_on_hair_and_green_on_face(level: int) -> None:
    image, mask = _grey(200, 200, level), _head(200, 200)
    before = image.copy()
    drawn = overlay.outline(image, mask).astype(int)
    assert np.array_equal(image, before)
    red = (drawn[..., 0] > drawn[..., 1] + 100) & (drawn[..., 0] > drawn[..., 2] + 100)
    green = (drawn[..., 1] > drawn[..., 0] + 80) & (drawn[..., 1] > drawn[..., 2] + 60)
    assert red.sum() > 200
    assert green.sum() > 200
    assert (mask[red] == HAIR).mean() > 0.9
    assert (mask[green] == FACE).mean() > 0.9


def test_outline_leaves_all_but_the_border_alone() -> None:
    drawn = overlay.outline(_grey(200, 200), _head(200, 200))
    assert (drawn[70, 100] == 120).all()
    assert (drawn[130, 100] == 120).all()
    assert (drawn[10, 10] == 120).all()


def test_outline_does_not_follow_the_frame() -> None:
    image = _grey(60, 60)
    assert np.array_equal(overlay.outline(image, np.full((60, 60), HAIR, np.uint8)), image)
    assert np.array_equal(overlay.outline(image, np.zeros((60, 60), np.uint8)), image)


def test_outline_fits_a_mask_of_another_size() -> None:
    coarse, fine = (overlay.outline(_grey(240, 320), _head(*size)) for size in ((120, 160), (240, 320)))
    assert np.abs(coarse.astype(int) - fine).mean() < 4


def test_outline_finds_single_pixels() -> None:
    mask = np.zeros((50, 50), np.uint8)
    mask[25, 25] = HAIR
    assert not np.array_equal(overlay.outline(_grey(50, 50), mask), _grey(50, 50))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 2)])
def test_tiny_pictures_are_outlined(shape: tuple[int, int]) -> None:
    assert overlay.outline(_grey(*shape), np.full(shape, FACE, np.uint8)).shape == (*shape, 3)


def test_outline_layer_lies_over_a_picture_as_the_outline_does() -> None:
    image, mask = _grey(90, 120), _head(90, 120)
    layer = Image.fromarray(overlay.outline_layer(mask, 90, 120))
    laid = Image.alpha_composite(Image.fromarray(image).convert("RGBA"), layer).convert("RGB")
    assert np.abs(np.asarray(laid).astype(int) - overlay.outline(image, mask)).max() <= 2


def test_tint_by_opacity() -> None:
    image, mask = _grey(20, 20), _head(20, 20)
    assert np.array_equal(overlay.tint(image, mask, 0), image)
    full = overlay.tint(image, mask, 1)
    assert tuple(full[mask == HAIR][0].tolist()) == overlay.LINES[HAIR]
    assert tuple(full[mask == FACE][0].tolist()) == overlay.LINES[FACE]
    assert np.array_equal(full[mask == BACKGROUND], image[mask == BACKGROUND])


def test_shortened_text_fits() -> None:
    text = "lfw/Some_Person_With_A_Very_Long_Name_0012.jpg"
    cut = contact_sheets.shorten(text, 12, 100)
    assert cut.endswith("…")
    assert contact_sheets._font(12).getlength(cut) <= 100
    assert contact_sheets.shorten("short", 12, 100) == "short"
    assert contact_sheets.shorten("short", 12, 1) == ""


@pytest.mark.parametrize(
    "text",
    [
        "a few words that go on and on and on",
        "x" * 300,
        "a/b_c-" * 40,
        "",
        "  \n\t ",
        "\x1b[2J tab\tnew\nline",
    ],
)
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_wrapped_text_fits_its_rows(text: str, rows: int) -> None:
    lines = contact_sheets.wrap(text, 12, 90, rows)
    assert len(lines) <= rows
    assert all(contact_sheets._font(12).getlength(line) <= 90 for line in lines)
    assert all(line.isprintable() for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(c for c in text if c.isprintable() and c != " ")


def test_contact_sheet_takes_pictures_of_any_size() -> None:
    cells = [
        Cell(_grey(300, 200), _head(300, 200), "train · 0", ("upright",)),
        Cell(_grey(20, 90), _head(40, 180), "train · 1", ("lying, " * 30, "more")),
        Cell(_grey(1, 1), None, "", ()),
        Cell(_grey(64, 64), None, "\x00 odd \n title " * 20, ()),
    ]
    sheet = contact_sheets.contact_sheet(cells, 3, "four", side=96)
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] == 2 * 28 + 3 * 96 + 2 * 16
    assert contact_sheets.contact_sheet(cells, 9, "four", side=96).shape[1] == 2 * 28 + 4 * 96 + 3 * 16


def test_contact_sheet_text_stays_within_its_card() -> None:
    """Long captions colour no pixel of the margins."""
    long = "W" * 500
    sheet = contact_sheets.contact_sheet([Cell(_grey(50, 50), None, long, (long, long))] * 2, 2, long, side=120)
    margins = np.concatenate([sheet[:, :28].reshape(-1, 3), sheet[:, -28:].reshape(-1, 3)])
    assert len(np.unique(margins, axis=0)) == 1


@pytest.mark.parametrize(("height", "width"), [(200, 200), (100, 200), (200, 120)])
def test_axes_are_where_the_head_is(height: int, width: int) -> None:
    pose, frame = Pose(40.0, 10.0, -20.0, 0.45, 0.5, 0.02), max(height, width)
    layer = axes.axes_layer([pose], height, width, thick=4)
    assert layer.shape == (height, width, 4)
    for (name, colour), direction in zip(axes.AXES.items(), np.eye(3), strict=True):
        x, y = (project(pose, 10.0 * direction) - 0.5) * frame + (width / 2, height / 2)
        red, green, blue, cover = layer[int(y), int(x)].tolist()
        assert cover == 255, name
        assert np.abs(np.subtract((red, green, blue), colour)).max() < 60, name
    assert (layer[..., 3] > 0).mean() < 0.15


def test_the_axis_in_front_hides_the_others() -> None:
    colours = axes.AXES
    for pitch, above in ((80.0, "nose"), (-80.0, "down")):
        layer = axes.axes_layer([Pose(0.0, pitch, 0.0, 0.5, 0.5, 0.03)], 200, 200, thick=4)
        origin = layer[100, 100, :3].astype(int)
        nearest = min(colours, key=lambda name: np.abs(origin - colours[name]).sum())
        assert nearest == above, pitch
    assert not axes.axes_layer([], 20, 20).any()


def test_axes_reach_out_of_the_picture() -> None:
    picture = _grey(40, 30)
    assert axes.draw_axes(picture, []) is picture
    assert np.array_equal(axes.draw_axes(picture, [Pose(0.0, 0.0, 0.0, 5.0, -3.0, 0.02)]), picture)
    assert not np.array_equal(axes.draw_axes(picture, [Pose(0.0, 0.0, 0.0, 0.9, 0.9, 0.02)]), picture)


def test_contact_sheet_has_a_legend_only_where_there_are_masks() -> None:
    def lines(mask: Pixels | None) -> int:
        sheet = contact_sheets.contact_sheet([Cell(_grey(40, 40), mask, "t", ())] * 4, 4, "t", side=64)
        return int((sheet == overlay.LINES[HAIR]).all(axis=-1).sum())

    assert lines(np.zeros((40, 40), np.uint8)) > 50
    assert lines(None) == 0


def test_contact_sheet_has_a_legend_of_the_axes_where_there_are_heads() -> None:
    def dots(*poses: Pose) -> int:
        sheet = contact_sheets.contact_sheet([Cell(_grey(40, 40), None, "t", (), poses)] * 4, 4, "t", side=64)
        return int((sheet[:60] == axes.AXES["nose"]).all(axis=-1).sum())

    assert dots(Pose(0.0, 0.0, 0.0, 0.5, 0.5, 0.03)) > 50
    assert dots() == 0


@pytest.mark.parametrize("title", ["", " ", "t", "a title that leaves no room for a legend beside it"])
def test_contact_sheet_shows_all_of_its_legend(title: str) -> None:
    cells = [Cell(_grey(40, 40), np.zeros((40, 40), np.uint8), "t")] * 4
    sheet = contact_sheets.contact_sheet(cells, 4, title, side=64)
    for colour in (overlay.LINES[HAIR], overlay.LINES[FACE]):
        assert (sheet == colour).all(axis=-1).sum() > 100


def test_contact_sheet_of_nothing() -> None:
    assert contact_sheets.contact_sheet([], 4, "empty").ndim == 3


@pytest.mark.parametrize(("columns", "side"), [(0, 100), (-1, 100), (2, 5)])
def test_impossible_sheets_are_refused(columns: int, side: int) -> None:
    with pytest.raises(ValueError, match="cannot be laid out"):
        contact_sheets.contact_sheet([], columns, "t", side)


def test_save_png_writes_the_pixels_and_nothing_else(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    path = tmp_path / "sheet.png"
    path.write_bytes(b"older")
    overlay.save_png(path, picture)
    with Image.open(path) as saved:
        assert np.array_equal(np.asarray(saved), picture)
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.png"]


def test_save_png_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="make the folder first"):
        overlay.save_png(tmp_path / "none" / "a.png", _grey(2, 2))
    with pytest.raises(BuildError, match="name of a file"):
        overlay.save_png(tmp_path, _grey(2, 2))
    assert list(tmp_path.iterdir()) == []
