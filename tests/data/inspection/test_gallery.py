"""The gallery: one file that loads nothing, with every name escaped and every picture in it."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.drawing.axes import AXES
from hairnet_data.core.drawing.contact_sheet import Cell
from hairnet_data.core.drawing.overlay import Pixels
from hairnet_data.core.errors import BuildError
from hairnet_data.core.head.pose import Pose
from hairnet_data.inspection.gallery import write_gallery

EVIL = "<script>alert('x')</script> & \"quoted\" </style>"


class _Page(HTMLParser):
    """Collects tags with their attributes and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _cell(height: int = 40, width: int = 30, mask: bool = True, title: str = "train · 3") -> Cell:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    classes = np.zeros((height, width), np.uint8)
    classes[height // 4 : height // 2] = HAIR
    classes[height // 2 : -height // 4] = FACE
    return Cell(image, classes if mask else None, title, ("drawn_0003", "turned by 12°"))


def _decode(address: str | None) -> Pixels:
    assert address is not None
    _, data = address.split(",", 1)
    with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as picture:
        return np.asarray(picture.convert("RGBA"))


def _write(path: Path, cells: list[Cell], title: str = "title", summary: str = "") -> _Page:
    write_gallery(path / "gallery.html", cells, title, summary)
    page = _Page((path / "gallery.html").read_text("utf-8"))
    assert page.open == []
    return page


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    page = _write(tmp_path, [_cell(), _cell(mask=False)])
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "a", "base"})
    assert all((image["src"] or "").startswith("data:image/") for image in page.all("img"))
    text = (tmp_path / "gallery.html").read_text("utf-8")
    assert not re.search(r"https?:|url\(|@import|@font-face", text)
    policy = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_names_are_escaped(tmp_path: Path) -> None:
    cell = Cell(np.zeros((8, 8, 3), np.uint8), None, EVIL, (EVIL,))
    page = _write(tmp_path, [cell], EVIL, EVIL)
    assert page.all("script") == []
    assert page.text.count(EVIL) == 5  # the document's title, headline, summary, card title and line
    assert [image["alt"] for image in page.all("img")] == [f"{EVIL}: a picture without a mask"]


def test_names_that_utf8_cannot_hold_do_not_stop_it(tmp_path: Path) -> None:
    page = _write(tmp_path, [_cell(title="odd \udcff name")])
    assert "odd ? name" in page.text


def test_layers_hold_the_picture_and_the_mask(tmp_path: Path) -> None:
    cell = _cell(64, 48)
    assert cell.mask is not None
    photo, area, lines = (_decode(image["src"]) for image in _write(tmp_path, [cell]).all("img"))
    assert photo.shape == (64, 48, 4)
    assert np.abs(photo[..., :3].astype(int) - cell.image).mean() < 20
    assert area.shape == (64, 48, 4)
    assert np.array_equal(area[..., 3] > 0, cell.mask > 0)
    assert (area[cell.mask == HAIR] == (255, 0, 0, 255)).all()
    assert (area[cell.mask == FACE] == (0, 255, 0, 255)).all()
    assert lines.shape[0] / lines.shape[1] == pytest.approx(64 / 48, rel=0.01)
    assert 0 < (lines[..., 3] > 0).mean() < 0.5


def test_axes_of_heads_are_a_layer_of_their_own(tmp_path: Path) -> None:
    posed = replace(_cell(64, 48), poses=(Pose(0.0, 0.0, 0.0, 0.5, 0.5, 0.03),))
    page = _write(tmp_path, [posed, _cell()])
    (axes,) = [_decode(image["src"]) for image in page.all("img") if image.get("class") == "axes"]
    assert axes.shape[0] / axes.shape[1] == pytest.approx(64 / 48, rel=0.01)
    assert (axes[axes.shape[0] // 2, axes.shape[1] // 2, :3] == AXES["nose"]).all()
    assert all(f'<i class="{name}"></i>{name}' in (tmp_path / "gallery.html").read_text("utf-8") for name in AXES)
    assert not any(name in _write(tmp_path, [_cell()]).text.split() for name in AXES)


def test_large_pictures_are_made_smaller(tmp_path: Path) -> None:
    photo = _decode(_write(tmp_path, [_cell(1200, 900)]).all("img")[0]["src"])
    assert photo.shape[:2] == (448, 336)


def test_pictures_are_described(tmp_path: Path) -> None:
    empty = Cell(np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.uint8), "b", ())
    page = _write(tmp_path, [_cell(title="a"), empty])
    assert all("alt" in image for image in page.all("img"))
    descriptions = [image["alt"] for image in page.all("img") if image["alt"]]
    assert descriptions == [
        "a: hair covers 25 %, face 25 % of the picture",
        "b: a picture with neither hair nor face in it",
    ]


def test_controls_are_radio_buttons_with_one_choice_each(tmp_path: Path) -> None:
    buttons = _write(tmp_path, [_cell()]).all("input")
    assert {button["type"] for button in buttons} == {"radio"}
    checked = [button["id"] for button in buttons if "checked" in button]
    assert checked == ["view-outline", "width-medium"]


def test_without_masks_there_is_no_choice_of_views(tmp_path: Path) -> None:
    page = _write(tmp_path, [_cell(mask=False)])
    assert {button["name"] for button in page.all("input")} == {"width"}


def test_an_empty_gallery_says_so(tmp_path: Path) -> None:
    assert "Nothing to show." in _write(tmp_path, []).text


def test_summary_is_a_paragraph_per_line(tmp_path: Path) -> None:
    write_gallery(tmp_path / "a.html", [], "t", ["one", " ", "two"])
    write_gallery(tmp_path / "b.html", [], "t", "one\n\ntwo\n")
    first, second = ((tmp_path / name).read_text("utf-8") for name in ("a.html", "b.html"))
    assert first == second
    assert "<p>one</p><p>two</p>" in first


def test_the_same_cells_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_gallery(tmp_path / name, [_cell()], "t", "s")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_missing_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="make the folder first"):
        write_gallery(tmp_path / "none" / "g.html", [], "t")
    write_gallery(tmp_path / "g.html", [], "t")
    assert [file.name for file in tmp_path.iterdir()] == ["g.html"]
