"""Takes the picture of the web page that README and docs/web.md show.

```
python docs/web_picture.py     (needs `make web`, chromium and the Python package playwright)
```
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from hairnet_data.core.drawing.overlay import save_png
from hairnet_model import web_site

WINDOW = {"width": 1180, "height": 845}
OUT = Path(__file__).parent / "web.png"


def main() -> None:
    """Opens the page, waits for its first portrait, and saves the window as a PNG of few colours."""
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch, sync_playwright() as playwright:
        server = web_site.server(web_site.write(Path(scratch) / "site"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=WINDOW, color_scheme="light", locale="en-GB", reduced_motion="reduce")
        page.goto(web_site.address(server))
        page.locator("html[data-shown]").wait_for(state="attached")
        page.wait_for_timeout(2000)  # until the portrait was looked at more finely
        content = page.screenshot()
        browser.close()
        server.shutdown()
    shot = cv2.cvtColor(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    save_png(OUT, np.asarray(shot, np.uint8))
    print(OUT)


if __name__ == "__main__":
    main()
