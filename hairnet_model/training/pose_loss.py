"""What the training of the pose head makes small."""

from __future__ import annotations

import math
from typing import Any

from keras import ops

from hairnet_model.networks.pose_outputs import NUMBERS

CENTRE, SIZE, SURE = 2.0, 0.5, 1.0
"""Weights of the distance of the centres in frames, of the difference of the logarithms of the sizes, and of the binary
cross-entropy of `sure`, beside the angle between the rotations in radians."""


def pose_loss(targets: Any, outputs: Any) -> Any:
    """The mean loss of a batch.

    Examples whose pose is not known count for `sure` alone.

    Args:
        targets: float32 (N, 11) of `pose_outputs.targets`.
        outputs: float32 (N, 1, 1, 10) of `pose_head.create`.
    """
    outputs = ops.reshape(outputs, (-1, NUMBERS))
    known, is_head = targets[:, NUMBERS], targets[:, NUMBERS - 1]
    angle = geodesic(targets[:, :6], outputs[:, :6])
    apart = ops.sqrt(ops.sum(ops.square(targets[:, 6:8] - outputs[:, 6:8]), -1) + 1e-8)
    scale = ops.abs(targets[:, 8] - outputs[:, 8])
    logit = outputs[:, NUMBERS - 1]
    unsure = ops.relu(logit) - logit * is_head + ops.log1p(ops.exp(-ops.abs(logit)))
    pose = ops.sum(known * (angle + CENTRE * apart + SIZE * scale)) / ops.maximum(ops.sum(known), 1.0)
    return pose + SURE * ops.mean(unsure)


def geodesic(one: Any, other: Any) -> Any:
    """Angles in radians between rotations of six numbers each, (N, 6), see `rotations.from_six`.

    As twice the arc sine of half the chord, whose slope is finite everywhere but at half a turn.
    """
    squares = sum(ops.sum(ops.square(a - b), -1) for a, b in zip(_columns(one), _columns(other), strict=True))
    return 2 * ops.arcsin(ops.minimum(ops.sqrt(squares / 8 + 1e-8), math.sin(0.495 * math.pi)))


def _columns(six: Any) -> tuple[Any, Any, Any]:
    first = _normalized(six[:, :3])
    second = _normalized(six[:, 3:6] - ops.sum(first * six[:, 3:6], -1, keepdims=True) * first)
    return first, second, ops.cross(first, second)


def _normalized(vectors: Any) -> Any:
    return vectors / ops.sqrt(ops.sum(ops.square(vectors), -1, keepdims=True) + 1e-8)
