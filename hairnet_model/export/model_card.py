"""The metadata of an exported model: class names and how to prepare a picture, as JSON in the file."""

from __future__ import annotations

from typing import Any

from hairnet_data.core.classes import NAMES
from hairnet_data.core.ledger import to_json
from hairnet_model.data.padding import PAD
from hairnet_model.model_io.model_file import Model

KEY = "hairnet.json"
"""Its name in the file."""


def describe(model: Model, quantize: str | None) -> dict[str, Any]:
    """JSON values: classes in the order of the channels, side of the picture in pixels, preprocessing, origin, and the
    ledger of what it was trained on.
    """
    return {
        "classes": list(NAMES),
        "image_size": model.image_size,
        "input": "uint8 RGB, 0..255, (N, S, S, 3)",
        "framing": "the whole photo, centred, its longer side fitting the square",
        "pad": PAD,
        "output": "float32 probabilities of the classes, (N, S, S, 3)",
        "quantized": quantize,
        "architecture": model.about.get("architecture", model.network.name),
        "ledger": to_json(model.ledger),
    }
