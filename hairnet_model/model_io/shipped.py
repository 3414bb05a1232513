"""Paths of the files that ship with the package."""

from __future__ import annotations

from pathlib import Path

_WEIGHTS = Path(__file__).parents[1] / "weights"

KERAS = _WEIGHTS / "hairnet.keras"
"""The shipped network as a Keras model."""

LITERT = _WEIGHTS / "hairnet.tflite"
"""The same network for LiteRT, in float16, as the web page takes it."""

NAMES = ("hairnet",)
"""What `Segmenter.load` takes for a shipped network instead of a path."""

DRAWN_SAMPLES = _WEIGHTS / "drawn_samples.npz"
"""Drawn portraits to calibrate and compare exports on, written by `training/samples.py`."""
