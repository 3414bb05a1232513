"""A short training, and the weights that one leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hairnet_model.model_io import model_file
from hairnet_model.training.config import TrainingConfig

SHORT = TrainingConfig(steps=9, batch=4, warmup=2, validate_every=3, precision="float32", average=0.9)


def weights_in(file: Path) -> list[Any]:
    """The weights of a saved network."""
    weights: list[Any] = model_file.load(file).network.get_weights()
    return weights
