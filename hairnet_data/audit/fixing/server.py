"""Serves the page of `hairnet-data fix` to one browser on this machine.

Neither other pages in that browser nor other people's programs on the machine can change masks: it listens
on 127.0.0.1 alone; a request needs the token that is in the address, and has to name this server as its host (another
name may be made to lead here) and, if it says where it comes from, this page.
"""

from __future__ import annotations

import http.server
import json
import re
import secrets
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from hairnet_data.audit.fixing.session import LONGEST_WHY, Session
from hairnet_data.core.errors import BuildError, HairnetError
from hairnet_data.core.local_server import LocalServer, open_port

_PAGE = Path(__file__).with_name("page")
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FILES = {path.name: _TYPES[path.suffix] for path in sorted(_PAGE.iterdir()) if path.suffix in _TYPES}
_MOST_BODY = 64 << 20  # bytes: a mask of 8,000 x 8,000
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
_REQUEST = re.compile(r"/api/(photo|mask|original|decide|repaint)/([0-9]{1,7})")


class _Server(LocalServer):
    def __init__(self, port: int, session: Session) -> None:
        super().__init__(port, _Handler)
        self.session, self.token = session, secrets.token_urlsafe(24)

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(f"http://{name}:{self.server_address[1]}" for name in ("127.0.0.1", "localhost"))


def make_server(session: Session, port: int = 0) -> _Server:
    """Creates the server; it does not serve yet.

    Args:
        session: what it shows and writes.
        port: 0 for any free one.

    Raises:
        UsageError: the port is outside 0..65535.
        BuildError: the port is taken or may not be used.
    """
    return open_port(lambda free: _Server(free, session), port, BuildError)


def address(server: _Server) -> str:
    """The page's address, with its token."""
    return f"{server.origins[0]}/?token={server.token}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The page, its files, photos and masks."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Decisions and painted masks."""
        self._answer(self._post)

    def _answer(self, handle: Callable[[], None]) -> None:
        try:
            if not self._is_ours():
                self._send(HTTPStatus.FORBIDDEN, b"this page is for the browser that hairnet-data fix opened\n")
                return
            handle()
        except (IndexError, FileNotFoundError):
            self._send(HTTPStatus.NOT_FOUND, b"there is no such thing\n")
        except HairnetError as error:
            self._send(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}\n".encode())
        except ValueError as error:
            self._send(HTTPStatus.BAD_REQUEST, f"{error}\n".encode())

    def _is_ours(self) -> bool:
        """Whether a request comes from the page, or asks for it or its files."""
        origins = self.server.origins
        if f"http://{self.headers.get('Host', '')}" not in origins:
            return False
        origin = self.headers.get("Origin")
        if origin is not None and origin not in origins:
            return False
        path = urlsplit(self.path)
        if path.path.lstrip("/") in _FILES:  # they hold nothing of anybody's
            return True
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        if self.command == "POST" and origin is None:
            return False
        given = parse_qs(path.query).get("token", [""])[0] if path.path == "/" else self.headers.get("X-Token", "")
        return secrets.compare_digest(given.encode(), self.server.token.encode())

    def _get(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            self._send(HTTPStatus.OK, (_PAGE / "index.html").read_bytes(), "text/html; charset=utf-8")
        elif (name := path.lstrip("/")) in _FILES:
            self._send(HTTPStatus.OK, (_PAGE / name).read_bytes(), f"{_FILES[name]}; charset=utf-8")
        elif path == "/api/items":
            self._send_json(self.server.session.describe())
        else:
            what, number = self._request(path, ("photo", "mask", "original"))
            if what == "photo":
                self._send(HTTPStatus.OK, self.server.session.photo(number), "image/jpeg")
            else:
                mask = self.server.session.mask(number, what == "original")
                size = {"X-Width": str(mask.shape[1]), "X-Height": str(mask.shape[0])}
                self._send(HTTPStatus.OK, mask.tobytes(), "application/octet-stream", size)

    def _post(self) -> None:
        length = int(self.headers.get("Content-Length", "-1"))
        if not 0 <= length <= _MOST_BODY:
            self.close_connection = True
            raise ValueError("a request has no length, or is too long")
        body = self.rfile.read(length)
        url = urlsplit(self.path)
        what, number = self._request(url.path, ("decide", "repaint"))
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        why = query.get("why", "")[: 4 * LONGEST_WHY]
        if what == "decide":
            self._send_json(self.server.session.decide(number, query.get("action", ""), why))
            return
        width, height = int(query.get("width", "0")), int(query.get("height", "0"))
        if width < 1 or height < 1 or width * height != length:
            raise ValueError("a mask has another size than it says")
        mask = np.frombuffer(body, np.uint8).reshape(height, width)
        self._send_json(self.server.session.repaint(number, mask, why))

    def _request(self, path: str, known: tuple[str, ...]) -> tuple[str, int]:
        match = _REQUEST.fullmatch(path)
        if not match or match[1] not in known:
            raise FileNotFoundError(path)
        return match[1], int(match[2])

    def _send_json(self, values: Any) -> None:
        self._send(HTTPStatus.OK, json.dumps(values).encode(), "application/json")

    def _send(
        self,
        status: HTTPStatus,
        body: bytes,
        kind: str = "text/plain; charset=utf-8",
        more: dict[str, str] | None = None,
    ) -> None:
        self.close_connection |= status != HTTPStatus.OK  # what it sent may not have been read
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in (headers | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing: the address has the token in it."""
