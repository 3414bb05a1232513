"""Servers that only this machine reaches."""

from __future__ import annotations

import errno
import http.server
import os
import socketserver
from collections.abc import Callable
from typing import Any, TypeVar

from hairnet_data.core.errors import HairnetError, UsageError


class LocalServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A server of 127.0.0.1 that answers each request in a thread."""

    daemon_threads = True
    # On Windows it would let a second server silently take over the port of the first.
    allow_reuse_address = os.name != "nt"

    def __init__(self, port: int, handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores errors: browsers close connections in the middle of a file."""


Server = TypeVar("Server", bound=LocalServer)


def open_port(create: Callable[[int], Server], port: int, failure: type[HairnetError]) -> Server:
    """Creates a server at a port; it does not serve yet.

    Args:
        create: makes the server.
        port: 0 for any free one.
        failure: what to raise where the port cannot be had.

    Raises:
        UsageError: the port is outside 0..65535.
        HairnetError: of the kind `failure`: the port is taken or may not be used.
    """
    if not 0 <= port <= 65535:
        raise UsageError("--port", f"{port} is outside 0..65535", "leave it out for any that is free")
    try:
        return create(port)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        what = "is taken" if taken else f"cannot be used ({error.strerror or error})"
        raise failure(f"port {port}", what, "name another --port, or leave it out for any that is free") from error
