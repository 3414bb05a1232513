"""The page in Chromium without a GPU: live frames a second, weight, and time to the first masked picture.

python benchmarks/web_speed.py     (needs `make web`, chromium and the Python package playwright)
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import cv2

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_model import web_site
from hairnet_model.export import calibration

FLAGS = [
    f"--{flag}"
    for flag in (
        *("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync"),
        *("disable-background-networking", "disable-component-update"),
        *("use-fake-device-for-media-stream", "use-fake-ui-for-media-stream"),
    )
]
EFFECTS = ("masks", "recolour", "bald", "blur")
SECONDS = 6
OPENED = 4


def main() -> None:
    """Prints three tables."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    from playwright.sync_api import sync_playwright

    print(machine())
    with tempfile.TemporaryDirectory(prefix="hairnet-") as place, sync_playwright() as playwright:
        folder = web_site.write(Path(place) / "site")
        film = camera_film(Path(place) / "film.y4m")
        print(weight(folder))
        servers = {"isolated": web_site.server(folder), "not isolated": plain_server(folder)}
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        first, rows = [], []
        for name, server in servers.items():
            threading.Thread(target=server.serve_forever, daemon=True).start()
            seconds = []
            for _ in range(OPENED):
                context = browser.new_context(permissions=["camera"])  # a new one: nothing is kept from the last
                page, took = opened(context, web_site.address(server))
                seconds.append(took)
                if len(seconds) == OPENED:
                    rows += [[page.locator("#about").inner_text().rsplit(" on ")[-1], *row] for row in live(page)]
                context.close()
            first.append([name, ", ".join(f"{took:.2f}" for took in seconds)])
            server.shutdown()
        browser.close()
    print(table(["server", "first masked picture after opening, s"], first))
    print(table(["runs on", "effect", "frames/s", "camera to screen, ms", "network, ms"], rows))


def plain_server(folder: Path) -> http.server.HTTPServer:
    """Any file server: one that does not isolate the page, which then has no threads."""
    handler = functools.partial(Quiet, directory=str(folder))
    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Python's own file server, without its log."""

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def camera_film(path: Path) -> Path:
    """A camera of 640 x 480 that shows a portrait that sways; the page asks a camera for 30 frames a second."""
    (portrait,) = calibration.drawn(224)[:1]
    large = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_CUBIC)
    with open(path, "wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F60:1 Ip A1:1 C420jpeg\n")
        for at in range(60):
            left = 80 + round(40 * abs(at / 30 - 1))
            wide = cv2.copyMakeBorder(large, 0, 0, left, 160 - left, cv2.BORDER_REPLICATE)
            file.write(b"FRAME\n" + cv2.cvtColor(wide, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path


def weight(folder: Path) -> str:
    """The bytes of everything but the runtimes, of which a browser loads one."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.parent.name != "runtime"]
    model = sum(file.stat().st_size for file in files if file.suffix == ".tflite")
    all_of_it = sum(file.stat().st_size for file in files)
    row = [f"{all_of_it / 1e6:.3f}", f"{model / 1e6:.3f}", f"{(all_of_it - model) / 1e6:.3f}"]
    return table(["page without the runtime, MB", "of it model", "of it the rest"], [row])


def opened(context: Any, address: str) -> tuple[Any, float]:
    """A page, and the seconds from asking for it to its first masked picture."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("html[data-shown]").wait_for(state="attached", timeout=60_000)
    return page, time.perf_counter() - began


def live(page: Any) -> list[list[str]]:
    """Frames a second, and medians of what each frame took, by effect."""
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    rows = []
    for effect in EFFECTS:
        page.locator(f"input[name=effect][value={effect}]").check(force=True)
        page.wait_for_timeout(1500)
        began, start = time.perf_counter(), shown(page)
        said = []
        while time.perf_counter() - began < SECONDS:
            page.wait_for_timeout(250)
            said.append([float(word) for word in page.locator("#speed").inner_text().split() if word.isdigit()])
        rate = (shown(page) - start) / (time.perf_counter() - began)
        took, network = (statistics.median(each[at] for each in said) for at in (1, 2))
        rows.append([effect, f"{rate:.1f}", f"{took:.0f}", f"{network:.0f}"])
    return rows


def shown(page: Any) -> int:
    return int(page.locator("html").get_attribute("data-shown"))


if __name__ == "__main__":
    main()
