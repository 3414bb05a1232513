"""Several devices that share every batch of a training (data parallelism): selects them, and takes a step with them.

Each has a copy of the weights and an equal part of the batch; but for rounding, the step is that of one device with
the entire batch. On JAX that is `keras.distribution.DataParallel`, where a program is written for the entire batch
and the compiler partitions it; on TensorFlow it is `tf.distribute.MirroredStrategy`, in `mirrored`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import keras

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_model.training.losses import Loss
from hairnet_model.training.strategy import ONE_DEVICE, Devices, Step

ALL = "all"


class _DataParallel:
    """Devices of JAX."""

    def __init__(self, names: list[str]) -> None:
        self.count = len(names)
        self._distribution = keras.distribution.DataParallel(devices=names)

    def scope(self) -> AbstractContextManager[object]:
        scope: AbstractContextManager[object] = self._distribution.scope()
        return scope

    def step(self, network: keras.Model, loss: Loss) -> Step:
        def step(images: Pixels, masks: Pixels) -> float:
            with self.scope():  # it also partitions the batch
                return float(network.train_on_batch(images, masks))

        return step


def select_devices(requested: int | str, batch: int) -> Devices:
    """Selects the devices of a training.

    Args:
        requested: how many, or `ALL`: the GPUs (or TPUs), or if there are none the devices of the processor.
        batch: pictures per step; every device gets an equal part.

    Raises:
        UsageError: there are fewer, they cannot share the batch evenly, or the backend cannot use several.
    """
    if requested != ALL and not (str(requested).isdecimal() and int(requested) > 0):
        raise UsageError("--devices", f"{requested!r} is not a number of devices", f"give 1, 2, ... or {ALL}")
    if str(requested) == "1":
        return ONE_DEVICE
    backend = keras.backend.backend()
    names: list[str] = keras.distribution.list_devices() if backend in ("tensorflow", "jax") else [backend]
    count = len(names) if requested == ALL else int(requested)
    if count > len(names):
        raise UsageError("--devices", f"{backend} has {len(names)} here ({', '.join(names)})", f"give {ALL}, or fewer")
    if batch % count:
        what = f"{count} cannot share a batch of {batch} evenly"
        raise UsageError("--devices", what, f"give a --batch that {count} divides, or other devices")
    if count == 1:
        return ONE_DEVICE
    if backend == "jax":
        return _DataParallel(names[:count])
    from hairnet_model.training.mirrored import Mirrored  # not above: it imports TensorFlow

    return Mirrored(names[:count])
