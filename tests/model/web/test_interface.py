"""The page under the hands of its user: the slider, the swatches, the language, keys, and a phone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from hairnet_model.export import calibration
from tests.model.test_page_texts import TEXTS
from tests.support import web_page
from tests.support.web_page import Opener, open_photo, open_sample, picture_of, said_by, wait_until

pytestmark = web_page.NEEDS

LEFT = """() => {
  const [canvas, before] = ["canvas", "before"].map((id) => document.getElementById(id).getBoundingClientRect());
  const cut = getComputedStyle(document.getElementById("before")).clipPath.match(/[\\d.]+/g).map(Number);
  return [cut[1], canvas.x - before.x, canvas.width - before.width];
}"""


def right_of_the_original(page: Any) -> float:
    """Percent of the picture, from the right, that shows the effect."""
    share, *apart = page.evaluate(LEFT)
    assert apart == [0, 0], "both pictures lie on each other"
    return float(share)


def test_before_and_after_are_parted_by_a_slider(opened: Opener) -> None:
    page = opened(viewport={"width": 900, "height": 700}, has_touch=True)
    split, view = page.locator("#split"), page.locator("#view").bounding_box()
    assert right_of_the_original(page) == 50
    assert split.get_attribute("aria-label")
    assert "50" in split.get_attribute("aria-valuetext")
    shot = np.asarray(Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB")).astype(int)
    split.press("End")
    assert right_of_the_original(page) == 0
    original = np.asarray(Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB")).astype(int)
    split.press("Home")
    assert right_of_the_original(page) == 100
    dyed = np.asarray(Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB")).astype(int)
    rows = slice(60, shot.shape[0] - 80)  # without labels and handle
    halves = [slice(20, shot.shape[1] // 2 - 20), slice(shot.shape[1] // 2 + 20, -20)]
    to_original, to_dyed = ([np.abs(shot - one)[rows, half].mean() for half in halves] for one in (original, dyed))
    assert to_original[0] < 0.5 * to_dyed[0]
    assert to_dyed[1] < 0.5 * to_original[1]

    split.press("ArrowRight")
    assert right_of_the_original(page) == 99
    handle = view["y"] + view["height"] - 34
    page.mouse.move(view["x"] + 0.01 * view["width"], handle)
    page.mouse.down()
    page.mouse.move(view["x"] + 0.7 * view["width"], handle, steps=3)
    page.mouse.up()
    assert abs(right_of_the_original(page) - 30) <= 2
    touch = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.7), ("touchMove", 0.5), ("touchMove", 0.2), ("touchEnd", None)):
        points = [] if share is None else [{"x": view["x"] + share * view["width"], "y": handle}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    wait_until(page, lambda: abs(right_of_the_original(page) - 80) <= 2)


def test_a_phone_shows_picture_and_swatches_at_once(page: Any) -> None:
    open_sample(page)
    page.set_viewport_size({"width": 390, "height": 664})  # of 844, less the browser's own bars
    picture, swatches = (page.locator(f"#{name}").bounding_box() for name in ("view", "swatches"))
    assert picture["width"] >= 300
    assert picture["y"] + picture["height"] <= swatches["y"]
    assert swatches["y"] + swatches["height"] <= 664
    for hidden in ("#masks", "#save-mask", "#speed", "#size", "#about"):
        assert not page.locator(hidden).is_visible(), "these are for developers"
    camera, promise = (page.locator(name).bounding_box() for name in ("#camera", ".private"))
    assert abs(camera["y"] - promise["y"]) < 80, "the promise stands beside the camera's button"


def test_a_photo_of_ones_own_is_shown_dyed(page: Any, tmp_path: Path) -> None:
    Image.fromarray(calibration.drawn(224)[0]).save(tmp_path / "photo.png")
    page.locator("#samples button").nth(1).click()
    assert right_of_the_original(page) == 50, "samples leave the slider"
    open_photo(page, tmp_path / "photo.png")
    wait_until(page, lambda: right_of_the_original(page) == 100)


def test_the_page_speaks_the_readers_language(opened: Opener, address: str) -> None:
    page = opened(locale="de-AT")
    english, german = (TEXTS[language] for language in ("en", "de"))
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.title() == german["title"]
    camera = page.locator("#camera")
    assert camera.inner_text() == german["startCamera"]
    assert page.locator("#strength").get_attribute("aria-valuetext") == "100\xa0%"
    page.locator("#swatches button").nth(1).click()
    open_nothing(page)
    assert "kein.png lässt sich nicht als Bild lesen" in said_by(page)
    picture = picture_of(page)

    page.locator("#language").select_option("en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert camera.inner_text() == english["startCamera"]
    assert page.locator("#strength").get_attribute("aria-valuetext") == "100%"
    assert page.locator("#swatches button").nth(1).get_attribute("aria-label") == "Espresso"
    assert "kein.png cannot be read as a picture" in said_by(page)
    np.testing.assert_array_equal(picture_of(page), picture)
    page.reload()
    assert page.url == f"{address}?lang=en"
    wait_until(page, lambda: camera.inner_text() == english["startCamera"])
    assert page.locator("#language").input_value() == "en"


def open_nothing(page: Any) -> None:
    page.locator("#file").set_input_files({"name": "kein.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.locator("#notice").wait_for(state="visible")


def test_shortcuts_work_with_a_control_in_focus_and_can_be_switched_off(page: Any) -> None:
    original = page.locator("#original")
    for focused in ("#strength", "#split", "#colour", "input[name=effect]:checked", "#swatches button >> nth=3"):
        before = original.get_attribute("aria-pressed")
        page.locator(focused).focus()
        page.keyboard.press("o")
        assert original.get_attribute("aria-pressed") != before, focused
    assert original.get_attribute("aria-keyshortcuts") == "o"
    page.locator("details summary").first.click()
    assert page.locator("#shortcuts li").first.inner_text().split("\n") == ["C", "Start camera"]
    before = original.get_attribute("aria-pressed")
    page.locator("#language").focus()
    page.keyboard.press("o")
    page.locator("#use-shortcuts").uncheck()
    page.keyboard.press("o")
    assert original.get_attribute("aria-pressed") == before


def test_a_phone_held_sideways_keeps_the_picture_large(page: Any) -> None:
    open_sample(page)
    page.set_viewport_size({"width": 844, "height": 390})
    picture, swatches = (page.locator(f"#{name}").bounding_box() for name in ("view", "swatches"))
    assert picture["height"] > 320
    assert picture["y"] + picture["height"] <= 390
    assert swatches["x"] >= picture["x"] + picture["width"], "the swatches stand beside it"
    assert page.evaluate("document.documentElement.scrollWidth") <= 844
    page.mouse.move(600, 300)
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(200)
    assert page.locator("#view").bounding_box()["y"] >= 0, "it stays in sight"
