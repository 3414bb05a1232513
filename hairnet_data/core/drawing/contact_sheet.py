"""Contact sheets: many pictures in a grid of cards, each with its outline and its caption."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.drawing.overlay import LINES, Colour, fitted, outline

_PAGE, _CARD, _EDGE = (244, 244, 246), (255, 255, 255), (224, 224, 230)
_INK, _GREY, _EMPTY = (28, 28, 34), (106, 106, 118), (236, 236, 240)
_GAP, _MARGIN, _PAD, _ROUND = 16, 28, 12, 10
_ROWS = 2  # a caption line takes up two rows at most


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One picture of a contact sheet or gallery.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids over the same frame, or None.
        title: one line, e.g. the split and the index.
        lines: more lines, e.g. the id and what was done to the portrait.
    """

    image: Pixels
    mask: Pixels | None
    title: str
    lines: tuple[str, ...] = ()


@functools.cache
def _font(size: int) -> Any:
    """Pillow's own font: the same on every machine, and never missing."""
    return ImageFont.load_default(size)


def _plain(text: str) -> str:
    """Text for one line: what cannot be printed becomes a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shortened(text: str, size: int, width: float) -> str:
    """Cuts a line so that it is no wider than `width` pixels in letters of `size`; "…" shows the cut."""
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


def wrapped(text: str, size: int, width: float, rows: int) -> list[str]:
    """Breaks a text between words, or within a word too long for a row, into at most `rows` rows."""
    font = _font(size)
    done: list[str] = []
    left = _plain(text)
    while left and len(done) < rows - 1 and font.getlength(left) > width:
        fits = len(shortened(left, size, width)) - 1
        space = left.rfind(" ", 0, fits + 1)
        # A break after a slash, a dash or an underscore is better than within a name.
        mark = max(left.rfind(sign, 0, fits) for sign in "/_-") + 1
        at = space if space > 0 else mark if mark > fits // 3 else max(1, fits)
        done.append(left[:at].rstrip())
        left = left[at:].lstrip()
    if left:
        done.append(shortened(left, size, width))
    return done


def contact_sheet(cells: Sequence[Cell], columns: int, title: str, side: int = 224) -> Pixels:
    """Lays pictures out in a grid of cards, each with its outline and its caption.

    Args:
        cells: what to show, row by row.
        columns: cards in a row, at least 1; fewer where there are fewer cells.
        title: the headline.
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
    heights = [side + max(_caption_height(captions[at]) for at in row) for row in rows]
    top = _header_height(title, width, legend)
    height = top + (sum(heights) + _GAP * (len(rows) - 1) if rows else 60) + _MARGIN
    sheet = Image.new("RGB", (width, height), _PAGE)
    _header(sheet, title, legend)
    if not cells:
        ImageDraw.Draw(sheet).text((_MARGIN, top), "nothing to show", fill=_GREY, font=_font(14))
    for row, tall in zip(rows, heights, strict=True):
        for column, at in enumerate(row):
            sheet.paste(
                _card(cells[at], captions[at], side, tall),
                (_MARGIN + column * (side + _GAP), top),
                _rounded(side, tall),
            )
        top += tall + _GAP
    return np.array(sheet)


_Legend = Sequence[tuple[str, Colour | None]]


def _legend(cells: Sequence[Cell]) -> _Legend:
    """What is drawn over the pictures: names with their colours, None for the hatch."""
    masks = [cell.mask for cell in cells if cell.mask is not None]
    names: list[tuple[str, Colour | None]] = [(NAMES[number], colour) for number, colour in LINES.items()]
    names += [("unlabelled", None)] if any((mask == UNLABELLED).any() for mask in masks) else []
    return names if masks else ()


def _header_rows(title: str, width: int, legend: _Legend) -> tuple[list[str], bool]:
    """The headline's rows, and whether the legend fits beside them."""
    room = width - 2 * _MARGIN
    beside = bool(legend) and _font(24).getlength(_plain(title)) <= room - 85 * len(legend)
    return wrapped(title, 24, room, 2), beside


def _header_height(title: str, width: int, legend: _Legend) -> int:
    """Rows of pixels above the first card."""
    rows, beside = _header_rows(title, width, legend)
    return 22 + 32 * len(rows) + (26 if legend and not beside else 0) + 14


def _header(sheet: Image.Image, title: str, legend: _Legend) -> None:
    """Writes the headline and the legend onto the sheet."""
    draw = ImageDraw.Draw(sheet)
    rows, beside = _header_rows(title, sheet.width, legend)
    for number, row in enumerate(rows):
        draw.text((_MARGIN, 22 + 32 * number + 26), row, fill=_INK, font=_font(24), anchor="ls")
    if not legend:
        return
    y = 22 + (26 if beside else 32 * len(rows) + 18)
    wide = sum(_font(14).getlength(name) + 22 for name, _ in legend) + 18 * (len(legend) - 1)
    x = sheet.width - _MARGIN - wide if beside else float(_MARGIN)
    for name, colour in legend:
        fill = colour or (160, 160, 168)
        draw.rounded_rectangle((x, y - 11, x + 14, y), 4, fill=fill, outline=tuple(c * 3 // 4 for c in fill))
        if colour is None:
            for start in (2, 8):
                draw.line((x + start, y - 2, x + start + 5, y - 9), fill=(255, 255, 255), width=2)
        draw.text((x + 22, y), name, fill=_GREY, font=_font(14), anchor="ls")
        x += 22 + _font(14).getlength(name) + 18


def _caption(cell: Cell, side: int) -> list[tuple[str, int, Colour]]:
    """A caption's rows with the size and colour of their letters."""
    width = side - 2 * _PAD
    rows: list[tuple[str, int, Colour]] = [(row, 15, _INK) for row in wrapped(cell.title, 15, width, 1)]
    for line in cell.lines:
        rows += [(row, 12, _GREY) for row in wrapped(line, 12, width, _ROWS)]
    return rows


def _caption_height(rows: list[tuple[str, int, Colour]]) -> int:
    """Rows of pixels that a caption takes up, with its padding."""
    return sum(size + 5 for _, size, _ in rows) + (2 * _PAD - 4 if rows else 0)


def _card(cell: Cell, caption: list[tuple[str, int, Colour]], side: int, height: int) -> Image.Image:
    """One card: the picture above, centred, and its caption below."""
    card = Image.new("RGB", (side, height), _CARD)
    card.paste(_EMPTY, (0, 0, side, side))
    image = fitted(cell.image, side)
    shown = image if cell.mask is None else outline(image, cell.mask)
    card.paste(Image.fromarray(shown), ((side - shown.shape[1]) // 2, (side - shown.shape[0]) // 2))
    draw = ImageDraw.Draw(card)
    y = side + _PAD - 3
    for text, size, colour in caption:
        y += size + 5
        draw.text((_PAD, y - 5), text, fill=colour, font=_font(size), anchor="ls")
    draw.rounded_rectangle((0, 0, side - 1, height - 1), _ROUND, outline=_EDGE)
    return card


@functools.cache
def _rounded(width: int, height: int) -> Image.Image:
    """A card's shape with soft corners, as a mask to paste it through."""
    large = Image.new("L", (width * 4, height * 4), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), _ROUND * 4, fill=255)
    return large.resize((width, height), Image.Resampling.BOX)
