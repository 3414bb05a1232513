"""How a site's files come to a browser: compressed beside the originals, and what our server answers."""

from __future__ import annotations

import gzip
import http.server
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import brotli

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Names in HTTP and endings of files, the better one first."""

_QUALITY = 7  # of Brotli's 11: a runtime takes a second instead of 50, and comes to 2.3 MB instead of 2.0
_LEAST = 1024  # bytes; what is smaller fits into one packet as it is
_WORTH = 0.95  # of the original: pictures are compressed already
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; manifest-src 'self'; form-action 'none'; "
    "base-uri 'none'"
)
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tflite": "application/octet-stream",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
}
_HASHED = re.compile(r"^/assets/[^/]+-[\w-]{8}\.\w+$")  # names that Vite makes of a file's content


def compress(folder: Path) -> None:
    """Writes NAME.br and NAME.gz beside every file of a folder that becomes at least 5 % smaller by it.

    Args:
        folder: with its subfolders; files that bear these endings already are left out.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in ENCODINGS.values()]
    large = [path for path in files if path.stat().st_size >= _LEAST]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(_compress, sorted(large, key=lambda path: -path.stat().st_size)):
            pass


def _compress(path: Path) -> None:
    content = path.read_bytes()
    made = {
        ".br": brotli.compress(content, quality=_QUALITY, lgwin=24),
        ".gz": gzip.compress(content, 6, mtime=0),  # without a time: the same bytes whenever it is written
    }
    for ending, smaller in made.items():
        if len(smaller) <= _WORTH * len(content):
            path.with_name(path.name + ending).write_bytes(smaller)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a site: compressed where the browser takes that, isolated, so that the page has threads."""

    extensions_map = {"": "application/octet-stream", **_TYPES}
    protocol_version = "HTTP/1.1"

    def send_head(self) -> BinaryIO | None:
        """Sends the status and the headers of a file; returns it opened, or None where there is nothing to send."""
        path = Path(self.translate_path(self.path))
        if urlsplit(self.path).path.endswith("/"):
            path = path / "index.html"
        if not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        coding = next((name for name in self._taken() if _beside(path, name).is_file()), "")
        try:
            file = open(_beside(path, coding) if coding else path, "rb")  # noqa: SIM115 - the caller closes it
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        status = os.fstat(file.fileno())
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}{coding and "-" + coding}"'
        known = self.headers.get("If-None-Match", "")
        fresh = tag in (each.strip().removeprefix("W/") for each in known.split(","))
        self.send_response(HTTPStatus.NOT_MODIFIED if fresh else HTTPStatus.OK)
        self.send_header("ETag", tag)
        if any(_beside(path, name).is_file() for name in ENCODINGS):
            self.send_header("Vary", "Accept-Encoding")
        hashed = _HASHED.match(urlsplit(self.path).path)
        # Whatever has a name of its own content never changes; the rest is asked for again, and mostly not sent again.
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if hashed else "no-cache")
        if fresh:
            file.close()
            self.end_headers()
            return None
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(status.st_size))
        if coding:
            self.send_header("Content-Encoding", coding)
        self.end_headers()
        return file

    def _taken(self) -> Iterator[str]:
        """The codings that the browser takes, ours in order."""
        taken = {}
        for each in self.headers.get("Accept-Encoding", "").split(","):
            name, _, weight = each.partition(";")
            taken[name.strip().lower()] = 1.0
            with suppress(ValueError):
                taken[name.strip().lower()] = float(weight.strip().removeprefix("q="))
        yield from (name for name in ENCODINGS if taken.get(name, taken.get("*", 0)) > 0)

    def end_headers(self) -> None:
        """Adds what every answer has."""
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing: lines for every file would hide the address."""


def _beside(path: Path, coding: str) -> Path:
    return path.with_name(path.name + ENCODINGS[coding])
