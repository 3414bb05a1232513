"""Videos of several kinds are read upright and in order, from any frame on; what is none gives an error of a line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hairnet_model.inference.video import reading
from hairnet_model.inference.video.reading import VideoError, VideoReader
from tests.support import videos


def numbered(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Frames that are told apart by their grey, with a light corner at the top left."""
    frames = [np.full((height, width, 3), 40 + 10 * number, np.uint8) for number in range(count)]
    for frame in frames:
        frame[: height // 3, : width // 3] = 250
    return frames


def greys(frames: list[reading.Frame]) -> list[int]:
    return [round((float(frame.pixels[-4, -4].mean()) - 40) / 10) for frame in frames]


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("mp4", "libx264"), ("mov", "libx264"), ("mkv", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4")],
)
def test_kinds(tmp_path: Path, ending: str, codec: str) -> None:
    path = videos.write(tmp_path / f"a.{ending}", numbered(20), codec=codec)
    with VideoReader(path) as video:
        frames = list(video.read())
        assert (video.rate, video.aspect, video.has_sound, video.damaged) == (10, 1, False, 0)
        assert video.frames == 20
    assert [frame.number for frame in frames] == list(range(20))
    assert greys(frames) == list(range(20))
    np.testing.assert_allclose([float(frame.time * video.time_base) for frame in frames], np.arange(20) / 10, atol=1e-3)


@pytest.mark.parametrize(("ending", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4")])
@pytest.mark.parametrize("skip", [0, 1, 7, 19, 20])
def test_reading_goes_on_from_any_frame(tmp_path: Path, ending: str, codec: str, skip: int) -> None:
    path = videos.write(tmp_path / f"a.{ending}", numbered(20), codec=codec)
    with VideoReader(path) as video:
        frames = list(video.read())
    with VideoReader(path) as video:
        rest = list(video.read(skip, frames[skip - 1].time if skip else None))
    assert [(frame.number, frame.time) for frame in rest] == [(frame.number, frame.time) for frame in frames[skip:]]
    assert greys(rest) == list(range(skip, 20))


def test_without_a_time_all_before_are_decoded(tmp_path: Path) -> None:
    with VideoReader(videos.write(tmp_path / "a.mp4", numbered(9))) as video:
        assert greys(list(video.read(5))) == [5, 6, 7, 8]


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times = [0, 1, 5, 6, 20]
    with VideoReader(videos.write(tmp_path / "a.mp4", numbered(5), times=times)) as video:
        assert [round(float(frame.time * video.time_base) * 10) for frame in video.read()] == times


@pytest.mark.parametrize("quarters", range(4))
def test_phone_videos_are_turned(tmp_path: Path, quarters: int) -> None:
    path = videos.write(tmp_path / "a.mp4", numbered(2), aspect=Fraction(4, 3))
    videos.turn(path, quarters)
    with VideoReader(path) as video:
        frame = next(video.read())
        assert video.aspect == (Fraction(3, 4) if quarters % 2 else Fraction(4, 3))
    assert frame.pixels.shape == ((64, 48, 3) if quarters % 2 else (48, 64, 3))
    light = {0: (4, 4), 1: (4, -4), 2: (-4, -4), 3: (-4, 4)}[quarters]  # a clockwise turn takes top left to top right
    assert frame.pixels[light].mean() > 200
    assert (frame.pixels > 200).mean() < 0.2


def test_colours_come_back(tmp_path: Path) -> None:
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [90, 140, 30]], np.uint8)
    frame = np.repeat(np.repeat(colours[None], 32, 0), 32, 1)
    with VideoReader(videos.write(tmp_path / "a.mp4", [frame])) as video:
        read = next(video.read()).pixels
    np.testing.assert_allclose(read[16, 16::32].astype(int), colours.astype(int), atol=6)


def test_a_video_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = videos.write(tmp_path / "a.mkv", [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(20)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with VideoReader(path) as video:
        assert 5 <= len(list(video.read())) < 20


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.mp4\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"no video at all" * 99, "cannot be read"),
        (PLAYLIST.encode(), "cannot be read"),
        (b"ffconcat version 1.0\nfile a.mp4\n", "cannot be read"),
        (None, "is missing"),
    ],
    ids=["empty", "text", "playlist", "concat", "missing"],
)
def test_what_is_no_video_says_so(tmp_path: Path, content: bytes | None, said: str) -> None:
    videos.write(tmp_path / "a.mp4", numbered(3))
    if content is not None:
        (tmp_path / "b.mp4").write_bytes(content)
    with pytest.raises(VideoError, match=rf"b\.mp4: {said}") as raised:
        VideoReader(tmp_path / "b.mp4")
    assert raised.value.hint
    assert "\n" not in str(raised.value)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="holds no video"):
        VideoReader(tmp_path / "a.mp4")


def test_names_that_libav_would_take_for_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a.mp4", "a%03d.mp4", "-a.mp4", "ä b?.mp4"):
        videos.write(tmp_path / "plain.mp4", numbered(2)).rename(name)
        with VideoReader(Path(name)) as video:
            assert len(list(video.read())) == 2


def test_without_pyav_a_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(VideoError, match=r"need PyAV.*pip install av"):
        VideoReader(tmp_path / "a.mp4")
