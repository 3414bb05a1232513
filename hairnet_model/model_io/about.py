"""What a model's file says of itself, read without Keras and without TensorFlow."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import unreadable
from hairnet_data.core.ledger import Ledger, from_json
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_model.model_io import shipped
from hairnet_model.model_io.archive_checks import HAIRNET_JSON
from hairnet_model.model_io.errors import ModelError

_MOST_BYTES = 1 << 30
_MOST_JSON = 16 << 20
_SAVED_MODEL = Path("assets.extra") / HAIRNET_JSON


@dataclass(frozen=True, slots=True)
class About:
    """What a model says of itself.

    Attributes:
        file: that was read.
        values: of its `hairnet.json`, JSON values, without hashes of people and without the ledger.
        people: how many people it was trained on; None where it does not say.
        ledger: the terms of the pictures that it was trained on; () where it does not say.
    """

    file: Path
    values: dict[str, Any]
    people: int | None
    ledger: Ledger


def read_about(path: Path | str | None = None) -> About:
    """Reads what a model says of itself; it is not opened as a network.

    Args:
        path: a shipped network's name ("hairnet", also None; "drawn"), a `.keras` or `.tflite` file of ours, a run's
            folder, of which it reads `best.keras`, or the folder of a SavedModel.

    Raises:
        ModelError: it is missing, damaged, or says nothing that we wrote.
    """
    own = shipped.find(path)
    file = own.keras if own else _file_of(Path(str(path)))
    hint = "give a model that `hairnet-model train` or `export` made"
    try:
        values = json.loads(_read_json(file))
        people = values.pop("people", None)
        ledger = from_json(values.pop("ledger", []))
        if not isinstance(values, dict) or "classes" not in values:
            raise ValueError("it is no model of ours")
    except FileNotFoundError as error:
        raise ModelError(str(path or file), "is missing", hint) from error
    except Exception as error:  # zipfile, json and flat buffers each raise their own
        raise ModelError(str(path or file), unreadable(error), hint) from error
    own = own or shipped.of_file(file)
    if own and not ledger:
        ledger = shipped.ledger(own)
    return About(file, values, len(people) if isinstance(people, list) else None, ledger)


def _file_of(path: Path) -> Path:
    if not os.path.isdir(path):
        return path
    saved_model = path / _SAVED_MODEL
    return saved_model if saved_model.is_file() else path / "best.keras"


def _read_json(file: Path) -> bytes:
    """The bytes of the `hairnet.json` in a file."""
    if file.suffix == ".json":
        return read_bytes(file, _MOST_JSON)
    if file.suffix == ".tflite":
        return _of_litert(read_bytes(file, _MOST_BYTES))
    with zipfile.ZipFile(file) as archive:
        if archive.getinfo(HAIRNET_JSON).file_size > _MOST_JSON:
            raise ValueError(f"its {HAIRNET_JSON} is too large")
        return archive.read(HAIRNET_JSON)


def _of_litert(content: bytes) -> bytes:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content, 0)
    for number in range(model.MetadataLength()):
        entry = model.Metadata(number)
        if entry.Name() == HAIRNET_JSON.encode():
            return bytes(model.Buffers(entry.Buffer()).DataAsNumpy())
    raise ValueError(f"it has no {HAIRNET_JSON}")
