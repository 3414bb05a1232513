"""The page that `make web` builds, in Chromium: its camera, what it shows and what it would save."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_model import web_site
from hairnet_model.export import calibration
from tests.support import chromium

NEEDS = [
    pytest.mark.skipif(chromium.CHROMIUM is None, reason="there is no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (web_site.BUILT / "index.html").is_file(), reason="the page is not built: make web"),
]
"""The marks of tests of the page."""

CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Flags of a browser with a camera."""

UNKEPT = {"service_workers": "block"}
"""Of a context whose pages keep no files for times without a network; `test_web_offline` has those that do."""

REFUSAL = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{}'))"

Opener = Callable[..., Any]


def film(path: Path) -> Path:
    """A camera's film: two drawn portraits, half a second each, in turns."""
    width, height = 320, 240
    with open(path, "wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F30:1 Ip A1:1 C420jpeg\n" % (width, height))
        for portrait in calibration.drawn(224)[[0, 5]]:
            wide = cv2.copyMakeBorder(portrait, 8, 8, 48, 48, cv2.BORDER_REPLICATE)
            planes = cv2.cvtColor(wide, cv2.COLOR_RGB2YUV_I420).tobytes()
            for _ in range(15):
                file.write(b"FRAME\n" + planes)
    return path


def shown(page: Any) -> int:
    return int(page.evaluate("Number(document.documentElement.dataset.shown ?? -1)"))


def wait_until_shown(page: Any, after: int) -> None:
    wait_until(page, lambda: shown(page) > after)


def wait_until(page: Any, true: Callable[[], bool]) -> None:
    """Asks again and again: the page's policy lets no text become a function that could wait in it."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it never came"
        page.wait_for_timeout(20)


def open_photo(page: Any, file: Path) -> None:
    before = shown(page)
    page.locator("#file").set_input_files(file)
    wait_until_shown(page, before)


def open_sample(page: Any, number: int = 0) -> None:
    """Opens a sample; the page itself opens the first."""
    before = shown(page)
    page.locator("#samples button").nth(number).click()
    wait_until_shown(page, before)


def show_masks(page: Any) -> None:
    if not page.locator("#masks").is_visible():
        page.locator("#developer summary").click()
    page.locator("#masks").check()


def said_by(page: Any) -> str:
    page.locator("#notice").wait_for(state="visible", timeout=30_000)
    return " ".join(page.locator("#notice-text").inner_text().split())


def mask_of(page: Any) -> np.ndarray:
    page.keyboard.press("Shift")  # without a press of its user Chromium asks before a page's eleventh download
    with page.expect_download() as download:
        page.evaluate("document.getElementById('save-mask').click()")  # wherever it is
    picture = Image.open(download.value.path())
    assert picture.mode == "L"
    return np.asarray(picture)


_SAVED = """() => new Promise((resolve) => {
  const {createObjectURL} = URL, {click} = HTMLAnchorElement.prototype;
  URL.createObjectURL = (blob) => {
    URL.createObjectURL = createObjectURL;
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
    return createObjectURL.call(URL, blob);
  };
  HTMLAnchorElement.prototype.click = () => { HTMLAnchorElement.prototype.click = click; };
  document.querySelector("#save-picture").click();
})"""


def saved_picture(page: Any) -> np.ndarray:
    """The picture that would be saved. It is not: Chromium asks before a page's eleventh download."""
    data = base64.b64decode(page.evaluate(_SAVED).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def picture_of(page: Any) -> np.ndarray:
    """The same with a sign, so that pictures can be subtracted."""
    return saved_picture(page).astype(np.int16)


_CHOICES = """() => {
  const pressed = (row) => document.querySelector(`#${row} button[aria-pressed=true]`).dataset;
  const value = (id) => document.getElementById(id).value;
  return {
    looks: {colour: pressed("swatches").colour, style: pressed("styles").style},
    sliders: {opacity: value("opacity"), strength: value("strength"), split: value("split")},
  };
}"""

_RESET = """({looks, sliders}) => {
  const by = (id) => document.getElementById(id);
  delete navigator.mediaDevices.getUserMedia;
  if (by("original").getAttribute("aria-pressed") === "true") by("original").click();
  for (const [name, value] of Object.entries(looks)) {
    const button = document.querySelector(`button[data-${name}="${value}"]`);
    if (button.getAttribute("aria-pressed") !== "true") button.click();
  }
  for (const one of document.querySelectorAll("input[type=radio]")) if (one.defaultChecked && !one.checked) one.click();
  for (const one of document.querySelectorAll("input[type=checkbox]")) {
    if (one.checked !== one.defaultChecked) one.click();
  }
  for (const [id, value] of Object.entries(sliders)) {
    if (by(id).value === value) continue;
    by(id).value = value;
    by(id).dispatchEvent(new Event("input"));
  }
  for (const details of document.querySelectorAll("details")) details.open = false;
  document.activeElement.blur();
  window.scrollTo(0, 0);
  by("notice-close").click();
}"""


@dataclass(frozen=True)
class Loaded:
    """A page that has loaded, for tests one after another: to load it anew takes seconds.

    Attributes:
        page: in the size of Playwright's pages.
        choices: what it had chosen when it was loaded, where its HTML does not say.
    """

    page: Any
    choices: dict[str, Any]

    def reset(self) -> Any:
        """The page with all controls as they were at first, with its camera off, and with its last picture."""
        if self.page.locator("#camera-options").is_visible():
            self.page.locator("#camera").click()
            self.page.locator("#camera-options").wait_for(state="hidden")
        self.page.set_viewport_size({"width": 1280, "height": 720})
        self.page.emulate_media(color_scheme="light")
        self.page.evaluate(_RESET, self.choices)
        return self.page


@contextmanager
def loaded(browser: Any, address: str, **context: Any) -> Iterator[Loaded]:
    """Loads the page in a context of its own, and waits for its first picture."""
    own = browser.new_context(**UNKEPT, **context)
    own.set_default_timeout(120_000)  # milliseconds; other tests may run beside this one
    page = own.new_page()
    page.goto(address)
    wait_until_shown(page, -1)
    yield Loaded(page, page.evaluate(_CHOICES))
    own.close()
