"""Draws the page's icons as PNGs from its SVG, in Chromium: `python docs/icons.py`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

PUBLIC = Path(__file__).parents[1] / "hairnet_model" / "web" / "public"
ICONS = {"192.png": 192, "512.png": 512, "maskable.png": 512}


def main() -> None:
    """Writes them into `public/icons`."""
    from playwright.sync_api import sync_playwright

    svg = (PUBLIC / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, side in ICONS.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            drawn = maskable(svg) if name == "maskable.png" else svg
            page.set_content(f"<style>* {{ margin: 0; }} svg {{ width: {side}px; display: block; }}</style>{drawn}")
            page.screenshot(path=PUBLIC / "icons" / name, omit_background=True)
        browser.close()


def maskable(svg: str) -> str:
    """The same to be cut out in any shape: its ground reaches to the edges, and the drawing keeps away from them."""
    ground = svg.replace(' rx="8"', "")
    return re.sub(r"(/>)(.*)(</svg>)", r'\1<g transform="translate(3.2 3.2) scale(0.8)">\2</g>\3', ground, count=1)


if __name__ == "__main__":
    main()
