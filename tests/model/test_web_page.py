"""The page in a real browser: Debian's Chromium, headless, with a camera that plays drawn portraits."""

from __future__ import annotations

import base64
import functools
import http.server
import io
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.images.photos import read_photo
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model import Segmenter, web_site
from hairnet_model.effects.colours import named
from hairnet_model.evaluation import metrics
from hairnet_model.export import calibration
from tests.support.colour_profiles import ADOBE_RGB, DISPLAY_P3, PROPHOTO, in_srgb, profile

CHROMIUM = shutil.which("chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
]
SAMPLES = sorted((Path(web_site.__file__).parent / "web" / "public" / "samples").glob("*.webp"))

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (web_site.BUILT / "index.html").is_file(), reason="the page is not built: make web"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = web_site.server(web_site.write(tmp_path_factory.mktemp("web") / "site"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield web_site.address(server)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def plain_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page on a file server that knows nothing of it: no headers that isolate it, and so no threads."""
    folder = web_site.write(tmp_path_factory.mktemp("plain") / "site")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    played = film(tmp_path_factory.mktemp("film") / "film.y4m")
    with playwright.sync_playwright() as started:
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={played}"]
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


Opener = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Opener]:
    """Opens the page in a context of its own, and waits for the first masked picture."""
    contexts = []

    def open_page(
        before: str = "", ready: bool = True, routes: dict[str, Any] | None = None, at: str = "", **context: Any
    ) -> Any:
        contexts.append(browser.new_context(**context))
        contexts[-1].set_default_timeout(120_000)  # milliseconds; other tests may run beside this one
        page = contexts[-1].new_page()
        if before:
            page.add_init_script(before)
        for pattern, answer in (routes or {}).items():
            page.route(pattern, functools.partial(_answer, answer))
        page.goto(at or address)
        if ready:
            wait_until_shown(page, -1)
        return page

    yield open_page
    for context in contexts:
        context.close()


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


def _answer(answer: dict[str, Any], route: Any, request: Any) -> None:
    route.fulfill(**answer)


def mask_of(page: Any) -> np.ndarray:
    with page.expect_download() as download:
        page.evaluate("document.getElementById('save-mask').click()")  # wherever it is
    picture = Image.open(download.value.path())
    assert picture.mode == "L"
    return np.asarray(picture)


SAVED = """() => new Promise((resolve) => {
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


def picture_of(page: Any) -> np.ndarray:
    """The picture that would be saved. It is not: Chromium asks before a page's eleventh download."""
    data = base64.b64decode(page.evaluate(SAVED).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


@pytest.mark.parametrize("isolated", [True, False], ids=["threads", "no threads"])
def test_the_page_finds_what_python_finds(opened: Opener, plain_address: str, isolated: bool) -> None:
    page = opened() if isolated else opened(at=plain_address)
    segmenter, counted = Segmenter.load(), np.zeros((3, 3), np.int64)
    for file in SAMPLES:
        before = shown(page)
        page.locator(f"#samples button[data-file='{file.name}']").click()
        wait_until_shown(page, before)
        expected = segmenter.segment(np.asarray(Image.open(file).convert("RGB")))
        found = mask_of(page)
        assert found.shape == expected.shape
        counted += metrics.confusion(expected, found)
    assert counted.sum(1).min() > 0.05 * counted.sum(), "each class must be there to compare"
    assert metrics.iou(counted).min() >= 0.99
    assert page.evaluate("crossOriginIsolated") is isolated
    if (os.cpu_count() or 1) > 1:
        assert ("threads" in page.locator("#about").text_content()) is isolated


@pytest.mark.parametrize("shape", [(900, 300), (201, 640), (37, 41)], ids=["tall", "wide", "small"])
def test_photos_of_any_shape(opened: Opener, tmp_path: Path, shape: tuple[int, int]) -> None:
    portrait = calibration.drawn(224)[0]
    scale = min(shape[0], shape[1]) / 224
    inner = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    photo = np.full((*shape, 3), 120, np.uint8)
    top, left = (shape[0] - inner.shape[0]) // 2, (shape[1] - inner.shape[1]) // 2
    photo[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    Image.fromarray(photo).save(tmp_path / "photo.png")
    page = opened()
    before = shown(page)
    page.locator("#file").set_input_files(tmp_path / "photo.png")
    wait_until_shown(page, before)
    expected, found = Segmenter.load().segment(photo), mask_of(page)
    assert found.shape == shape
    assert (found == expected).mean() > 0.99


@pytest.mark.parametrize("heads", [0, 1, 2])
def test_small_heads_are_found_as_python_finds_them(opened: Opener, tmp_path: Path, heads: int) -> None:
    scenes = DrawnBackgrounds(0, 0, 3)
    ground = scenes.load(scenes.catalogue().entries[0].id)
    photo = cv2.resize(ground, (640, 480), interpolation=cv2.INTER_AREA)
    for portrait, left in zip(calibration.drawn(224)[[0, 5]][:heads], (60, 380), strict=False):
        photo[150:320, left : left + 170] = cv2.resize(portrait, (170, 170), interpolation=cv2.INTER_AREA)
    Image.fromarray(photo).save(tmp_path / "photo.png")
    page, segmenter = opened(), Segmenter.load()
    open_photo(page, tmp_path / "photo.png")
    told = json.loads(page.evaluate("document.documentElement.dataset.heads"))
    assert told["of"] == {"width": 640, "height": 480}
    by_page = [(box["x"], box["y"], box["width"], box["height"]) for box in told["heads"]]
    expected = [head.box for head in segmenter.heads(photo)]
    assert len(by_page) == len(expected) >= heads
    np.testing.assert_allclose(by_page, expected, atol=6.4)
    counted = metrics.confusion(segmenter.segment(photo)[None], mask_of(page)[None])
    assert np.nanmin(metrics.iou(counted)) >= 0.99
    assert page.locator("#notice").is_visible() is (not expected)


def open_photo(page: Any, file: Path) -> None:
    before = shown(page)
    page.locator("#file").set_input_files(file)
    wait_until_shown(page, before)


@pytest.mark.parametrize("shape", [(3000, 4000), (2, 9000)], ids=["phone", "thin"])
def test_large_photos_are_saved_in_their_own_size(opened: Opener, tmp_path: Path, shape: tuple[int, int]) -> None:
    wide = cv2.copyMakeBorder(calibration.drawn(224)[0], 8, 8, 48, 48, cv2.BORDER_REPLICATE)
    photo = cv2.resize(wide, shape[::-1], interpolation=cv2.INTER_CUBIC)
    Image.fromarray(photo).save(tmp_path / "photo.png", compress_level=1)
    page = opened()
    open_photo(page, tmp_path / "photo.png")
    expected, found = Segmenter.load().segment(photo), mask_of(page)
    assert found.shape == shape
    assert (found == expected).mean() > 0.99
    page.locator("#original").click()
    picture = picture_of(page)
    assert picture.shape == (*shape, 3)
    np.testing.assert_array_equal(picture, photo)
    assert "saved with" not in page.locator("#notice-text").inner_text()


@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB, PROPHOTO], ids=["Display P3", "Adobe RGB", "ProPhoto"])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_colour_profiles_are_read_as_the_commands_read_them(
    opened: Opener, tmp_path: Path, format: str, primaries: np.ndarray
) -> None:
    # Blocks of one colour, which JPEG keeps; among them colours that sRGB cannot show.
    blocks = np.random.default_rng(5).integers(0, 256, (12, 16, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    options: dict[str, Any] = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(format, {})
    file, plain = tmp_path / f"photo.{format.lower()}", tmp_path / f"plain.{format.lower()}"
    Image.fromarray(blocks).save(plain, format, **options)
    Image.fromarray(blocks).save(file, format, icc_profile=profile(primaries), **options)
    page = opened()
    page.locator("#original").click()
    open_photo(page, file)
    by_page, by_command = picture_of(page), read_photo(file)
    expected = in_srgb(read_photo(plain), primaries)
    assert np.abs(by_page - expected).mean() < 0.5
    assert np.abs(by_command - expected).mean() < 0.5
    assert np.abs(by_page - by_command).mean() < 0.1
    assert np.abs(by_page - by_command).max() <= 1
    assert np.abs(by_page - blocks).mean() > 3


def test_live_video(opened: Opener) -> None:
    page = opened(permissions=["camera"])
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    masks = []
    for _ in range(6):
        wait_until_shown(page, shown(page) + 3)
        masks.append(mask_of(page))
        page.wait_for_timeout(250)
    assert all(mask.shape == (240, 320) for mask in masks)
    assert all(np.mean(mask > 0) > 0.05 for mask in masks), "there is somebody in every frame"
    assert len({mask.tobytes() for mask in masks}) > 1, "the film changes, and so must the mask"
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


def test_the_camera_is_mirrored_and_can_be_not(opened: Opener) -> None:
    page = opened(permissions=["camera"])
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#original").click()
    seen = {}
    for mirrored in (True, False):
        page.locator("#mirror").set_checked(mirrored)
        pictures = []
        for _ in range(8):
            wait_until_shown(page, shown(page) + 2)
            pictures.append(picture_of(page))
            page.wait_for_timeout(120)
        seen[mirrored] = pictures
    # Among the frames are some of the same portrait: one way round they are alike.
    straight = min(np.abs(a - b).mean() for a in seen[True] for b in seen[False])
    turned = min(np.abs(a[:, ::-1] - b).mean() for a in seen[True] for b in seen[False])
    assert turned < 0.5 * straight


FACING = """
const settings = MediaStreamTrack.prototype.getSettings;
globalThis.facing = '{}';
MediaStreamTrack.prototype.getSettings = function () {{
    return {{...settings.call(this), ...(globalThis.facing && {{facingMode: globalThis.facing}})}};
}};
"""


@pytest.mark.parametrize("facing", ["", "user", "environment"], ids=["webcam", "front", "back"])
def test_a_back_camera_is_no_mirror(opened: Opener, facing: str) -> None:
    page = opened(FACING.format(facing), permissions=["camera"])
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#original").click()
    wait_until_shown(page, shown(page) + 3)
    picture = picture_of(page)
    filmed = [cv2.copyMakeBorder(one, 8, 8, 48, 48, cv2.BORDER_REPLICATE) for one in calibration.drawn(224)[[0, 5]]]
    straight = min(np.abs(picture - one).mean() for one in filmed)
    turned = min(np.abs(picture[:, ::-1] - one).mean() for one in filmed)
    back = facing == "environment"
    assert (straight < 0.5 * turned) if back else (turned < 0.5 * straight)
    assert page.locator("#mirror").is_visible() is not back
    page.evaluate("globalThis.facing = 'user'")
    page.locator("#camera").click()
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#mirror").wait_for(state="visible")
    assert page.locator("#mirror").is_checked(), "the choice for other cameras stays"


def show_masks(page: Any) -> None:
    if not page.locator("#masks").is_visible():
        page.locator("#developer summary").click()
    page.locator("#masks").check()


def test_every_control_does_what_it_says(opened: Opener) -> None:
    page = opened()
    show_masks(page)
    page.locator("#samples button").first.click()
    wait_until_shown(page, shown(page) - 1)
    page.wait_for_timeout(300)
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


def test_natural_colours_come_first(opened: Opener) -> None:
    page = opened()
    named_by_page = page.locator("#swatches button").evaluate_all(
        "(all) => all.map((e) => [e.title, e.dataset.colour])"
    )
    assert {name.lower(): colour for name, colour in named_by_page} == named()
    assert [name.lower() for name, _ in named_by_page] == list(named())
    assert page.locator("#natural button").count() == 12


REFUSAL = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{}'))"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotAllowedError", "Camera access is blocked. Allow it for this page"),
        ("NotFoundError", "No camera was found. Plug one in"),
        ("NotReadableError", "another program may be using it. Close that program"),
    ],
)
def test_a_camera_that_cannot_be_had(opened: Opener, name: str, said: str) -> None:
    page = opened(REFUSAL.format(name))
    page.locator("#camera").click()
    page.locator("#notice").wait_for(state="visible")
    assert said in " ".join(page.locator("#notice-text").inner_text().split())
    page.locator("#samples button").nth(1).click()  # the rest goes on
    page.locator("#notice").wait_for(state="hidden")


def said_by(page: Any) -> str:
    page.locator("#notice").wait_for(state="visible", timeout=30_000)
    return " ".join(page.locator("#notice-text").inner_text().split())


def test_no_webassembly(opened: Opener) -> None:
    page = opened("delete globalThis.WebAssembly", ready=False)
    assert "no WebAssembly" in said_by(page)
    assert "current Chrome" in said_by(page)
    assert page.locator("#camera").is_disabled()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"body": b"none" * 1000}, "damaged or is no model of hair and face"),
        ({"status": 404}, "The model file could not be loaded (hairnet.tflite: 404)"),
    ],
)
def test_a_broken_model_file(opened: Opener, answer: dict[str, Any], said: str) -> None:
    page = opened(ready=False, routes={"**/hairnet.tflite": answer})
    assert said in said_by(page)
    assert "Write the site again" in said_by(page) or "write the site again" in said_by(page)


def test_names_are_shown_as_text(opened: Opener) -> None:
    page = opened()
    name = "<img src=x onerror=document.title='owned'>.png"
    page.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": b"no picture"})
    assert name in said_by(page)
    assert page.locator("#notice-text img").count() == 0
    assert page.title() != "owned"


def test_a_pasted_and_a_dropped_photo(opened: Opener) -> None:
    page = opened()
    buffer = io.BytesIO()
    Image.fromarray(calibration.drawn(224)[3]).save(buffer, "PNG")
    for kind, carrier in (("paste", "clipboardData"), ("drop", "dataTransfer")):
        before = shown(page)
        page.evaluate(
            """([kind, carrier, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([Uint8Array.from(bytes)], 'photo.png', {type: 'image/png'}));
                const init = {bubbles: true, cancelable: true, [carrier]: data};
                const event = kind === 'paste' ? new ClipboardEvent(kind, init) : new DragEvent(kind, init);
                document.body.dispatchEvent(event);
            }""",
            [kind, carrier, list(buffer.getvalue())],
        )
        wait_until_shown(page, before)
        assert mask_of(page).shape == (224, 224)


def test_no_picture_leaves_the_page(opened: Opener, tmp_path: Path, address: str) -> None:
    page = opened(permissions=["camera"])
    asked: list[Any] = []
    page.context.on("request", lambda request: asked.append(request))
    before_wait = -1
    while before_wait != len(asked):  # until the page has asked for all that it is made of
        before_wait = len(asked)
        page.wait_for_timeout(1000)
    asked.clear()
    Image.fromarray(calibration.drawn(224)[7]).save(tmp_path / "private.png")
    before = shown(page)
    page.locator("#file").set_input_files(tmp_path / "private.png")
    wait_until_shown(page, before)
    mask_of(page)
    page.locator("#samples button").nth(2).click()
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    wait_until_shown(page, shown(page) + 5)
    picture_of(page)
    outgoing = [request.url for request in asked if not request.url.startswith(("blob:", "data:"))]
    assert outgoing == []
    # The page's own policy forbids it, too: what is asked of elsewhere is never sent.
    assert page.evaluate("fetch('https://example.org/', {method: 'POST', body: 'x'}).then(() => 1, () => 0)") == 0
    assert not [request for request in asked if request.method != "GET" and request.response()]


def test_everything_has_a_name_and_can_be_reached_by_keyboard(opened: Opener) -> None:
    page = opened()
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
def test_nothing_is_wider_than_the_window(opened: Opener, width: int) -> None:
    page = opened(viewport={"width": width, "height": 800})
    for change in (lambda: None, lambda: show_masks(page)):
        change()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("[...document.querySelectorAll('.card')].every((e) => e.scrollWidth <= e.clientWidth)")
    for control in ("#camera", "#open", "#opacity", "#save-mask"):
        box = page.locator(control).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_light_and_dark(opened: Opener) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, colour.strip("rgb()").split(",")[:3]))
    assert shades["light"] > 600 > 150 > shades["dark"]


def test_the_page_opens_with_another_hair_colour_and_shows_the_original_while_held(opened: Opener) -> None:
    page = opened()
    assert page.locator("input[name=effect][value=recolour]").is_checked()
    dyed = picture_of(page)
    page.locator("#canvas").hover(position={"x": 40, "y": 200})
    page.mouse.down()
    page.wait_for_timeout(300)
    held = picture_of(page)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert np.abs(held - dyed).mean() > 1
    np.testing.assert_array_equal(picture_of(page), dyed)
    page.locator("#original").click()
    np.testing.assert_array_equal(picture_of(page), held)
