"""The page of `hairnet-data fix`: what strokes, keys and fingers in a real browser write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.audit.fixing.server import address
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.sources.folder.corrections import read_lines
from hairnet_data.sources.folder.source import Folder
from tests.data.audit.fixing.conftest import SIDE
from tests.support.chromium import CHROMIUM, wait_until

browser_only = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")


class Page:
    """The page in a browser, 900 x 700, and where pixels of the mask are on it."""

    def __init__(self, browser: Any, server: Any, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": 900, "height": 700}, **options)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(address(server))
        self.wait_for("bb_0")

    def wait_for(self, id: str) -> None:
        """Waits until a portrait is shown."""
        ready = self.page.locator("#save:enabled")
        wait_until(self.page, lambda: self.page.locator("#name").inner_text() == id and ready.count() == 1)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the mask is, at 1 x."""
        box = self.page.locator("#canvas").bounding_box()
        scale = min(box["width"], box["height"]) / SIDE
        left, top = (box["width"] - SIDE * scale) / 2, (box["height"] - SIDE * scale) / 2
        return box["x"] + left + x * scale, box["y"] + top + y * scale

    def stroke(self, *points: tuple[float, float]) -> None:
        """A stroke with the mouse."""
        mouse = self.page.mouse
        mouse.move(*self.at(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.at(*point), steps=5)
        mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def painted(folder: Path, id: str) -> Any:
    """The mask of a portrait as a build would take it."""
    return Folder.open(folder).load(id).mask


@browser_only
def test_strokes_fills_and_undo_are_what_is_written(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server)
    original = painted(folder, "bb_0")
    assert "1 piece of hair" in shown.page.locator("#reasons").inner_text()
    assert "quality <0.1>" in shown.page.locator("#reasons").inner_text()
    shown.press("f", "4")
    shown.stroke((4, 4))  # the island becomes background
    shown.press("b", "1")
    shown.stroke((32, 20), (32, 40))  # a vertical line of hair on the face
    shown.press("2")
    shown.stroke((56, 56), (60, 60))
    shown.press("z")  # and that not
    shown.press("3", "e")
    shown.stroke((17.5, 47.5))  # the eraser takes the class of the background
    shown.press("w")
    shown.page.keyboard.type("an island")
    shown.press("Enter", "Enter")
    shown.wait_for("aa_0")
    mask = painted(folder, "bb_0")
    assert not (mask[:10, :10] == HAIR).any()
    assert (mask[20:40, 32] == HAIR).all()
    assert (mask[12, 32], mask[30, 38]) == (BACKGROUND, FACE)
    assert (mask[50:, 50:] == original[50:, 50:]).all()
    assert mask[47, 17] == BACKGROUND
    (line,) = read_lines(folder)
    assert (line.portrait, line.action, line.why) == ("bb_0", "repainted", "an island")
    assert not shown.wrong
    shown.context.close()


@browser_only
def test_the_whole_list_is_done_with_keys(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server)
    shown.press("Enter")
    shown.wait_for("aa_0")
    shown.press("x")
    wait_until(shown.page, lambda: "2 decided" in shown.page.locator("#progress").inner_text())
    shown.press("u")
    wait_until(shown.page, lambda: "1 decided" in shown.page.locator("#progress").inner_text())
    actions = [(line.portrait, line.action) for line in read_lines(folder)]
    assert actions == [("bb_0", "accepted"), ("aa_0", "left out"), ("aa_0", "withdrawn")]
    shown.press("ArrowLeft")
    shown.wait_for("bb_0")
    assert shown.page.locator("#badge").inner_text() == "accepted"
    assert not list((folder / "masks").glob("*.corrected.png"))
    shown.context.close()


@browser_only
def test_at_eight_times_a_pixel_is_painted_where_it_is_seen(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server)
    for _ in range(12):
        shown.press("[")
    for _ in range(6):
        shown.press("+")
    assert shown.page.locator("#level").inner_text() == "8 x"
    box = shown.page.locator("#canvas").bounding_box()
    scale = 8 * min(box["width"], box["height"]) / SIDE
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.click(middle[0] + 1.5 * scale, middle[1] - 0.5 * scale)
    shown.press("Enter")
    shown.wait_for("aa_0")
    changed = np.argwhere(painted(folder, "bb_0") != Folder.open(folder, corrected=False).load("bb_0").mask)
    assert changed.tolist() == [[31, 33]]
    shown.context.close()


@browser_only
def test_fingers_paint_and_two_of_them_zoom(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server, has_touch=True)
    session = shown.context.new_cdp_session(shown.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    shown.page.locator("[data-label='255']").tap()
    touch("touchStart", shown.at(32, 20))
    touch("touchMove", shown.at(32, 30))
    touch("touchEnd")
    a, b = shown.at(28, 32), shown.at(36, 32)
    touch("touchStart", a)
    touch("touchStart", a, b)
    touch("touchMove", (a[0] - 60, a[1]), (b[0] + 60, b[1]))
    touch("touchEnd")
    assert shown.page.locator("#level").inner_text() != "1 x"
    shown.page.locator("#save").tap()
    shown.wait_for("aa_0")
    mask = painted(folder, "bb_0")
    assert (mask[20:30, 32] == UNLABELLED).all()
    assert mask[32, 28] == FACE, "a finger that was the first of two has not painted"
    assert not shown.wrong
    shown.context.close()


@browser_only
def test_what_was_painted_is_shown_again_and_the_original_comes_back(browser: Any, server: Any, folder: Path) -> None:
    original = painted(folder, "bb_0")
    shown = Page(browser, server)
    shown.press("2")
    shown.stroke((56, 10), (56, 30))
    shown.press("Enter")
    shown.wait_for("aa_0")
    assert (painted(folder, "bb_0")[10:30, 56] == FACE).all()
    shown.page.reload()
    shown.wait_for("aa_0")  # the first that is not decided
    shown.press("ArrowLeft")
    shown.wait_for("bb_0")
    assert shown.page.locator("#badge").inner_text() == "repainted"
    shown.press("r")
    wait_until(shown.page, lambda: shown.page.locator("#verb").inner_text() == "Save mask")
    shown.press("Enter")
    shown.wait_for("aa_0")
    np.testing.assert_array_equal(painted(folder, "bb_0"), original)
    assert not shown.wrong
    shown.context.close()
