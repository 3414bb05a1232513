"""How long a try-on takes: seconds a photo by step and by size, and against one `predict` of the same photo.

python benchmarks/tryon.py                          drawn portraits, all styles
python benchmarks/tryon.py --photos DIR             photographs of your own
python benchmarks/tryon.py --style bob --sides 500 1000

Times are the least of several runs, of this process alone (CPU seconds of one thread of Python and OpenCV).
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.images.photos import read_photo
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model import Segmenter
from hairnet_model.inference import composite
from hairnet_model.tryon import catalogue, trying

PORTRAITS = (8, 25, 52, 1, 4, 36, 46, 5, 17, 50)
"""Numbers in the pool test of the source `drawn`."""

STEPS = {"fitting": "fitted", "removal": "remove", "strands": "hair_layer", "shadow": "shadow_layer"}
"""Of a try-on, by the functions of `tryon.trying` that do them."""


@contextmanager
def timed(seconds: dict[str, float]) -> Iterator[None]:
    """Adds up CPU seconds of the steps while it lasts."""

    def wrapped(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            before = time.process_time()
            try:
                return function(*arguments)
            finally:
                seconds[step] = seconds.get(step, 0.0) + time.process_time() - before

        return call

    functions = {name: wrapped(step, getattr(trying, name)) for step, name in STEPS.items()}
    with patch.multiple(trying, **functions):
        yield


def one(image: Pixels, segmenter: Segmenter, style: str) -> dict[str, float]:
    """CPU seconds of each step for a photo that is in memory; `predict` is a mask of the same photo."""
    seconds: dict[str, float] = {}

    def clock(step: str, function: Callable[[], Any]) -> Any:
        before = time.process_time()
        made = function()
        seconds[step] = time.process_time() - before
        return made

    clock("predict", lambda: composite.class_ids(next(iter(segmenter.look([image])))))
    located = clock("heads, masks, pose", lambda: next(iter(segmenter.look([image], poses=True))))
    with timed(seconds):
        made = clock("all of the try-on", lambda: trying.try_on(image, located, partial(catalogue.hair, style)))
    seconds["blur, noise, laying over"] = seconds.pop("all of the try-on") - sum(seconds.get(step, 0) for step in STEPS)
    clock("PNG", lambda: Image.fromarray(made).save(io.BytesIO(), "PNG"))
    seconds["together"] = sum(value for step, value in seconds.items() if step != "predict")
    return seconds


def images(given: argparse.Namespace, side: int) -> list[Pixels]:
    """The photos, their longer side `side` pixels."""
    if given.photos is None:
        return [Drawn(0, 0, 100, size=side).load(f"test_{number:05d}").image for number in PORTRAITS[: given.most]]
    photos = [read_photo(file) for file in sorted(given.photos.iterdir())[: given.most]]
    scaled = []
    for photo in photos:
        share = side / max(photo.shape[:2])
        scaled.append(np.asarray(cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_CUBIC), np.uint8))
    return scaled


def measured(photos: Sequence[Pixels], segmenter: Segmenter, style: str, runs: int) -> dict[str, float]:
    """The mean over photos of the least of several runs, by step."""
    found = []
    for photo in photos:
        several = [one(photo, segmenter, style) for _ in range(runs)]
        found.append({step: min(run.get(step, 0.0) for run in several) for step in several[0]})
    return {step: float(np.mean([each.get(step, 0.0) for each in found])) for step in found[0]}


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, help="a folder of photographs")
    parser.add_argument("--style", default="long_waves", help="for the table by size")
    parser.add_argument("--sides", type=int, nargs="+", default=[250, 500, 1000, 2000], help="longer sides in pixels")
    parser.add_argument("--most", type=int, default=6, help="photos")
    parser.add_argument("--runs", type=int, default=3, help="of each")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    segmenter = Segmenter.load()
    for name in catalogue.names():
        for level in range(3):
            catalogue.hair(name, level)  # as in any photo but the first
    print(machine())
    lines = []
    for side in given.sides:
        found = measured(images(given, side), segmenter, given.style, given.runs)
        ratio = found["together"] / found["predict"]
        lines.append([f"{side} x {side}", *(f"{value:.3f}" for value in found.values()), f"{ratio:.1f}"])
    print(table([f"{given.style}, CPU seconds", *found, "together / predict"], lines))
    print()
    photos = images(given, 1000)
    rows = []
    for name in catalogue.names():
        found = measured(photos[:3], segmenter, name, given.runs)
        rows.append([name, f"{found['strands']:.2f}", f"{found['together']:.2f}"])
    print(table(["1000 x 1000, CPU seconds", "strands", "together"], rows))


if __name__ == "__main__":
    main()
