"""What the tests of exports share."""

from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.export import calibration
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model


@pytest.fixture(scope="module")
def shipped() -> Model:
    return model_file.load()


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return calibration.drawn(224)[::4]
