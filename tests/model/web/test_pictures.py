"""Pictures on the page: their masks are those of Python, whatever their size, place, colours, or way to the page."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.images.photos import read_photo
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model import Segmenter, web_site
from hairnet_model.evaluation import metrics
from hairnet_model.export import calibration
from tests.support import chromium, web_page
from tests.support.colour_profiles import ADOBE_RGB, DISPLAY_P3, PROPHOTO, in_srgb, profile
from tests.support.web_page import (
    Opener,
    mask_of,
    open_photo,
    picture_of,
    saved_picture,
    shown,
    wait_until_shown,
)

pytestmark = web_page.NEEDS
SAMPLES = sorted((Path(web_site.__file__).parent / "web" / "public" / "samples").glob("*.webp"))


@pytest.fixture(scope="module")
def plain_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page on a file server that knows nothing of it: no headers that isolate it, and so no threads."""
    folder = web_site.write(tmp_path_factory.mktemp("plain") / "site")
    with chromium.serving(chromium.file_server(folder)) as at:
        yield at


@pytest.mark.parametrize("isolated", [True, False], ids=["threads", "no threads"])
def test_the_page_finds_what_python_finds(page: Any, opened: Opener, plain_address: str, isolated: bool) -> None:
    page = page if isolated else opened(at=plain_address)
    segmenter, counted = Segmenter.load(), np.zeros((3, 3), np.int64)
    for file in SAMPLES[:: 1 if isolated else 3]:  # the runtimes differ in rounding, which any picture shows
        before = shown(page)
        page.locator(f"#samples button[data-file='{file.name}']").click()
        wait_until_shown(page, before)
        expected = segmenter.segment(np.asarray(Image.open(file).convert("RGB")))
        found = mask_of(page)
        assert found.shape == expected.shape
        counted += metrics.confusion(expected, found)
    assert counted.sum(1).min() > 0.05 * counted.sum(), "each class must be there to compare"
    assert metrics.iou(counted).min() >= 0.99
    assert page.evaluate("crossOriginIsolated") is isolated
    if (os.cpu_count() or 1) > 1:
        assert ("threads" in page.locator("#about").text_content()) is isolated


@pytest.mark.parametrize("shape", [(900, 300), (201, 640), (37, 41)], ids=["tall", "wide", "small"])
def test_photos_of_any_shape(page: Any, tmp_path: Path, shape: tuple[int, int]) -> None:
    portrait = calibration.drawn(224)[5]  # in no doubt: a cut off by a pixel would show more or less
    scale = min(shape[0], shape[1]) / 224
    inner = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    photo = np.full((*shape, 3), 120, np.uint8)
    top, left = (shape[0] - inner.shape[0]) // 2, (shape[1] - inner.shape[1]) // 2
    photo[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    Image.fromarray(photo).save(tmp_path / "photo.png")
    before = shown(page)
    page.locator("#file").set_input_files(tmp_path / "photo.png")
    wait_until_shown(page, before)
    expected, found = Segmenter.load().segment(photo), mask_of(page)
    assert found.shape == shape
    # A seventh of the pixels of so small a photo lie on an edge.
    assert (found == expected).mean() > (0.99 if min(shape) > 100 else 0.98)


@pytest.mark.parametrize("heads", [0, 1, 2])
def test_small_heads_are_found_as_python_finds_them(page: Any, tmp_path: Path, heads: int) -> None:
    scenes = DrawnBackgrounds(0, 0, 3)
    ground = scenes.load(scenes.catalogue().entries[0].id)
    photo = cv2.resize(ground, (640, 480), interpolation=cv2.INTER_AREA)
    for portrait, left in zip(calibration.drawn(224)[[0, 5]][:heads], (60, 380), strict=False):
        photo[150:320, left : left + 170] = cv2.resize(portrait, (170, 170), interpolation=cv2.INTER_AREA)
    Image.fromarray(photo).save(tmp_path / "photo.png")
    segmenter = Segmenter.load()
    open_photo(page, tmp_path / "photo.png")
    told = json.loads(page.evaluate("document.documentElement.dataset.heads"))
    assert told["of"] == {"width": 640, "height": 480}
    by_page = [(box["x"], box["y"], box["width"], box["height"]) for box in told["heads"]]
    expected = [head.box for head in segmenter.heads(photo)]
    assert len(by_page) == len(expected) >= heads
    np.testing.assert_allclose(by_page, expected, atol=6.4)
    counted = metrics.confusion(segmenter.segment(photo)[None], mask_of(page)[None])
    assert np.nanmin(metrics.iou(counted)) >= 0.99
    assert page.locator("#notice").is_visible() is (not expected)


@pytest.mark.parametrize("shape", [(3000, 4000), (2, 9000)], ids=["phone", "thin"])
def test_large_photos_are_saved_in_their_own_size(page: Any, tmp_path: Path, shape: tuple[int, int]) -> None:
    wide = cv2.copyMakeBorder(calibration.drawn(224)[0], 8, 8, 48, 48, cv2.BORDER_REPLICATE)
    photo = cv2.resize(wide, shape[::-1], interpolation=cv2.INTER_NEAREST)  # packed far sooner than smooth ones
    Image.fromarray(photo).save(tmp_path / "photo.png", compress_level=1)
    open_photo(page, tmp_path / "photo.png")
    expected, found = Segmenter.load().segment(photo), mask_of(page)
    assert found.shape == shape
    assert (found == expected).mean() > 0.99
    page.locator("#original").click()
    picture = saved_picture(page)
    assert picture.shape == (*shape, 3)
    np.testing.assert_array_equal(picture, photo)
    assert "saved with" not in page.locator("#notice-text").inner_text()


@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB, PROPHOTO], ids=["Display P3", "Adobe RGB", "ProPhoto"])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_colour_profiles_are_read_as_the_commands_read_them(
    page: Any, tmp_path: Path, format: str, primaries: np.ndarray
) -> None:
    # Blocks of one colour, which JPEG keeps; among them colours that sRGB cannot show.
    blocks = np.random.default_rng(5).integers(0, 256, (12, 16, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    options: dict[str, Any] = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(format, {})
    file, plain = tmp_path / f"photo.{format.lower()}", tmp_path / f"plain.{format.lower()}"
    Image.fromarray(blocks).save(plain, format, **options)
    Image.fromarray(blocks).save(file, format, icc_profile=profile(primaries), **options)
    page.locator("#original").click()
    open_photo(page, file)
    by_page, by_command = picture_of(page), read_photo(file)
    expected = in_srgb(read_photo(plain), primaries)
    assert np.abs(by_page - expected).mean() < 0.5
    assert np.abs(by_command - expected).mean() < 0.5
    assert np.abs(by_page - by_command).mean() < 0.1
    assert np.abs(by_page - by_command).max() <= 1
    assert np.abs(by_page - blocks).mean() > 3


def test_a_pasted_and_a_dropped_photo(page: Any) -> None:
    buffer = io.BytesIO()
    Image.fromarray(calibration.drawn(224)[3]).save(buffer, "PNG")
    for kind, carrier in (("paste", "clipboardData"), ("drop", "dataTransfer")):
        before = shown(page)
        page.evaluate(
            """([kind, carrier, bytes]) => {
                const data = new DataTransfer();
                const content = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
                data.items.add(new File([content], 'photo.png', {type: 'image/png'}));
                const init = {bubbles: true, cancelable: true, [carrier]: data};
                const event = kind === 'paste' ? new ClipboardEvent(kind, init) : new DragEvent(kind, init);
                document.body.dispatchEvent(event);
            }""",
            [kind, carrier, base64.b64encode(buffer.getvalue()).decode()],
        )
        wait_until_shown(page, before)
        assert mask_of(page).shape == (224, 224)
