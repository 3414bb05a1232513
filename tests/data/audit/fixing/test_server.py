"""The server of `hairnet-data fix`: who may ask it, and what it answers."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.audit.fixing.server import address
from hairnet_data.audit.fixing.session import read_items
from hairnet_data.core.errors import HairnetError
from hairnet_data.sources.folder.corrections import CORRECTIONS, read_lines
from hairnet_data.sources.folder.source import Folder
from tests.data.audit.fixing.conftest import IDS
from tests.support.command import Command


def test_findings_of_a_portrait_are_together_in_the_order_of_the_audit(folder: Path) -> None:
    source = Folder.open(folder)
    items = read_items(source, folder.parent / "audit")
    assert [(item.id, [each["kind"] for each in item.reasons]) for item in items] == [
        ("bb_0", ["islands", "labels"]),
        ("aa_0", ["copies"]),
    ]
    assert items[1].reasons[0]["other"] == "cc_0"
    assert read_items(source, folder.parent / "audit/audit.json") == items
    assert [item.id for item in read_items(source, None)] == list(IDS)


@pytest.mark.parametrize(
    ("text", "error"),
    [("{", "is no report"), ('{"findings": [{"kind": "holes", "id": "bb", "reason": ""}]}', "did you mean bb_0")],
)
def test_what_is_no_audit_of_this_folder_is_refused(folder: Path, text: str, error: str) -> None:
    (folder.parent / "audit/audit.json").write_text(text)
    with pytest.raises(HairnetError, match=error):
        read_items(Folder.open(folder), folder.parent / "audit")


def ask(server: Any, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    """A request as the page makes it, but for the headers that are given; "" leaves one out."""
    port = server.server_address[1]
    usual = {"Host": f"127.0.0.1:{port}", "X-Token": server.token}
    if method == "POST":
        usual |= {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}
    given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    for name, value in given.items():
        if value:
            connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_it_listens_on_this_machine_alone(server: Any) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert address(server).startswith(f"http://127.0.0.1:{server.server_address[1]}/?token=")


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Token": ""},
        {"X_Token": "guessed"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "evil.example"},
        {"Host": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_nobody_else_can_write(server: Any, folder: Path, headers: dict[str, str]) -> None:
    path = "/api/decide/0?action=accepted"
    assert ask(server, path, "POST", b"", **headers)[0] in (400, 403)
    assert not (folder / CORRECTIONS).exists()


@pytest.mark.parametrize("path", ["/", "/?token=guessed", "/api/items", "/api/photo/0", "/api/mask/0"])
def test_nobody_else_can_read(server: Any, path: str) -> None:
    assert ask(server, path, X_Token="guessed")[0] == 403
    assert ask(server, path, Sec_Fetch_Site="cross-site")[0] == 403


def test_the_page_and_its_requests_are_answered(server: Any, folder: Path) -> None:
    assert ask(server, f"/?token={server.token}", X_Token="")[0] == 200
    files = [*("base.css", "fix.css", "narrow.css"), *("keys.js", "lists.js", "main.js", "painting.js")]
    for name in (*files, "portraits.js", "requests.js", "view.js"):
        assert ask(server, f"/{name}", X_Token="")[0] == 200
    assert [item["id"] for item in json.loads(ask(server, "/api/items")[1])["items"]] == ["bb_0", "aa_0"]
    assert ask(server, "/api/decide/1?action=left%20out&why=a%26b", "POST", b"") == (
        200,
        b'{"action": "left out", "file": ""}',
    )
    assert [(line.portrait, line.action, line.why) for line in read_lines(folder)] == [("aa_0", "left out", "a&b")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/photo/2", 404),
        ("/api/photo/x", 404),
        ("/../classes.toml", 404),
        ("/page/index.html", 404),
        ("/api/decide/0", 404),
    ],
)
def test_what_is_not_there_is_not_found(server: Any, path: str, status: int) -> None:
    assert ask(server, path)[0] == status


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/decide/0?action=improved", b"", 422),
        ("/api/decide/9?action=accepted", b"", 404),
        ("/api/repaint/0?width=64&height=64", b"\1", 400),
        ("/api/repaint/0?width=1&height=1", b"\1", 422),
        ("/api/repaint/0?width=64&height=64", b"\7" * 4096, 422),
        ("/api/repaint/0?width=x&height=64", b"", 400),
    ],
)
def test_damaged_requests_write_nothing(server: Any, folder: Path, path: str, body: bytes, status: int) -> None:
    assert ask(server, path, "POST", body)[0] == status
    assert sorted(path.name for path in (folder / "masks").iterdir()) == [f"{id}.png" for id in IDS]
    assert not (folder / CORRECTIONS).exists()


def test_the_command_says_what_it_lacks(command: Command, folder: Path) -> None:
    ran = command("fix", "lfw_parts", "--source-dir", folder)
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "only masks of a folder are painted again" in ran.err
    ran = command("fix", "folder")
    assert (ran.status, "--source-dir: is missing" in ran.err) == (2, True)
    ran = command("fix", "folder", "--source-dir", folder, "--audit", folder.parent / "nothing", "--no-browse")
    assert (ran.status, "name the --out of hairnet-data audit" in ran.err) == (1, True)
