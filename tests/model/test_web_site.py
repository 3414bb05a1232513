"""The site as files and as a server; what it does in a browser is in tests/model/web."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model import web_site
from hairnet_model.tryon.style_file import STYLES
from hairnet_model.web_site import SiteError
from tests.support.command import Command

WEB = Path(web_site.__file__).parent / "web"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small page as Vite would build it, so that Node is not needed."""
    page = tmp_path / "dist"
    (page / "runtime").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>HairNet</title>")
    (page / "runtime" / "a.wasm").write_bytes(b"\0asm")
    shutil.copy(WEB / "public" / "service-worker.js", page)
    monkeypatch.setattr(web_site, "BUILT", page)
    return page


def test_a_site_is_the_page_and_the_model(built: Path, tmp_path: Path) -> None:
    site = web_site.write(tmp_path / "new" / "site")
    card = json.loads((site / "model" / "model.json").read_text())
    assert (card["classes"], card["size"], card["pad"]) == (["background", "hair", "face"], 224, 96)
    assert (site / "model" / card["file"]).read_bytes()[4:8] == b"TFL3"
    assert (site / "index.html").is_file()
    (site / "stale.txt").write_text("from an older one")
    web_site.write(site)
    assert not (site / "stale.txt").exists()
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def kept(site: Path) -> dict[str, Any]:
    """What the script that keeps the site knows of it."""
    text = (site / "service-worker.js").read_text()
    return json.loads(text[text.index("const SITE = ") + 13 : text.index("};", text.index("const SITE")) + 1])


def test_the_script_that_keeps_the_site_lists_its_files(built: Path, tmp_path: Path) -> None:
    first = web_site.write(tmp_path / "site")
    told = kept(first)
    models = {f"model/{name}" for name in ("hairnet.tflite", "hairnet_448.tflite", "hairnet_pose.tflite", "model.json")}
    styles = {f"styles/{file.name}" for file in STYLES.iterdir()}
    assert set(told["later"]) == {"model/hairnet_pose.tflite", *styles}
    assert set(told["files"]) == {"index.html", *models, *styles, "runtime/a.wasm"}
    assert told["files"]["index.html"] == sha256((first / "index.html").read_bytes()).hexdigest()
    assert kept(web_site.write(tmp_path / "again")) == told
    (built / "index.html").write_text("<!doctype html><title>HairNet, newer</title>")
    newer = kept(web_site.write(tmp_path / "newer"))
    assert newer["version"] != told["version"]
    assert [path for path in told["files"] if newer["files"][path] != told["files"][path]] == ["index.html"]


def test_other_files_are_not_replaced(built: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear")
    with pytest.raises(UsageError, match="is neither an empty folder nor a site of ours"):
        web_site.write(tmp_path / "mine")
    assert (tmp_path / "mine" / "diary.txt").read_text() == "dear"
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="cannot be written"):
        web_site.write(tmp_path / "file" / "site")


def test_a_page_that_is_not_built_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_site, "BUILT", tmp_path / "none")
    with pytest.raises(SiteError, match="the page is not built; run `make web`"):
        web_site.write(tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_the_server_gives_threads_and_nothing_else(built: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("no")
    server = web_site.server(web_site.write(tmp_path / "site"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert server.server_address[0] == "127.0.0.1"
        for path, kind in (("", "text/html; charset=utf-8"), ("runtime/a.wasm", "application/wasm")):
            with urllib.request.urlopen(web_site.address(server) + path) as answer:
                assert answer.headers["Content-Type"] == kind
                assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
                assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(web_site.address(server) + "%2e%2e/secret.txt")
        with pytest.raises(SiteError, match="is taken; name another --port"):
            web_site.server(tmp_path, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(UsageError, match="is outside 0"):
        web_site.server(tmp_path, 70_000)


def test_the_command_asks_what_to_do(model_command: Command) -> None:
    status, _, err = model_command("web")
    assert status == 2
    assert "give --out SITE, or --serve" in err


def test_the_command_writes_serves_and_ends(tmp_path: Path) -> None:
    if not (web_site.BUILT / "index.html").is_file():
        pytest.skip("the page is not built: make web")
    command = [sys.executable, "-c", "from hairnet_model.cli.app import main; main()", "web"]
    root = Path(web_site.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}

    flags = ["--out", "site", "--serve", "--no-browse"]
    serving = subprocess.Popen(
        [*command, *flags], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert serving.stdout is not None
    assert serving.stdout.readline().strip() == "site"
    address = serving.stdout.readline().split()[0]
    with urllib.request.urlopen(address + "model/model.json") as answer:
        assert json.load(answer)["name"] == "hairnet"
    serving.send_signal(signal.SIGINT)
    out, err = serving.communicate(timeout=30)
    assert serving.returncode == 0
    assert "Traceback" not in out + err
    assert (tmp_path / "site" / "index.html").is_file()
