"""Frames into video files, in parts that are joined at the end without encoding them again."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.atomic import atomic_path
from hairnet_model.inference.video.reading import library

_COPIED = {"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"}
"""Sound that MP4 holds as it is; any other is encoded as AAC."""

_NO_ROOM = "check its permissions and the room left on the disk"


@dataclass(frozen=True, slots=True)
class Kind:
    """How frames are encoded.

    Attributes:
        ending: of the file's name.
        codecs: names in libav; the first of them that is there is taken.
        frames: format of the frames that are given.
        pixels: format in the file.
        options: of the codec.
        even: whether width and height must be even; frames are then lengthened by their last row and column.
    """

    ending: str
    codecs: tuple[str, ...]
    frames: str
    pixels: str
    options: tuple[tuple[str, str], ...]
    even: bool


MASKS = Kind(".mkv", ("ffv1",), "gray", "gray", (("level", "3"),), False)
"""Class ids as grey values, without loss."""

PICTURES = Kind(
    ".mp4", ("libx264", "libopenh264", "mpeg4"), "rgb24", "yuv420p", (("preset", "veryfast"), ("crf", "18")), True
)
"""What players and browsers show: H.264, without frames that refer to later ones, so that parts can be joined."""


class PartWriter:
    """Encodes frames into a file.

    Args:
        path: the file; its ending is the kind's.
        kind: how.
        shape: rows and columns of the frames.
        rate: frames a second, roughly: every frame has its own time.
        time_base: seconds in a step of these times.
        aspect: width of a pixel divided by its height.

    Raises:
        BuildError: the file cannot be written, here and in all methods.
    """

    def __init__(
        self, path: Path, kind: Kind, shape: tuple[int, int], rate: Fraction, time_base: Fraction, aspect: Fraction
    ) -> None:
        av = library()
        self.path, self._kind = path, kind
        self._odd = (shape[0] % 2, shape[1] % 2) if kind.even else (0, 0)
        with _errors(path):
            self._container = _new(path, kind.ending, time_base)
            codec = next((name for name in kind.codecs if name in av.codecs_available), kind.codecs[-1])
            self._stream = self._container.add_stream(codec, rate=rate)
            context = self._stream.codec_context
            context.height, context.width = shape[0] + self._odd[0], shape[1] + self._odd[1]
            context.pix_fmt, context.time_base, context.sample_aspect_ratio = kind.pixels, time_base, aspect
            context.options = dict(kind.options)
            context.thread_type = "AUTO"
            context.max_b_frames = 0
            if kind.even:  # as the frames are converted below
                context.colorspace = context.color_primaries = context.color_trc = 1
                context.color_range = 1
        self._time_base = time_base

    def write(self, pixels: Pixels, time: int) -> None:
        """Adds a frame.

        Args:
            pixels: uint8 (H, W, 3) RGB or (H, W), as the kind has it.
            time: when it is shown, in steps of `time_base`; greater than that of the frame before.
        """
        av = library()
        if any(self._odd):
            pixels = np.pad(pixels, [(0, self._odd[0]), (0, self._odd[1]), (0, 0)][: pixels.ndim], mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=self._kind.frames)
        if self._kind.even:
            frame = frame.reformat(format=self._kind.pixels, dst_colorspace="ITU709")
        frame.pts, frame.time_base = time, self._time_base
        with _errors(self.path):
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Ends the file."""
        with _errors(self.path):
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def discard(self) -> None:
        """Closes the file, which is then of no use."""
        with contextlib.suppress(Exception):
            self._container.close()


def join(parts: Sequence[Path], out: Path, sound: Path | None = None) -> None:
    """Writes parts into one file, one after another, as they are; it is there whole or not at all.

    Args:
        parts: of one kind and size, with ascending times.
        out: the file; an older one is replaced.
        sound: a video whose sound is added: copied where MP4 takes it as it is, else encoded as AAC.

    Raises:
        BuildError: it cannot be written.
    """
    av = library()
    with _errors(out), contextlib.ExitStack() as opened, atomic_path(out) as draft:
        first = opened.enter_context(av.open(f"file:{parts[0].absolute()}"))
        voices = None
        if sound is not None:
            source = opened.enter_context(av.open(f"file:{sound.absolute()}", options={"protocol_whitelist": "file"}))
            voices = next((stream for stream in source.streams.audio if stream.codec_context is not None), None)
        container = opened.enter_context(_new(draft, out.suffix, first.streams.video[0].time_base))
        stream = container.add_stream_from_template(first.streams.video[0])
        queues = [_video(parts, stream)]
        if voices is not None:
            queues.append(_audio(voices, container))
        # libav holds back packets until it has one of every stream, so they come by their times.
        for _, _, packet in heapq.merge(*queues, key=lambda each: each[:2]):
            container.mux(packet)


def _new(path: Path, ending: str, time_base: Fraction) -> Any:
    """A file to write; of MP4, whose first frame may be shown at any time and not at a thousandth of a second."""
    if ending == MASKS.ending:
        return library().open(f"file:{path.absolute()}", "w", format="matroska")
    options = {"movie_timescale": str(time_base.denominator)}
    return library().open(f"file:{path.absolute()}", "w", format="mp4", options=options)


_Queue = Iterator[tuple[float, int, Any]]


def _video(parts: Sequence[Path], stream: Any) -> _Queue:
    av = library()
    for part in parts:
        with av.open(f"file:{part.absolute()}") as container:
            for packet in container.demux(video=0):
                if packet.dts is not None:
                    seconds = float(packet.dts * packet.time_base)
                    packet.stream = stream
                    yield seconds, 0, packet


def _audio(voices: Any, out: Any) -> _Queue:
    """Packets of a stream of sound for a new one of `out`, which is made at once."""
    copied = voices.codec_context.name in _COPIED
    if copied:
        stream = out.add_stream_from_template(voices)
    else:
        layout = "mono" if voices.codec_context.channels == 1 else "stereo"
        stream = out.add_stream("aac", rate=voices.codec_context.sample_rate, layout=layout)
    return _copied(voices, stream) if copied else _encoded(voices, stream)


def _copied(voices: Any, stream: Any) -> _Queue:
    av = library()
    with contextlib.suppress(av.error.FFmpegError):  # where the file ends in the middle
        for packet in voices.container.demux(voices):
            if packet.dts is not None:
                seconds = float(packet.dts * packet.time_base)
                packet.stream = stream
                yield seconds, 1, packet


def _encoded(voices: Any, stream: Any) -> _Queue:
    av = library()

    def frames() -> Iterator[Any]:
        with contextlib.suppress(av.error.FFmpegError):
            yield from voices.container.decode(voices)
        yield None

    for frame in frames():
        for packet in stream.encode(frame):
            yield float((packet.dts or 0) * packet.time_base), 1, packet


@contextlib.contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Errors of libav and of the system as ours."""
    av = library()
    try:
        yield
    except (OSError, av.error.FFmpegError, ValueError) as error:
        what = str(getattr(error, "strerror", None) or error).lower()
        raise BuildError(str(path), f"cannot be written ({what})", _NO_ROOM) from error
