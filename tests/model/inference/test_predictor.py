"""`hairnet_data` finds the shipped network through its entry point, without importing this package by name."""

from __future__ import annotations

import numpy as np

from hairnet_data.building.label_check import find_predictor


def test_the_entry_point_gives_probabilities() -> None:
    predictor = find_predictor()
    assert predictor is not None, "install the package (pip install -e .): entry points are its metadata"
    images = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3)).astype(np.uint8)
    seen = predictor(images)
    assert seen.shape == (3, 224, 224, 3)
    np.testing.assert_allclose(seen.sum(axis=-1), 1, atol=1e-4)
