"""A small head that turns hair probability and pixels into a matte. It does not ship: see docs/results.md.

In cells of 4 x 4 pixels it computes what the filter of `finer_edges.guided` computes in windows: coefficients of a
linear function of red, green, blue and the probability. It is told the colours of sure hair and of what is surely none
nearby, and where a pixel lies between the two. `matte_training.py` trains it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, BLOCKS = 24, 2
Floats = NDArray[np.float32]
Weights = Mapping[str, Any]


def matte(xp: Any, weights: Weights, image: Any, likely: Any, face: Any) -> Any:
    """The head's matte, before it is clipped to 0..1.

    Args:
        xp: `numpy` or `jax.numpy`.
        weights: of `initial` or a trained file.
        image: float32 (N, S, S, 3), 0..1; S a multiple of 16.
        likely: float32 (N, S, S), the probability of hair.
        face: the same of face.

    Returns:
        float32 (N, S, S).
    """
    rgb, hair = _cells(image - 0.5), _cells(likely[..., None])
    n, h, w = rgb.shape[:3]
    own, other = xp.split(_colours(xp, rgb, hair), 2, -1)
    way = own[..., :3] - other[..., :3]
    length = (way * way).sum(-1, keepdims=True)
    slope = way / (length + 0.005)
    start = -(other[..., :3] * slope).sum(-1, keepdims=True)
    place = (rgb * slope[..., None, :]).sum(-1) + start
    pixels = xp.concatenate([rgb, hair - 0.5, _cells(face[..., None]) - 0.5], -1).reshape(n, h, w, 80)
    facts = [xp.clip(place, -0.5, 1.5) - 0.5, way, own[..., 3:] - 0.5, other[..., 3:] - 0.5, xp.sqrt(length + 1e-6)]
    x = xp.maximum(xp.concatenate([pixels, *facts], -1) @ weights["stem"] + weights["stem_bias"], 0)
    for i in range(BLOCKS):
        around = sum(part * weights[f"depth{i}"][k] for k, part in enumerate(_shifted(xp, x, "constant")))
        x = x + xp.maximum(around @ weights[f"point{i}"] + weights[f"point{i}_bias"], 0)
    out = x @ weights["out"] + weights["out_bias"]
    trust = out[..., 5:]  # from the probability to the place between the two colours
    linear = out[..., :5] + xp.concatenate([trust * slope, -trust, trust * (start - 0.5)], -1)
    fine = xp.einsum("nhwsk,as->nhwak", xp.stack(_shifted(xp, linear, "edge"), 3), _BILINEAR)
    alpha = hair[..., 0] + (fine[..., :3] * rgb).sum(-1) + fine[..., 3] * (hair[..., 0] - 0.5) + fine[..., 4]
    return alpha.reshape(n, h, w, 4, 4).transpose(0, 1, 3, 2, 4).reshape(n, h * 4, w * 4)


def _cells(x: Any) -> Any:
    """From pixels (N, S, S, C) to cells (N, S/4, S/4, 16, C)."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 4, 4, w // 4, 4, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, h // 4, w // 4, 16, c)


def _colours(xp: Any, rgb: Any, hair: Any) -> Any:
    """Mean colours of sure hair and of what is surely none near each cell, with how much there is: (N, h, w, 8)."""
    n, h, w = rgb.shape[:3]

    def smoothstep(x: Any) -> Any:
        at = xp.clip((x - 0.6) / 0.35, 0, 1)
        return at * at * (3 - 2 * at)

    sure, none = smoothstep(hair), smoothstep(1 - hair)
    sums = xp.concatenate([(sure * rgb).mean(3), sure.mean(3), (none * rgb).mean(3), none.mean(3)], -1)
    near = sums.reshape(n, h // 2, 2, w // 2, 2, 8).mean((2, 4))
    far = near.reshape(n, h // 4, 2, w // 4, 2, 8).mean((2, 4))
    everywhere = near.mean((1, 2), keepdims=True)
    for _ in range(3):
        near = sum(_shifted(xp, near, "edge")) / 9
    for _ in range(6):
        far = sum(_shifted(xp, far, "edge")) / 9
    sums = near + 0.05 * xp.repeat(xp.repeat(far, 2, 1), 2, 2) + 0.0005 * everywhere
    sums = _twice(xp, _twice(xp, sums, 1), 2)
    return xp.concatenate(
        [
            part
            for k in (0, 4)
            for part in (sums[..., k : k + 3] / (sums[..., k + 3 : k + 4] + 1e-5), sums[..., k + 3 : k + 4])
        ],
        -1,
    )


def _shifted(xp: Any, x: Any, mode: str) -> list[Any]:
    """The nine neighbours of every cell."""
    h, w = x.shape[1:3]
    padded = xp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode=mode)
    return [padded[:, i : i + h, j : j + w] for i in range(3) for j in range(3)]


def _twice(xp: Any, x: Any, axis: int) -> Any:
    """Twice as many values along an axis, bilinearly."""
    length = x.shape[axis]
    padded = xp.pad(x, [(1, 1) if k == axis else (0, 0) for k in range(4)], mode="edge")
    before, after = xp.split(padded, [length], axis)[0], xp.split(padded, [2], axis)[1]
    pairs = xp.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
    return pairs.reshape([2 * n if k == axis else n for k, n in enumerate(x.shape)])


def _bilinear() -> Floats:
    """Weights of a cell's nine neighbours for each of its 16 pixels, (16, 9)."""
    at = np.array([-0.375, -0.125, 0.125, 0.375])
    line = np.stack([np.maximum(-at, 0), 1 - np.abs(at), np.maximum(at, 0)], 1)
    return np.einsum("ai,bj->abij", line, line).reshape(16, 9).astype(np.float32)


_BILINEAR = _bilinear()


def initial(rng: np.random.Generator) -> dict[str, Floats]:
    """Fresh weights."""

    def kernel(*shape: int, gain: float = 1.4) -> Floats:
        return np.asarray(rng.normal(size=shape) / np.sqrt(shape[0]) * gain, np.float32)

    weights = {"stem": kernel(102, WIDTH), "stem_bias": np.zeros(WIDTH, np.float32)}
    for i in range(BLOCKS):
        weights[f"depth{i}"] = kernel(9, WIDTH, gain=0.45) + 0.5 * np.eye(9, dtype=np.float32)[4][:, None]
        weights[f"point{i}"], weights[f"point{i}_bias"] = kernel(WIDTH, WIDTH, gain=1), np.zeros(WIDTH, np.float32)
    return {**weights, "out": kernel(WIDTH, 6, gain=0.03), "out_bias": np.array([0, 0, 0, 0, 0, 0.1], np.float32)}
