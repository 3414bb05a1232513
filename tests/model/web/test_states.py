"""The page in every state it can be in: accessible by axe-core at every width, light and dark, and in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_model.export import calibration
from tests.model.test_page_texts import TEXTS, WEB
from tests.support import web_page
from tests.support.web_page import REFUSAL, open_photo, show_masks, wait_until_shown

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {390: 844, 768: 1024, 1440: 900}

pytestmark = [
    *web_page.NEEDS,
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make web"),
]

VIOLATIONS = """axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
    violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html.slice(0, 120)).join(" | ")}`))"""

WORDS = """(() => {
  const said = [];
  const seen = (element) => element.checkVisibility() && !element.closest("kbd, option, .brand");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const {parentElement: parent, data} = walker.currentNode;
    if (data.trim() && seen(parent) && !parent.closest("script, style")) said.push(data.trim());
  }
  for (const name of ["aria-label", "title", "alt", "aria-valuetext"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) said.push(element.getAttribute(name));
  }
  return said.filter((text) => text.trim());
})()"""


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """One page for all states, in German, without movements that would blur a measured contrast."""
    context = browser.new_context(permissions=["camera"], locale="de-DE", reduced_motion="reduce", **web_page.UNKEPT)
    context.set_default_timeout(60_000)
    context.add_init_script(path=AXE)
    one = context.new_page()
    one.goto(address)
    wait_until_shown(one, -1)
    yield one
    context.close()


def choose_colour(page: Any, folder: Path) -> None:
    page.locator("#swatches button").nth(18).click()


def choose_style(page: Any, folder: Path) -> None:
    page.locator("input[name=pattern][value=ombre]").click(force=True)


def make_bald(page: Any, folder: Path) -> None:
    page.locator("input[name=effect][value=bald]").click(force=True)


def try_a_style(page: Any, folder: Path) -> None:
    page.locator("input[name=effect][value=hairstyle]").click(force=True)
    page.locator("#styles button").nth(1).click()


def look_at_masks(page: Any, folder: Path) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    show_masks(page)


def show_photo(page: Any, folder: Path) -> None:
    page.locator("input[name=effect][value=recolour]").click(force=True)
    Image.fromarray(calibration.drawn(224)[0]).save(folder / "photo.png")
    open_photo(page, folder / "photo.png")


def show_nobody(page: Any, folder: Path) -> None:
    Image.fromarray(np.full((240, 320, 3), 120, np.uint8)).save(folder / "nobody.png")
    open_photo(page, folder / "nobody.png")
    page.locator("#notice").wait_for(state="visible")


def start_camera(page: Any, folder: Path) -> None:
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")


def refuse_camera(page: Any, folder: Path) -> None:
    page.locator("#camera").click()  # off
    page.evaluate(f"() => {{ {REFUSAL.format('NotAllowedError')} }}")
    page.locator("#camera").click()
    page.locator("#notice").wait_for(state="visible")


STATES = {
    "start": lambda page, folder: None,
    "colour": choose_colour,
    "style": choose_style,
    "hairstyle": try_a_style,
    "bald": make_bald,
    "developer": look_at_masks,
    "photo": show_photo,
    "no face": show_nobody,
    "camera": start_camera,
    "error": refuse_camera,
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible_and_speaks_one_language(page: Any, tmp_path: Path, state: str) -> None:
    STATES[state](page, tmp_path)
    patterns = [
        ".+".join(map(re.escape, re.split(r"\{\w+%?\}", text))) for key, text in TEXTS["de"].items() if key != "percent"
    ]
    said = re.compile("|".join([*patterns, r"[\d.,]+\xa0%"]))
    assert [words for words in page.evaluate(WORDS) if not said.fullmatch(words)] == []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(VIOLATIONS) == [], (state, width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
