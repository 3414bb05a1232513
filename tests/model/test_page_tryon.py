"""The page grows, lights and paints the hair that Python does: its modules in Node and in Chromium, beside Python's."""

from __future__ import annotations

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
from hairnet_model.tryon.ground import continued
from hairnet_model.tryon.style_file import STYLES, read_style, style_names
from hairnet_model.tryon.thicken import thicken
from hairnet_model.tryon.trying import try_on
from tests.support import chromium, page_modules, tryon_page

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

THICKEN = """
import {readFileSync, writeFileSync} from "node:fs";
const style = module.parseStyle(new Uint8Array(readFileSync(given.file)));
module.thicken(style, given.level).forEach(({points, open, width, tone}, at) => {
  const parts = Object.entries({points, open, width, tone});
  for (const [name, values] of parts) writeFileSync(`${given.made}${at}${name}`, values);
});
"""


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tryon_page.bundled(tmp_path_factory.mktemp("bundle"))


@pytest.mark.parametrize("name", ["afro", "braids", "lob_fringe", "long_waves"])
def test_strands_are_those_of_python(bundled: Path, tmp_path: Path, name: str) -> None:
    page_modules.call(bundled, THICKEN, {"file": str(STYLES / f"{name}.hair"), "level": 0, "made": str(tmp_path / "g")})
    for number, strands in enumerate(thicken(read_style(STYLES / f"{name}.hair"), 0)):
        for part, there in (("points", "points"), ("open", "openness"), ("width", "width"), ("tone", "tone")):
            expected = getattr(strands, there)
            made = np.fromfile(tmp_path / f"g{number}{part}", np.float32).reshape(expected.shape)
            np.testing.assert_allclose(made, expected, atol=2e-5, err_msg=f"{part} of group {number}")


@pytest.fixture(scope="module")
def page(bundled: Path, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("tryon")
    shutil.copy(bundled, folder / "module.js")
    with tryon_page.opened(folder, browser) as one:
        yield one


HALF = 0.498  # of a pixel: 2 of 4 parts, in 8 bits as well

painted = pytest.mark.skipif(chromium.CHROMIUM is None, reason="there is no chromium: apt-get install chromium")


@painted
@pytest.mark.parametrize(("style", "pose"), [("bob", 1), ("crew_cut", 0), ("braids", 3)])
def test_hair_is_painted_as_in_python(page: Any, style: str, pose: int) -> None:
    iou, difference = tryon_page.agreement(page, style, 1, tryon_page.POSES[pose])
    assert iou >= 0.97
    assert difference <= 3


@painted
@pytest.mark.parametrize(
    ("style", "portrait", "colour"),
    [("bob", "front", None), ("crew_cut", "half", None), ("curls", "to a side", "#b0402a")],
)
def test_a_photo_becomes_the_picture_that_python_makes(
    page: Any, style: str, portrait: str, colour: str | None
) -> None:
    photo, located = tryon_page.photographed(tryon_page.PORTRAITS[portrait])
    expected = tryon_page.tried_by_python(photo, located, style, colour)
    made = tryon_page.tried_by_page(page, photo, located, style, colour)
    for name, tolerance in (("x", 0.3), ("y", 0.3), ("size", 0.05), ("breadth", 0.01), ("hairline", 0.05)):
        assert getattr(made.view, name) == pytest.approx(getattr(expected.view, name), abs=tolerance), name
    assert tryon_page.iou(expected.share > HALF, made.share > HALF) >= 0.97
    there, here = ((each.picture != photo).any(-1) for each in (expected, made))
    assert tryon_page.iou(there, here) >= 0.97
    assert tryon_page.apart(expected.picture, made.picture, there | here) <= 3
    details = [tryon_page.detail(each.picture, there & here) for each in (expected, made)]
    assert details[1] == pytest.approx(details[0], rel=0.05)


GROUND = """
import {readFileSync, writeFileSync} from "node:fs";
const read = (name) => new Uint8Array(readFileSync(given.folder + "/" + name));
const {width, height, far} = given;
const {from, trust} = module.continuedFrom({width, height}, read("known"), far);
writeFileSync(given.folder + "/from", from);
writeFileSync(given.folder + "/trust", trust);
"""


def test_the_ground_goes_on_behind_hair_as_in_python(bundled: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (70, 90, 3)).astype(np.uint8)
    known = cv2.GaussianBlur(rng.normal(0, 1, (70, 90)), (0, 0), 6) < 0.05
    smooth = np.full((70, 90, 3), 100, np.float32)
    (tmp_path / "known").write_bytes(known.astype(np.uint8).tobytes())
    given = {"folder": str(tmp_path), "width": 90, "height": 70, "far": 30}
    page_modules.call(bundled, GROUND, given)
    source = np.fromfile(tmp_path / "from", np.int32)
    trust = np.fromfile(tmp_path / "trust", np.float32)[:, None]
    made = (smooth.reshape(-1, 3) * (1 - trust) + image.reshape(-1, 3)[source] * trust).reshape(image.shape)
    np.testing.assert_allclose(made, continued(image, known, smooth, 30), atol=0.5)


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
