"""From portraits and masks to training records whose masks fit their images.

`sample_recipe` draws what is done to one example, `render` does it, `Recipe` is what was drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hairnet_data.core.version import __version__

if TYPE_CHECKING:
    from hairnet_data.recipes.recipe import Recipe
    from hairnet_data.recipes.sampler import sample_recipe
    from hairnet_data.rendering.renderer import render

__all__ = ["Recipe", "__version__", "render", "sample_recipe"]

_HOMES = {"Recipe": "recipes.recipe", "render": "rendering.renderer", "sample_recipe": "recipes.sampler"}


def __getattr__(name: str) -> Any:
    # Looked up when asked for: the command line must not wait for OpenCV to say what its options are.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"hairnet_data.{_HOMES[name]}"), name)
