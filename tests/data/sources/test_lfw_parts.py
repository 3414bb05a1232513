"""LFW Part Labels in the form it is distributed in, drawn here in small."""

import http.server
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from collections import Counter
from functools import partial
from hashlib import md5, sha256

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import BACKGROUND, COLOURS, FACE, HAIR
from hairnet_data.core.errors import PictureError, SourceError, UsageError
from hairnet_data.sources.base import PortraitSource
from hairnet_data.sources.lfw import download as lfw_download
from hairnet_data.sources.lfw.source import LfwParts, Overlap

LISTS = {
    "train": ["Ann_Lee 1", "Ann_Lee 2", "Bo 1", "Cy_de_la_Cruz 12"],
    "validation": ["Bo 2", "Dee 1"],
    "test": ["Ann_Lee 3", "Dee 2", "Eve 1", "Eve 4"],
}
SIDE = 20


def id_of(line):
    name, number = line.split()
    return f"{name}_{int(number):04d}"


def labels(seed):
    """A mask of classes with a head in it."""
    mask = np.full((SIDE, SIDE), BACKGROUND, np.uint8)
    top = 4 + seed % 5
    mask[top : top + 10, 5:15] = FACE
    mask[top - 3 : top, 4:16] = HAIR
    return mask


def photo(seed):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.stack([rows * 9, columns * 7, np.full((SIDE, SIDE), seed * 20 % 256)], 2).astype(np.uint8)


def jpeg(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def ppm(mask):
    pixels = np.array(COLOURS, np.uint8)[mask]
    return b"P6 %d %d 255\n" % mask.shape[::-1] + pixels.tobytes()


def files(lists=LISTS):
    """Every file of the two archives by its name there."""
    content = {}
    for seed, line in enumerate(line for lines in lists.values() for line in lines):
        content[f"lfw_funneled/{line.split()[0]}/{id_of(line)}.jpg"] = jpeg(photo(seed))
        content[f"parts_lfw_funneled_gt_images/{id_of(line)}.ppm"] = ppm(labels(seed))
    content["lfw_funneled/Not_Listed/Not_Listed_0001.jpg"] = jpeg(photo(99))
    content["lfw_funneled/pairs.txt"] = b"10 300"
    return content


ARCHIVES = {"lfw-funneled.tgz": "lfw_funneled/", "parts_lfw_funneled_gt_images.tgz": "parts_lfw"}


def distribute(folder, content, archives=tuple(ARCHIVES), lists=LISTS):
    """Writes what the public site offers, the archives not named extracted."""
    folder.mkdir(exist_ok=True)
    for archive, start in ARCHIVES.items():
        inside = {name: data for name, data in content.items() if name.startswith(start)}
        if archive in archives:
            with tarfile.open(folder / archive, "w:gz") as tar:
                for name, data in inside.items():
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        else:
            for name, data in inside.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
    for pool, lines in lists.items():
        (folder / f"parts_{pool}.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def public(tmp_path):
    return distribute(tmp_path / "public", files())


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def refused(*args, error=SourceError, **more):
    with pytest.raises(error) as caught:
        LfwParts.open(*args, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("archives", [(), *([name] for name in ARCHIVES), tuple(ARCHIVES)], ids=str)
def test_archives_extracted_or_a_mix_are_the_same(tmp_path, cache, archives):
    folder = distribute(tmp_path / "set", files(), archives)
    before = sorted(folder.rglob("*"))
    source: PortraitSource = LfwParts.open(folder, cache)
    catalogue = source.catalogue()
    assert catalogue.errors == ()
    expected = sorted((id_of(line), pool, line.split()[0]) for pool in LISTS for line in LISTS[pool])
    assert [(entry.id, entry.pool, entry.person) for entry in catalogue.entries] == expected
    for seed, line in enumerate(line for lines in LISTS.values() for line in lines):
        portrait = source.load(id_of(line))
        np.testing.assert_array_equal(portrait.mask, labels(seed))
        assert portrait.mask.dtype == portrait.image.dtype == np.uint8
        assert np.abs(portrait.image.astype(int) - photo(seed)).mean() < 3
        assert portrait.snapped == 0
    assert sorted(folder.rglob("*")) == before, "the source folder was written to"


def test_only_listed_portraits_are_unpacked_and_only_once(public, cache):
    LfwParts.open(public, cache)
    unpacked = sorted(cache.rglob("*.*"))
    assert not any("Not_Listed" in path.name or path.name == "pairs.txt" for path in unpacked)
    stamps = [path.stat().st_ctime_ns for path in unpacked]
    source = LfwParts.open(public, cache)
    assert [path.stat().st_ctime_ns for path in unpacked] == stamps
    assert len(source.catalogue().entries) == 10


def test_longer_lists_unpack_more(public, cache):
    (public / "parts_test.txt").write_text("Eve 1\n")
    assert len(LfwParts.open(public, cache).catalogue().entries) == 7
    (public / "parts_test.txt").write_text("\n".join(LISTS["test"]))
    assert LfwParts.open(public, cache).catalogue().errors == ()


def test_archives_a_browser_has_renamed_or_unpacked(public, cache):
    data = (public / "lfw-funneled.tgz").rename(public / "lfw-funneled.tar.gz").read_bytes()
    assert len(LfwParts.open(public, cache).catalogue().entries) == 10
    (public / "lfw-funneled.tar.gz").unlink()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(public / "lfw-funneled.tar", "w") as new:
        for info in old:
            new.addfile(info, old.extractfile(info))
    assert LfwParts.open(public, cache).catalogue().errors == ()


def test_official_lists_say_whom_they_share(public, cache):
    source = LfwParts.open(public, cache)
    assert source.people_apart is False
    assert source.overlaps == (
        Overlap("validation", "train", people=1, portraits=1),
        Overlap("test", "train", people=1, portraits=1),
        Overlap("test", "validation", people=1, portraits=1),
    )
    assert source.settings() == {"split_by": "official"}


def test_lists_that_share_nobody_are_apart(tmp_path, cache):
    lists = {"train": ["A 1"], "validation": ["B 1"], "test": ["C 1"]}
    source = LfwParts.open(distribute(tmp_path / "set", files(lists), lists=lists), cache)
    assert source.people_apart is True
    assert source.overlaps == ()


def test_by_person_everybody_is_in_the_first_list_that_names_them(public, cache):
    source = LfwParts.open(public, cache, split_by="person")
    entries = source.catalogue().entries
    assert source.people_apart is True
    assert len(source.overlaps) == 3, "what the official lists share is still said"
    assert len(entries) == 10, "nobody is dropped"
    pools = {person: {e.pool for e in entries if e.person == person} for person in {e.person for e in entries}}
    assert pools == {
        "Ann_Lee": {"train"},
        "Bo": {"train"},
        "Cy_de_la_Cruz": {"train"},
        "Dee": {"validation"},
        "Eve": {"test"},
    }
    assert Counter(entry.pool for entry in entries) == {"train": 6, "validation": 2, "test": 2}


def test_another_way_to_split_is_refused(public, cache):
    assert refused(public, cache, split_by="name", error=UsageError).startswith("--split-by: is 'name'")


def test_it_survives_pickling(public, cache):
    source = LfwParts.open(public, cache)
    copy = pickle.loads(pickle.dumps(source))
    assert copy.catalogue() == source.catalogue()
    np.testing.assert_array_equal(copy.load("Eve_0001").mask, source.load("Eve_0001").mask)


def test_content_follows_the_bytes_of_photo_and_mask(tmp_path, cache):
    content = files()
    source = LfwParts.open(distribute(tmp_path / "set", content, ()), cache)
    before = {entry.id: source.content(entry.id) for entry in source.catalogue().entries}
    assert len(set(before.values())) == 10
    assert all(re.fullmatch("[0-9a-f]{16}", value) for value in before.values())
    again = LfwParts.open(distribute(tmp_path / "again", content), cache)
    assert {id: again.content(id) for id in before} == before, "archives or folders, the content is the same"
    for name in ("lfw_funneled/Bo/Bo_0001.jpg", "parts_lfw_funneled_gt_images/Bo_0002.ppm"):
        with open(tmp_path / "set" / name, "ab") as file:
            file.write(b"\0")
    after = {id: source.content(id) for id in before}
    assert {id for id in before if before[id] != after[id]} == {"Bo_0001", "Bo_0002"}


# Errors


@pytest.mark.parametrize(
    ("gone", "word"),
    [("lfw_funneled/Bo/Bo_0001.jpg", "jpg"), ("parts_lfw_funneled_gt_images/Bo_0001.ppm", "ppm")],
)
@pytest.mark.parametrize("archives", [(), tuple(ARCHIVES)], ids=["extracted", "archives"])
def test_a_listed_portrait_that_is_not_there_is_an_error(tmp_path, cache, gone, word, archives):
    content = {name: data for name, data in files().items() if name != gone}
    catalogue = LfwParts.open(distribute(tmp_path / "set", content, archives), cache).catalogue()
    assert len(catalogue.entries) == 9
    (error,) = catalogue.errors
    assert str(error).startswith(f"Bo_0001: {gone} missing")


@pytest.mark.parametrize("line", ["<p>", "Bo", "Bo one", "../Bo 1", "a/b 1", "Bo 12345", "Bo 1 2", "..  1"])
def test_a_line_that_names_no_portrait_is_an_error(public, cache, line):
    with open(public / "parts_validation.txt", "a") as file:
        file.write(f"\n{line}\n")
    catalogue = LfwParts.open(public, cache).catalogue()
    assert len(catalogue.entries) == 10
    (error,) = catalogue.errors
    assert str(error).startswith("parts_validation.txt, line 4: is ")


def test_a_portrait_in_two_lists_is_an_error(public, cache):
    with open(public / "parts_test.txt", "a") as file:
        file.write("Bo 1\n")
    catalogue = LfwParts.open(public, cache).catalogue()
    assert [entry.pool for entry in catalogue.entries if entry.id == "Bo_0001"] == ["train"]
    assert "line 5: names Bo_0001, which is listed before" in str(catalogue.errors[0])


def test_line_ends_and_blank_lines_do_not_matter(public, cache):
    (public / "parts_test.txt").write_bytes(b"\xef\xbb\xbfAnn_Lee\t3\r\n\r\nDee  2\r\nEve 1\r\n  Eve 4")
    catalogue = LfwParts.open(public, cache).catalogue()
    assert catalogue.errors == ()
    assert len(catalogue.entries) == 10


@pytest.mark.parametrize("content", [b"<html>\nMoved\n</html>", b"\xff\xfe\0x"])
def test_a_list_that_is_none(public, cache, content):
    (public / "parts_test.txt").write_bytes(content)
    assert "parts_test.txt" in refused(public, cache)


def test_missing_files_are_named_with_where_to_get_them(public, cache, tmp_path):
    (public / "lfw-funneled.tgz").unlink()
    (public / "parts_test.txt").unlink()
    text = refused(public, cache)
    assert "has no parts_test.txt, lfw-funneled.tgz" in text
    assert "http://vis-www.cs.umass.edu/lfw/lfw-funneled.tgz" in text
    assert "is not a folder" in refused(tmp_path / "none", cache)
    assert "is not a folder" in refused(public / "parts_train.txt", cache)


def test_a_truncated_archive_is_refused_and_nothing_is_left(public, cache):
    archive = public / "lfw-funneled.tgz"
    archive.write_bytes(archive.read_bytes()[:-200])
    assert "lfw-funneled.tgz: is truncated" in refused(public, cache)
    assert list(cache.iterdir()) == []


def damaged(tmp_path, cache, name, data):
    folder = distribute(tmp_path / "set", files() | {name: data})
    with pytest.raises(PictureError) as caught:
        LfwParts.open(folder, cache).load("Bo_0001")
    return str(caught.value)


def test_a_fourth_colour_is_named(tmp_path, cache):
    pixels = np.array(COLOURS, np.uint8)[labels(2)]
    pixels[3, 4:7] = (254, 0, 0)
    name = "parts_lfw_funneled_gt_images/Bo_0001.ppm"
    text = damaged(tmp_path, cache, name, b"P6 20 20 255\n" + pixels.tobytes())
    assert f"{name}: has colour #fe0000 (3 pixels) in no class" in text


def test_a_mask_of_another_size_and_damaged_pictures(tmp_path, cache):
    name = "parts_lfw_funneled_gt_images/Bo_0001.ppm"
    other = ppm(labels(0)[:10])
    assert "is 20 x 10 pixels, its photo 20 x 20" in damaged(tmp_path, cache, name, other)
    assert f"{name}: " in damaged(tmp_path, cache, name, ppm(labels(0))[:-1])
    name = "lfw_funneled/Bo/Bo_0001.jpg"
    assert f"{name}: is truncated" in damaged(tmp_path, cache, name, jpeg(photo(0))[:-50])


# Downloading


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


def test_importing_it_imports_no_tensorflow():
    modules = "hairnet_data.sources.lfw.source, hairnet_data.sources.folder.source"
    code = f"import sys, {modules}; print('tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert run.stdout.strip() == "False"
