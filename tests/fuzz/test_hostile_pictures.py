"""Pictures that are made to hurt: bombs, and endings that lie. Each is read or one line, in time and in memory."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.images.picture_file import MAX_COPIED
from hairnet_data.core.labels.class_map import ColourMap, IndexMap, PartMap
from hairnet_data.dataset.codec import decode_image
from tests.fuzz.answers import asked
from tests.fuzz.limits import BYTES, limited

SIDE = 10_000  # 100 megapixels


def png(depth: int, kind: int, channels: int, more: bytes = b"", side: int = SIDE, fill: int = 0) -> bytes:
    """A PNG of one byte, again and again, `side` a multiple of 100."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    # A hundred rows are packed once: after a full flush their bytes can be said again.
    rows = 100 * (b"\0" + bytes([fill]) * ((side * channels * depth + 7) // 8))
    packer, checksum = zlib.compressobj(1, wbits=-zlib.MAX_WBITS), 1
    packed = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(side // 100):
        checksum = zlib.adler32(rows, checksum)
    body = b"\x78\1" + packed * (side // 100) + b"\3\0" + struct.pack(">I", checksum)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, depth, kind, 0, 0, 0))
    if kind == 3:
        more += chunk(b"PLTE", b"\1\2\3") + chunk(b"tRNS", b"\x80")
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def saved(mode: str, kind: str, size: tuple[int, int], orientation: int = 1, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.new(mode, size, (0, 0, 0, 128) if mode == "RGBA" else 0).save(stream, kind, exif=exif.tobytes(), **options)
    return stream.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "clear palette": lambda: png(8, 3, 1),
    "colour with alpha": lambda: png(8, 6, 4, fill=128),
    "turned JPEG of many passes": lambda: saved("RGB", "JPEG", (SIDE, SIDE), 6, progressive=True, subsampling=0),
    "WebP": lambda: saved("RGBA", "WEBP", (8000, MAX_COPIED // 8000), lossless=True, method=0, quality=0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_the_largest_pictures_are_read_within_a_gigabyte(name: str) -> None:
    data = BOMBS[name]()
    photo = asked(lambda: read_photo(data, "a.jpg"), PictureError)
    assert photo is not None
    assert not photo[:9, :9].any() or photo.min() > 0
    del photo
    asked(lambda: read_mask(data, "a.jpg"), PictureError)


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "WEBP"), ("CMYK", "JPEG"), ("RGB", "AVIF")])
def test_pictures_of_which_decoders_keep_copies_have_a_lower_limit(mode: str, kind: str) -> None:
    if kind not in Image.SAVE:
        pytest.skip("this Pillow cannot write it")
    options = {"method": 0} if kind == "WEBP" else {"speed": 10} if kind == "AVIF" else {}
    data = saved(mode, kind, (8192, MAX_COPIED // 8192 + 1), **options)
    with pytest.raises(PictureError, match="more than the limit of 50 megapixels"):
        read_photo(data, "a")


def test_masks_are_mapped_within_ten_bytes_a_pixel() -> None:
    """A quarter of the largest mask in a quarter of the time and of the gigabyte: what one pixel takes is the same."""
    largest = partial(asked, seconds=8, most=BYTES // 4)
    rng = np.random.default_rng(0)
    rgb = np.tile(rng.integers(0, 256, (1000, SIDE // 4, 3), dtype=np.uint8), (10, 1, 1))
    grey = rgb[:, :, 0]
    palette = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    colours, indices = MaskPicture(None, None, rgb), MaskPicture(grey, palette, None)
    deep = MaskPicture(grey.astype(np.uint16), None, None)
    classes = {(0, 0, 255): 0, (255, 0, 0): 1, (0, 255, 0): 2}
    nearest = largest(lambda: ColourMap(classes, nearest=True).read(colours, "m"))
    assert nearest is not None
    corner, _ = ColourMap(classes, nearest=True).read(MaskPicture(None, None, rgb[:50, :50]), "m")
    assert np.array_equal(nearest[0][:50, :50], corner)
    assert largest(lambda: ColourMap(classes).read(colours, "m"), PictureError) is None
    assert largest(lambda: ColourMap(classes, nearest=True).read(indices, "m")) is not None
    assert largest(lambda: IndexMap({1: 1, 0: 0}).read(deep, "m"), PictureError) is None
    assert largest(lambda: IndexMap(dict.fromkeys(range(256), 2)).read(deep, "m")) is not None
    assert largest(lambda: PartMap({"p": 1}, nearest=True).read({"p": (indices, "p")}, "m")) is not None


def test_a_record_of_a_huge_picture_is_refused_by_its_header() -> None:
    with limited(most=64 << 20), pytest.raises(ValueError, match="more than 8192 a side"):
        decode_image(png(1, 0, 1, side=9000))


def test_records_hold_no_formats_but_ours() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "BMP")
    with pytest.raises(ValueError, match="does not decode"):
        decode_image(stream.getvalue())


@pytest.mark.parametrize("ending", ["jpg", "png", "gif", "tif", "webp", "txt"])
def test_the_content_decides_not_the_ending(tmp_path: Path, ending: str) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    for kind in ("PNG", "BMP", "TIFF", "PPM"):
        Image.fromarray(pixels).save(tmp_path / f"a.{ending}", kind)
        np.testing.assert_array_equal(read_photo(tmp_path / f"a.{ending}"), pixels)
        assert read_mask(tmp_path / f"a.{ending}").size == (7, 5)
    (tmp_path / f"a.{ending}").write_bytes(b"PK\3\4" + bytes(100))
    with pytest.raises(PictureError, match="is not a picture"):
        read_photo(tmp_path / f"a.{ending}")
