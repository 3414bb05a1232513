"""The page of `hairnet-data fix`: who may ask its server, and what strokes in a real browser write."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.audit.fixing.server import address, make_server
from hairnet_data.audit.fixing.session import Session, read_items
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, UNLABELLED
from hairnet_data.core.errors import HairnetError
from hairnet_data.sources.folder.corrections import CORRECTIONS, read_lines
from hairnet_data.sources.folder.source import Folder
from tests.support.chromium import CHROMIUM, launched, serving, wait_until
from tests.support.command import Command
from tests.support.portraits import CLASSES_TOML, in_colours, save_picture

SIDE = 64
IDS = ("aa_0", "bb_0", "cc_0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three portraits: a square of face on background, with a square of hair in its upper left corner."""
    mask = np.full((SIDE, SIDE), BACKGROUND, np.uint8)
    mask[16:48, 16:48], mask[:8, :8] = FACE, HAIR
    for number, id in enumerate(IDS):
        photo = np.full((2 * SIDE, 2 * SIDE, 3), 60 * (number + 1), np.uint8)
        save_picture(tmp_path / "mine/images" / f"{id}.png", photo)
        save_picture(tmp_path / "mine/masks" / f"{id}.png", in_colours(mask))
    (tmp_path / "mine/classes.toml").write_text(CLASSES_TOML.replace("0.6, 0.2, 0.2", "1, 0, 0"))
    findings = [
        {"kind": "islands", "id": "bb_0", "score": 2.0, "reason": "1 piece of hair"},
        {"kind": "copies", "id": "aa_0", "score": 1.5, "reason": "resized", "other": "cc_0"},
        {"kind": "labels", "id": "bb_0", "score": 1.0, "reason": "quality <0.1>"},
    ]
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit/audit.json").write_text(json.dumps({"findings": findings}))
    return tmp_path / "mine"


@pytest.fixture
def server(folder: Path) -> Iterator[Any]:
    """A server of the findings, in a thread."""
    source = Folder.open(folder, corrected=False)
    made = make_server(Session(folder, read_items(source, folder.parent / "audit"), source, "ann"))
    with serving(made):
        yield made


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
    for name in ("fix.css", "main.js", "painting.js", "view.js"):
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


browser_only = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")
    with launched() as started:
        yield started


class Page:
    """The page in a browser, 900 x 700, and where pixels of the mask are on it."""

    def __init__(self, browser: Any, server: Any, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": 900, "height": 700}, **options)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(address(server))
        self.wait_for("bb_0")

    def wait_for(self, id: str) -> None:
        """Waits until a portrait is shown."""
        ready = self.page.locator("#save:enabled")
        wait_until(self.page, lambda: self.page.locator("#name").inner_text() == id and ready.count() == 1)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the mask is, at 1 x."""
        box = self.page.locator("#canvas").bounding_box()
        scale = min(box["width"], box["height"]) / SIDE
        left, top = (box["width"] - SIDE * scale) / 2, (box["height"] - SIDE * scale) / 2
        return box["x"] + left + x * scale, box["y"] + top + y * scale

    def stroke(self, *points: tuple[float, float]) -> None:
        """A stroke with the mouse."""
        mouse = self.page.mouse
        mouse.move(*self.at(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.at(*point), steps=5)
        mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def painted(folder: Path, id: str) -> Any:
    """The mask of a portrait as a build would take it."""
    return Folder.open(folder).load(id).mask


@browser_only
def test_strokes_fills_and_undo_are_what_is_written(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server)
    original = painted(folder, "bb_0")
    assert "1 piece of hair" in shown.page.locator("#reasons").inner_text()
    assert "quality <0.1>" in shown.page.locator("#reasons").inner_text()
    shown.press("f", "4")
    shown.stroke((4, 4))  # the island becomes background
    shown.press("b", "1")
    shown.stroke((32, 20), (32, 40))  # a vertical line of hair on the face
    shown.press("2")
    shown.stroke((56, 56), (60, 60))
    shown.press("z")  # and that not
    shown.press("3", "e")
    shown.stroke((17.5, 47.5))  # the eraser takes the class of the background
    shown.press("w")
    shown.page.keyboard.type("an island")
    shown.press("Enter", "Enter")
    shown.wait_for("aa_0")
    mask = painted(folder, "bb_0")
    assert not (mask[:10, :10] == HAIR).any()
    assert (mask[20:40, 32] == HAIR).all()
    assert (mask[12, 32], mask[30, 38]) == (BACKGROUND, FACE)
    assert (mask[50:, 50:] == original[50:, 50:]).all()
    assert mask[47, 17] == BACKGROUND
    (line,) = read_lines(folder)
    assert (line.portrait, line.action, line.why) == ("bb_0", "repainted", "an island")
    assert not shown.wrong
    shown.context.close()


@browser_only
def test_the_whole_list_is_done_with_keys(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server)
    shown.press("Enter")
    shown.wait_for("aa_0")
    shown.press("x")
    wait_until(shown.page, lambda: "2 decided" in shown.page.locator("#progress").inner_text())
    shown.press("u")
    wait_until(shown.page, lambda: "1 decided" in shown.page.locator("#progress").inner_text())
    actions = [(line.portrait, line.action) for line in read_lines(folder)]
    assert actions == [("bb_0", "accepted"), ("aa_0", "left out"), ("aa_0", "withdrawn")]
    shown.press("ArrowLeft")
    shown.wait_for("bb_0")
    assert shown.page.locator("#badge").inner_text() == "accepted"
    assert not list((folder / "masks").glob("*.corrected.png"))
    shown.context.close()


@browser_only
def test_at_eight_times_a_pixel_is_painted_where_it_is_seen(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server)
    for _ in range(12):
        shown.press("[")
    for _ in range(6):
        shown.press("+")
    assert shown.page.locator("#level").inner_text() == "8 x"
    box = shown.page.locator("#canvas").bounding_box()
    scale = 8 * min(box["width"], box["height"]) / SIDE
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.click(middle[0] + 1.5 * scale, middle[1] - 0.5 * scale)
    shown.press("Enter")
    shown.wait_for("aa_0")
    changed = np.argwhere(painted(folder, "bb_0") != Folder.open(folder, corrected=False).load("bb_0").mask)
    assert changed.tolist() == [[31, 33]]
    shown.context.close()


@browser_only
def test_fingers_paint_and_two_of_them_zoom(browser: Any, server: Any, folder: Path) -> None:
    shown = Page(browser, server, has_touch=True)
    session = shown.context.new_cdp_session(shown.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    shown.page.locator("[data-label='255']").tap()
    touch("touchStart", shown.at(32, 20))
    touch("touchMove", shown.at(32, 30))
    touch("touchEnd")
    a, b = shown.at(28, 32), shown.at(36, 32)
    touch("touchStart", a)
    touch("touchStart", a, b)
    touch("touchMove", (a[0] - 60, a[1]), (b[0] + 60, b[1]))
    touch("touchEnd")
    assert shown.page.locator("#level").inner_text() != "1 x"
    shown.page.locator("#save").tap()
    shown.wait_for("aa_0")
    mask = painted(folder, "bb_0")
    assert (mask[20:30, 32] == UNLABELLED).all()
    assert mask[32, 28] == FACE, "a finger that was the first of two has not painted"
    assert not shown.wrong
    shown.context.close()


@browser_only
def test_what_was_painted_is_shown_again_and_the_original_comes_back(browser: Any, server: Any, folder: Path) -> None:
    original = painted(folder, "bb_0")
    shown = Page(browser, server)
    shown.press("2")
    shown.stroke((56, 10), (56, 30))
    shown.press("Enter")
    shown.wait_for("aa_0")
    assert (painted(folder, "bb_0")[10:30, 56] == FACE).all()
    shown.page.reload()
    shown.wait_for("aa_0")  # the first that is not decided
    shown.press("ArrowLeft")
    shown.wait_for("bb_0")
    assert shown.page.locator("#badge").inner_text() == "repainted"
    shown.press("r")
    wait_until(shown.page, lambda: shown.page.locator("#verb").inner_text() == "Save mask")
    shown.press("Enter")
    shown.wait_for("aa_0")
    np.testing.assert_array_equal(painted(folder, "bb_0"), original)
    assert not shown.wrong
    shown.context.close()
