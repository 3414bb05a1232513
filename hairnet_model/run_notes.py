"""What a run says of itself: `run.json` and `people.json`."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Collection
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hairnet_data.core.storage.atomic import write_whole
from hairnet_data.core.version import __version__
from hairnet_model.model_io.model_file import Model


def write(run: Path, about: dict[str, Any], people: Collection[str], parameters: int) -> None:
    """Writes what a run is about, versions, and hashes of the people trained on. Raises BuildError on a full disk."""
    versions = {
        "hairnet": __version__,
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "numpy": np.__version__,
    }
    notes = {**about, "parameters": parameters, "versions": versions, "people": len(people)}
    write_whole(run / "run.json", json.dumps(notes, indent=2).encode() + b"\n")
    write_whole(run / "people.json", json.dumps(sorted(people), indent=0).encode() + b"\n")


def weights_hash(model: Model | None) -> str | None:
    """16 hex digits that tell one model's weights from another's; None for no model."""
    if model is None:
        return None
    digest = hashlib.sha256()
    for weight in model.network.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()[:16]


def difference(before: Any, now: Any) -> str:
    """The first thing that differs, in words."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                return f"{key} {difference(before.get(key), now.get(key))}"
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return next((difference(a, b) for a, b in zip(before, now, strict=True) if a != b), "")
    return f"was {json.dumps(before)}, now {json.dumps(now)}"
