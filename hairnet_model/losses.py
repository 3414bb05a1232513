"""What training minimises, in `keras.ops` alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from hairnet_data.classes import FACE, HAIR, NAMES

Loss = Callable[[Any, Any], Any]


def cross_entropy_dice(truth: Any, logits: Any) -> Any:
    """Mean cross-entropy plus half the mean Dice loss of hair and face.

    Cross-entropy counts pixels, so large classes rule it; the Dice loss (Milletari, Navab, Ahmadi: "V-Net", 2016)
    counts overlap. It is pooled over the batch: a single negative has no overlap to count.

    Args:
        truth: integer (N, H, W) class ids.
        logits: (N, H, W, 3).

    Returns:
        A scalar, 0 for certainty in the right classes.
    """
    logs = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    wanted = ops.one_hot(ops.cast(truth, "int32"), len(NAMES), dtype="float32")
    entropy = -ops.mean(ops.sum(wanted * logs, axis=-1))
    found = ops.exp(logs)
    shared = ops.sum(wanted * found, axis=(0, 1, 2))
    both = ops.sum(wanted, axis=(0, 1, 2)) + ops.sum(found, axis=(0, 1, 2))
    dice = (2 * shared + 1) / (both + 1)  # + 1: a batch without a class asks for none of it, and never divides by 0
    return entropy + 0.5 * (1 - ops.mean(ops.take(dice, ops.convert_to_tensor([HAIR, FACE]), axis=0)))


def squares_2019(truth: Any, maps: Any) -> Any:
    """Mean squared error of the two maps (face, hair) against 0 and 255, as HairNet was trained in 2019.

    Args:
        truth: integer (N, H, W) class ids.
        maps: (N, H, W, 2).
    """
    truth = ops.cast(truth, "int32")
    wanted = ops.stack([ops.equal(truth, FACE), ops.equal(truth, HAIR)], axis=-1)
    return ops.mean(ops.square(ops.cast(maps, "float32") - 255.0 * ops.cast(wanted, "float32")))


LOSSES: dict[str, Loss] = {"classes": cross_entropy_dice, "maps_2019": squares_2019}
"""The loss of each head."""
