"""What is said of a model that cannot be used; apart from `model_file`, which imports Keras."""

from __future__ import annotations

from hairnet_data.core.errors import HairnetError


class ModelError(HairnetError):
    """A model cannot be read or written."""
