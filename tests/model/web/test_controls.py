"""The controls of the page: each does what it says, has a name and can be reached, in windows of all widths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hairnet_model.effects.colours import named
from tests.support import web_page
from tests.support.web_page import mask_of, open_sample, picture_of, show_masks, shown, wait_until_shown

pytestmark = web_page.NEEDS


def test_every_control_does_what_it_says(page: Any) -> None:
    show_masks(page)
    open_sample(page)
    mask = mask_of(page)
    hair, face, ground = mask == 1, mask == 2, mask == 0
    first = picture_of(page)

    page.locator("#original").click()
    plain = picture_of(page)
    assert page.locator("#original").get_attribute("aria-pressed") == "true"
    page.locator("#original").click()
    np.testing.assert_array_equal(picture_of(page), first)

    def apart(made: np.ndarray, where: np.ndarray) -> float:
        return float(np.abs(made - plain)[where].mean())

    assert apart(first, ground) < 0.5 < 10 < min(apart(first, hair), apart(first, face))
    page.locator("#show-hair").uncheck()
    assert apart(picture_of(page), hair) < 5 < apart(picture_of(page), face)
    page.locator("#show-hair").check()
    page.locator("#show-face").uncheck()
    assert apart(picture_of(page), face) < 5 < apart(picture_of(page), hair)
    page.locator("#show-face").check()
    page.locator("#opacity").fill("100")
    full = picture_of(page)
    assert apart(full, hair) > 1.5 * apart(first, hair)
    page.locator("#opacity").fill("0")
    assert apart(picture_of(page), hair | face | ground) < 1
    page.locator("#opacity").fill("100")
    page.locator("input[name=style][value=outline]").check(force=True)
    outlined = picture_of(page)
    assert 0.001 < (np.abs(outlined - plain).max(-1) > 20).mean() < 0.5 * (np.abs(full - plain).max(-1) > 20).mean()

    page.locator("input[name=effect][value=recolour]").click(force=True)
    assert not page.locator("#masks").is_checked()
    page.locator("#swatches button[aria-label=Blue]").click()
    blue = picture_of(page)
    assert (blue - plain)[hair][:, 2].mean() > 10 + (blue - plain)[hair][:, 0].mean()
    assert apart(blue, face) < 4
    assert apart(blue, ground) < 2
    # Light and shade stay: what was lighter in the hair is lighter still.
    light = [pictured[hair].mean(-1) for pictured in (plain, blue)]
    assert np.corrcoef(*light)[0, 1] > 0.8
    assert page.locator("#swatch").inner_text() == "Blue"
    page.locator("input[name=pattern][value=ombre]").check(force=True)
    shaded = picture_of(page)
    rows = np.flatnonzero(hair.any(1))
    top, end = (slice(row - 8, row + 8) for row in (rows[0] + 8, rows[-1] - 8))
    assert apart_in(shaded, plain, hair, top) < 0.2 * apart_in(blue, plain, hair, top)
    assert apart_in(shaded, plain, hair, end) > 0.8 * apart_in(blue, plain, hair, end)
    page.locator("input[name=pattern][value='']").check(force=True)
    page.locator("#beard").check()
    page.locator("#beard").uncheck()
    np.testing.assert_array_equal(picture_of(page), blue)
    page.locator("#colour").evaluate("(e) => { e.value = '#00ff00'; e.dispatchEvent(new Event('input')); }")
    green = picture_of(page)
    assert (green - blue)[hair][:, 1].mean() > (green - blue)[hair][:, 2].mean() + 10
    page.locator("#strength").fill("0")
    assert apart(picture_of(page), hair) < 2

    page.locator("input[name=effect][value=bald]").check(force=True)
    bald = picture_of(page)
    assert apart(bald, hair) > 10
    assert apart(bald, face) < 6


def apart_in(made: np.ndarray, plain: np.ndarray, where: np.ndarray, rows: slice) -> float:
    return float(np.abs(made - plain)[rows][where[rows]].mean())


def test_natural_colours_come_first(page: Any) -> None:
    named_by_page = page.locator("#swatches button").evaluate_all(
        "(all) => all.map((e) => [e.title, e.dataset.colour])"
    )
    assert {name.lower(): colour for name, colour in named_by_page} == named()
    assert [name.lower() for name, _ in named_by_page] == list(named())
    assert page.locator("#natural button").count() == 12


def test_everything_has_a_name_and_can_be_reached_by_keyboard(page: Any) -> None:
    page.locator("#developer summary").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([hidden]), select, canvas:not([aria-hidden])')]
            .filter((e) =>
              !(e.textContent.trim() || e.title || e.getAttribute('aria-label') || e.labels?.length || e.alt
              || e.querySelector('img[alt]'))).map((e) => e.outerHTML)"""
    )
    assert nameless == []
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.name || 'other'"))
    assert {
        "split",
        "camera",
        "open",
        "original",
        "effect",
        "pattern",
        "strength",
        "save-picture",
        "masks",
        "save-mask",
    } <= reached
    page.locator("#samples button").nth(1).focus()
    before = shown(page)
    page.keyboard.press("Enter")
    wait_until_shown(page, before)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(page: Any, width: int) -> None:
    open_sample(page)
    page.set_viewport_size({"width": width, "height": 800})
    for change in (lambda: None, lambda: show_masks(page)):
        change()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("[...document.querySelectorAll('.card')].every((e) => e.scrollWidth <= e.clientWidth)")
    for control in ("#camera", "#open", "#opacity", "#save-mask"):
        box = page.locator(control).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_light_and_dark(page: Any) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, colour.strip("rgb()").split(",")[:3]))
    assert shades["light"] > 600 > 150 > shades["dark"]


def test_the_page_opens_with_another_hair_colour_and_shows_the_original_while_held(page: Any) -> None:
    open_sample(page)
    assert page.locator("input[name=effect][value=recolour]").is_checked()
    dyed = picture_of(page)
    page.locator("#canvas").hover(position={"x": 40, "y": 200})
    page.mouse.down()
    held = picture_of(page)
    page.mouse.up()
    assert np.abs(held - dyed).mean() > 1
    np.testing.assert_array_equal(picture_of(page), dyed)
    page.locator("#original").click()
    np.testing.assert_array_equal(picture_of(page), held)
