"""Pictures that the page saves, shares and copies."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_model import Segmenter
from hairnet_model.export import calibration
from tests.model.test_page_texts import TEXTS
from tests.support import web_page
from tests.support.web_page import Opener, mask_of, open_photo, picture_of, said_by, wait_until

pytestmark = web_page.NEEDS

WATCH_BUSY = """() => {
  globalThis.wasBusy = false;
  const bar = document.querySelector("#busy");
  const note = () => (globalThis.wasBusy ||= !bar.hidden);
  new MutationObserver(note).observe(bar, { attributes: true, attributeFilter: ["hidden"] });
}"""
"""Whether the bar was shown: asking now and then may come too late for it."""


@pytest.mark.parametrize("shape", [(4100, 6200), (2, 70_000)], ids=["25.4 megapixels", "beyond canvases"])
def test_pictures_of_any_size_are_saved_in_their_own(page: Any, tmp_path: Path, shape: tuple[int, int]) -> None:
    portrait = cv2.copyMakeBorder(calibration.drawn(224)[0], 8, 8, 48, 48, cv2.BORDER_REPLICATE)
    photo = cv2.resize(portrait, shape[::-1], interpolation=cv2.INTER_NEAREST)  # packed far sooner than smooth ones
    cv2.imwrite(str(tmp_path / "photo.png"), photo[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    page.evaluate(WATCH_BUSY)
    page.locator("#file").set_input_files(tmp_path / "photo.png")
    wait_until(page, lambda: page.locator("#size").text_content() == f"{shape[1]} x {shape[0]}")
    assert not page.locator("#busy").is_visible()
    if shape[0] > 2:
        assert page.evaluate("globalThis.wasBusy"), "what takes long says so"
    with page.expect_download() as download:
        page.locator("#save-picture").click()
    picture = cv2.imread(download.value.path())[..., ::-1]
    assert picture.shape == photo.shape
    some = slice(None, None, max(1, shape[0] // 500)), slice(None, None, shape[1] // 500)
    changed = np.abs(picture[some].astype(int) - photo[some]).max(-1) > 0
    mask = cv2.resize(Segmenter.load().segment(portrait), changed.shape[::-1], interpolation=cv2.INTER_NEAREST)
    if shape[0] > 2:
        assert changed[mask == 1].mean() > 0.9, "the hair has another colour"
    assert changed[mask == 0].mean() < 0.1, "and nothing else"
    if shape[0] == 2:
        assert mask_of(page).shape == shape
        page.locator("#save-jpeg").click()
        wait_until(page, lambda: said_by(page) == TEXTS["en"]["noJpeg"])  # instead of what it said of the faces


def file_of(page: Any, button: str) -> Image.Image:
    with page.expect_download() as download:
        page.locator(button).click()
    return Image.open(download.value.path())


def test_jpeg_and_cut_out(page: Any, tmp_path: Path) -> None:
    Image.fromarray(calibration.drawn(224)[0]).save(tmp_path / "photo.png")
    open_photo(page, tmp_path / "photo.png")
    picture, mask = picture_of(page), mask_of(page)
    jpeg = file_of(page, "#save-jpeg")
    assert jpeg.format == "JPEG"
    assert np.abs(np.asarray(jpeg).astype(int) - picture).mean() < 4
    cutout = file_of(page, "#save-cutout")
    assert (cutout.format, cutout.mode) == ("PNG", "RGBA")
    colours, alpha = np.asarray(cutout)[..., :3], np.asarray(cutout)[..., 3]
    assert np.mean((alpha > 127) == (mask > 0)) > 0.99
    assert np.mean((alpha > 0) & (alpha < 255)) > 0.005, "its edge is soft"
    np.testing.assert_array_equal(colours[alpha > 0], picture[alpha > 0])
    assert not colours[alpha == 0].any()


SHARING = """
globalThis.shared = [], globalThis.copied = [], globalThis.refused = 1;
const read = (blob) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.readAsDataURL(blob);
});
navigator.canShare = ({files}) => files.every((file) => file instanceof File);
navigator.share = async ({files: [file]}) => {
  if (globalThis.refused-- > 0) throw new DOMException("too late", "NotAllowedError");
  globalThis.shared.push(file.name, await read(file));
};
Object.defineProperty(navigator.clipboard, "write", {value: async ([item]) => {
  globalThis.copied.push(...item.types, await read(await item.getType(item.types[0])));
}});
"""


def test_share_and_copy(opened: Opener, tmp_path: Path) -> None:
    Image.fromarray(calibration.drawn(224)[0]).save(tmp_path / "anna.png")
    page = opened(SHARING)
    open_photo(page, tmp_path / "anna.png")
    page.locator("#share").click()
    assert said_by(page) == TEXTS["en"]["shareAgain"]
    page.locator("#share").click()
    wait_until(page, lambda: bool(page.evaluate("globalThis.shared.length")))
    page.locator("#copy").click()
    wait_until(page, lambda: bool(page.evaluate("globalThis.copied.length")))
    (name, shared), (kind, copied) = page.evaluate("[globalThis.shared, globalThis.copied]")
    assert (name, kind) == ("anna.jpg", "image/png")
    expected = picture_of(page)
    for content, away in ((shared, 4), (copied, 0)):
        made = np.asarray(Image.open(io.BytesIO(base64.b64decode(content.partition(",")[2]))).convert("RGB")).astype(
            int
        )
        assert np.abs(made - expected).mean() <= away


def test_what_the_browser_cannot_do_is_not_offered(opened: Opener) -> None:
    page = opened("delete Navigator.prototype.canShare; delete globalThis.ClipboardItem;", ready=False)
    page.locator("#samples button").first.wait_for()  # its script has run
    assert not page.locator("#share").is_visible()
    assert not page.locator("#copy").is_visible()
