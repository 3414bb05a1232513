"""Several devices of TensorFlow. `devices` imports it, and only where Keras runs on TensorFlow."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

from hairnet_data.core.arrays import Pixels
from hairnet_model.training.losses import Loss
from hairnet_model.training.strategy import Step


class Mirrored:
    """`tf.distribute.MirroredStrategy` with a step of our own.

    Keras's step is not that of one device. It adds up a loss for each device, where ours pools the Dice of the
    batch; and it clips gradients before it adds them up. Here the sums of which the loss is made, and then the
    gradients, are added up over the devices before anything is made of them.

    Args:
        names: of devices, as `keras.distribution.list_devices` has them.
    """

    def __init__(self, names: list[str]) -> None:
        self.count = len(names)
        # The default numbers its collective operations anew in every strategy, so that a second network in a process,
        # whose sums have other shapes, ends in an error. A network is 2.5 MB: adding up in one place costs little.
        reduction = tf.distribute.ReductionToOneDevice()
        self._strategy = tf.distribute.MirroredStrategy(names, reduction)

    def scope(self) -> AbstractContextManager[object]:
        """Variables made inside have a copy on every device."""
        scope: AbstractContextManager[object] = self._strategy.scope()
        return scope

    def step(self, network: keras.Model, loss: Loss) -> Step:
        """A step with the network's optimizer, whose clipping by norm it takes over."""
        strategy, count = self._strategy, self.count
        optimizer = network.optimizer
        own = getattr(optimizer, "inner_optimizer", optimizer)  # it is wrapped where float16 is scaled
        clip, own.clipnorm = own.clipnorm, None
        weights = network.trainable_variables

        def on_each(images: Any, masks: Any) -> Any:
            with tf.GradientTape() as tape:
                value = loss(masks, network(images, training=True), _summed)
                # Every device has the loss of the whole batch, so the gradients would add up to `count` times its own.
                scaled = optimizer.scale_loss(value / count)
            gradients = _summed(tape.gradient(scaled, weights))
            if clip:
                most = clip * optimizer.scale_loss(tf.ones(()))
                gradients = [tf.clip_by_norm(gradient, most) for gradient in gradients]
            # The optimizer adds up what the devices give it; they all give the same.
            optimizer.apply_gradients([(g / count, weight) for g, weight in zip(gradients, weights, strict=True)])
            return value

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def on_all(images: Any, masks: Any) -> Any:
            return strategy.experimental_local_results(strategy.run(on_each, args=(images, masks)))[0]

        def step(images: Pixels, masks: Pixels) -> float:
            return float(on_all(self._parts(images), self._parts(masks)))

        return step

    def _parts(self, batch: Pixels) -> Any:
        """Deals a batch out, evenly and in order."""
        each = len(batch) // self.count

        def part(context: Any) -> Any:
            first = context.replica_id_in_sync_group * each
            return tf.convert_to_tensor(batch[first : first + each])

        return self._strategy.experimental_distribute_values_from_function(part)


def _summed(values: Any) -> Any:
    """Tensors, added up over the devices; gradients go back through the sum."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)
