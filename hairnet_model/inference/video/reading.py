"""Videos as upright RGB frames with their times, by PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels, as_pixels
from hairnet_data.core.errors import HairnetError, unreadable

_USUAL = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".3gp")
EXTENSIONS = frozenset((*_USUAL, ".mpg", ".mpeg", ".mts", ".m2ts", ".wmv", ".flv", ".ogv"))
"""Endings of the names of videos, in lower case."""

_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,asf,flv,ogg,mpegvideo,h264,hevc"
"""What is opened: no playlists, which name other files and addresses."""

_HINT = "check that it plays; re-encode it as MP4"


class VideoError(HairnetError):
    """A video cannot be used."""


def is_video(path: Path | str) -> bool:
    """Whether a file is a video by the ending of its name."""
    return os.path.splitext(path)[1].lower() in EXTENSIONS


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame of a video.

    Attributes:
        number: from 0.
        time: when it is shown, in the video's `time_base`; greater than that of the frame before.
        pixels: uint8 (H, W, 3) RGB, upright.
    """

    number: int
    time: int
    pixels: Pixels


class VideoReader:
    """A video that is open; to be used in a `with` statement.

    Args:
        path: its file.

    Attributes:
        path: the same.
        rate: frames a second, on average.
        time_base: seconds in a step of `Frame.time`.
        frames: how many there are, as far as the file says, or its length and rate do; 0 if neither is known.
        aspect: width of a pixel divided by its height, when the frame is upright.
        has_sound: whether there is any.
        damaged: packets that could not be decoded, of those read so far.

    Raises:
        VideoError: it cannot be read, or holds no video.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self._open()
        self.has_sound = bool(self._container.streams.audio)
        self.time_base = Fraction(self._stream.time_base)
        self.rate = Fraction(self._stream.average_rate or self._stream.guessed_rate or 25)
        self.frames = int(self._stream.frames or round(self._seconds() * self.rate))
        self._ratio = Fraction(self._stream.codec_context.sample_aspect_ratio or 1)
        self._turns = 0
        self._size: tuple[int, int] | None = None

    def _open(self) -> None:
        av = library()
        # As an address of its own kind, since libav takes `concat:a` for more than a name.
        address = "file:" + os.path.abspath(self.path)
        options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
        try:
            with open(self.path, "rb"):  # the system's own words for what is missing or forbidden
                pass
            self._container = av.open(address, options=options, metadata_errors="replace")
        except FileNotFoundError:
            raise VideoError(str(self.path), "is missing", "check the path") from None
        except (OSError, UnicodeError, av.error.FFmpegError) as error:
            raise VideoError(str(self.path), unreadable(_words(error)), _HINT) from error
        moving = [stream for stream in self._container.streams.video if not _is_cover(av, stream)]
        if not moving or moving[0].codec_context is None or not moving[0].codec_context.width:
            self._container.close()
            raise VideoError(str(self.path), "holds no video that can be decoded", _HINT)
        self._stream = moving[0]
        self._stream.thread_type = "AUTO"

    def _seconds(self) -> Fraction:
        if self._stream.duration:
            return Fraction(self._stream.duration * self.time_base)
        return Fraction(self._container.duration or 0, 1_000_000)

    @property
    def aspect(self) -> Fraction:
        """See the class; known once a frame has been read."""
        return 1 / self._ratio if self._turns % 2 else self._ratio

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._container.close()

    def read(self, skip: int = 0, after: int | None = None) -> Iterator[Frame]:
        """Yields the frames, in the order they are shown; once only.

        What cannot be decoded is counted in `damaged` and left out.

        Args:
            skip: frames to leave out at the beginning.
            after: the time of the last of these, to find the place without decoding all of them.
        """
        sought = skip > 0 and after is not None and self._seek(after)
        number, last = (skip, after) if sought else (0, None)
        step = max(1, round(1 / (self.rate * self.time_base)))
        for decoded in self._decoded():
            time = decoded.pts
            if sought and time is not None and last is not None and time <= last:
                continue  # before the place that was sought
            sought = False
            if time is None or (last is not None and time <= last):
                time = 0 if last is None else last + step
            last = time
            if number >= skip:
                yield Frame(number, time, self._pixels(decoded))
            number += 1

    def _seek(self, after: int) -> bool:
        """Goes to a keyframe at or before a time; False, and back at the beginning, if there is no such place."""
        av = library()
        try:
            self._container.seek(after, stream=self._stream, backward=True)
            first = next(self._decoded(), None)
            if first is not None and first.pts is not None and first.pts <= after:
                self._container.seek(after, stream=self._stream, backward=True)
                return True
        except av.error.FFmpegError:
            pass
        self._container.close()
        self._open()
        return False

    def _decoded(self) -> Iterator[Any]:
        av = library()
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.EOFError):
                return
            except av.error.FFmpegError:  # the file ends in the middle
                self.damaged += 1
                return
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damaged += 1

    def _pixels(self, decoded: Any) -> Pixels:
        """Upright, and in the size of the first frame: a stream may change its size."""
        self._size = self._size or (decoded.width, decoded.height)
        self._turns = round(decoded.rotation / 90) % 4
        pixels = decoded.to_ndarray(format="rgb24", width=self._size[0], height=self._size[1])
        return as_pixels(np.ascontiguousarray(np.rot90(pixels, self._turns)))


def library() -> Any:
    """PyAV.

    Raises:
        VideoError: it is not installed.
    """
    try:
        import av
        import av.error
    except ImportError as error:
        raise VideoError("videos", f"need PyAV, which cannot be imported ({error})", "pip install av") from error
    av.logging.set_level(av.logging.PANIC)  # what is wrong with a file is said in errors of ours
    return av


def _is_cover(av: Any, stream: Any) -> bool:
    """Whether a stream is a picture, as music has one of its album."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _words(error: BaseException) -> str:
    """What went wrong, without the path."""
    return str(getattr(error, "strerror", None) or error).rstrip(".").lower()
