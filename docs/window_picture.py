"""Pictures of pages in a browser's window, for the scripts that take them for the documentation."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, ViewportSize, sync_playwright

from hairnet_data.core.drawing.overlay import save_png


@contextmanager
def opened(server: http.server.HTTPServer, address: str, window: ViewportSize) -> Iterator[Page]:
    """Serves in a thread and opens the page in Chromium, light, in English and without movement."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=window, color_scheme="light", locale="en-GB", reduced_motion="reduce")
        page.goto(address)
        yield page
        browser.close()
    server.shutdown()


def save(page: Page, out: Path) -> None:
    """Saves the window as a PNG of few colours, and prints where."""
    content = np.frombuffer(page.screenshot(), np.uint8)
    shot = cv2.cvtColor(cv2.imdecode(content, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    save_png(out, np.asarray(shot, np.uint8))
    print(out)
