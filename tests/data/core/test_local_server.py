"""Ports of servers that only this machine reaches."""

from __future__ import annotations

import http.server
import re

import pytest

from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.local_server import LocalServer, open_port


def opened(port: int) -> LocalServer:
    return open_port(lambda free: LocalServer(free, http.server.BaseHTTPRequestHandler), port, BuildError)


def test_any_free_port_of_this_machine() -> None:
    with opened(0) as server:
        assert server.server_address[0] == "127.0.0.1"
        with pytest.raises(BuildError, match=rf"port {server.server_address[1]}: is taken; name another --port"):
            opened(server.server_address[1])


@pytest.mark.parametrize("port", [-1, 65536])
def test_what_is_no_port(port: int) -> None:
    with pytest.raises(UsageError, match=re.escape(f"--port: {port} is outside 0..65535")):
        opened(port)
