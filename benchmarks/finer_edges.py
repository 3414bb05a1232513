"""Boundaries of hair and face in a photo's own pixels: one pass at 224, enlarged, against finer ways.

    python benchmarks/finer_edges.py --folder CELEBAMASK [--model RUN]

The finer look is that of the network that comes with the model, or else of the model itself. Every picture of the
source's test pool is framed to 448 x 448; of a source that labels hair alone, read the figures of hair. Boundary F1 has
a tolerance of 2 pixels there; F1 and it are pooled over the pictures, with 95 % intervals of 1,000 bootstrap samples of
pictures for the difference to the first row. The guided filter is that of He, Sun, Tang, "Guided image filtering" (PAMI
2013), guided by the picture's colours.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from common import table

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.geometry import warp
from hairnet_data.sources.folder.source import Folder
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.boundary import boundary_counts
from hairnet_model.inference.engines import Engine, KerasEngine, finer_engine
from hairnet_model.inference.finer import SHARE
from hairnet_model.model_io import model_file

SIDE, SMALL = 448, 224
Floats = NDArray[np.float32]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="images and masks, as for the source `folder`")
    parser.add_argument("--model", default="hairnet", help="a shipped network's name, a .keras file or a run's folder")
    arguments = parser.parse_args()
    model = model_file.load(arguments.model)
    finer = (finer_engine(arguments.model) or (lambda: KerasEngine(replace(model, image_size=SIDE))))()
    first = KerasEngine(model)

    boundaries: dict[str, list[Any]] = {}
    confusions: dict[str, list[Any]] = {}
    for image, truth in framed(Folder.open(arguments.folder)):
        for name, found in ways(image, first, finer):
            classes = found.argmax(-1).astype(np.uint8)
            boundaries.setdefault(name, []).append(boundary_counts(truth, classes, 2 / SIDE))
            confusions.setdefault(name, []).append(metrics.confusion(truth, classes))
    reference = np.stack(next(iter(boundaries.values())))
    rows = []
    for name, counts in boundaries.items():
        stacked, f1 = np.stack(counts), metrics.f1(np.sum(confusions[name], 0))
        hair, face = boundary_f1(stacked.sum(0))
        low, high = interval(stacked, reference)
        mean = f"{100 * (hair + face) / 2:.1f}"
        gain = f"{low:+.1f} to {high:+.1f}"
        rows.append(
            [name, f"{100 * hair:.1f}", f"{100 * face:.1f}", mean, gain, *(f"{100 * f1[k]:.1f}" for k in (HAIR, FACE))]
        )
    print(f"{len(reference)} pictures\n")
    print(table(["way", "boundary F1, hair", "face", "mean", "gain, 95 %", "F1, hair", "face"], rows))


def framed(source: Folder, pool: str = "test") -> Iterator[tuple[Pixels, Pixels]]:
    """A pool's pictures, uint8 (448, 448, 3), and masks, uint8 (448, 448)."""
    for entry in source.catalogue().entries:
        if entry.pool != pool:
            continue
        portrait = source.load(entry.id)
        height, width = portrait.image.shape[:2]
        matrix, box = warp.unit_matrix(SIDE, width, height, 1, (0, 0), 0, False), (0, 0, SIDE, SIDE)
        mask = warp.sample_mask(portrait.mask, warp.coordinates(matrix, box, *portrait.mask.shape[::-1]))
        image = warp.sample_image(warp.pad_edges(portrait.image), warp.coordinates(matrix, box, width, height))
        image[mask == warp.OUTSIDE] = 0
        yield image, np.where(mask < 3, mask, 0).astype(np.uint8)


def ways(image: Pixels, first: Engine, finer: Engine) -> Iterator[tuple[str, Floats]]:
    """What each way makes of a picture: its name, and probabilities, float32 (448, 448, 3)."""
    small = first(np.asarray(cv2.resize(image, (SMALL, SMALL), interpolation=cv2.INTER_AREA), np.uint8)[None])[0]
    enlarged = np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.float32)
    large = finer(image[None])[0]
    yield "a pass at 224, enlarged", enlarged
    yield "the same, guided filter", guided(image, enlarged)
    yield "a pass at 448", large
    both = (1 - SHARE) * enlarged + SHARE * large
    yield "both passes averaged, as `predict` does", both
    yield "the average, guided filter", guided(image, both)


def guided(image: Pixels, values: Floats, radius: int = 8, smoothness: float = 1e-4) -> Floats:
    """The guided filter: in every window, each channel of `values` becomes a linear function of the picture's colours.

    Args:
        image: uint8 (H, W, 3).
        values: float32 (H, W, C).
        radius: of the window, in pixels.
        smoothness: added to the variance of colours in 0..1.
    """
    colours = image.astype(np.float32) / 255
    size = (2 * radius + 1, 2 * radius + 1)
    mean = cv2.blur(colours, size)
    products = cv2.blur((colours[..., :, None] * colours[..., None, :]).reshape(*image.shape[:2], 9), size)
    covariance = products.reshape(*image.shape[:2], 3, 3) - mean[..., :, None] * mean[..., None, :]
    inverse = np.linalg.inv(covariance + np.float32(smoothness) * np.eye(3, dtype=np.float32))
    channels = []
    for k in range(values.shape[-1]):
        channel = np.ascontiguousarray(values[..., k])
        of_window = cv2.blur(channel, size)
        with_colours = cv2.blur(colours * channel[..., None], size) - mean * of_window[..., None]
        slope = np.einsum("hwij,hwj->hwi", inverse, with_colours)
        offset = of_window - (slope * mean).sum(-1)
        channels.append((cv2.blur(slope, size) * colours).sum(-1) + cv2.blur(offset, size))
    return np.stack(channels, -1)


def boundary_f1(counts: NDArray[Any]) -> tuple[float, float]:
    """Of hair and of face, from pooled `boundary_counts`."""
    precision, recall = counts[:, 0] / counts[:, 1], counts[:, 2] / counts[:, 3]
    hair, face = 2 * precision * recall / (precision + recall)
    return float(hair), float(face)


def interval(counts: NDArray[Any], reference: NDArray[Any]) -> tuple[float, float]:
    """95 % of the bootstrap samples of the difference in mean boundary F1, in points."""
    rng = np.random.default_rng(0)
    gains = []
    for _ in range(1000):
        sample = rng.integers(0, len(counts), len(counts))
        gains.append(50 * (sum(boundary_f1(counts[sample].sum(0))) - sum(boundary_f1(reference[sample].sum(0)))))
    low, high = np.percentile(gains, [2.5, 97.5])
    return float(low), float(high)


if __name__ == "__main__":
    main()
