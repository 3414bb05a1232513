"""What training minimises, in `keras.ops` alone.

A pixel without a label (see `partial_labels`) takes part in a loss with what is known of it. That it may have
but some of the classes costs -log of the sum of their probabilities, the marginal likelihood of learning from
partial labels (Fang, Yan: "Multi-organ segmentation over partially labeled datasets with multi-scale feature
abstraction", 2020; Shi, Xiao, Chen, Zhou: "Marginal loss and exclusion loss for partially supervised multi-organ
segmentation", 2021). It matters where only hair is labelled: if all else were left out, every pixel that has a label
would be hair, and hair everywhere would be the best answer.

A loss is made of sums over the batch. Where several devices share the batch, each has the sums of its part, and
`summed` adds them up before the loss is made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from hairnet_data.core.classes import FACE, HAIR, NAMES
from hairnet_model.data.partial_labels import POSSIBLE, UNSURE

Loss = Callable[..., Any]
"""From truth, a head's outputs and perhaps `summed` to a scalar."""

Summed = Callable[[list[Any]], list[Any]]
"""Adds up sums over the devices that have parts of a batch."""

_LEAST = 1e-30  # a probability: logits 69 apart; below that float32 soon has none


def _own(sums: list[Any]) -> list[Any]:
    return sums


def cross_entropy_dice(truth: Any, logits: Any, summed: Summed = _own) -> Any:
    """Mean cross-entropy plus half the mean Dice loss of hair and face.

    Cross-entropy counts pixels, so large classes rule it; the Dice loss (Milletari, Navab, Ahmadi: "V-Net", 2016)
    counts overlap. It is pooled over the batch: a single negative has no overlap to count.

    The mean is over the pixels of which something is known. In the Dice loss of a class, pixels that may have the
    class or not are left out; where they cannot have it, what is found counts as too much.

    Args:
        truth: integer (N, H, W) class ids, and what is known of pixels without a label as `partial_labels` has it.
        logits: (N, H, W, 3).
        summed: where several devices have parts of the batch, adds up what each has.

    Returns:
        A scalar, 0 for certainty in the right classes.
    """
    logs = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    sums = _by_labels(truth, lambda: _of_labels(truth, logs), lambda: _of_some_labels(truth, logs))
    entropy, pixels, shared, both = summed(list(sums))
    dice = (2 * shared + 1) / (both + 1)  # + 1: a batch without a class asks for none of it, and never divides by 0
    mean_dice = ops.mean(ops.take(dice, ops.convert_to_tensor([HAIR, FACE]), axis=0))
    return entropy / ops.maximum(pixels, 1.0) + 0.5 * (1 - mean_dice)


def _by_labels(truth: Any, all_labelled: Callable[[], Any], some: Callable[[], Any]) -> Any:
    """Takes the plain way where every pixel has a label: most datasets never pay for the other one.

    Nothing may be added up over devices on either way: one may go this way and another that way.
    """
    return ops.cond(ops.any(ops.greater_equal(truth, UNSURE)), some, all_labelled)


def _of_labels(truth: Any, logs: Any) -> tuple[Any, Any, Any, Any]:
    """Sums over all pixels: cross-entropy, the pixels it is of; what truth and prediction share of each class, both."""
    wanted = ops.one_hot(ops.cast(truth, "int32"), len(NAMES), dtype="float32")
    found = ops.exp(logs)
    return (-ops.sum(wanted * logs), ops.cast(ops.size(truth), "float32"), *_overlap(wanted, found, found))


def _of_some_labels(truth: Any, logs: Any) -> tuple[Any, Any, Any, Any]:
    """The same, over the pixels and classes of which something is known."""
    possible, wanted, decided = _known(truth)
    telling = ops.cast(ops.less(ops.sum(possible, axis=-1), len(NAMES)), "float32")
    found = ops.exp(logs)
    likely = ops.log(ops.sum(possible * found, axis=-1) + _LEAST)
    return (-ops.sum(telling * likely), ops.sum(telling), *_overlap(wanted, found, found * decided))


def _known(truth: Any) -> tuple[Any, Any, Any]:
    """Of every pixel and class, float32 (N, H, W, 3): whether it may have it, has it, and whether that is decided."""
    truth = ops.cast(truth, "int32")
    possible = ops.take(ops.convert_to_tensor(POSSIBLE), truth, axis=0)
    labelled = ops.expand_dims(ops.cast(ops.less(truth, UNSURE), "float32"), -1)
    return possible, possible * labelled, 1.0 - possible * (1.0 - labelled)


def _overlap(wanted: Any, found: Any, counted: Any) -> tuple[Any, Any]:
    """Of every class, (3,), what is shared and what both have; `counted` is what was found where it may be judged."""
    every = (0, 1, 2)
    return ops.sum(wanted * found, axis=every), ops.sum(wanted, axis=every) + ops.sum(counted, axis=every)


def squares_2019(truth: Any, maps: Any, summed: Summed = _own) -> Any:
    """Mean squared error of the two maps (face, hair) against 0 and 255, as HairNet was trained in 2019.

    The mean leaves out the maps of pixels that may be of their class or not.

    Args:
        truth: as for `cross_entropy_dice`.
        maps: (N, H, W, 2).
        summed: as for `cross_entropy_dice`.
    """
    maps = ops.cast(maps, "float32")

    def all_labelled() -> tuple[Any, Any]:
        ids = ops.cast(truth, "int32")
        wanted = ops.cast(ops.stack([ops.equal(ids, FACE), ops.equal(ids, HAIR)], axis=-1), "float32")
        return ops.sum(ops.square(maps - 255.0 * wanted)), ops.cast(ops.size(maps), "float32")

    def some() -> tuple[Any, Any]:
        _, wanted, decided = _known(truth)
        order = ops.convert_to_tensor([FACE, HAIR])
        wanted, decided = ops.take(wanted, order, axis=-1), ops.take(decided, order, axis=-1)
        return ops.sum(decided * ops.square(maps - 255.0 * wanted)), ops.sum(decided)

    squares, many = summed(list(_by_labels(truth, all_labelled, some)))
    return squares / ops.maximum(many, 1.0)


LOSSES: dict[str, Loss] = {"classes": cross_entropy_dice, "maps_2019": squares_2019}
"""The loss of each head."""
