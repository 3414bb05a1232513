"""A model in one file: Keras's own `.keras` archive with a `hairnet.json` beside its members.

Any program with Keras can open it; ours also reads what it was trained on.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import UsageError
from hairnet_data.core.ledger import Ledger, from_json, to_json
from hairnet_model.model_io import archive_checks, shipped
from hairnet_model.model_io.archive_checks import HAIRNET_JSON
from hairnet_model.model_io.errors import ModelError
from hairnet_model.networks import layers as _registered  # noqa: F401  Keras finds our layers by their registration
from hairnet_model.networks.fcn import STRIDE

_SIDES = range(8, 4097)
"""The side of the pictures of a network, in pixels."""


@dataclass(frozen=True, slots=True)
class Model:
    """A network and its metadata.

    Attributes:
        network: uint8 (N, H, W, 3) RGB to logits (N, H, W, 3) or maps (N, H, W, 2); see `networks.outputs`.
        image_size: side of the squares it was trained on, in pixels.
        people: hashes (`person_hash.hashed`) of those whose portraits it was trained on.
        about: what else its training recorded: architecture, steps, datasets, scores.
        ledger: the terms of the pictures that it was trained on; () where nobody recorded them.
    """

    network: keras.Model
    image_size: int = 224
    people: frozenset[str] = frozenset()
    about: dict[str, Any] = field(default_factory=dict)
    ledger: Ledger = ()

    def at_size(self, image_size: int | None) -> Model:
        """The same network for squares of another side.

        It finds what it was trained to find at that size: of one training in two sizes, both.

        Args:
            image_size: side of the squares, in pixels; None for that of the training.

        Raises:
            UsageError: the network takes no such squares.
        """
        if image_size is None:
            return self
        if image_size not in _SIDES or image_size % STRIDE:
            hint = f"give a multiple of {STRIDE} from {STRIDE} to {_SIDES[-1]}"
            raise UsageError("--image-size", f"the network takes no pictures of {image_size} pixels", hint)
        return replace(self, image_size=image_size)

    def size_warning(self, image_size: int) -> str | None:
        """A warning for pictures of another size than the weights were trained on; None for the same size.

        A head then has another size in pixels than those the network knows. The shipped weights were measured to have
        a hair F1 of 90 at their own 224 pixels, of 64 at 448 and of 30 at 96.

        Args:
            image_size: side of the pictures, in pixels.
        """
        if image_size == self.image_size:
            return None
        return (
            f"the pictures have {image_size} pixels and the weights were trained at {self.image_size}: at another size "
            f"they find much less; build the dataset with --image-size {self.image_size}"
        )


def weights_hash(model: Model) -> str:
    """16 hex digits of a hash of a model's weights."""
    digest = hashlib.sha256()
    for weight in model.network.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()[:16]


def load(path: Path | str | None = None) -> Model:
    """Opens a model.

    Args:
        path: a shipped network's name ("hairnet", also None; "drawn"), a `.keras` file of ours, or a run's folder,
            of which it opens `best.keras`.

    Raises:
        ModelError: it is missing, damaged, or not a model of the three classes.
    """
    file = _file_of(path)
    where, hint = str(path or file), "give a .keras file or a folder that `hairnet-model train` made"
    if not os.path.isfile(file):
        raise ModelError(where, "holds no best.keras" if path and os.path.isdir(path) else "is missing", hint)
    try:
        with zipfile.ZipFile(file) as archive:
            archive_checks.check(archive)
            about = json.loads(archive.read(HAIRNET_JSON))
        image_size, people = about.pop("image_size"), about.pop("people")
        if type(image_size) is not int or image_size not in _SIDES:
            raise ValueError(f"its pictures have {str(image_size)[:20]} pixels a side")
        if not isinstance(people, list) or not all(isinstance(person, str) for person in people):
            raise ValueError("its people are not a list of hashes")
        ledger = from_json(about.pop("ledger", []))
        if about.pop("classes") != list(NAMES):
            raise ModelError(where, "was trained on other classes", f"this program knows {', '.join(NAMES)}")
        network = keras.saving.load_model(file, compile=False, safe_mode=True)
        _check_ends(network, image_size)
    except ModelError:
        raise
    except Exception as error:  # Keras raises errors of many kinds for a damaged archive
        cause = " ".join(str(error).split())[:120] or type(error).__name__
        raise ModelError(where, f"is no model of ours ({cause})", hint) from error
    own = shipped.find(path)
    if own and not ledger:
        ledger = shipped.ledger(own)
    return Model(network, image_size, frozenset(people), about, ledger)


def _file_of(path: Path | str | None) -> Path:
    own = shipped.find(path)
    if own:
        return own.keras
    file = Path(str(path))
    return file / "best.keras" if os.path.isdir(file) else file


def _check_ends(network: keras.Model, size: int) -> None:
    """Raises ValueError unless the network takes pictures of that size and classifies every pixel."""
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise ValueError(f"it has {len(network.inputs)} inputs and {len(network.outputs)} outputs")
    shape = network.compute_output_shape((1, size, size, 3))
    if network.inputs[0].shape[-1:] != (3,) or tuple(shape) not in ((1, size, size, 3), (1, size, size, 2)):
        raise ValueError(f"its output for a picture of {size} x {size} pixels has the shape {shape}")


def save(path: Path, model: Model) -> None:
    """Writes a model atomically; an older file is replaced.

    Raises:
        ModelError: it cannot be written, for instance because the disk is full.
    """
    metadata = {
        "classes": list(NAMES),
        "image_size": model.image_size,
        "people": sorted(model.people),
        "ledger": to_json(model.ledger),
        **model.about,
    }
    write_archive(path, model.network, metadata)


def write_archive(path: Path, network: keras.Model, metadata: dict[str, Any]) -> None:
    """Writes a network and its `hairnet.json` atomically.

    Raises:
        ModelError: it cannot be written, for instance because the disk is full.
    """
    with _draft(path) as part:
        network.save(part)
        with zipfile.ZipFile(part, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(HAIRNET_JSON, json.dumps(metadata))


def copy(file: Path, path: Path) -> None:
    """Writes a model that is in a file to another one too, as `save` does, and sooner.

    Raises:
        ModelError: it cannot be written, for instance because the disk is full.
    """
    with _draft(path) as part:
        shutil.copyfile(file, part)


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A temporary name in the same folder, which gets its own when the content is on the disk."""
    # Keras checks the ending. The name is random so that two processes never write the same file.
    part = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.keras")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with open(part, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, path)
    except OSError as error:
        raise ModelError(str(path), f"cannot be written ({error.strerror or error})", "check the disk") from error
    finally:
        part.unlink(missing_ok=True)
