"""Every way to write a mask that is read or refused."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support.picture_files import encoded, png

Ids = NDArray[np.uint8]
Rgb = tuple[int, int, int]

PALETTE: tuple[Rgb, ...] = ((0, 0, 255), (255, 0, 0), (0, 255, 0))
GREYS: tuple[Rgb, ...] = tuple((value, value, value) for value in range(16))


@dataclass(frozen=True)
class Encoding:
    """A way to write class ids into a picture file.

    Attributes:
        name: as the table says it.
        encode: the file of uint8 (h, w) ids.
        classes: how many ids it can hold: two or three.
        shown: the colour in which each id is shown; None where colours have more than 8 bits.
    """

    name: str
    encode: Callable[[Ids], bytes]
    classes: int = 3
    shown: tuple[Rgb, ...] | None = None


def tiff(
    values: NDArray[Any],
    bits: int,
    photometric: int,
    colours: tuple[Rgb, ...] = (),
    alpha: bool = False,
    orientation: int = 1,
) -> bytes:
    """An uncompressed TIFF of (h, w) or (h, w, samples) of 1, 2, 4, 8 or 16 bits."""
    height, width = values.shape[:2]
    samples = 1 if values.ndim == 2 else values.shape[2]
    data = packed(values, bits)
    tags = {256: [width], 257: [height], 258: [bits] * samples, 259: [1], 262: [photometric], 273: [8]}
    tags |= {277: [samples], 278: [height], 279: [len(data)]}
    if alpha:
        tags[338] = [2]
    if orientation != 1:
        tags[274] = [orientation]
    if colours:
        entries = [*colours, *[(0, 0, 0)] * ((1 << bits) - len(colours))]
        tags[320] = [entry[channel] * 257 for channel in range(3) for entry in entries]
    data += b"\0" * (len(data) % 2)
    directory, more = struct.pack("<H", len(tags)), b""
    end = 8 + len(data) + 2 + 12 * len(tags) + 4
    for tag, numbers in sorted(tags.items()):
        kind, content = 3, struct.pack(f"<{len(numbers)}H", *numbers) if max(numbers) < 65536 else b""
        if not content:
            kind, content = 4, struct.pack(f"<{len(numbers)}I", *numbers)
        if len(content) > 4:
            content, more = struct.pack("<I", end + len(more)), more + content
        directory += struct.pack("<HHI", tag, kind, len(numbers)) + content.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + struct.pack("<I", 0) + more


def packed(values: NDArray[Any], bits: int, order: str = "<") -> bytes:
    """Rows of values of so many bits, each row filled up to a byte."""
    if bits >= 8:
        return values.astype(f"{order}u{bits // 8}").tobytes()
    per = 8 // bits
    rows = np.pad(values, ((0, 0), (0, -values.shape[1] % per))).reshape(len(values), -1, per).astype(np.uint16)
    shifts = np.arange(8 - bits, -1, -bits)
    return (rows << shifts).sum(axis=2).astype(np.uint8).tobytes()


def grey_png(values: NDArray[Any], bits: int, kind: int = 0, chunks: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:
    """A PNG of (h, w) or (h, w, samples) with any header and any chunks before its pixels."""
    flat = values.reshape(len(values), -1)
    rows = b"".join(b"\0" + packed(row[None], bits, ">") for row in flat)
    return png(values.shape[1], values.shape[0], bits, kind, rows, chunks)


def palette_png(ids: Ids, bits: int, transparency: bytes = b"") -> bytes:
    chunks = [(b"PLTE", np.array(PALETTE, np.uint8).tobytes())]
    if transparency:
        chunks.append((b"tRNS", transparency))
    return grey_png(ids, bits, 3, tuple(chunks))


def in_palette(ids: Ids, format: str, **options: Any) -> bytes:
    picture = Image.fromarray(ids)
    picture.putpalette([channel for colour in PALETTE for channel in colour])
    return encoded(picture, format, optimize=False, **options)  # else the indices that are used are numbered anew


def netpbm(kind: int, ids: NDArray[Any], largest: int | None) -> bytes:
    """P1 to P6; `largest` is None for the bitmaps."""
    header = b"P%d\n%d %d\n" % (kind, ids.shape[1], ids.shape[0])
    header += b"" if largest is None else b"%d\n" % largest
    if kind < 4:
        return header + " ".join(str(value) for value in ids.ravel()).encode() + b"\n"
    if kind == 4:
        return header + packed(ids, 1)
    return header + ids.astype(np.uint8 if largest is not None and largest < 256 else ">u2").tobytes()


def bmp(ids: Ids, bits: int, colours: tuple[Rgb, ...]) -> bytes:
    """An uncompressed BMP of 1, 4 or 8 bits with a palette."""
    entries = b"".join(bytes((blue, green, red, 0)) for red, green, blue in colours)
    rows = [packed(row[None], bits) for row in ids[::-1]]
    data = b"".join(row.ljust(-(-len(row) // 4) * 4, b"\0") for row in rows)
    offset = 54 + len(entries)
    height, width = ids.shape
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(data), 2835, 2835, len(colours), 0)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + sizes + entries + data


def rgb(ids: Ids) -> Ids:
    return np.repeat(ids[:, :, None], 3, axis=2)


def in_colours(ids: Ids) -> Ids:
    return np.array(PALETTE, np.uint8)[ids]


def with_alpha(values: NDArray[Any], opaque: int) -> NDArray[Any]:
    return np.dstack([values, np.full(values.shape[:2], opaque, values.dtype)])


def opencv_png(values: NDArray[Any]) -> bytes:
    file: bytes = cv2.imencode(".png", values)[1].tobytes()
    return file


def greys(largest: int, count: int = 3, reverse: bool = False) -> tuple[Rgb, ...]:
    values = np.rint(np.arange(count) * 255 / largest).astype(int)
    return tuple((255 - int(v),) * 3 if reverse else (int(v),) * 3 for v in values)  # type: ignore[misc]


WHITE_FIRST: tuple[Rgb, ...] = ((255, 255, 255), (0, 0, 0))
BLACK_FIRST = WHITE_FIRST[::-1]

READ = [
    *[Encoding(f"palette PNG, {bits} bits", lambda ids, b=bits: palette_png(ids, b), 3, PALETTE) for bits in (2, 4, 8)],
    Encoding("palette PNG, 1 bit", lambda ids: palette_png(ids, 1), 2, PALETTE[:2]),
    Encoding("palette GIF", lambda ids: in_palette(ids, "GIF"), 3, PALETTE),
    *[Encoding(f"palette BMP, {b} bits", lambda ids, b=b: bmp(ids, b, PALETTE), 3, PALETTE) for b in (4, 8)],
    Encoding("grey BMP, 8 bits", lambda ids: bmp(ids, 8, GREYS), 3, GREYS[:3]),
    *[Encoding(f"palette TIFF, {b} bits", lambda ids, b=b: tiff(ids, b, 3, PALETTE), 3, PALETTE) for b in (4, 8)],
    *[Encoding(f"grey PNG, {b} bits", lambda i, b=b: grey_png(i, b), 3, greys((1 << b) - 1)) for b in (2, 4, 8)],
    Encoding("grey PNG, 16 bits", lambda ids: grey_png(ids, 16)),
    *[Encoding(f"grey TIFF, {b} bits", lambda i, b=b: tiff(i, b, 1), 3, greys((1 << b) - 1)) for b in (2, 4, 8)],
    Encoding("grey TIFF, 16 bits", lambda ids: tiff(ids, 16, 1)),
    *[
        Encoding(f"grey TIFF whose 0 is white, {b} bits", lambda i, b=b: tiff(i, b, 0), 3, greys((1 << b) - 1, 3, True))
        for b in (2, 4, 8)
    ],
    Encoding("grey TIFF whose 0 is white, 16 bits", lambda ids: tiff(ids, 16, 0)),
    *[
        Encoding(f"PGM up to {m}", lambda i, m=m: netpbm(5, i, m), 3, greys(m) if m < 256 else None)
        for m in (2, 100, 255, 1000, 65535)
    ],
    Encoding("PGM in text up to 2", lambda ids: netpbm(2, ids, 2), 3, greys(2)),
    Encoding("bilevel PNG", lambda ids: grey_png(ids, 1), 2, BLACK_FIRST),
    Encoding("bilevel BMP", lambda ids: encoded(Image.fromarray(ids > 0), "BMP"), 2, BLACK_FIRST),
    Encoding("bilevel TIFF", lambda ids: tiff(ids, 1, 1), 2, BLACK_FIRST),
    Encoding("bilevel TIFF whose 0 is white (fax)", lambda ids: tiff(ids, 1, 0), 2, WHITE_FIRST),
    Encoding("PBM", lambda ids: netpbm(4, ids, None), 2, WHITE_FIRST),
    Encoding("PBM in text", lambda ids: netpbm(1, ids, None), 2, WHITE_FIRST),
    *[
        Encoding(f"three equal channels, {format}", lambda ids, f=format: encoded(rgb(ids), f), 3, greys(255))
        for format in ("PNG", "BMP", "TIFF", "PPM", "WEBP")
    ],
    Encoding("three equal channels, PPM up to 2", lambda ids: netpbm(6, rgb(ids), 2), 3, greys(2)),
    Encoding("three equal channels, PPM up to 65535", lambda ids: netpbm(6, rgb(ids), 65535)),
    Encoding("three equal channels, PPM in text up to 1000", lambda ids: netpbm(3, rgb(ids), 1000)),
    Encoding("three equal channels of 16 bits, PNG", lambda ids: opencv_png(rgb(ids).astype(np.uint16))),
    Encoding("three equal channels of 16 bits, TIFF", lambda ids: tiff(rgb(ids), 16, 2)),
    Encoding("opaque alpha, grey PNG", lambda ids: grey_png(with_alpha(ids, 255), 8, 4), 3, greys(255)),
    Encoding("opaque alpha, PNG", lambda ids: encoded(with_alpha(rgb(ids), 255), "PNG"), 3, greys(255)),
    Encoding("opaque alpha, grey PNG, 16 bits", lambda ids: grey_png(with_alpha(ids.astype(np.uint16), 65535), 16, 4)),
    Encoding("opaque alpha, PNG, 16 bits", lambda i: grey_png(with_alpha(rgb(i).astype(np.uint16), 65535), 16, 6)),
    Encoding(
        "opaque alpha, TIFF, 16 bits", lambda ids: tiff(with_alpha(rgb(ids).astype(np.uint16), 65535), 16, 2, (), True)
    ),
    *[
        Encoding(f"colours, {format}", lambda ids, f=format: encoded(in_colours(ids), f), 3, PALETTE)
        for format in ("PNG", "BMP", "TIFF", "PPM", "WEBP")
    ],
    Encoding("grey JPEG 2000, 8 bits", lambda ids: encoded(Image.fromarray(ids), "JPEG2000"), 3, greys(255)),
    Encoding("colours, JPEG 2000", lambda ids: encoded(Image.fromarray(in_colours(ids)), "JPEG2000"), 3, PALETTE),
    Encoding("colours, PPM up to 1", lambda ids: netpbm(6, in_colours(ids) // 255, 1), 3, PALETTE),
]


def _transparent_alpha(values: NDArray[Any], opaque: int, less: int) -> NDArray[Any]:
    result = with_alpha(values, opaque)
    result[0, 0, -1] = less
    return result


def _small_gif(ids: Ids) -> bytes:
    """A GIF whose one picture leaves the last column of the GIF uncovered."""
    file = bytearray(in_palette(ids, "GIF"))
    file[6:8] = struct.pack("<H", ids.shape[1] + 1)
    return bytes(file)


REFUSED: list[Encoding] = [
    Encoding(
        "an alpha channel that is not opaque, 8 bits", lambda i: encoded(_transparent_alpha(rgb(i), 255, 254), "PNG")
    ),
    Encoding(
        "an alpha channel that is not opaque, 16 bits",
        lambda ids: grey_png(_transparent_alpha(rgb(ids).astype(np.uint16), 65535, 65534), 16, 6),
    ),
    Encoding("a transparent index of a palette, PNG", lambda ids: palette_png(ids, 2, b"\0")),
    Encoding("a half transparent index of a palette, PNG", lambda ids: palette_png(ids, 8, b"\xff\x80\xfe")),
    Encoding("a transparent index of a palette, GIF", lambda ids: in_palette(ids, "GIF", transparency=0)),
    Encoding("a transparent grey, PNG", lambda ids: grey_png(ids, 4, 0, ((b"tRNS", b"\0\0"),))),
    Encoding("a transparent grey, PNG, 1 bit", lambda ids: grey_png(ids, 1, 0, ((b"tRNS", b"\0\1"),)), 2),
    Encoding("a transparent grey, PNG, 16 bits", lambda ids: grey_png(ids, 16, 0, ((b"tRNS", b"\0\0"),))),
    Encoding("a transparent colour, PNG", lambda ids: grey_png(in_colours(ids), 8, 2, ((b"tRNS", b"\0\0\0\0\0\xff"),))),
    Encoding(
        "a transparent colour, PNG, 16 bits", lambda ids: grey_png(rgb(ids), 16, 2, ((b"tRNS", b"\0\0\0\0\0\0"),))
    ),
    Encoding("grey BMP, 4 bits", lambda ids: bmp(ids, 4, GREYS)),
    Encoding("JPEG 2000, 16 bits", lambda ids: encoded(Image.fromarray(ids.astype(np.uint16)), "JPEG2000")),
    Encoding("values above a PGM's largest", lambda ids: netpbm(5, ids * 2, 3)),
    Encoding("colours of 16 bits", lambda ids: opencv_png(in_colours(ids).astype(np.uint16) * 257)),
    Encoding("colours of a PPM up to 1000", lambda ids: netpbm(6, in_colours(ids).astype(np.uint16), 1000)),
    Encoding("a GIF that its picture does not fill", _small_gif),
    Encoding("CMYK", lambda ids: encoded(Image.fromarray(in_colours(ids)).convert("CMYK"), "TIFF")),
    Encoding("floating point", lambda ids: encoded(Image.fromarray(ids.astype(np.float32)), "TIFF")),
    Encoding("32 bits a value, over 65535", lambda ids: encoded(Image.fromarray(ids.astype(np.int32) << 16), "TIFF")),
    Encoding(
        "an animation",
        lambda ids: encoded(
            Image.fromarray(rgb(ids)), "PNG", save_all=True, append_images=[Image.fromarray(rgb(ids) + 9)]
        ),
    ),
]
