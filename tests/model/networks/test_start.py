"""Keras starts without messages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TINY = """
import keras
from hairnet_model.networks import fcn
fcn.create = lambda *_: keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1)])
"""
"""Which network it is does not matter here, and the real one takes half a minute to set up on JAX."""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_training_starts_without_messages_on_any_backend_and_errors_are_still_printed(backend: str) -> None:
    code = (
        "import sys; from hairnet_model.networks.start import start_quietly; start_quietly(); "
        f"print('started', file=sys.stderr){TINY}"
        "from hairnet_model.training.trainer import Trainer; from hairnet_model.training.config import TrainingConfig; "
        "Trainer(TrainingConfig(precision='float32'), None, None); print('after', file=sys.stderr)"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert ran.stderr == "started\nafter\n"
