"""Keras starts without messages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def test_the_backend_starts_without_messages_and_errors_are_still_printed() -> None:
    code = (
        "import sys; from hairnet_model.networks.start import start_quietly; start_quietly(); "
        "print('after', file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == "after\n"


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_training_starts_without_messages_on_any_backend(backend: str) -> None:
    code = (
        "import sys; from hairnet_model.networks.start import start_quietly; start_quietly(); "
        "from hairnet_model.training.trainer import Trainer; from hairnet_model.training.config import TrainingConfig; "
        "Trainer(TrainingConfig(precision='float32'), None, None); print('after', file=sys.stderr)"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert ran.stderr == "after\n"
