"""A gallery of pictures and masks: one HTML file that loads nothing else and needs no script.

`gallery.html` is its Jinja template, `gallery.css` its style sheet.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR, NAMES, UNLABELLED
from hairnet_data.core.drawing.axes import AXES, axes_layer
from hairnet_data.core.drawing.contact_sheet import Cell
from hairnet_data.core.drawing.overlay import LINES, Colour, fitted, hatch_step, outline_layer
from hairnet_data.core.storage.atomic import write_atomic

_SIDE = 448
"""Longer side of an embedded picture at most: sharp on a card, and 100 cards stay below 10 MB."""

_LINE_WIDTH = _SIDE / 155  # pixels

_STRIPE = 254
"""Value that stands in a mask's palette for the light stripes of a hatch."""


@dataclass(frozen=True, slots=True)
class _Share:
    """How much of a picture a class covers: its name, per cent, and the same as text."""

    name: str
    percent: float

    @property
    def text(self) -> str:
        return "under 1 %" if 0 < self.percent < 1 else f"{self.percent:.0f} %"


@dataclass(frozen=True, slots=True)
class _Layers:
    """What is laid over a picture with a mask, and the shares of its classes.

    Attributes:
        area: the classes in their colours, as a data URL.
        lines: their outlines, as a data URL.
        bar: the shares of hair and face.
        shares: the same, and that of unlabelled pixels where there are any.
    """

    area: str
    lines: str
    bar: list[_Share]
    shares: list[_Share]


@dataclass(frozen=True, slots=True)
class _Card:
    """A cell as the template shows it; `image` and `axes` are data URLs ("" for a picture without poses),
    `description` a text for those who do not see it.
    """

    title: str
    lines: tuple[str, ...]
    image: str
    width: int
    height: int
    description: str
    layers: _Layers | None
    axes: str


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Cells under a headline of their own; `note` stands below it."""

    title: str
    note: str
    cells: Sequence[Cell]


def write_gallery(
    path: Path, cells: Sequence[Cell] | Sequence[Section], title: str, summary: str | Sequence[str] = ""
) -> None:
    """Writes a gallery as one self-contained HTML file, atomically.

    Args:
        path: the file; an older one is replaced.
        cells: what to show, in this order; or sections of it.
        title: the headline.
        summary: what stands below it, one paragraph per line.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    lines = summary.splitlines() if isinstance(summary, str) else summary
    sections = [part if isinstance(part, Section) else Section("", "", [part]) for part in cells]
    if not any(section.title for section in sections):
        sections = [Section("", "", [cell for section in sections for cell in section.cells])]
    page = _template().render(
        title=title,
        summary=[line for line in lines if line.strip()],
        sections=[(section.title, section.note, [_card(cell) for cell in section.cells]) for section in sections],
        legend=_legend([cell for section in sections for cell in section.cells]),
        colours=_css_colours(),
    )
    # File names may hold surrogates, which UTF-8 cannot encode; they are shown as question marks.
    write_atomic(Path(path), page.encode("utf-8", "replace"))


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("gallery.html")


def _css_colours() -> dict[str, str]:
    """The colours of classes and axes, by name, as a style sheet writes them: hair and face as they are outlined."""
    classes: dict[int, Colour] = {BACKGROUND: COLOURS[BACKGROUND], **LINES}
    colours = {NAMES[number]: colour for number, colour in classes.items()} | AXES
    return {name: "#{:02x}{:02x}{:02x}".format(*colour) for name, colour in colours.items()}


def _legend(cells: Sequence[Cell]) -> list[str]:
    """The names of what is drawn over the pictures; [] where nothing is."""
    axes = list(AXES) if any(cell.poses for cell in cells) else []
    masks = [cell.mask for cell in cells if cell.mask is not None]
    if not masks:
        return axes
    unlabelled = ["unlabelled"] if any((mask == UNLABELLED).any() for mask in masks) else []
    return [*(NAMES[number] for number in LINES), *unlabelled, *axes]


def _card(cell: Cell) -> _Card:
    image = cell.image if max(cell.image.shape[:2]) <= _SIDE else fitted(cell.image, _SIDE)
    height, width = image.shape[:2]
    layers = None if cell.mask is None else _layers(cell.mask, height, width)
    description = f"{cell.title}: {_describe(layers)}"
    scale = _SIDE / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    axes = _png_url(axes_layer(cell.poses, rows, columns)) if cell.poses else ""
    return _Card(cell.title, cell.lines, _jpeg_url(image), width, height, description, layers, axes)


def _layers(mask: Pixels, height: int, width: int) -> _Layers:
    scale = _SIDE / max(height, width)  # fine enough for a line to look smooth on a card
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    lines = outline_layer(mask, rows, columns, thick=_LINE_WIDTH)
    bar = [_share(mask, HAIR), _share(mask, FACE)]
    unlabelled = _share(mask, UNLABELLED)
    return _Layers(_area_url(mask), _png_url(lines), bar, [*bar, unlabelled] if unlabelled.percent else bar)


def _share(mask: Pixels, number: int) -> _Share:
    name = "unlabelled" if number == UNLABELLED else NAMES[number]
    return _Share(name, 100.0 * float(np.count_nonzero(mask == number)) / mask.size)


def _describe(layers: _Layers | None) -> str:
    """What a picture shows, for those who do not see it."""
    if layers is None:
        return "a picture without a mask"
    hair, face, *unlabelled = layers.shares
    more = "".join(f"; {share.text} of it is not labelled" for share in unlabelled)
    if not hair.percent and not face.percent:
        return f"a picture with neither hair nor face in it{more}"
    return f"hair covers {hair.text}, face {face.text} of the picture{more}"


def _jpeg_url(image: Pixels) -> str:
    """A photo; its colours are kept at full resolution, so that the edge of hair stays sharp."""
    return _data_url("JPEG", Image.fromarray(image), quality=88, subsampling=0)


def _png_url(layer: Pixels) -> str:
    """An outline layer, RGBA."""
    return _data_url("PNG", Image.fromarray(layer), optimize=True)


def _area_url(mask: Pixels) -> str:
    """The mask in the colours of its classes, clear where there is background, hatched in greys where unlabelled."""
    step = hatch_step(*mask.shape)
    striped = (np.add.outer(*map(np.arange, mask.shape)) % step < step / 3) & (mask == UNLABELLED)
    picture = Image.fromarray(np.where(striped, np.uint8(_STRIPE), mask))
    palette = [*COLOURS, *[(128, 128, 128)] * (256 - len(COLOURS))]
    palette[_STRIPE] = (216, 216, 216)
    picture.putpalette([channel for colour in palette for channel in colour])
    return _data_url("PNG", picture, optimize=True, transparency=0)


def _data_url(kind: str, image: Image.Image, **options: int | bool | bytes) -> str:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
