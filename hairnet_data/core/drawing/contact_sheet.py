"""Contact sheets: pictures in a grid of cards, each with the outline of its mask and its caption."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.drawing.axes import AXES, draw_axes
from hairnet_data.core.drawing.overlay import LINES, Colour, fitted, outline
from hairnet_data.core.head.pose import Pose

_PAGE, _CARD, _EDGE = (244, 244, 246), (255, 255, 255), (224, 224, 230)
_TEXT, _GREY, _EMPTY = (28, 28, 34), (106, 106, 118), (236, 236, 240)
_GAP, _MARGIN, _PADDING, _RADIUS = 16, 28, 12, 10  # pixels
_ROWS_PER_LINE = 2  # of a caption, at most


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One picture of a contact sheet or gallery.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids over the same frame, or None.
        title: one line, e.g. the split and the index.
        lines: more lines, e.g. the id and the augmentations.
        poses: of the heads whose axes are drawn.
    """

    image: Pixels
    mask: Pixels | None
    title: str
    lines: tuple[str, ...] = ()
    poses: tuple[Pose, ...] = ()


@functools.cache
def _font(size: int) -> Any:
    """The font that Pillow contains: the same on every machine."""
    return ImageFont.load_default(size)


def _plain(text: str) -> str:
    """The text as one line: characters that cannot be printed become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shorten(text: str, size: int, width: float) -> str:
    """Cuts a line to at most `width` pixels at font size `size`, with "…" at its end if it was cut."""
    font = _font(size)
    if font.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle].rstrip() + "…") <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if font.getlength("…") <= width else ""


def wrap(text: str, size: int, width: float, rows: int) -> list[str]:
    """Breaks a text into at most `rows` rows of `width` pixels, between words if possible; the last may be cut.

    Args:
        text: what cannot be printed in it becomes a space.
        size: of the font, in pixels.
        width: of a row, in pixels.
        rows: how many there may be.
    """
    font = _font(size)
    wrapped: list[str] = []
    rest = _plain(text)
    while rest and len(wrapped) < rows - 1 and font.getlength(rest) > width:
        fitting = len(shorten(rest, size, width)) - 1
        space = rest.rfind(" ", 0, fitting + 1)
        # A break after a slash, a dash or an underscore is better than within a name.
        mark = max(rest.rfind(sign, 0, fitting) for sign in "/_-") + 1
        end = space if space > 0 else mark if mark > fitting // 3 else max(1, fitting)
        wrapped.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest:
        wrapped.append(shorten(rest, size, width))
    return wrapped


def contact_sheet(cells: Sequence[Cell], columns: int, title: str, side: int = 224) -> Pixels:
    """Lays out pictures in a grid of cards, each with the outline of its mask and its caption.

    Args:
        cells: what to show, row by row.
        columns: cards in a row, at least 1; fewer where there are fewer cells.
        title: the headline; may be empty.
        side: side of the square that each picture is scaled to fit, in pixels.

    Returns:
        uint8 (H, W, 3) RGB; H and W follow from the arguments.

    Raises:
        ValueError: `columns` is below 1 or `side` below 32.
    """
    if columns < 1 or side < 32:
        raise ValueError(f"a sheet of {columns} columns of {side} pixels cannot be laid out")
    columns = max(1, min(columns, len(cells)))
    width = max(2 * _MARGIN + columns * side + (columns - 1) * _GAP, 2 * _MARGIN + 200)
    legend = _legend(cells)
    captions = [_caption(cell, side) for cell in cells]
    rows = [range(start, min(start + columns, len(cells))) for start in range(0, len(cells), columns)]
    heights = [side + max(_caption_height(captions[number]) for number in row) for row in rows]
    top = _header_height(title, width, legend)
    height = top + (sum(heights) + _GAP * (len(rows) - 1) if rows else 60) + _MARGIN
    sheet = Image.new("RGB", (width, height), _PAGE)
    _header(sheet, title, legend)
    if not cells:
        ImageDraw.Draw(sheet).text((_MARGIN, top), "nothing to show", fill=_GREY, font=_font(14))
    for row, card_height in zip(rows, heights, strict=True):
        for column, number in enumerate(row):
            sheet.paste(
                _card(cells[number], captions[number], side, card_height),
                (_MARGIN + column * (side + _GAP), top),
                _rounded_corners(side, card_height),
            )
        top += card_height + _GAP
    return np.array(sheet)


_Legend = Sequence[tuple[str, Colour | None]]


def _legend(cells: Sequence[Cell]) -> _Legend:
    """Names and colours of what is drawn over the pictures, None for the hatch; empty where nothing is."""
    masks = [cell.mask for cell in cells if cell.mask is not None]
    names: list[tuple[str, Colour | None]] = [(NAMES[number], colour) for number, colour in LINES.items()]
    names += [("unlabelled", None)] if any((mask == UNLABELLED).any() for mask in masks) else []
    axes = list(AXES.items()) if any(cell.poses for cell in cells) else []
    return [*(names if masks else ()), *axes]


def _header_rows(title: str, width: int, legend: _Legend) -> tuple[list[str], bool]:
    """The headline's rows, and whether the legend fits beside them."""
    available = width - 2 * _MARGIN
    rows = wrap(title, 24, available, 2)
    beside = bool(rows and legend) and _font(24).getlength(_plain(title)) <= available - 85 * len(legend)
    return rows, beside


def _header_height(title: str, width: int, legend: _Legend) -> int:
    """Height in pixels of what is above the first card."""
    rows, beside = _header_rows(title, width, legend)
    return 22 + 32 * len(rows) + (26 if legend and not beside else 0) + 14


def _header(sheet: Image.Image, title: str, legend: _Legend) -> None:
    """Writes the headline and the legend onto the sheet."""
    draw = ImageDraw.Draw(sheet)
    rows, beside = _header_rows(title, sheet.width, legend)
    for number, row in enumerate(rows):
        draw.text((_MARGIN, 22 + 32 * number + 26), row, fill=_TEXT, font=_font(24), anchor="ls")
    if not legend:
        return
    y = 22 + (26 if beside else 32 * len(rows) + 18)
    legend_width = sum(_font(14).getlength(name) + 22 for name, _ in legend) + 18 * (len(legend) - 1)
    x = sheet.width - _MARGIN - legend_width if beside else float(_MARGIN)
    for name, colour in legend:
        fill = colour or (160, 160, 168)
        draw.rounded_rectangle((x, y - 11, x + 14, y), 4, fill=fill, outline=tuple(c * 3 // 4 for c in fill))
        if colour is None:
            for start in (2, 8):
                draw.line((x + start, y - 2, x + start + 5, y - 9), fill=(255, 255, 255), width=2)
        draw.text((x + 22, y), name, fill=_GREY, font=_font(14), anchor="ls")
        x += 22 + _font(14).getlength(name) + 18


def _caption(cell: Cell, side: int) -> list[tuple[str, int, Colour]]:
    """A caption's rows, each with font size and colour."""
    width = side - 2 * _PADDING
    rows: list[tuple[str, int, Colour]] = [(row, 15, _TEXT) for row in wrap(cell.title, 15, width, 1)]
    for line in cell.lines:
        rows += [(row, 12, _GREY) for row in wrap(line, 12, width, _ROWS_PER_LINE)]
    return rows


def _caption_height(rows: list[tuple[str, int, Colour]]) -> int:
    """Height in pixels of a caption with its padding."""
    return sum(size + 5 for _, size, _ in rows) + (2 * _PADDING - 4 if rows else 0)


def _card(cell: Cell, caption: list[tuple[str, int, Colour]], side: int, height: int) -> Image.Image:
    """One card: the picture above, centred, and its caption below."""
    card = Image.new("RGB", (side, height), _CARD)
    card.paste(_EMPTY, (0, 0, side, side))
    image = fitted(cell.image, side)
    outlined = draw_axes(image if cell.mask is None else outline(image, cell.mask), cell.poses)
    height_above, width_before = (side - outlined.shape[0]) // 2, (side - outlined.shape[1]) // 2
    card.paste(Image.fromarray(outlined), (width_before, height_above))
    draw = ImageDraw.Draw(card)
    y = side + _PADDING - 3
    for text, size, colour in caption:
        y += size + 5
        draw.text((_PADDING, y - 5), text, fill=colour, font=_font(size), anchor="ls")
    draw.rounded_rectangle((0, 0, side - 1, height - 1), _RADIUS, outline=_EDGE)
    return card


@functools.cache
def _rounded_corners(width: int, height: int) -> Image.Image:
    """A rectangle with rounded corners, as a mask to paste a card through."""
    large = Image.new("L", (width * 4, height * 4), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), _RADIUS * 4, fill=255)
    return large.resize((width, height), Image.Resampling.BOX)
