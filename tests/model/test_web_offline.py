"""The page while it loads, without a network, after an update, and as a file that somebody opened."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hairnet_model import web_site
from tests.support import chromium
from tests.support.chromium import wait_until

pytestmark = [
    pytest.mark.skipif(chromium.CHROMIUM is None, reason="there is no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (web_site.BUILT / "index.html").is_file(), reason="the page is not built: make web"),
]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def is_shown(page: Any) -> bool:
    return bool(page.evaluate("Number(document.documentElement.dataset.shown ?? -1) >= 0"))


WATCH = """
globalThis.told = [];
new MutationObserver(() => {
  const text = document.querySelector("#loaded")?.textContent;
  if (text && told.at(-1) !== text) told.push(text);
}).observe(document, {childList: true, subtree: true, characterData: true});
"""
FILES = """async () => {
  const made = {};
  for (const name of await caches.keys()) {
    made[name] = (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname.slice(1));
  }
  return made;
}"""


POSES = "model/hairnet_pose.tflite"  # kept once it was asked for


def kept(page: Any) -> dict[str, list[str]]:
    """The caches that are complete."""
    return {name: files for name, files in page.evaluate(FILES).items() if "files.json" in files}


def names(page: Any) -> list[str]:
    """The caches, also those that are not complete."""
    return page.evaluate("caches.keys()")  # type: ignore[no-any-return]


def controlled(page: Any) -> bool:
    return bool(page.evaluate("Boolean(navigator.serviceWorker.controller)"))


class Halting(web_site.Handler):
    """Halts in the middle of a runtime until it may go on; keeps no connection open, which would outlive its server."""

    protocol_version = "HTTP/1.0"
    goes_on = threading.Event()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        if self.path.endswith(".wasm"):
            outputfile.write(source.read(4 << 20))
            self.goes_on.wait(30)
        super().copyfile(source, outputfile)


def percents(page: Any) -> list[int]:
    """What the page has told so far of its loading."""
    return [int(text.removesuffix("%")) for text in page.evaluate("told")]


def edition(page: Any) -> Any:
    return page.evaluate("document.documentElement.dataset.edition")


def test_loading_without_a_network_and_an_update(page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = web_site.write(tmp_path / "site")
    with monkeypatch.context() as patched:
        patched.setattr(web_site, "Handler", Halting)
        server = web_site.server(site)
    port = server.server_address[1]
    with chromium.serving(server) as address:
        page.add_init_script(WATCH)
        page.goto(address)
        wait_until(page, lambda: max(percents(page), default=0) > 0)
        assert max(percents(page)) < 100, "told while it comes"
        Halting.goes_on.set()
        wait_until(page, lambda: is_shown(page))
        told = percents(page)
        assert told == sorted(told)
        assert told[-1] == 100
        wait_until(page, lambda: controlled(page))
        (files,) = kept(page).values()
        assert {"index.html", "model/hairnet.tflite", "samples/long-brown.webp"} <= set(files)
        assert [name for name in files if name.endswith(".wasm")] == ["runtime/litert_wasm_threaded_internal.wasm"]
        assert POSES not in files
        page.locator("#developer summary").click()
        page.locator("#axes").check()
        wait_until(page, lambda: POSES in next(iter(kept(page).values())))

    page.reload()  # no server any more
    wait_until(page, lambda: is_shown(page))
    assert page.evaluate("crossOriginIsolated"), "and it has its threads"
    assert page.locator("#samples img").evaluate_all("(all) => all.every((one) => one.naturalWidth > 0)")

    # The site is written anew from a page that changed.
    newer = tmp_path / "dist"
    shutil.copytree(web_site.BUILT, newer)
    text = (newer / "index.html").read_text()
    (newer / "index.html").write_text(text.replace("<html ", '<html data-edition="newer" ', 1))
    monkeypatch.setattr(web_site, "BUILT", newer)
    (first,) = kept(page)
    asked: list[str] = []

    class Counting(web_site.Handler):
        protocol_version = "HTTP/1.0"

        def send_head(self) -> Any:
            asked.append(self.path)
            return super().send_head()

    monkeypatch.setattr(web_site, "Handler", Counting)
    with chromium.serving(web_site.server(web_site.write(site), port)):
        page.reload()
        assert edition(page) == "newer", "the server's page goes before the one that is kept"
        wait_until(page, lambda: is_shown(page))
        # By their names alone: opening a cache that the new worker deletes at this moment makes an empty one.
        wait_until(page, lambda: first not in names(page))
        (newest,) = kept(page)
        assert names(page) == [newest]
        # From the server came what changed, and what the open page asked for while it was newer than what was kept.
        assert asked.count("/runtime/litert_wasm_threaded_internal.wasm") == 1
    page.reload()
    wait_until(page, lambda: is_shown(page))
    assert edition(page) == "newer"


def test_the_page_can_be_installed(page: Any, tmp_path: Path) -> None:
    with chromium.serving(web_site.server(web_site.write(tmp_path / "site"))) as address:
        page.goto(address)
        session = page.context.new_cdp_session(page)
        told = session.send("Page.getAppManifest")
        assert told["errors"] == []
        manifest = json.loads(told["data"])
        for icon in manifest["icons"]:
            answer = page.request.get(address + icon["src"])
            assert answer.headers["content-type"] == icon["type"]
        errors = [error["errorId"] for error in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
        assert set(errors) <= {"in-incognito"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_that_was_opened_as_a_file_says_what_to_do(browser: Any, tmp_path: Path, scheme: str) -> None:
    site = web_site.write(tmp_path / "site")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 700})
    page.goto((site / "index.html").as_uri())
    assert page.locator(".unserved-text").is_visible()
    assert "hairnet-model web --serve" in page.locator(".unserved-text").inner_text()
    assert not page.locator("main").is_visible()
    assert "sans-serif" in page.evaluate("getComputedStyle(document.body).fontFamily"), "it has its style"
    assert page.locator("header img").bounding_box()["width"] < 40
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
