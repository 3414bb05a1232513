"""What shares the batches of a training: the interface, and the one device that needs nothing special."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import keras

from hairnet_data.core.arrays import Pixels
from hairnet_model.training.losses import Loss

Step = Callable[[Pixels, Pixels], float]
"""Trains on images uint8 (N, S, S, 3) and masks uint8 (N, S, S), and gives the loss of the whole batch."""


class Devices(Protocol):
    """What shares a batch."""

    count: int

    def scope(self) -> AbstractContextManager[object]:
        """The network that is to be trained, and its optimizer, are made and compiled inside."""

    def step(self, network: keras.Model, loss: Loss) -> Step:
        """A step of a network that was compiled with this loss."""


class OneDevice:
    """The backend's first device, left to Keras."""

    count = 1

    def scope(self) -> AbstractContextManager[object]:
        """Nothing is special."""
        return nullcontext()

    def step(self, network: keras.Model, loss: Loss) -> Step:
        """Keras's own step."""
        return lambda images, masks: float(network.train_on_batch(images, masks))


ONE_DEVICE = OneDevice()
