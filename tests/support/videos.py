"""Small videos, written with PyAV."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from hairnet_data.core.arrays import Pixels


def write(
    path: Path,
    frames: Iterable[Pixels],
    rate: int = 10,
    sound: str = "",
    times: Sequence[int] | None = None,
    codec: str = "libx264",
    aspect: Fraction = Fraction(1),
    **options: str,
) -> Path:
    """Writes frames, uint8 (H, W, 3) RGB, nearly without loss unless `options` say otherwise.

    Args:
        path: the file; its ending says of which kind it is.
        frames: of one size.
        rate: of them a second.
        sound: a codec for a tone of 440 Hz that lasts as long; "" for silence.
        times: when each frame is shown, in frames of `rate`.
        codec: for the frames.
        aspect: width of a pixel divided by its height.
        options: of the codec.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.pix_fmt = "yuv444p" if codec == "libx264" else "yuv420p"
        stream.options = options or ({"crf": "0", "preset": "ultrafast"} if codec == "libx264" else {})
        stream.codec_context.sample_aspect_ratio = aspect
        voice: Any = container.add_stream(sound, rate=48000, layout="mono") if sound else None
        count = 0
        for number, pixels in enumerate(frames):
            if not count:
                stream.height, stream.width = pixels.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = times[number] if times else number, Fraction(1, rate)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
        if voice:
            tone = (8000 * np.sin(np.arange(48000 * count // rate) * 2 * np.pi * 440 / 48000)).astype(np.int16)
            for start in range(0, len(tone), 960):
                samples: Any = av.AudioFrame.from_ndarray(tone[None, start : start + 960], format="s16", layout="mono")
                samples.sample_rate, samples.pts, samples.time_base = 48000, start, Fraction(1, 48000)
                container.mux(voice.encode(samples))
            container.mux(voice.encode(None))
    return path


def turn(path: Path, quarters: int) -> None:
    """Notes down in an MP4 that players have to turn it clockwise, as phones do."""
    one = 1 << 16
    matrices = {
        0: (one, 0, 0, one),
        1: (0, one, -one, 0),
        2: (-one, 0, 0, -one),
        3: (0, -one, one, 0),
    }
    a, b, c, d = matrices[quarters % 4]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: 40 bytes before the matrix
    assert struct.unpack_from(">9i", data, at) == (one, 0, 0, 0, one, 0, 0, 0, 1 << 30)
    struct.pack_into(">9i", data, at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def read(path: Path, kind: str = "rgb24") -> list[Pixels]:
    """All frames as they are stored: uint8 (H, W, 3) RGB, or (H, W) for the kind "gray"."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format=kind), np.uint8) for frame in container.decode(video=0)]


def times(path: Path) -> list[float]:
    """When each frame is shown, in seconds."""
    with av.open(str(path)) as container:
        return [float(frame.time or 0) for frame in container.decode(video=0)]


def tone(path: Path) -> tuple[str, Pixels]:
    """The codec of the sound, and its samples as floats."""
    with av.open(str(path)) as container:
        samples = [np.asarray(frame.to_ndarray(), np.float64).ravel() for frame in container.decode(audio=0)]
        return container.streams.audio[0].codec_context.name, np.concatenate(samples)
