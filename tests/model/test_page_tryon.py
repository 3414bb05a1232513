"""The page grows, lights and paints the hair that Python does: its modules in Node and in Chromium, beside Python's."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_model import Segmenter, web_site
from hairnet_model.export import calibration
from hairnet_model.tryon import catalogue
from hairnet_model.tryon.rendering import hair_layer
from hairnet_model.tryon.shading import Light, Tint
from hairnet_model.tryon.style_file import STYLES, read_style, style_names
from hairnet_model.tryon.thicken import thicken
from hairnet_model.tryon.trying import try_on
from hairnet_model.tryon.view import View
from tests.support import chromium, page_modules

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

THICKEN = """
import {readFileSync, writeFileSync} from "node:fs";
const style = module.parseStyle(new Uint8Array(readFileSync(given.file)));
module.thicken(style, given.level).forEach(({points, open, width, tone}, at) => {
  const parts = Object.entries({points, open, width, tone});
  for (const [name, values] of parts) writeFileSync(`${given.made}${at}${name}`, values);
});
"""


ENTRY = "\n".join(
    f'export * from "{page_modules.WEB / "src" / "tryon" / name}.ts";'
    for name in ("style", "thicken", "renderer", "head")
)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    entry = folder / "entry.ts"
    entry.write_text(ENTRY)
    return page_modules.bundle(str(entry), folder)


@pytest.mark.parametrize("name", ["afro", "braids", "lob_fringe", "long_waves"])
def test_strands_are_those_of_python(bundled: Path, tmp_path: Path, name: str) -> None:
    page_modules.call(bundled, THICKEN, {"file": str(STYLES / f"{name}.hair"), "level": 0, "made": str(tmp_path / "g")})
    for number, strands in enumerate(thicken(read_style(STYLES / f"{name}.hair"), 0)):
        for part, there in (("points", "points"), ("open", "openness"), ("width", "width"), ("tone", "tone")):
            expected = getattr(strands, there)
            made = np.fromfile(tmp_path / f"g{number}{part}", np.float32).reshape(expected.shape)
            np.testing.assert_allclose(made, expected, atol=2e-5, err_msg=f"{part} of group {number}")


PAINT = """async ({style, level, view, light, tint, side}) => {
  const module = await import("./module.js");
  globalThis.renderer ??= new module.Renderer(module.parseHead(await (await fetch("head.json")).json()));
  const read = module.parseStyle(new Uint8Array(await (await fetch(style)).arrayBuffer()));
  const hair = {groups: module.thicken(read, level), cap: read.cap};
  const layer = globalThis.renderer.draw(hair, view, light, tint, side, side);
  let text = "";
  for (let at = 0; at < layer.length; at += 8192) text += String.fromCharCode(...layer.subarray(at, at + 8192));
  return btoa(text);
}"""
SIDE = 256


@pytest.fixture(scope="module")
def page(bundled: Path, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("tryon")
    fill(folder, bundled)
    with chromium.serving(chromium.file_server(folder)) as address:
        one = browser.new_page()
        one.goto(address)
        yield one


def fill(folder: Path, bundled: Path) -> None:
    """Puts into a folder all that a page needs to paint hair."""
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "module.js").write_bytes(bundled.read_bytes())
    for file in STYLES.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())


def by_page(page: Any, style: str, level: int, view: View, light: Light, tint: Tint) -> np.ndarray:
    """The hair's layer as the page paints it, float (SIDE, SIDE, 4)."""
    given = {
        "style": f"{style}.hair",
        "level": level,
        "view": {name: getattr(view, name) for name in View.__slots__},
        "light": {"level": light.level, "slope": light.slope.tolist()},
        "tint": {"colour": tint.colour.tolist(), "contrast": tint.contrast, "bend": tint.bend.tolist()},
        "side": SIDE,
    }
    raw = base64.b64decode(page.evaluate(PAINT, json.loads(json.dumps(given))))
    return np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE, 4).astype(float)


def agreement(page: Any, style: str, level: int, view: View, file: Path | None = None) -> tuple[float, float]:
    """IoU of the silhouettes, and the mean difference in levels of the blurred pictures over grey, where there is hair.

    Both pictures are written to `file`.
    """
    light = Light(0.9, np.array((0.15, -0.2, 0.2), np.float32))
    tint = Tint(np.array((0.16, 0.08, 0.04), np.float32), 1.6, np.array((0.95, 1.0, 1.1), np.float32))
    made = by_page(page, style, level, view, light, tint)
    layer = hair_layer(catalogue.hair(style, level), view, light, tint, SIDE, SIDE)
    expected = np.dstack([layer.colour, 255 * layer.share])
    there, here = (each[..., 3] > 127 for each in (expected, made))
    iou = (there & here).sum() / max(1, (there | here).sum())
    shown = [128 * (1 - each[..., 3:] / 255) + each[..., :3] for each in (expected, made)]
    if file:
        Image.fromarray(np.clip(np.hstack(shown), 0, 255).astype(np.uint8)).save(file)
    pictures = [cv2.GaussianBlur(each, (0, 0), 2) for each in shown]
    return float(iou), float(np.abs(pictures[0] - pictures[1])[there | here].mean())


POSES = ((0, 0, 0), (25, 5, -10), (-45, -8, 5), (70, 0, 0), (10, 15, 20))


def view_of(yaw: float, pitch: float, roll: float) -> View:
    return View(yaw, pitch, roll, SIDE / 2, SIDE * 0.45, SIDE / 40, 1.03, 0.4)


@pytest.mark.skipif(chromium.CHROMIUM is None, reason="there is no chromium: apt-get install chromium")
@pytest.mark.parametrize(("style", "pose"), [("bob", 1), ("crew_cut", 0), ("braids", 3)])
def test_hair_is_painted_as_in_python(page: Any, style: str, pose: int) -> None:
    iou, difference = agreement(page, style, 1, view_of(*POSES[pose]))
    assert iou >= 0.97
    assert difference <= 3


built = pytest.mark.skipif(
    chromium.CHROMIUM is None or not (web_site.BUILT / "index.html").is_file(),
    reason="there is no chromium, or no page",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return web_site.write(tmp_path_factory.mktemp("web") / "site")


def try_bob(page: Any, address: str, file: Path) -> None:
    """Opens a photo and chooses the first hairstyle."""

    def shown() -> int:
        return int(page.evaluate("Number(document.documentElement.dataset.shown ?? -1)"))

    page.set_default_timeout(60_000)
    page.goto(address)
    chromium.wait_until(page, lambda: shown() >= 0)
    before = shown()
    page.locator("#file").set_input_files(str(file))
    chromium.wait_until(page, lambda: shown() > before)
    page.locator("input[name=effect][value=hairstyle]").click(force=True)


def saved(page: Any) -> np.ndarray:
    with page.expect_download() as download:
        page.locator("#save-picture").click()
    return np.asarray(Image.open(download.value.path()).convert("RGB"), int)


@built
def test_a_saved_photo_has_the_hairstyle_and_is_itself_elsewhere(browser: Any, site: Path, tmp_path: Path) -> None:
    photo = np.pad(calibration.drawn(224)[0], ((60, 0), (200, 200), (0, 0)), mode="edge")
    Image.fromarray(photo).save(tmp_path / "photo.png")
    located = next(Segmenter.load().look([photo], poses=True))
    expected = try_on(photo, located, partial(catalogue.hair, "bob"))
    with chromium.serving(web_site.server(site)) as address:
        page = browser.new_context(service_workers="block").new_page()
        try_bob(page, address, tmp_path / "photo.png")
        made = saved(page)
        assert page.locator("#notice").is_hidden()
    changed = np.abs(made - photo).max(-1) > 0
    by_python = np.abs(expected.astype(int) - photo).max(-1) > 0
    assert changed.any()
    assert not changed[cv2.dilate(by_python.astype(np.uint8), np.ones((41, 41), np.uint8)) == 0].any()
    blurred = [cv2.GaussianBlur(each.astype(float), (0, 0), 2) for each in (made, expected)]
    assert np.abs(blurred[0] - blurred[1])[by_python].mean() < 10


@built
def test_without_webgl_the_page_says_so_and_goes_on(browser: Any, site: Path, tmp_path: Path) -> None:
    photo = calibration.drawn(224)[0]
    Image.fromarray(photo).save(tmp_path / "photo.png")
    without = shutil.copytree(site, tmp_path / "site")
    for script in (without / "assets").glob("worker-*.js"):
        script.write_text(script.read_text().replace("webgl2", "no-such-context"))
    with chromium.serving(web_site.server(without)) as address:
        page = browser.new_context(service_workers="block").new_page()
        try_bob(page, address, tmp_path / "photo.png")
        page.locator("#notice").wait_for(state="visible")
        assert "WebGL2" in page.locator("#notice").inner_text()
        np.testing.assert_array_equal(saved(page), photo)
        page.locator("input[name=effect][value=recolour]").click(force=True)
        page.locator("#notice").wait_for(state="hidden")
        assert np.abs(saved(page) - photo).mean() > 1


def test_all_styles_have_a_name_on_the_page() -> None:
    texts = [json.loads((page_modules.WEB / "src" / "texts" / f"{tag}.json").read_text()) for tag in ("en", "de")]
    for text in texts:
        named = {key.removeprefix("style.") for key in text if key.startswith("style.")}
        assert named == set(style_names())
