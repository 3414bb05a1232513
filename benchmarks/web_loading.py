"""A first and a second visit to the page at 10 Mbit/s in Chromium: bytes, and seconds to the first recoloured picture.

python benchmarks/web_loading.py     (needs `make web`, chromium and the Python package playwright)

The line is played by a relay between browser and server, which all connections share, those of workers included.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table
from web_speed import FLAGS, opened

from hairnet_model import web_site

VISITS = 3
CATCH_UP = 0.1  # seconds that a busy machine may have slept too long, which the line makes good


def main() -> None:
    """Prints two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabits", type=float, default=10, help="of the line, a second")
    parser.add_argument("--latency", type=float, default=20, help="of the line in milliseconds, one way")
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    print(machine())
    rows, weights = [], []
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch, sync_playwright() as playwright:
        for name, compressed in (("as they are", False), (".br beside", True)):
            before = time.perf_counter()
            folder = web_site.write(Path(scratch) / name, compressed=compressed)
            written = time.perf_counter() - before
            server = web_site.server(folder)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            line = Line(server.server_address[1], arguments.megabits * 1e6 / 8, arguments.latency / 1e3)
            first, second = [], []
            for _ in range(VISITS):
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                context = browser.new_context()
                first.append(visit(context, line))
                second.append(visit(context, line))
                browser.close()
            for label, visits in (("first", first), ("second", second)):
                seconds, megabytes = (min(values) for values in zip(*visits, strict=True))
                rows.append([name, label, f"{megabytes:.2f}", f"{seconds:.1f}", f"{written:.0f}"])
            if compressed:
                weights = heaviest(folder)
            server.shutdown()
            server.server_close()
    print(
        table(
            [
                "files",
                "visit",
                "MB over the line",
                f"first picture after, s, least of {VISITS}",
                "writing the site took, s",
            ],
            rows,
        )
    )
    print(table(["file of a first visit", "MB", ".gz", ".br"], weights))


def visit(context: Any, line: Line) -> tuple[float, float]:
    """Seconds to the first picture, and megabytes until the page asks for nothing any more."""
    line.sent = 0
    page, seconds = opened(context, line.address)
    page.wait_for_timeout(1500)
    page.close()
    return seconds, line.sent / 1e6


def heaviest(folder: Path) -> list[list[str]]:
    """The largest files but the runtime for browsers without threads, of which none loads both."""
    files = [path for path in folder.rglob("*") if path.is_file() and "compat" not in path.name]
    originals = [path for path in files if path.suffix not in (".br", ".gz")]
    rows = []
    for path in sorted(originals, key=lambda path: -path.stat().st_size)[:5]:
        sizes = [path, *(path.with_name(path.name + ending) for ending in (".gz", ".br"))]
        said = [f"{size.stat().st_size / 1e6:.2f}" if size.is_file() else "" for size in sizes]
        rows.append([path.relative_to(folder).as_posix(), *said])
    return rows


class Line:
    """A relay to a port of this machine, as slow as a line, in a thread of its own.

    Attributes:
        address: of the page over the line.
        sent: bytes towards the browser so far.
    """

    def __init__(self, port: int, rate: float, latency: float) -> None:
        self._port, self._rate, self._latency = port, rate, latency
        self._free = 0.0  # when the line has sent all that was put on it
        self.sent = 0
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True).start()
        ready.wait()

    async def _run(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        ready.set()
        await server.serve_forever()

    async def _connected(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._pass(browser, to_server, slow=False), self._pass(from_server, to_browser, slow=True))

    async def _pass(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, slow: bool) -> None:
        try:
            while content := await source.read(16384):
                if slow:
                    now = time.monotonic()
                    self._free = max(self._free, now - CATCH_UP) + len(content) / self._rate
                    self.sent += len(content)
                    await asyncio.sleep(max(0, self._free - now))
                else:
                    await asyncio.sleep(self._latency)
                to.write(content)
                await to.drain()
        except OSError:
            pass  # a browser that closes
        finally:
            to.close()


if __name__ == "__main__":
    main()
