"""A small network that finds hair and face in pictures.

`Segmenter.load().segment(images)` is all most programs need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hairnet_model.inference.segmenter import Segmenter

__all__ = ["Segmenter"]

_HOMES = {"Segmenter": "inference.segmenter"}


def __getattr__(name: str) -> Any:
    # Looked up when asked for: Keras takes seconds to import, and `--help` needs none of it.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"hairnet_model.{_HOMES[name]}"), name)
