"""The loop of 2019, in one process: read, occlude, warp, and write nothing.

For each example a random portrait and its mask are read with OpenCV; with probability 0.6 one filled
rotated rectangle (sides under 100 pixels) goes into both; scale 0.75-1.25 and a shift; two warps to
224 x 224. With probability 0.3 it is instead a random crop of a background, resized.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

SIZE = 224


def examples_per_second(pairs: Sequence[tuple[Path, Path]], backgrounds: Sequence[Path], count: int) -> float:
    """Runs the loop.

    Args:
        pairs: JPEG and PPM of each portrait.
        backgrounds: photographs.
        count: how many examples.
    """
    cv2.setNumThreads(1)
    rng = random.Random(0)
    started = time.perf_counter()
    for _ in range(count):
        if rng.random() < 0.3:
            _negative(rng, backgrounds)
        else:
            _portrait(rng, pairs)
    return count / (time.perf_counter() - started)


def _negative(rng: random.Random, backgrounds: Sequence[Path]) -> None:
    image = cv2.imread(str(rng.choice(backgrounds)))
    shorter = min(image.shape[:2])
    side = rng.randint(shorter // 2, shorter)
    top, left = rng.randint(0, image.shape[0] - side), rng.randint(0, image.shape[1] - side)
    cv2.resize(image[top : top + side, left : left + side], (SIZE, SIZE))


def _portrait(rng: random.Random, pairs: Sequence[tuple[Path, Path]]) -> None:
    photo, labels = rng.choice(pairs)
    image, mask = cv2.imread(str(photo)), cv2.imread(str(labels))
    height, width = image.shape[:2]
    if rng.random() < 0.6:
        box = (
            (rng.uniform(0, width), rng.uniform(0, height)),
            (rng.uniform(1, 100), rng.uniform(1, 100)),
            rng.uniform(0, 360),
        )
        corners = [cv2.boxPoints(box).astype(np.int32)]
        cv2.fillPoly(image, corners, [rng.randint(0, 255) for _ in range(3)])
        cv2.fillPoly(mask, corners, (255, 0, 0))
    scale = rng.uniform(0.75, 1.25) * SIZE / width
    shift = [rng.uniform(-SIZE / 2, SIZE / 2) + (SIZE - scale * width) / 2 for _ in range(2)]
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    cv2.warpAffine(image, matrix, (SIZE, SIZE))
    cv2.warpAffine(mask, matrix, (SIZE, SIZE))
