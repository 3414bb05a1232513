"""Soft mattes of hair: the enlarged probability against finer ways, on drawn portraits and on masks of photographs.

    python benchmarks/mattes.py --cache FOLDER [--head HEAD] [--folder FIGARO ...] [--sheets FOLDER]

The 100 drawn portraits of the test pool, drawn at 448 x 448, know the coverage of every pixel. SAD is the sum of
absolute differences in thousands of pixels, MSE their mean square times 1,000, and the gradient error the sum of
squared differences of the lengths of gradients (Gaussian derivatives, sigma 1.4) in thousands, as in Rhemann et al., "A
perceptually motivated online benchmark for image matting" (CVPR 2009). Of photographs a class mask is known: boundary
F1 (2 pixels) and F1 of the pixels of which half or more is hair. Intervals are 95 % of 1,000 bootstrap samples of
pictures, of the change against the first row. `--sheets` cuts the hair of ten photographs of each test pool out, on
black, green and white in turn: photo, what `--cutout` makes of the probability, and the last way.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table
from finer_edges import framed, guided
from matte_head import Weights, matte
from matte_training import Examples, examples

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, HAIR
from hairnet_data.sources.folder.source import Folder
from hairnet_model.effects import matting, oklab, unlikeness
from hairnet_model.effects.grid import Grid
from hairnet_model.evaluation.boundary import boundary_counts

Floats = NDArray[np.float32]
PORTRAITS, SHOWN = 100, 10
GROUNDS = ((0, 0, 0), (0, 200, 0), (255, 255, 255))


def ways(image: Pixels, likely: Floats, face: Floats, head: Weights | None) -> Iterator[tuple[str, Floats]]:
    """Names of the ways, and the matte that each makes: float32 (H, W), 0..1."""
    yield "probability, enlarged", likely
    yield "what `--cutout hair` makes of it", np.clip((likely - 0.05) / 0.9, 0, 1)
    radius = max(2, 8 * len(image) // 448)
    yield "guided filter", np.clip(guided(image, likely[..., None], radius)[..., 0], 0, 1)
    yield "colour line, as `--recolour` has it", colour_line(image, likely)
    if head is not None:
        seen = image[None].astype(np.float32) / 255
        yield "trained head", np.clip(matte(np, head, seen, likely[None], face[None])[0], 0, 1)


def colour_line(image: Pixels, likely: Floats) -> Floats:
    """The share of hair by the place between the two colours, see `effects.matting`."""
    grid, likely = Grid.of(*likely.shape), np.ascontiguousarray(likely)
    sides = matting.sides(image, likely, grid)
    if sides is None:
        return np.zeros_like(likely)
    hair, other, inside = (
        grid.enlarged(cells, slice(0, len(likely))) for cells in (sides.hair, sides.other, sides.inside)
    )
    pixels = oklab.from_srgb(image).reshape(-1, 3)
    flat = likely.ravel(), inside.ravel(), hair.reshape(-1, 3), other.reshape(-1, 3)
    metric = unlikeness.metric(image, likely, sides, grid)
    return matting.share_of_hair(pixels, *flat, metric).reshape(likely.shape)


def errors(found: Floats, truth: Floats, where: NDArray[np.bool_]) -> tuple[float, float, float]:
    """SAD, MSE and gradient error over some pixels, in the units of the module's docstring."""
    apart = np.abs(found.astype(np.float64) - truth)[where]
    gradients = (slope(found) - slope(truth))[where]
    square = (apart**2).sum() / max(1, apart.size)  # a picture without hair has no edge
    return float(apart.sum() / 1e3), float(square * 1e3), float((gradients**2).sum() / 1e3)


def slope(alpha: Floats, sigma: float = 1.4) -> NDArray[np.float64]:
    """Lengths of the gradient by normalized derivatives of a Gaussian, as the published evaluation computes them."""
    reach = int(np.ceil(sigma * np.sqrt(-2 * np.log(np.sqrt(2 * np.pi) * sigma * 1e-2))))
    at = np.arange(-reach, reach + 1, dtype=np.float64)
    bell = np.exp(-(at**2) / (2 * sigma**2))
    kernel = np.outer(bell, at * bell)
    kernel /= np.sqrt((kernel**2).sum())
    across, down = (
        cv2.filter2D(alpha.astype(np.float64), -1, k, borderType=cv2.BORDER_REPLICATE) for k in (kernel, kernel.T)
    )
    return np.hypot(across, down)


def soft_band(truth: Floats) -> NDArray[np.bool_]:
    """What lies near the hair's edge: 10 pixels at 448."""
    kernel = np.ones((2 * (10 * len(truth) // 448) + 1,) * 2)
    outer, inner = (
        cv2.dilate((truth > 0.02).astype(np.uint8), kernel),
        cv2.erode((truth > 0.98).astype(np.uint8), kernel),
    )
    return np.asarray(outer > inner)


def on_drawn(some: Examples, head: Weights | None) -> str:
    """The table of the drawn portraits."""
    rows: dict[str, list[tuple[float, ...]]] = {}
    for image, likely, face, target in zip(some.images, some.likely, some.faces, some.targets, strict=True):
        truth = target.astype(np.float32) / 255
        band, everywhere = soft_band(truth), np.ones(truth.shape, bool)
        timed = ways(image, np.float32(likely / 255), np.float32(face / 255), head)
        started = time.process_time()
        for name, alpha in timed:
            spent = 1e3 * (time.process_time() - started)
            rows.setdefault(name, []).append((*errors(alpha, truth, everywhere), *errors(alpha, truth, band), spent))
            started = time.process_time()
    first, *_ = (np.array(row) for row in rows.values())
    lines = []
    for name, row in rows.items():
        values = np.array(row)
        means = values.mean(0)
        if values.shape == first.shape and np.array_equal(values[:, :6], first[:, :6]):
            lines.append([name, *(f"{value:.2f}" for value in means[:6]), ""])
            continue
        low, high = relative(values[:, :6], first[:, :6])
        cells = [f"{value:.2f} ({a:+.0f} to {b:+.0f} %)" for value, a, b in zip(means[:6], low, high, strict=True)]
        lines.append([name, *cells, f"{means[6]:.0f}"])
    head_line = ["way", *(f"{name}{where}" for where in ("", ", edge") for name in ("SAD", "MSE", "gradient")), "ms"]
    return table(head_line, lines)


def relative(values: NDArray[Any], reference: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """95 % intervals of the change of each column's mean, in per cent."""
    samples = np.random.default_rng(0).integers(0, len(values), (1000, len(values)))
    change = 100 * (values[samples].mean(1) / reference[samples].mean(1) - 1)
    low, high = np.percentile(change, [2.5, 97.5], axis=0)
    return low, high


def on_masks(folder: Path, some: Examples, head: Weights | None) -> str:
    """The table of a folder's test pool, whose class masks are known."""
    rows: dict[str, list[list[float]]] = {}
    for number, (image, mask) in enumerate(framed(Folder.open(folder))):
        truth = np.where(mask == HAIR, HAIR, BACKGROUND).astype(np.uint8)
        likely, face = (np.float32(part[number] / 255) for part in (some.likely, some.faces))
        for name, alpha in ways(image, likely, face, head):
            found = np.where(alpha >= 0.5, HAIR, BACKGROUND).astype(np.uint8)
            edge = np.asarray(boundary_counts(truth, found, 2 / len(image)))[0]
            both = (truth == HAIR) & (found == HAIR)
            areas = [np.count_nonzero(part) for part in (both, found, truth)]
            rows.setdefault(name, []).append([*edge, *areas])
    first = np.array(next(iter(rows.values())))
    samples = np.random.default_rng(0).integers(0, len(first), (1000, len(first)))
    lines = []
    for name, row in rows.items():
        counts = np.array(row)
        gains = [f1s(counts[sample]) - f1s(first[sample]) for sample in samples]
        low, high = np.percentile(gains, [2.5, 97.5], axis=0)
        cells = [f"{f1:.1f} ({a:+.1f} to {b:+.1f})" for f1, a, b in zip(f1s(counts), low, high, strict=True)]
        lines.append([name, *cells])
    return table([f"way ({folder.name}, {len(first)})", "boundary F1, hair", "F1, hair"], lines)


def f1s(counts: NDArray[Any]) -> NDArray[Any]:
    """Boundary F1 and F1 of hair, in per cent, pooled over pictures."""
    total = counts.sum(0)
    precision, recall = total[0] / total[1], total[2] / total[3]
    return 100 * np.array([2 * precision * recall / (precision + recall), 2 * total[4] / (total[5] + total[6])])


def draw_sheets(folder: Path, some: Examples, name: str, head: Weights | None) -> None:
    """Cut-outs of ten photographs, two a sheet."""
    tiles = []
    for place, number in enumerate(range(0, len(some.images), max(1, len(some.images) // SHOWN))):
        image, likely, face = (part[number] for part in (some.images, some.likely, some.faces))
        _, (_, cut), *_, (_, last) = ways(image, np.float32(likely / 255), np.float32(face / 255), head)
        ground = np.array(GROUNDS[place % 3])
        made = [alpha[..., None] * image + (1 - alpha[..., None]) * ground for alpha in (cut, last)]
        tiles.append(np.concatenate([image, *made], 1))
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, 2 * (SHOWN // 2), 2):
        sheet = np.rint(np.concatenate(tiles[start : start + 2])).astype(np.uint8)
        cv2.imwrite(str(folder / f"{name}_{start}.png"), sheet[..., ::-1])


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="keeps portraits and probabilities")
    parser.add_argument("--head", type=Path, help="of matte_training.py")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="as for the source `folder`")
    parser.add_argument("--sheets", type=Path, help="a folder for pictures of the photographs")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    head = dict(np.load(given.head)) if given.head else None
    print(machine(), "\n")
    for some in examples(given.cache, None, "test", PORTRAITS):
        print(f"{len(some.images)} drawn portraits, {some.images.shape[1]} x {some.images.shape[2]}\n")
        print(on_drawn(some, head), "\n")
    for folder in given.folder:
        large, _ = examples(given.cache, folder, "test")
        print(on_masks(folder, large, head), "\n")
        if given.sheets:
            draw_sheets(given.sheets, large, folder.name, head)


if __name__ == "__main__":
    main()
