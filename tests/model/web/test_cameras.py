"""The camera of the page: live video, which way round it is shown, and what is said when there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest

from hairnet_model.export import calibration
from tests.support import web_page
from tests.support.web_page import REFUSAL, Loaded, mask_of, picture_of, shown, wait_until, wait_until_shown

pytestmark = web_page.NEEDS


@pytest.fixture(scope="module")
def loaded(browser: Any, address: str) -> Iterator[Loaded]:
    """A page that may use the camera. No other tests use it: a last frame may come after the camera is off."""
    with web_page.loaded(browser, address, permissions=["camera"]) as one:
        yield one


def test_live_video(page: Any) -> None:
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    masks: list[np.ndarray] = []

    def moves() -> bool:
        wait_until_shown(page, shown(page) + 3)
        masks.append(mask_of(page))
        return bool((masks[-1] != masks[0]).mean() > 0.02)

    wait_until(page, moves)  # the film shows one portrait and then another, and so must the mask
    assert all(mask.shape == (240, 320) for mask in masks)
    assert all(np.mean(mask > 0) > 0.05 for mask in masks), "there is somebody in every frame"
    speed = re.compile(r"[1-9]\d* frames/s .* network \d+ ms")
    wait_until(page, lambda: bool(speed.search(page.locator("#speed").text_content())))

    page.locator("#open").focus()
    page.keyboard.press("p")
    page.wait_for_timeout(300)
    stood = shown(page)
    page.wait_for_timeout(300)
    assert shown(page) == stood, "paused"
    page.keyboard.press("P")
    wait_until_shown(page, stood)

    assert page.locator("#cameras option").count() >= 1
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="hidden")
    assert page.evaluate("document.getElementById('video').srcObject") is None


def test_the_camera_is_mirrored_and_can_be_not(page: Any) -> None:
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#original").click()
    for mirrored in (True, False):
        page.locator("#mirror").set_checked(mirrored)
        assert is_mirrored(page) is mirrored


def is_mirrored(page: Any) -> bool:
    """Whether what is shown next, beyond the frames that are under way, is the film's other way round."""
    wait_until_shown(page, shown(page) + 3)
    picture = picture_of(page)
    filmed = [cv2.copyMakeBorder(one, 8, 8, 48, 48, cv2.BORDER_REPLICATE) for one in calibration.drawn(224)[[0, 5]]]
    straight = min(np.abs(picture - one).mean() for one in filmed)
    turned = min(np.abs(picture[:, ::-1] - one).mean() for one in filmed)
    assert min(straight, turned) < 0.5 * max(straight, turned)
    return bool(turned < straight)


FACING = """(facing) => {
  globalThis.facing = facing;
  const track = MediaStreamTrack.prototype;
  const settings = globalThis.settings ??= track.getSettings;
  track.getSettings = function () {
    return {...settings.call(this), ...(globalThis.facing && {facingMode: globalThis.facing})};
  };
}"""


@pytest.mark.parametrize("facing", ["", "user", "environment"], ids=["webcam", "front", "back"])
def test_a_back_camera_is_no_mirror(page: Any, facing: str) -> None:
    page.evaluate(FACING, facing)
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#original").click()
    back = facing == "environment"
    assert is_mirrored(page) is not back
    assert page.locator("#mirror").is_visible() is not back
    page.evaluate("globalThis.facing = 'user'")
    page.locator("#camera").click()
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#mirror").wait_for(state="visible")
    assert page.locator("#mirror").is_checked(), "the choice for other cameras stays"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotAllowedError", "Camera access is blocked. Allow it for this page"),
        ("NotFoundError", "No camera was found. Plug one in"),
        ("NotReadableError", "another program may be using it. Close that program"),
    ],
)
def test_a_camera_that_cannot_be_had(page: Any, name: str, said: str) -> None:
    page.evaluate(f"() => {{ {REFUSAL.format(name)} }}")
    page.locator("#camera").click()
    page.locator("#notice").wait_for(state="visible")
    assert said in " ".join(page.locator("#notice-text").inner_text().split())
    page.locator("#samples button").nth(1).click()  # the rest goes on
    page.locator("#notice").wait_for(state="hidden")
