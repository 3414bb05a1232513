"""The losses that training minimises, in `keras.ops` alone.

A pixel without a label (see `partial_labels`) contributes to a loss if it cannot have every class. One that may have
some of the classes costs -log of the sum of their probabilities, the marginal likelihood of learning from
partial labels (Fang, Yan: "Multi-organ segmentation over partially labeled datasets with multi-scale feature
abstraction", 2020; Shi, Xiao, Chen, Zhou: "Marginal loss and exclusion loss for partially supervised multi-organ
segmentation", 2021). It matters if only hair is labelled: if everything else were left out, every pixel with a label
would be hair, and hair everywhere would be the best answer.

A loss is computed from sums over the batch. If several devices share the batch, each has the sums of its part, and
`all_reduce` adds them up before the loss is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import ops

from hairnet_data.core.classes import FACE, HAIR, NAMES
from hairnet_model.data.partial_labels import POSSIBLE, UNSURE
from hairnet_model.evaluation.metrics import BLOB

Loss = Callable[..., Any]
"""From truth, outputs of a head and optionally an `AllReduce` to a scalar."""

AllReduce = Callable[[list[Any]], list[Any]]
"""Adds up tensors over the devices that have parts of a batch."""

_EPSILON = 1e-30  # added to a probability: that of logits 69 apart; float32 cannot represent much less


def _one_device(sums: list[Any]) -> list[Any]:
    return sums


def cross_entropy_dice(truth: Any, logits: Any, all_reduce: AllReduce = _one_device, small_heads: float = 0.0) -> Any:
    """Mean cross-entropy plus half the mean Dice loss of hair and face.

    Cross-entropy counts pixels, so large classes dominate it; the Dice loss (Milletari, Navab, Ahmadi: "V-Net", 2016)
    measures overlap. It is pooled over the batch: a single negative has no overlap to measure.

    In both a head counts by its area. In the loss of each picture, which `small_heads` adds, a small head counts as
    much as a large one: the mean Dice loss of hair and face where they are shown, and where they are not, the mean of
    p / (p + `BLOB` of the pixels) with p the sum of their probabilities: a false blob costs half of what a missed head
    does. Without that second half small heads are learned at the price of false ones.

    The mean is over the pixels that cannot have every class. In the Dice loss of a class, pixels that may have the
    class or not are left out; if they cannot have it, its predicted probability counts as a false positive.

    Args:
        truth: integer (N, H, W) class ids, and the values of `partial_labels` for pixels without a label.
        logits: (N, H, W, 3).
        all_reduce: if several devices have parts of the batch, adds up their sums.
        small_heads: the weight of the loss of each picture.

    Returns:
        A scalar, 0 for certainty in the right classes.
    """
    logs = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    sums = _by_labels(truth, lambda: _sums_all_labelled(truth, logs), lambda: _sums_partly_labelled(truth, logs))
    entropy, pixels, shared, both, there = sums
    parts = [entropy, pixels, ops.sum(shared, axis=0), ops.sum(both, axis=0)]
    if small_heads:
        parts += _each_picture(shared, both, there, ops.size(truth[0]))
    entropy, pixels, shared, both, *each_picture = all_reduce(parts)
    loss = entropy / ops.maximum(pixels, 1.0) + 0.5 * (1 - ops.mean(_of_heads(_dice(shared, both))))
    if small_heads:
        lost, there, invented, absent = each_picture
        loss += small_heads * (lost / ops.maximum(there, 1.0) + invented / ops.maximum(absent, 1.0))
    return loss


def _each_picture(shared: Any, both: Any, there: Any, pixels: Any) -> list[Any]:
    """Over the classes of heads in each picture: Dice losses where a class is there, their number, what is invented
    where it is not, in shares of itself and a blob, and their number.
    """
    lost = there * (1 - _dice(shared, both))
    invented = (1 - there) * both / (both + BLOB * ops.cast(pixels, "float32"))
    return [ops.sum(_of_heads(values)) for values in (lost, there, invented, 1 - there)]


def _dice(shared: Any, both: Any) -> Any:
    """Dice's coefficients; + 1: no division by 0, and pictures without a class ask for none of it."""
    return (2 * shared + 1) / (both + 1)


def _of_heads(values: Any) -> Any:
    """Of values of all classes, (..., 3), those of hair and face."""
    return ops.take(values, ops.convert_to_tensor([HAIR, FACE]), axis=-1)


def _by_labels(truth: Any, all_labelled: Callable[[], Any], partly_labelled: Callable[[], Any]) -> Any:
    """Takes the cheaper branch if every pixel has a label: most datasets never pay for the other.

    Neither branch may add up over devices, since they may take different ones.
    """
    return ops.cond(ops.any(ops.greater_equal(truth, UNSURE)), partly_labelled, all_labelled)


def _sums_all_labelled(truth: Any, logs: Any) -> tuple[Any, ...]:
    """Sums over all pixels: cross-entropy, the number of pixels, and `_overlap`."""
    target = ops.one_hot(ops.cast(truth, "int32"), len(NAMES), dtype="float32")
    predicted = ops.exp(logs)
    return (-ops.sum(target * logs), ops.cast(ops.size(truth), "float32"), *_overlap(target, predicted, predicted))


def _sums_partly_labelled(truth: Any, logs: Any) -> tuple[Any, ...]:
    """The same, over the pixels that cannot have every class, and of those and each class where it is decided."""
    possible, target, decided = _class_states(truth)
    informative = ops.cast(ops.less(ops.sum(possible, axis=-1), len(NAMES)), "float32")
    predicted = ops.exp(logs)
    log_possible = ops.log(ops.sum(possible * predicted, axis=-1) + _EPSILON)
    overlap = _overlap(target, predicted, predicted * decided)
    return (-ops.sum(informative * log_possible), ops.sum(informative), *overlap)


def _class_states(truth: Any) -> tuple[Any, Any, Any]:
    """For every pixel and class, float32 (N, H, W, 3): whether it may have it, has it, and whether that is decided."""
    truth = ops.cast(truth, "int32")
    possible = ops.take(ops.convert_to_tensor(POSSIBLE), truth, axis=0)
    labelled = ops.expand_dims(ops.cast(ops.less(truth, UNSURE), "float32"), -1)
    return possible, possible * labelled, 1.0 - possible * (1.0 - labelled)


def _overlap(target: Any, predicted: Any, decided: Any) -> tuple[Any, Any, Any]:
    """For each picture and class, float32 (N, 3): intersection, the sum of both areas, and 1 where the class is there.

    `decided` is `predicted` where labels decide.
    """
    shared, area, found = (ops.sum(values, axis=(1, 2)) for values in (target * predicted, target, decided))
    return shared, area + found, ops.cast(ops.greater(area, 0), "float32")


def squares_2019(truth: Any, maps: Any, all_reduce: AllReduce = _one_device) -> Any:
    """Mean squared error of the two maps (face, hair) against 0 and 255, as HairNet was trained in 2019.

    Pixels without a label are left out of the maps of the classes that they may have.

    Args:
        truth: as for `cross_entropy_dice`.
        maps: (N, H, W, 2).
        all_reduce: as for `cross_entropy_dice`.
    """
    maps = ops.cast(maps, "float32")

    def all_labelled() -> tuple[Any, Any]:
        ids = ops.cast(truth, "int32")
        target = ops.cast(ops.stack([ops.equal(ids, FACE), ops.equal(ids, HAIR)], axis=-1), "float32")
        return ops.sum(ops.square(maps - 255.0 * target)), ops.cast(ops.size(maps), "float32")

    def partly_labelled() -> tuple[Any, Any]:
        _, target, decided = _class_states(truth)
        order = ops.convert_to_tensor([FACE, HAIR])
        target, decided = ops.take(target, order, axis=-1), ops.take(decided, order, axis=-1)
        return ops.sum(decided * ops.square(maps - 255.0 * target)), ops.sum(decided)

    squares, count = all_reduce(list(_by_labels(truth, all_labelled, partly_labelled)))
    return squares / ops.maximum(count, 1.0)


LOSSES: dict[str, Loss] = {"classes": cross_entropy_dice, "maps_2019": squares_2019}
"""The loss of each head."""


def loss_of(head: str, small_heads: float = 0.0) -> Loss:
    """The loss of a head of the network; only `cross_entropy_dice` knows `small_heads`."""
    return partial(LOSSES[head], small_heads=small_heads) if small_heads else LOSSES[head]
