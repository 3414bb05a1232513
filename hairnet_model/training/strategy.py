"""The interface of the devices that share the batches of a training, and its default: one device."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import keras

from hairnet_data.core.arrays import Pixels
from hairnet_model.training.losses import Loss

Step = Callable[[Pixels, Pixels], float]
"""Trains on images uint8 (N, S, S, 3) and masks uint8 (N, S, S); returns the loss of the entire batch."""


class Devices(Protocol):
    """Devices that share a batch.

    Attributes:
        count: how many.
    """

    count: int

    def scope(self) -> AbstractContextManager[object]:
        """A context in which the network to be trained and its optimizer are created and compiled."""

    def step(self, network: keras.Model, loss: Loss) -> Step:
        """The training step of a network that was compiled with this loss."""


class OneDevice:
    """The backend's first device, which Keras uses by default."""

    count = 1

    def scope(self) -> AbstractContextManager[object]:
        """An empty context."""
        return nullcontext()

    def step(self, network: keras.Model, loss: Loss) -> Step:
        """Keras's own step."""
        return lambda images, masks: float(network.train_on_batch(images, masks))


ONE_DEVICE = OneDevice()
