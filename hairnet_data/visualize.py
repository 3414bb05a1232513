"""Portraits with their masks drawn over them, and contact sheets of many."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hairnet_data.classes import COLOURS, FACE, HAIR, NAMES
from hairnet_data.errors import BuildError
from hairnet_data.pixels import Pixels

Colour = tuple[int, int, int]

LINES: dict[int, Colour] = {HAIR: (255, 59, 72), FACE: (46, 222, 106)}
"""RGB of the outline of each class: red and green as in masks, a little lighter, to show on dark pictures."""

_UNKNOWN: Colour = (128, 128, 128)
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


def colour_mask(mask: Pixels) -> Pixels:
    """A mask in the colours of its classes: uint8 (h, w, 3) RGB; what is no class is grey."""
    table = np.full((256, 3), _UNKNOWN, np.uint8)
    table[: len(COLOURS)] = COLOURS
    return table[mask]


def overlay(image: Pixels, mask: Pixels, opacity: float = 0.45) -> Pixels:
    """Tints hair red and face green.

    Args:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids over the same frame.
        opacity: 0 leaves the picture as it is, 1 hides it under the colours.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    table = np.zeros((256, 4), np.float32)
    for number, colour in LINES.items():
        table[number] = (*colour, min(1.0, max(0.0, opacity)))
    layer = table[_fitted(mask, image.shape[0], image.shape[1])]
    return _blend(image, layer[..., :3], layer[..., 3])


def outline(image: Pixels, mask: Pixels) -> Pixels:
    """Draws a thin line along the inner side of hair (red) and face (green), with a dark edge around it.

    Each line lies inside its class, so that both are seen where hair and face touch. No line runs along
    the picture's frame.

    Args:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (h, w) of class ids over the same frame.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    layer = outline_layer(mask, image.shape[0], image.shape[1]).astype(np.float32)
    return _blend(image, layer[..., :3], layer[..., 3] * np.float32(1 / 255))


def outline_layer(mask: Pixels, height: int, width: int, thick: float = 0.0) -> Pixels:
    """The lines of `outline` by themselves, to be laid over a picture of any size.

    Args:
        mask: uint8 (h, w) of class ids.
        height: rows of the layer.
        width: columns of the layer.
        thick: thickness of the lines in pixels; 0 for what suits the size.

    Returns:
        uint8 (height, width, 4) RGBA, clear where no line runs.
    """
    classes = _fitted(mask, height, width)
    thick = thick or max(1.3, min(height, width) / 190)
    # Where a small mask was enlarged, the staircase of its pixels is smoothed out of the line.
    soft = max(0.8, 0.55 * height / mask.shape[0])
    depths = {number: _depth(classes == number, soft) for number in LINES if (classes == number).any()}
    colour, clear = np.zeros((height, width, 3), np.float32), np.ones((height, width), np.float32)
    for depth in depths.values():
        clear *= np.float32(1) - np.float32(0.5) * _line(depth, thick + 2.0, thick / 2)
    for number, depth in depths.items():
        line = _line(depth, thick, thick / 2)
        colour += (np.array(LINES[number], np.float32) - colour) * line[..., None]
        clear *= np.float32(1) - line
    cover = np.float32(1) - clear
    # The colour was mixed with the black of the edge; a layer wants it undiluted.
    colour /= np.maximum(cover, np.float32(1 / 255))[..., None]
    layer = np.dstack([np.minimum(colour, np.float32(255)), cover * np.float32(255)])
    return np.asarray(np.rint(layer), np.uint8)


def _line(depth: NDArray[np.float32], thick: float, middle: float) -> NDArray[np.float32]:
    """How far a line `thick` pixels wide that runs `middle` pixels deep covers each pixel, 0 to 1."""
    away = np.abs(depth - np.float32(middle))
    cover: NDArray[np.float32] = np.clip(np.float32(thick / 2 + 0.5) - away, 0, 1)
    return cover


def _depth(inside: NDArray[np.bool_], soft: float) -> NDArray[np.float32]:
    """Signed distance to the border of a region in pixels, positive inside, blurred by `soft` pixels."""
    area = inside.astype(np.uint8)
    deep = cv2.distanceTransform(area, cv2.DIST_L2, cv2.DIST_MASK_5)
    away = cv2.distanceTransform(1 - area, cv2.DIST_L2, cv2.DIST_MASK_5)
    # Both count from the neighbour's centre, the border lies half a pixel nearer. A region without a
    # border has distances beyond all bounds.
    depth = np.where(inside, deep - np.float32(0.5), np.float32(0.5) - away).clip(-1e4, 1e4)
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), soft), np.float32)


def _blend(image: Pixels, colour: NDArray[np.float32], cover: NDArray[np.float32]) -> Pixels:
    """Mixes a colour, (3,) or (H, W, 3), into a picture as far as `cover`, (H, W) of 0 to 1, says."""
    weight = cover[..., None]
    return np.asarray(np.rint(image + (colour - image) * weight), np.uint8)


def _fitted(mask: Pixels, height: int, width: int) -> Pixels:
    """The mask at another size, each pixel taken from the nearest one."""
    if mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def fitted(image: Pixels, side: int) -> Pixels:
    """Scales a picture, uint8 (H, W, 3), smoothly so that its longer side has `side` pixels."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)


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
    legend = any(cell.mask is not None for cell in cells)
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


def _header_rows(title: str, width: int, legend: bool) -> tuple[list[str], bool]:
    """The headline's rows, and whether the legend fits beside them."""
    room = width - 2 * _MARGIN
    beside = legend and _font(24).getlength(_plain(title)) <= room - 170
    return wrapped(title, 24, room, 2), beside


def _header_height(title: str, width: int, legend: bool) -> int:
    """Rows of pixels above the first card."""
    rows, beside = _header_rows(title, width, legend)
    return 22 + 32 * len(rows) + (26 if legend and not beside else 0) + 14


def _header(sheet: Image.Image, title: str, legend: bool) -> None:
    """Writes the headline and the legend onto the sheet."""
    draw = ImageDraw.Draw(sheet)
    rows, beside = _header_rows(title, sheet.width, legend)
    for number, row in enumerate(rows):
        draw.text((_MARGIN, 22 + 32 * number + 26), row, fill=_INK, font=_font(24), anchor="ls")
    if not legend:
        return
    y = 22 + (26 if beside else 32 * len(rows) + 18)
    names = [(NAMES[number], colour) for number, colour in LINES.items()]
    wide = sum(_font(14).getlength(name) + 22 for name, _ in names) + 18 * (len(names) - 1)
    x = sheet.width - _MARGIN - wide if beside else float(_MARGIN)
    for name, colour in names:
        draw.rounded_rectangle((x, y - 11, x + 14, y), 4, fill=colour, outline=tuple(c * 3 // 4 for c in colour))
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


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file under another name in its folder and renames it: it is there whole, or not at all.

    Args:
        path: the file; an older one is replaced.
        data: its bytes.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
        os.replace(draft, path)
    except OSError as error:
        mend = "check its permissions and the room left on the disk"
        if not path.parent.is_dir():
            mend = "make the folder first"
        elif path.is_dir():
            mend = "give the name of a file"
        raise BuildError(str(path), f"cannot be written ({error.strerror or error})", mend) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def save_png(path: Path, image: Pixels) -> None:
    """Saves a picture, uint8 (H, W, 3) RGB or (H, W), as a PNG that is there whole or not at all.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    write_whole(Path(path), buffer.getvalue())
