"""What the page says when something is wrong, and what it never does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hairnet_model.export import calibration
from tests.support import web_page
from tests.support.web_page import Opener, mask_of, picture_of, said_by, shown, wait_until, wait_until_shown

pytestmark = web_page.NEEDS


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


def test_names_are_shown_as_text(page: Any) -> None:
    name = "<img src=x onerror=document.title='owned'>.png"
    page.locator("#file").set_input_files({"name": name, "mimeType": "image/png", "buffer": b"no picture"})
    assert name in said_by(page)
    assert page.locator("#notice-text img").count() == 0
    assert page.title() != "owned"


def test_no_picture_leaves_the_page(opened: Opener, tmp_path: Path, address: str) -> None:
    page = opened(permissions=["camera"], service_workers="allow")
    # What keeps the page for times without a network takes over once it has fetched all that the page is made of.
    wait_until(page, lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    asked: list[Any] = []
    page.context.on("request", lambda request: asked.append(request))
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
