"""Masks come back exactly, overlays play with their sound and times, and parts are joined without a seam."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from hairnet_data.core.drawing.overlay import tint
from hairnet_data.core.errors import BuildError
from hairnet_model.inference.video.parts import refuse_others, tinted
from hairnet_model.inference.video.reading import VideoReader
from hairnet_model.inference.video.writing import MASKS, PICTURES, PartWriter, join
from tests.support import videos

BASE = Fraction(1, 600)


def masks(count: int, height: int = 33, width: int = 47) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 3, (height, width)).astype(np.uint8) for _ in range(count)]


def pictures(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    return [np.full((height, width, 3), (200, 20 + 8 * number, 40), np.uint8) for number in range(count)]


def parts(folder: Path, kind, frames, times, each: int, aspect: Fraction = Fraction(1)) -> list[Path]:
    files = []
    for start in range(0, len(frames), each):
        files.append(folder / f"{start:03}{kind.ending}")
        writer = PartWriter(files[-1], kind, frames[0].shape[:2], Fraction(10), BASE, aspect)
        for frame, time in list(zip(frames, times, strict=True))[start : start + each]:
            writer.write(frame, time)
        writer.close()
    return files


@pytest.mark.parametrize("each", [1, 4, 50])
def test_masks_come_back_exactly(tmp_path: Path, each: int) -> None:
    given = masks(11)
    times = [0, 60, 120, 130, 300, 360, 420, 480, 540, 600, 1200]
    join(parts(tmp_path, MASKS, given, times, each), tmp_path / "masks.mkv")
    got = videos.read(tmp_path / "masks.mkv", "gray")
    np.testing.assert_array_equal(got, given)
    np.testing.assert_allclose(videos.times(tmp_path / "masks.mkv"), np.array(times) / 600, atol=1e-3)
    reader = cv2.VideoCapture(str(tmp_path / "masks.mkv"))
    for mask in given:
        there, picture = reader.read()
        assert there
        np.testing.assert_array_equal(picture, np.repeat(mask[..., None], 3, 2), "OpenCV reads them too")


@pytest.mark.parametrize("each", [1, 4, 50])
def test_overlays_are_joined_in_order_with_their_times(tmp_path: Path, each: int) -> None:
    given = pictures(11)
    times = [0, 60, 120, 130, 300, 360, 420, 480, 540, 600, 1200]
    join(parts(tmp_path, PICTURES, given, times, each, Fraction(4, 3)), tmp_path / "overlay.mp4")
    np.testing.assert_allclose(np.array(videos.read(tmp_path / "overlay.mp4"), int), np.array(given, int), atol=8)
    np.testing.assert_allclose(videos.times(tmp_path / "overlay.mp4"), np.array(times) / 600, atol=1e-6)
    with VideoReader(tmp_path / "overlay.mp4") as video:
        assert video.aspect == Fraction(4, 3)


def test_odd_sizes_are_lengthened_by_their_edge(tmp_path: Path) -> None:
    join(parts(tmp_path, PICTURES, pictures(3, 47, 63), [0, 1, 2], 9), tmp_path / "overlay.mp4")
    for got, given in zip(videos.read(tmp_path / "overlay.mp4"), pictures(3), strict=True):
        np.testing.assert_allclose(got.astype(int), given.astype(int), atol=8)


@pytest.mark.parametrize(
    ("ending", "codec", "sound", "kept"),
    [
        ("mp4", "libx264", "aac", "aac"),
        ("webm", "libvpx-vp9", "libopus", "opus"),
        ("avi", "mpeg4", "pcm_s16le", "aac"),
        ("mkv", "libx264", "flac", "flac"),
    ],
)
def test_the_sound_is_kept(tmp_path: Path, ending: str, codec: str, sound: str, kept: str) -> None:
    source = videos.write(tmp_path / f"a.{ending}", pictures(20), codec=codec, sound=sound)
    given = pictures(20)
    join(parts(tmp_path, PICTURES, given, range(0, 1200, 60), 7), tmp_path / "overlay.mp4", source)
    name, samples = videos.tone(tmp_path / "overlay.mp4")
    assert name == kept
    assert len(samples) / 48000 == pytest.approx(2, abs=0.05)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * 48000 / len(samples) == pytest.approx(440, abs=2)
    assert len(videos.read(tmp_path / "overlay.mp4")) == 20


def test_the_tint_is_that_of_photos() -> None:
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (40, 50, 3), np.uint8)
    mask = rng.integers(0, 3, (40, 50)).astype(np.uint8)
    np.testing.assert_array_equal(tinted(photo, mask), tint(photo, mask))
    np.testing.assert_array_equal(tinted(photo, np.zeros_like(mask)), photo)


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BuildError, match="cannot be written"):
        PartWriter(tmp_path / "file" / "a.mkv", MASKS, (8, 8), Fraction(10), BASE, Fraction(1)).write(
            masks(1, 8, 8)[0], 0
        )
    files = parts(tmp_path, MASKS, masks(3), [0, 1, 2], 9)
    with pytest.raises(BuildError, match="cannot be written"):
        join(files, tmp_path / "file" / "b.mkv")
    (tmp_path / "taken.mkv").mkdir()
    with pytest.raises(BuildError, match="cannot be written"):
        join(files, tmp_path / "taken.mkv")
    assert not list(tmp_path.glob(".*"))


def test_a_folder_of_other_things_is_not_replaced(tmp_path: Path) -> None:
    refuse_others(tmp_path / "none")
    folder = tmp_path / "a_frames"
    folder.mkdir()
    (folder / "000000.png").write_bytes(b"")
    refuse_others(folder)
    (folder / "diary.txt").write_bytes(b"")
    with pytest.raises(BuildError, match=r"a_frames: holds diary\.txt"):
        refuse_others(folder)
