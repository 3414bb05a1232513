"""The page grows, lights and paints the hair that Python does: its modules in Node and in Chromium, beside Python's."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_model.tryon import catalogue
from hairnet_model.tryon.rendering import hair_layer
from hairnet_model.tryon.shading import Light, Tint
from hairnet_model.tryon.style_file import STYLES, read_style, style_names
from hairnet_model.tryon.thicken import thicken
from hairnet_model.tryon.view import View
from tests.support import chromium, page_modules

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

THICKEN = """
import {readFileSync, writeFileSync} from "node:fs";
const style = module.parseStyle(new Uint8Array(readFileSync(given.file)));
module.thicken(style, given.level).forEach(({points, open, width, tone}, at) => {
  for (const [name, values] of Object.entries({points, open, width, tone})) writeFileSync(`${given.made}${at}${name}`, values);
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
def page(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")
    folder = tmp_path_factory.mktemp("tryon")
    fill(folder, bundled)
    with chromium.serving(chromium.file_server(folder)) as address, chromium.launched() as browser:
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


def test_all_styles_have_a_name_on_the_page() -> None:
    texts = [json.loads((page_modules.WEB / "src" / "texts" / f"{tag}.json").read_text()) for tag in ("en", "de")]
    for text in texts:
        named = {key.removeprefix("style.") for key in text if key.startswith("style.")}
        assert named == set(style_names())
