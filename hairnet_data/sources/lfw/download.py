"""Where LFW Part Labels is published, and fetching it from there."""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hairnet_data.core.errors import SourceError
from hairnet_data.sources.lfw.archives import checksum

PHOTO_ARCHIVE = "lfw-funneled.tgz"
MASK_ARCHIVE = "parts_lfw_funneled_gt_images.tgz"

_SITE = "http://vis-www.cs.umass.edu/lfw/"
URLS = {
    PHOTO_ARCHIVE: _SITE + PHOTO_ARCHIVE,
    MASK_ARCHIVE: _SITE + "part_labels/" + MASK_ARCHIVE,
    "parts_train.txt": _SITE + "part_labels/parts_train.txt",
    "parts_validation.txt": _SITE + "part_labels/parts_validation.txt",
    "parts_test.txt": _SITE + "part_labels/parts_test.txt",
}
_CHECKSUMS = {
    PHOTO_ARCHIVE: ("sha256", "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a"),
    MASK_ARCHIVE: ("md5", "3e7e26e801c3081d651c8c2ef3c45cfc"),
}
_LINES = {"parts_train.txt": 1500, "parts_validation.txt": 500, "parts_test.txt": 927}
"""The lists have no published checksum, but a known length."""

_TIMEOUT = 20.0  # seconds to wait for a server

Download = Callable[[Mapping[str, str]], Mapping[str, Path]]
"""Fetches URLs by file name and returns the files, which are then moved, by the same names."""


def fetch(cache_dir: Path, download: Download | None = None) -> dict[str, Path]:
    """Downloads the public files and makes sure that they are those.

    Args:
        cache_dir: where they are kept, so that the next call need not download.
        download: what fetches; TFDS's download manager by default.

    Returns:
        The files by the names they are published under.

    Raises:
        SourceError: one cannot be fetched or is not the public one; it says what to download manually.
    """
    folder = cache_dir / "lfw_parts"
    files = {name: folder / name for name in URLS}
    missing = {name: url for name, url in URLS.items() if not files[name].is_file()}
    try:
        fetched = (download or _tfds_download(cache_dir))(missing) if missing else {}
        folder.mkdir(parents=True, exist_ok=True)
        for name in missing:
            # Renamed when complete, so that a file of this name is never part of a file.
            partial = folder / f".{name}.{os.getpid()}"
            shutil.move(fetched[name], partial)
            partial.replace(files[name])
    except Exception as error:  # whatever the network and its libraries raise
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise SourceError("lfw_parts", f"download failed ({reason})", manual_download_hint(URLS)) from error
    for name, path in files.items():
        mismatch = _mismatch(name, path)
        if mismatch:
            path.unlink(missing_ok=True)  # else it would be taken for the download next time
            raise SourceError(URLS[name], f"download {mismatch}", manual_download_hint(URLS))
    return files


def manual_download_hint(names: Iterable[str]) -> str:
    """What to tell somebody who lacks files of these names."""
    urls = " ".join(URLS[name] for name in names)
    return f"download these into one folder, and name it with --source-dir: {urls}"


def _mismatch(name: str, path: Path) -> str:
    """What shows that a file is not the public one; "" if nothing does."""
    if name in _CHECKSUMS:
        algorithm, expected = _CHECKSUMS[name]
        actual = checksum(path, algorithm)
        return "" if actual == expected else f"has {algorithm.upper()} {actual}, not {expected}"
    lines = sum(bool(line.strip()) for line in path.read_bytes().splitlines())
    return "" if lines == _LINES[name] else f"has {lines} lines, not {_LINES[name]}"


def _tfds_download(cache_dir: Path) -> Download:
    """TFDS's download manager, which shows progress."""

    def download(urls: Mapping[str, str]) -> Mapping[str, Path]:
        _check_reachable(urls.values())
        import tensorflow_datasets as tfds

        manager = tfds.download.DownloadManager(download_dir=cache_dir / "downloads")
        return {name: Path(path) for name, path in manager.download(dict(urls)).items()}

    return download


def _check_reachable(urls: Iterable[str]) -> None:
    """Asks for every file once: TFDS retries for three minutes before it says that a site is gone."""
    for url in urls:
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT):
                pass
        except urllib.error.HTTPError as error:
            raise OSError(f"{url}: {error}") from error
        except (OSError, ValueError) as error:
            raise OSError(f"{url}: {getattr(error, 'reason', error)}") from error
