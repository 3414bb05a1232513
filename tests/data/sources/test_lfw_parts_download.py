"""LFW Part Labels that are downloaded: checked, kept, and refused where they are not the public files."""

import http.server
import shutil
import threading
from functools import partial
from hashlib import md5, sha256

import pytest

from hairnet_data.sources.lfw import download as lfw_download
from hairnet_data.sources.lfw.source import LfwParts
from tests.support.lfw_kit import ARCHIVES, LISTS, refused


@pytest.fixture
def site(public, monkeypatch):
    """A public site whose files have other checksums."""
    checksums = {
        name: (kind, make((public / name).read_bytes()).hexdigest())
        for name, kind, make in zip(ARCHIVES, ("sha256", "md5"), (sha256, md5), strict=True)
    }
    monkeypatch.setattr(lfw_download, "_CHECKSUMS", checksums)
    lines = {f"parts_{pool}.txt": len(lines) for pool, lines in LISTS.items()}
    monkeypatch.setattr(lfw_download, "_LINES", lines)
    return public


def fake_download(site, asked, urls):
    """Copies from a folder what a downloader would fetch."""
    asked.append(sorted(urls))
    (site / "got").mkdir(exist_ok=True)
    return {name: shutil.copy(site / name, site / "got" / name) for name in urls}


def test_what_is_downloaded_is_used_and_kept(site, cache):
    asked = []
    source = LfwParts.open(None, cache, download=partial(fake_download, site, asked))
    assert len(source.catalogue().entries) == 10
    assert asked == [sorted(lfw_download.URLS)]
    LfwParts.open(None, cache, download=partial(fake_download, site, asked))
    assert len(asked) == 1, "it was downloaded again"


@pytest.mark.parametrize("name", sorted(lfw_download.URLS))
def test_a_download_that_is_not_the_public_file_is_refused_and_not_kept(site, cache, name):
    asked = []
    content = (site / name).read_bytes()
    (site / name).write_bytes(content + b"\nmore")
    text = refused(None, cache, download=partial(fake_download, site, asked))
    assert text.startswith(f"{lfw_download.URLS[name]}: download has ")
    for url in lfw_download.URLS.values():
        assert url in text
    assert "--source-dir" in text
    (site / name).write_bytes(content)
    LfwParts.open(None, cache, download=partial(fake_download, site, asked))
    assert asked == [sorted(lfw_download.URLS), [name]]


def test_a_failed_download_says_what_to_fetch_by_hand(cache):
    def failing(urls):
        raise ConnectionError("the site\nhas moved")

    text = refused(None, cache, download=failing)
    assert text.startswith("lfw_parts: download failed (the site has moved); download these into one folder")
    assert all(url in text for url in lfw_download.URLS.values())
    assert "--source-dir" in text


def test_a_site_that_is_gone_is_noticed_at_once(cache, monkeypatch):
    monkeypatch.setattr(lfw_download, "URLS", dict.fromkeys(lfw_download.URLS, "http://127.0.0.1:9/gone"))
    assert "127.0.0.1:9/gone" in refused(None, cache)


def test_the_real_downloader_against_a_site_of_our_own(site, cache, monkeypatch):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(lfw_download, "URLS", {name: base + name for name in lfw_download.URLS})
        source = LfwParts.open(None, cache)
        assert source.catalogue().errors == ()
        assert len(source.catalogue().entries) == 10
        (cache / "lfw_parts" / "parts_test.txt").unlink()
        (site / "parts_test.txt").unlink()
        assert "404" in refused(None, cache)
        server.shutdown()


def test_the_public_facts():
    assert lfw_download._CHECKSUMS["lfw-funneled.tgz"][1].startswith("b47c8422c8cded88")
    assert lfw_download._CHECKSUMS["parts_lfw_funneled_gt_images.tgz"][1] == "3e7e26e801c3081d651c8c2ef3c45cfc"
    assert sum(lfw_download._LINES.values()) == 2927
