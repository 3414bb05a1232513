"""Milliseconds a frame of `predict` on videos of 640 x 480, beside the plain loop that sees each frame once as a photo.

python benchmarks/videos.py

The videos are drawn: a portrait moves over a room, filling most of the frame or a third of it. They are decoded,
segmented and encoded as the command does it. The plain loop decodes, runs one pass and writes nothing; both are run in
turns, and the medians of `--rounds` rounds are printed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model import Segmenter
from hairnet_model.inference.video.reading import VideoReader
from hairnet_model.inference.video.segmenting import VideoOutputs, segment_video
from hairnet_model.inference.video.writing import PICTURES, PartWriter

WIDTH, HEIGHT, RATE = 640, 480, 30


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=300, help="of each video")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    segmenter = Segmenter.load()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, high in (("a head of 440 pixels", 440), ("a head of 170 pixels", 170), ("nobody", 0)):
            video = draw(Path(folder) / f"{high}.mp4", high, arguments.frames)
            ways: dict[str, list[tuple[float, float]]] = {}
            for turn in range(arguments.rounds):
                ways.setdefault("plain loop", []).append(timed(partial(plain, video, segmenter)))
                for overlay in (False, True):
                    out = Path(folder) / f"{high}-{turn}-{overlay}" / "a"
                    taken = timed(partial(segment_video, video, out, segmenter, VideoOutputs(overlay=overlay)))
                    ways.setdefault("masks and overlay" if overlay else "masks", []).append(taken)
            once = statistics.median(wall for wall, _ in ways["plain loop"])
            for way, taken in ways.items():
                wall, busy = (statistics.median(each) for each in zip(*taken, strict=True))
                each = 1000 * wall / arguments.frames
                cells = [f"{each:.1f} ms", f"{1000 / each:.0f}", f"{1000 * busy / arguments.frames:.1f} ms"]
                rows.append([name, way, *cells, f"{wall / once:.2f} x"])
    print(f"{machine()}; {arguments.frames} frames of {WIDTH} x {HEIGHT}\n")
    head = ["video", "what is made", "a frame", "frames a second", "processor time", "against the plain loop"]
    print(table(head, rows))


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and seconds of all threads' processor time, which other work on the machine changes less."""
    wall, busy = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - busy


def plain(video: Path, segmenter: Segmenter) -> None:
    """Decodes, and sees each frame once."""
    with VideoReader(video) as reader:
        for frame in reader.read():
            segmenter.segment(frame.pixels, locate=False)


def draw(path: Path, high: int, frames: int) -> Path:
    """A portrait so many pixels high that moves over a room, with a little noise; 0 for the room alone."""
    portraits, rooms = Drawn(1, 4, 4), DrawnBackgrounds(1, 2, 2, size=WIDTH)
    portrait = portraits.load(portraits.catalogue().entries[0].id)
    room = cv2.resize(rooms.load(rooms.catalogue().entries[0].id), (WIDTH, HEIGHT))
    mask = cv2.resize(portrait.mask, portrait.image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    scale = high / len(mask)
    rng = np.random.default_rng(0)
    writer = PartWriter(path, PICTURES, (HEIGHT, WIDTH), Fraction(RATE), Fraction(1, RATE), Fraction(1))
    for number in range(frames):
        picture = room.astype(np.float32)
        if high:
            seconds = number / RATE
            left = WIDTH / 2 + 150 * np.sin(0.8 * seconds) - mask.shape[1] * scale / 2
            top = HEIGHT / 2 + 60 * np.sin(1.3 * seconds) - len(mask) * scale / 2
            matrix = np.array([[scale, 0, left], [0, scale, top]])
            head = cv2.warpAffine(portrait.image, matrix, (WIDTH, HEIGHT))
            share = cv2.warpAffine((mask > 0).astype(np.float32), matrix, (WIDTH, HEIGHT))[..., None]
            picture += (head - picture) * share
        noisy: Pixels = np.clip(picture + rng.normal(0, 2, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)
        writer.write(noisy, number)
    writer.close()
    return path


if __name__ == "__main__":
    main()
