"""Several devices that share every batch of a training: which they are, and a step of theirs.

Each has a copy of the weights and an equal part of the batch; the step is that of one device with the whole batch,
but for rounding. On JAX that is `keras.distribution.DataParallel`, where a program is written for the whole batch
and the compiler cuts it into parts; on TensorFlow it is `tf.distribute.MirroredStrategy`, in `mirrored`.
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
            with self.scope():  # it also cuts the batch into parts
                return float(network.train_on_batch(images, masks))

        return step


def shared_by(wanted: int | str, batch: int) -> Devices:
    """The devices of a training.

    Args:
        wanted: how many, or `ALL` there are: the GPUs (or TPUs), or without one the devices of the processor.
        batch: pictures a step; every device gets as many.

    Raises:
        UsageError: there are not so many, they cannot share the batch evenly, or the backend cannot have several.
    """
    if wanted != ALL and not (str(wanted).isdecimal() and int(wanted) > 0):
        raise UsageError("--devices", f"{wanted!r} is no number of devices", f"give 1, 2, ... or {ALL}")
    if str(wanted) == "1":
        return ONE_DEVICE
    backend = keras.backend.backend()
    names: list[str] = keras.distribution.list_devices() if backend in ("tensorflow", "jax") else [backend]
    count = len(names) if wanted == ALL else int(wanted)
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
