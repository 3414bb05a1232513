"""The page in Chromium without a GPU: live frames a second, weight, and time to the first masked picture.

python benchmarks/web_speed.py     (needs `make web`, chromium and the Python package playwright)
"""

from __future__ import annotations

import argparse
import functools
import http.server
import math
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
EFFECTS = ("masks", "masks and poses", "recolour", "hairstyle", "bald")
SECONDS = 6
OPENED = 4


def main() -> None:
    """Prints three tables."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    from playwright.sync_api import sync_playwright

    print(machine())
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch, sync_playwright() as playwright:
        folder = web_site.write(Path(scratch) / "site")
        video = camera_video(Path(scratch) / "camera.y4m")
        print(weight(folder))
        servers = {"isolated": web_site.server(folder), "not isolated": plain_server(folder)}
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={video}"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        first, rows = [], []
        for name, server in servers.items():
            threading.Thread(target=server.serve_forever, daemon=True).start()
            opening_seconds = []
            for _ in range(OPENED):
                context = browser.new_context(permissions=["camera"])  # a new one: without a cache
                page, seconds = opened(context, web_site.address(server))
                opening_seconds.append(seconds)
                if len(opening_seconds) == OPENED:
                    rows += [[page.locator("#about").text_content().rsplit(" on ")[-1], *row] for row in live(page)]
                context.close()
            first.append([name, ", ".join(f"{seconds:.2f}" for seconds in opening_seconds)])
            server.shutdown()
        browser.close()
    print(table(["server", "first masked picture after opening, s"], first))
    print(table(["runs on", "effect", "frames/s", "camera to screen, ms", "network, ms", "hair painted/s"], rows))


def plain_server(folder: Path) -> http.server.HTTPServer:
    """An ordinary file server, which does not isolate the page: it then has no threads."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Python's own file server, without its log."""

    def log_message(self, *_: Any) -> None:
        """Logs nothing."""


def camera_video(path: Path) -> Path:
    """A video of 640 x 480 of a portrait that moves and turns; the page asks a camera for 30 frames per second."""
    (portrait,) = calibration.drawn(224)[:1]
    large = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_CUBIC)
    with open(path, "wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F60:1 Ip A1:1 C420jpeg\n")
        for frame in range(120):
            left = 80 + round(40 * abs(frame / 60 - 1))
            wide = cv2.copyMakeBorder(large, 0, 0, left, 160 - left, cv2.BORDER_REPLICATE)
            rolled = cv2.getRotationMatrix2D((left + 240, 300), 8 * math.sin(frame / 60 * math.pi), 1)
            turned = cv2.warpAffine(wide, rolled, (640, 480), borderMode=cv2.BORDER_REPLICATE)
            file.write(b"FRAME\n" + cv2.cvtColor(turned, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path


def weight(folder: Path) -> str:
    """The bytes of everything but the runtimes, of which a browser loads one."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.parent.name != "runtime"]
    model = sum(file.stat().st_size for file in files if file.suffix == ".tflite")  # of which a first visit loads one
    total = sum(file.stat().st_size for file in files)
    row = [f"{total / 1e6:.3f}", f"{model / 1e6:.3f}", f"{(total - model) / 1e6:.3f}"]
    return table(["page without the runtime, MB", "model", "the rest"], [row])


def opened(context: Any, address: str) -> tuple[Any, float]:
    """A page, and the seconds from its request to its first masked picture."""
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("html[data-shown]").wait_for(state="attached", timeout=60_000)
    return page, time.perf_counter() - started


def live(page: Any) -> list[list[str]]:
    """Frames per second and median times of a frame, by effect."""
    page.locator("#camera").click()
    page.locator("#pause").wait_for(state="visible")
    page.locator("#developer summary").click()
    rows = []
    for effect in EFFECTS:
        page.locator("#axes").set_checked(effect == "masks and poses")
        if effect == "masks":
            page.locator("#masks").check()
        elif effect == "masks and poses":
            page.locator("#direction").wait_for(state="visible")
        else:
            page.locator(f"input[name=effect][value={effect}]").check(force=True)
        page.wait_for_timeout(1500)
        started, first, hair = time.perf_counter(), shown(page), painted(page)
        readings = []
        while time.perf_counter() - started < SECONDS:
            page.wait_for_timeout(250)
            readings.append([float(word) for word in page.locator("#speed").inner_text().split() if word.isdigit()])
        rate = (shown(page) - first) / (time.perf_counter() - started)
        hairs = (painted(page) - hair) / (time.perf_counter() - started)
        frame, network = (statistics.median(reading[i] for reading in readings) for i in (1, 2))
        rows.append([effect, f"{rate:.1f}", f"{frame:.0f}", f"{network:.0f}", f"{hairs:.1f}"])
    return rows


def painted(page: Any) -> int:
    return int(page.locator("html").get_attribute("data-painted"))


def shown(page: Any) -> int:
    return int(page.locator("html").get_attribute("data-shown"))


if __name__ == "__main__":
    main()
