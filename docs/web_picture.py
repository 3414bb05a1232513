"""Takes the picture of the web page that README and docs/web.md show.

```
python docs/web_picture.py     (needs `make web`, chromium and the Python package playwright)
```
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import window_picture

from hairnet_model import web_site

OUT = Path(__file__).parent / "web.png"


def main() -> None:
    """Opens the page, waits for its first portrait, and saves the window."""
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch:
        server = web_site.server(web_site.write(Path(scratch) / "site"))
        with window_picture.opened(server, web_site.address(server), {"width": 1180, "height": 845}) as page:
            page.locator("html[data-shown]").wait_for(state="attached")
            page.wait_for_timeout(2000)  # until the portrait was looked at more finely
            window_picture.save(page, OUT)


if __name__ == "__main__":
    main()
