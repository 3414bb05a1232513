"""A server of the page, a browser with a camera that plays drawn portraits, and pages, new or already loaded."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest

from hairnet_model import web_site
from tests.support import chromium, web_page
from tests.support.web_page import Loaded, Opener


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = web_site.write(tmp_path_factory.mktemp("web") / "site")
    with chromium.serving(web_site.server(site)) as at:
        yield at


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")
    played = web_page.film(tmp_path_factory.mktemp("film") / "film.y4m")
    with chromium.launched(*web_page.CAMERA, f"--use-file-for-fake-video-capture={played}") as launched:
        yield launched


def _answer(answer: dict[str, Any], route: Any, request: Any) -> None:
    route.fulfill(**answer)


@pytest.fixture(scope="package")
def loaded(browser: Any, address: str) -> Iterator[Loaded]:
    with web_page.loaded(browser, address) as one:
        yield one


@pytest.fixture
def page(loaded: Loaded) -> Any:
    """A page that other tests use, too: with all controls as they are at first, and with some picture."""
    return loaded.reset()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Opener]:
    """Opens the page in a context of its own, and waits for the first masked picture."""
    contexts = []

    def open_page(
        before: str = "", ready: bool = True, routes: dict[str, Any] | None = None, at: str = "", **context: Any
    ) -> Any:
        contexts.append(browser.new_context(**{**web_page.UNKEPT, **context}))
        contexts[-1].set_default_timeout(120_000)  # milliseconds; other tests may run beside this one
        page = contexts[-1].new_page()
        if before:
            page.add_init_script(before)
        for pattern, answer in (routes or {}).items():
            page.route(pattern, functools.partial(_answer, answer))
        page.goto(at or address)
        if ready:
            web_page.wait_until_shown(page, -1)
        return page

    yield open_page
    for context in contexts:
        context.close()
