"""Several devices on TensorFlow. Imported by `devices`, and only if Keras runs on TensorFlow."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

from hairnet_data.core.arrays import Pixels
from hairnet_model.training.losses import Loss
from hairnet_model.training.strategy import Step


class Mirrored:
    """`tf.distribute.MirroredStrategy` with a training step of its own.

    Keras's step differs from that of one device. It adds up a loss per device, where ours pools the Dice of the
    batch; and it clips gradients before it adds them up. Here the sums that the loss is computed from, and then the
    gradients, are added up over the devices first.

    Args:
        names: of devices, as `keras.distribution.list_devices` returns them.
    """

    def __init__(self, names: list[str]) -> None:
        self.count = len(names)
        # The default numbers its collective operations from 0 in every strategy, so that a second network in a process,
        # whose sums have other shapes, fails. A network has 2.5 MB: reducing on one device costs little.
        reduction = tf.distribute.ReductionToOneDevice()
        self._strategy = tf.distribute.MirroredStrategy(names, reduction)

    def scope(self) -> AbstractContextManager[object]:
        """Variables made inside have a copy on every device."""
        scope: AbstractContextManager[object] = self._strategy.scope()
        return scope

    def step(self, network: keras.Model, loss: Loss) -> Step:
        """A step with the network's optimizer; clipping by norm is done here instead of there."""
        strategy, count = self._strategy, self.count
        optimizer = network.optimizer
        unscaled = getattr(optimizer, "inner_optimizer", optimizer)  # float16 wraps it to scale the loss
        clip, unscaled.clipnorm = unscaled.clipnorm, None
        weights = network.trainable_variables

        def on_each(images: Any, masks: Any) -> Any:
            with tf.GradientTape() as tape:
                value = loss(masks, network(images, training=True), _all_reduce)
                # Every device has the loss of the entire batch, so the gradients would add up to `count` times its own.
                scaled = optimizer.scale_loss(value / count)
            gradients = _all_reduce(tape.gradient(scaled, weights))
            if clip:
                largest = clip * optimizer.scale_loss(tf.ones(()))
                gradients = [tf.clip_by_norm(gradient, largest) for gradient in gradients]
            # The optimizer adds up the gradients of the devices, which are all the same.
            optimizer.apply_gradients([(g / count, weight) for g, weight in zip(gradients, weights, strict=True)])
            return value

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def on_all(images: Any, masks: Any) -> Any:
            return strategy.experimental_local_results(strategy.run(on_each, args=(images, masks)))[0]

        def step(images: Pixels, masks: Pixels) -> float:
            return float(on_all(self._parts(images), self._parts(masks)))

        return step

    def _parts(self, batch: Pixels) -> Any:
        """Splits a batch over the devices, evenly and in order."""
        part_size = len(batch) // self.count

        def part(context: Any) -> Any:
            first = context.replica_id_in_sync_group * part_size
            return tf.convert_to_tensor(batch[first : first + part_size])

        return self._strategy.experimental_distribute_values_from_function(part)


def _all_reduce(values: Any) -> Any:
    """Adds up tensors over the devices; gradients flow back through the sum."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)
