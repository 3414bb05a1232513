"""Trains the head of `matte_head.py`, which does not ship: see docs/results.md.

    python benchmarks/matte_training.py --cache FOLDER --folder FIGARO --folder CELEBAMASK --out head.npz
    python benchmarks/mattes.py --head head.npz

1,200 drawn portraits of 448 x 448 give their mattes, the train pools of the folders bounds: 1 more than 12 pixels
inside the hair of the mask, 0 more than 29 outside, nothing between. It trains on JAX, on one thread, with
probabilities that are computed once and kept in `--cache`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from finer_edges import framed
from matte_head import Floats, Weights, initial, matte

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import HAIR
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.source import Folder
from hairnet_model.inference import letterbox
from hairnet_model.inference.engines import Engine, finer_engine, open_engine
from hairnet_model.inference.finer import SHARE

SIDE, SMALL = 448, 224
PATCH, BATCH, REAL = 128, 16, 6  # pixels of a side; patches of a step; and how many of those are photographs'


@dataclass(frozen=True, eq=False)
class Examples:
    """Pictures of one size with probabilities and targets.

    Attributes:
        images: uint8 (N, S, S, 3) RGB.
        likely: uint8 (N, S, S), the probability of hair times 255.
        faces: the same of face.
        targets: uint8 (N, S, S), the matte times 255; 128 in the whole where bounds leave it open.
        drawn: whether the targets are mattes, else bounds.
    """

    images: Pixels
    likely: Pixels
    faces: Pixels
    targets: Pixels
    drawn: bool


def looks(image: Pixels, first: Engine, fine: Engine) -> list[tuple[Pixels, Pixels]]:
    """A picture of 448 x 448 with the probabilities that `predict` averages, and at 224 with those of the first look.

    Args:
        image: uint8 (448, 448, 3) RGB.
        first: the network for squares of 224.
        fine: that for squares of 448.
    """
    small = letterbox.frame(image, SMALL)
    seen = first(small[None])[0]
    enlarged = np.asarray(cv2.resize(seen, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.float32)
    both = (1 - SHARE) * enlarged + SHARE * fine(image[None])[0]
    return [(image, np.rint(255 * both).astype(np.uint8)), (small, np.rint(255 * seen).astype(np.uint8))]


def bounds(mask: Pixels) -> Pixels:
    """What a mask says of the matte: 255 deep inside the hair, 0 far outside, 128 between."""
    hair = (mask == HAIR).astype(np.uint8)
    inner, outer = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)) for side in (25, 59))
    target = np.full(mask.shape, 128, np.uint8)
    target[cv2.dilate(hair, outer) == 0] = 0
    target[cv2.erode(hair, inner, borderType=cv2.BORDER_REPLICATE) > 0] = 255
    return target


def portraits(folder: Path | None, pool: str, count: int) -> Iterator[tuple[Pixels, Pixels]]:
    """Pictures of 448 x 448 with targets: drawn ones with their mattes, or a folder's with bounds."""
    if folder is None:
        drawn = Drawn(train=count, validation=count, test=count, size=SIDE)
        for number in range(count):
            portrait = drawn.load(f"{pool}_{number:05d}")
            assert portrait.alpha is not None, "a drawing knows its matte"
            yield portrait.image, portrait.alpha
    else:
        for image, mask in framed(Folder.open(folder), pool):
            yield image, bounds(mask)


def examples(cache: Path, folder: Path | None, pool: str, count: int = 1200) -> list[Examples]:
    """The examples of a source at both sizes, computed or from the cache."""
    path = cache / f"{'drawn' if folder is None else folder.name}_{pool}.npz"
    if not path.exists():
        first, open_finer = open_engine(None, None), finer_engine(None)
        assert open_finer is not None, "`hairnet` comes with a finer network"
        fine = open_finer()
        found: list[list[Pixels]] = [[] for _ in range(6)]
        for image, target in portraits(folder, pool, count):
            halved = np.asarray(cv2.resize(target, (SMALL, SMALL), interpolation=cv2.INTER_AREA), np.uint8)
            if folder is not None:
                halved = np.where(np.isin(halved, (0, 255)), halved, 128).astype(np.uint8)
            (large, near), (small, far) = looks(image, first, fine)
            for kept, value in zip(found, (large, small, near[..., 1:], far[..., 1:], target, halved), strict=True):
                kept.append(value)
        np.savez(path, **dict(zip(_ARRAYS, map(np.stack, found), strict=True)))
    with np.load(path) as kept:
        im448, im224, p448, p224, a448, a224 = (kept[name] for name in _ARRAYS)
    drawn = folder is None
    return [
        Examples(im448, p448[..., 0], p448[..., 1], a448, drawn),
        Examples(im224, p224[..., 0], p224[..., 1], a224, drawn),
    ]


_ARRAYS = ("im448", "im224", "p448", "p224", "a448", "a224")


class Sampler:
    """Draws patches: mirrored, turned, recoloured, blurred, with noise."""

    def __init__(self, sets: list[list[Examples]], seed: int = 0) -> None:
        """Takes the sets, drawn portraits first, each at both sizes."""
        self._sets, self._rng = sets, np.random.default_rng(seed)

    def batch(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Image (N, 128, 128, 3), probabilities of hair and face, target, and weight of each pixel, (N, 128, 128)."""
        others = len(self._sets) - 1
        drawn = BATCH - REAL if others else BATCH
        patches = [self._patch(self._sets[0] if i < drawn else self._sets[1 + i % others]) for i in range(BATCH)]
        image, likely, face, target, weight = (np.stack(part).astype(np.float32) for part in zip(*patches, strict=True))
        return image, likely, face, target, weight

    def _patch(self, sizes: list[Examples]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        rng = self._rng
        while True:
            some = sizes[int(rng.random() < 0.4)]
            number = rng.integers(len(some.images))
            top, left = rng.integers(0, some.images.shape[1] - PATCH + 1, 2)
            region = np.s_[number, top : top + PATCH, left : left + PATCH]
            if some.targets[region].min() != some.targets[region].max() or rng.random() > 0.5:
                break
        parts = [some.images[region], some.likely[region], some.faces[region], some.targets[region]]
        image, likely, face, target = (np.asarray(part, np.float32) / 255 for part in self._turned(parts))
        weight = _of_mattes(likely, target) if some.drawn else _of_bounds(likely, target)
        return self._recoloured(image), likely, face, target, weight

    def _turned(self, parts: list[Pixels]) -> list[Pixels]:
        for chance, axes in ((0.5, (0, -1)), (0.3, (-1, 0))):
            if self._rng.random() < chance:
                parts = [part[:: axes[0] or 1, :: axes[1] or 1] for part in parts]
        return [np.swapaxes(part, 0, 1) for part in parts] if self._rng.random() < 0.3 else parts

    def _recoloured(self, image: Floats) -> Floats:
        rng = self._rng
        if rng.random() < 0.8:
            image = image ** np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.15, 3)) * np.exp(rng.normal(0, 0.2))
        if rng.random() < 0.3:
            image = image + rng.normal(0, rng.uniform(0, 0.03), image.shape)
        if rng.random() < 0.25:
            image = cv2.GaussianBlur(np.ascontiguousarray(image), (0, 0), rng.uniform(0.4, 1.1))
        return np.asarray(np.clip(image, 0, 1), np.float32)


def _of_mattes(likely: Floats, target: Floats) -> Floats:
    """Edges count more; and places where the network is wrong on the whole, which pixels cannot correct, less."""
    wrong = cv2.blur(np.ascontiguousarray(likely - target), (49, 49))
    kernel = np.ones((17, 17))
    edge = cv2.dilate((target > 0.02).astype(np.float32), kernel) - cv2.erode(
        (target > 0.98).astype(np.float32), kernel
    )
    return np.asarray((0.6 + 0.4 * np.exp(-(wrong**2) / 0.08)) * (0.4 + 0.6 * edge), np.float32)


def _of_bounds(likely: Floats, target: Floats) -> Floats:
    """Nothing between the bounds, nor where the network contradicts them."""
    return np.asarray(np.where((np.abs(target - 0.5) > 0.3) & (np.abs(likely - target) < 0.7), 0.6, 0), np.float32)


def train(sets: list[list[Examples]], steps: int, rate: float = 4e-3) -> dict[str, Floats]:
    """Trains a head with Adam along a cosine; returns averaged weights. The loss has gradients at three scales."""
    import jax
    import jax.numpy as jnp

    drawn = BATCH - REAL if len(sets) > 1 else BATCH

    def loss(weights: Weights, batch: tuple[Any, ...]) -> Any:
        image, likely, face, target, weight = batch
        free = matte(jnp, weights, image, likely, face)
        alpha = jnp.clip(free, 0, 1)
        error = 0.3 * jnp.abs(alpha - target) + 3 * (alpha - target) ** 2 + 0.1 * jnp.abs(free - alpha)
        total, rough = (weight * error).sum() / weight.sum(), ((alpha - target) * weight)[:drawn]
        for scale in (1, 2, 4):
            jumps = jnp.abs(jnp.diff(rough, axis=1)).mean() + jnp.abs(jnp.diff(rough, axis=2)).mean()
            total = total + 0.5 * scale * jumps / weight[:drawn].mean()
            n, h, w = rough.shape
            rough = rough.reshape(n, h // 2, 2, w // 2, 2).mean((2, 4))
        return total

    @jax.jit
    def step(state: Any, batch: Any, number: Any, rate: Any) -> tuple[Any, Any]:
        weights, mean, square, average = state
        value, slopes = jax.value_and_grad(loss)(weights, batch)
        norm = jnp.sqrt(sum((slope**2).sum() for slope in slopes.values()))
        for name, slope in slopes.items():
            slope = slope / jnp.maximum(norm, 1)
            mean = {**mean, name: 0.9 * mean[name] + 0.1 * slope}
            square = {**square, name: 0.99 * square[name] + 0.01 * slope**2}
            change = mean[name] / (1 - 0.9**number) / (jnp.sqrt(square[name] / (1 - 0.99**number)) + 1e-8)
            weights = {**weights, name: weights[name] - rate * (change + 1e-3 * weights[name])}
        keep = jnp.minimum(0.995, number / (number + 10))
        average = {name: keep * average[name] + (1 - keep) * weights[name] for name in weights}
        return (weights, mean, square, average), value

    sampler = Sampler(sets)
    weights = {name: jnp.asarray(value) for name, value in initial(np.random.default_rng(0)).items()}
    zeros = {name: jnp.zeros_like(value) for name, value in weights.items()}
    state, values = (weights, zeros, zeros, weights), []
    for number in range(1, steps + 1):
        speed = rate * min(20 * number / steps, 0.02 + 0.49 * (1 + np.cos(np.pi * number / steps)))
        state, value = step(state, sampler.batch(), np.float32(number), np.float32(speed))
        values.append(float(value))
        if number % 200 == 0:
            print(f"step {number}: loss {np.mean(values[-200:]):.4f}", file=sys.stderr, flush=True)
    return {name: np.asarray(value) for name, value in state[3].items()}


def main() -> None:
    """Trains and writes the head."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="keeps portraits and probabilities, 3 GB")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="as for the source `folder`")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--out", type=Path, required=True, help="an .npz file")
    arguments = parser.parse_args()
    # JAX reads this when it starts.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    sets = [examples(arguments.cache, folder, "train") for folder in (None, *arguments.folder)]
    weights = train(sets, arguments.steps)
    np.savez(arguments.out, **weights)
    print(f"{arguments.out}: {sum(value.size for value in weights.values()):,} parameters")


if __name__ == "__main__":
    main()
