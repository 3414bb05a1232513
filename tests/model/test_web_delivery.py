"""What the server sends, and what is written beside a site's files."""

from __future__ import annotations

import gzip
import http.client
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
import pytest

from hairnet_model import web_site
from hairnet_model.web_delivery import compress
from tests.support import chromium

PAGE = b"<!doctype html><title>HairNet</title>" + b"<p>again and again</p>" * 500
CODE = b"export const a = 1;\n" * 400


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(PAGE)
    (folder / "assets" / "index-D_hy-w5x.js").write_bytes(CODE)
    (folder / "assets" / "small.json").write_bytes(b"[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]")
    (folder / "assets" / "noise.webp").write_bytes(os.urandom(5000))
    compress(folder)
    return folder


def test_only_what_becomes_smaller_is_written(site: Path) -> None:
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {file for file in files if file.endswith((".br", ".gz"))} == {
        f"{file}.{ending}" for file in ("index.html", "assets/index-D_hy-w5x.js") for ending in ("br", "gz")
    }
    assert brotli.decompress((site / "index.html.br").read_bytes()) == PAGE
    assert gzip.decompress((site / "index.html.gz").read_bytes()) == PAGE
    before = {path: path.read_bytes() for path in site.rglob("*.*")}
    compress(site)
    assert {path: path.read_bytes() for path in site.rglob("*.*")} == before, "nothing is compressed twice"


Ask = Callable[..., tuple[http.client.HTTPResponse, bytes]]


@pytest.fixture
def ask(site: Path) -> Iterator[Ask]:
    server = web_site.server(site)
    with chromium.serving(server):

        def answer(path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            body = response.read()
            connection.close()
            return response, body

        yield answer


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("br;q=0, *;q=0.5", "gzip"),
        ("br;q=nonsense", "br"),
        ("", None),
    ],
)
def test_the_better_coding_that_the_browser_takes(ask: Ask, site: Path, accepted: str, coding: str | None) -> None:
    response, body = ask("/", Accept_Encoding=accepted)
    assert response.status == 200
    assert response.headers["Content-Encoding"] == coding
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(body)
    content = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](body)
    assert content == PAGE
    _, head = ask("/", "HEAD", Accept_Encoding=accepted)
    assert head == b""


def test_what_is_known_is_not_sent_again(ask: Ask, site: Path) -> None:
    first, _ = ask("/index.html", Accept_Encoding="br")
    assert first.headers["Cache-Control"] == "no-cache"
    again, body = ask("/index.html", Accept_Encoding="br", If_None_Match=f'"other", {first.headers["ETag"]}')
    assert (again.status, body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other, _ = ask("/index.html", Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
    assert other.status == 200, "another coding is another representation"
    (site / "index.html.br").unlink()
    (site / "index.html").write_bytes(PAGE + b"changed")
    changed, body = ask("/index.html", Accept_Encoding="br", If_None_Match=first.headers["ETag"])
    assert (changed.status, body) == (200, PAGE + b"changed")


def test_names_of_their_content_are_kept_for_good(ask: Ask) -> None:
    response, _ = ask("/assets/index-D_hy-w5x.js", Accept_Encoding="br")
    assert "immutable" in response.headers["Cache-Control"]
    response, _ = ask("/assets/noise.webp", Accept_Encoding="br")
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Content-Encoding"] is response.headers["Vary"] is None


@pytest.mark.parametrize("path", ["/assets/", "/assets", "/none", "/../site/index.html.gz.br", "/index.html/"])
def test_folders_and_what_is_not_there(ask: Ask, path: str) -> None:
    assert ask(path)[0].status == 404
