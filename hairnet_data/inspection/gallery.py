"""A gallery of portraits and masks: one HTML file that needs nothing else, not even a script."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import COLOURS, FACE, HAIR, NAMES, UNLABELLED
from hairnet_data.core.drawing.contact_sheet import Cell
from hairnet_data.core.drawing.overlay import LINES, fitted, hatch_step, outline_layer
from hairnet_data.core.storage.atomic import write_atomic

_SIDE = 448
"""Longer side of an embedded picture at most: sharp on a card, and 100 cards stay below 10 MB."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Nothing is loaded from anywhere: the browser is told so as well."""

_STRIPE = 254
"""Stands in a drawn mask for the light stripes of a hatch."""

_VIEWS = (("outline", "Outline"), ("fill", "Fill"), ("plain", "Plain"), ("mask", "Mask"))
_WIDTHS = (("small", "S"), ("medium", "M"), ("large", "L"))


def write_gallery(path: Path, cells: Sequence[Cell], title: str, summary: str | Sequence[str] = "") -> None:
    """Writes a gallery as one self-contained HTML file, whole or not at all.

    Args:
        path: the file; an older one is replaced.
        cells: what to show, in this order.
        title: the headline.
        summary: what stands below it, one paragraph per line.

    Raises:
        BuildError: the folder is missing or cannot be written to.
    """
    lines = summary.splitlines() if isinstance(summary, str) else summary
    # Names of files may hold what UTF-8 has no bytes for; it shows as a question mark.
    write_atomic(Path(path), _page(cells, title, lines).encode("utf-8", "replace"))


def _page(cells: Sequence[Cell], title: str, summary: Sequence[str]) -> str:
    """The whole document."""
    masks = any(cell.mask is not None for cell in cells)
    cards = "\n".join(_card(cell) for cell in cells) or '<p class="none">Nothing to show.</p>'
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in summary if line.strip())
    controls = _choice("view", "Show", _VIEWS, "outline") if masks else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<div class="summary">{paragraphs}</div>
</header>
<div class="bar">{controls}{_choice("width", "Size", _WIDTHS, "medium")}{_legend(cells) if masks else ""}</div>
<main>
{cards}
</main>
</body>
</html>
"""


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], first: str) -> str:
    """A row of radio buttons: the style sheet alone reads which of them is on."""
    buttons = "".join(
        f'<label><input type="radio" name="{name}" id="{name}-{key}" aria-label="{key}"'
        f"{' checked' if key == first else ''}><span>{text}</span></label>"
        for key, text in options
    )
    return f'<fieldset class="choice"><legend>{label}</legend>{buttons}</fieldset>'


def _legend(cells: Sequence[Cell]) -> str:
    """Which colour is which class, and what the hatch means where there is any."""
    names = [NAMES[number] for number in LINES]
    names += ["unlabelled"] if any(cell.mask is not None and (cell.mask == UNLABELLED).any() for cell in cells) else []
    items = "".join(f'<li><i class="{name}"></i>{name}</li>' for name in names)
    return f'<ul class="legend" aria-label="Colours">{items}</ul>'


def _card(cell: Cell) -> str:
    """One picture with its layers, its shares and its caption."""
    image = cell.image if max(cell.image.shape[:2]) <= _SIDE else fitted(cell.image, _SIDE)
    height, width = image.shape[:2]
    layers = f'<img src="{_jpeg(image)}" alt="{escape(_described(cell))}" width="{width}" height="{height}">'
    if cell.mask is not None:
        lines = _layer_size(height, width)
        layers += f'<img class="area" src="{_area(cell.mask)}" alt="">'
        layers += f'<img class="lines" src="{_png(outline_layer(cell.mask, *lines, thick=_SIDE / 155))}" alt="">'
    caption = "".join(f"<p>{escape(line)}</p>" for line in cell.lines)
    return (
        f'<figure><div class="stage"><div class="frame" style="--r:{width / height:.4f}">{layers}</div></div>'
        f"<figcaption><h2>{escape(cell.title)}</h2>{_shares(cell)}{caption}</figcaption></figure>"
    )


def _layer_size(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of a layer over a picture: fine enough for a line to look smooth on a card."""
    scale = _SIDE / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _share(mask: Pixels, number: int) -> float:
    """Per cent of the picture that a class takes up."""
    return 100.0 * float(np.count_nonzero(mask == number)) / mask.size


def _percent(share: float) -> str:
    """A share in words, with small ones not rounded to nothing."""
    return "under 1 %" if 0 < share < 1 else f"{share:.0f} %"


def _shares(cell: Cell) -> str:
    """How much of the picture is hair and how much is face, as a bar and in figures."""
    if cell.mask is None:
        return ""
    parts = {number: _share(cell.mask, number) for number in (HAIR, FACE)}
    bar = "".join(f'<b class="{NAMES[n]}" style="width:{share:.2f}%"></b>' for n, share in parts.items())
    words = " · ".join(f"{NAMES[n]} {_percent(share)}" for n, share in parts.items())
    if unknown := _share(cell.mask, UNLABELLED):
        words += f" · unlabelled {_percent(unknown)}"
    return f'<div class="shares"><div class="meter" aria-hidden="true">{bar}</div><span>{words}</span></div>'


def _described(cell: Cell) -> str:
    """What the picture shows, for those who do not see it."""
    if cell.mask is None:
        return f"{cell.title}: a picture without a mask"
    shares = [_share(cell.mask, number) for number in (HAIR, FACE)]
    unknown = _share(cell.mask, UNLABELLED)
    more = f"; {_percent(unknown)} of it is not labelled" if unknown else ""
    if not any(shares):
        return f"{cell.title}: a picture with neither hair nor face in it{more}"
    return f"{cell.title}: hair covers {_percent(shares[0])}, face {_percent(shares[1])} of the picture{more}"


def _data(kind: str, image: Image.Image, **options: int | bool | bytes) -> str:
    """A picture as an address that holds its bytes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _jpeg(image: Pixels) -> str:
    """A photo; its colours are kept at full resolution, as hair's edge is what one looks at."""
    return _data("JPEG", Image.fromarray(image), quality=88, subsampling=0)


def _png(layer: Pixels) -> str:
    """An outline layer, RGBA."""
    return _data("PNG", Image.fromarray(layer), optimize=True)


def _area(mask: Pixels) -> str:
    """The mask in the classes' colours, clear where there is background, two greys in stripes where nobody said."""
    step = hatch_step(*mask.shape)
    striped = (np.add.outer(*map(np.arange, mask.shape)) % step < step / 3) & (mask == UNLABELLED)
    drawn = Image.fromarray(np.where(striped, np.uint8(_STRIPE), mask))
    palette = [*COLOURS, *[(128, 128, 128)] * (256 - len(COLOURS))]
    palette[_STRIPE] = (216, 216, 216)
    drawn.putpalette([channel for colour in palette for channel in colour])
    return _data("PNG", drawn, optimize=True, transparency=0)


def _css(number: int) -> str:
    """An outline's colour as the style sheet writes it."""
    return "#{:02x}{:02x}{:02x}".format(*LINES[number])


_STYLE = (
    """
:root{--page:#f4f4f6;--card:#fff;--edge:#e0e0e6;--ink:#1c1c22;--grey:#62626e;--well:#ececf0;--on:#1c1c22;
--onink:#fff;--focus:#2b6cff;--hair:HAIR;--face:FACE;--min:232px}
@media (prefers-color-scheme:dark){:root{--page:#141417;--card:#1e1e23;--edge:#32323a;--ink:#ededf1;
--grey:#a0a0ac;--well:#26262c;--on:#ededf1;--onink:#1c1c22;--focus:#8ab0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,.bar{padding-inline:max(16px,calc(50vw - 800px))}
header{padding-top:28px}
h1{margin:0;font-size:clamp(22px,3.2vw,30px);font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere;
text-wrap:balance}
.summary{color:var(--grey);max-width:75ch}
.summary p{margin:6px 0 0;overflow-wrap:anywhere}
.bar{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;align-items:center;gap:10px 20px;
padding-block:12px;margin-top:8px;background:var(--page);border-bottom:1px solid var(--edge)}
.choice{display:flex;align-items:center;border:0;margin:0;padding:0;min-width:0}
.choice legend{float:left;padding:0;margin-right:10px;color:var(--grey)}
.choice label{position:relative;cursor:pointer}
.choice input{position:absolute;opacity:0;inset:0;margin:0;cursor:pointer}
.choice span{display:block;padding:5px 13px;border:1px solid var(--edge);background:var(--card);
margin-left:-1px;min-width:40px;text-align:center}
.choice label:first-of-type span{border-radius:8px 0 0 8px}
.choice label:last-of-type span{border-radius:0 8px 8px 0}
.choice input:checked+span{background:var(--on);border-color:var(--on);color:var(--onink)}
.choice input:focus-visible+span{outline:3px solid var(--focus);outline-offset:2px;position:relative;
z-index:1}
.legend{display:flex;gap:16px;list-style:none;margin:0 0 0 auto;padding:0;color:var(--grey)}
.legend i{display:inline-block;width:12px;height:12px;border-radius:4px;margin-right:7px;
vertical-align:-1px}
i.hair,b.hair{background:var(--hair)}
i.face,b.face{background:var(--face)}
i.unlabelled{background:repeating-linear-gradient(135deg,#808080 0 3px,#d8d8d8 3px 5px)}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--min)),1fr));gap:16px;
padding-block:18px 48px;align-items:stretch}
figure{margin:0;background:var(--card);border:1px solid var(--edge);border-radius:12px;overflow:hidden}
.stage{aspect-ratio:1;display:grid;place-items:center;background:var(--well)}
.frame{position:relative;width:calc(100% * min(1, var(--r)));aspect-ratio:var(--r)}
.frame img{display:block;width:100%;height:100%}
.frame .area,.frame .lines{position:absolute;inset:0;visibility:hidden}
.frame .area{image-rendering:pixelated}
.frame .lines{visibility:visible}
body:has(#view-fill:checked) .lines,body:has(#view-plain:checked) .lines,
body:has(#view-mask:checked) .lines{visibility:hidden}
body:has(#view-fill:checked) .area{visibility:visible;opacity:.45}
body:has(#view-mask:checked) .area{visibility:visible;background:BACK}
body:has(#width-small:checked){--min:150px}
body:has(#width-large:checked){--min:420px}
figcaption{padding:11px 14px 14px;font-size:13px;color:var(--grey);overflow-wrap:anywhere}
figcaption h2{margin:0;font-size:15px;font-weight:600;color:var(--ink)}
figcaption p{margin:4px 0 0}
.shares{margin:7px 0 8px;font-variant-numeric:tabular-nums}
.meter{display:flex;height:5px;border-radius:3px;overflow:hidden;background:var(--well);margin-bottom:5px}
.none{color:var(--grey)}
@media (max-width:520px){:root{--min:136px}body:has(#width-small:checked){--min:100px}
body:has(#width-large:checked){--min:300px}main{gap:10px}.bar{gap:8px 14px}.choice span{padding:5px 11px}
.choice legend{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.legend{margin:0}figcaption{padding:9px 10px 11px}}
@media print{.bar{display:none}figure{break-inside:avoid}}
""".replace("HAIR", _css(HAIR))
    .replace("FACE", _css(FACE))
    .replace("BACK", "#{:02x}{:02x}{:02x}".format(*COLOURS[0]))
)
