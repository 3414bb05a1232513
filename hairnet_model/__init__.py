"""A small network that finds hair and face in pictures.

`Segmenter.load().segment(images)` is all most programs need.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Before anything imports TensorFlow. By itself it uses oneDNN on processors with AVX-512 VNNI only; on others training
# takes more than twice as long without, and a picture's result depends in its last bits on its batch.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

if TYPE_CHECKING:
    from hairnet_model.inference.components import Head
    from hairnet_model.inference.segmenter import Segmenter

__all__ = ["Head", "Segmenter"]

_MODULES = {"Head": "inference.components", "Segmenter": "inference.segmenter"}


def __getattr__(name: str) -> Any:
    # Imported on first use: OpenCV takes a while to import, and `--help` does not need it.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"hairnet_model.{_MODULES[name]}"), name)
