"""Begins a network with the weights of another of the same architecture, which may have fewer residual blocks."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from hairnet_data.core.errors import HairnetError
from hairnet_model.networks.layers import StandardizedConv2D


def transfer(source: keras.Model, target: keras.Model) -> None:
    """Copies weights. Blocks that `source` does not have begin as identities: both networks compute the same.

    Args:
        source: the trained network.
        target: a new one of the same architecture; its weights are changed.

    Raises:
        HairnetError: the layers do not fit.
    """
    weights = source.get_weights()
    if [w.shape for w in weights] == [w.shape for w in target.get_weights()]:
        target.set_weights(weights)
        return
    known = [layer for layer in source.layers if layer.weights]
    added: list[Any] = []
    for layer in (layer for layer in target.layers if layer.weights):
        if known and _shapes(layer) == _shapes(known[0]):
            layer.set_weights(known.pop(0).get_weights())
        else:
            added.append(layer)
    if known or not all(isinstance(layer, StandardizedConv2D) for layer in added) or len(added) % 3:
        hint = "train it without --init, or with the version of this package that made it"
        raise HairnetError("--init", "the model's layers do not fit this version's architecture", hint)
    for last in added[2::3]:  # of three convolutions a block, the one whose output is added to the identity
        kernel, gain, bias = last.get_weights()
        last.set_weights([kernel, np.zeros_like(gain), np.zeros_like(bias)])


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
