"""A pose head in one `.keras` file of its own: the file of the network that it reads stays as it is."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from hairnet_model.model_io import archive_checks, shipped
from hairnet_model.model_io.archive_checks import HAIRNET_JSON
from hairnet_model.model_io.errors import ModelError
from hairnet_model.model_io.model_file import Model, weights_hash, write_archive
from hairnet_model.networks import pose_head
from hairnet_model.networks.pose_outputs import NUMBERS

KIND = "pose head"

FILE = "pose.keras"
"""Its name in a run's folder."""


@dataclass(frozen=True, slots=True)
class PoseHead:
    """A pose head and its metadata.

    Attributes:
        network: from the trunk's features to `pose_outputs.NUMBERS` numbers, see `pose_head.create`.
        image_size: side of the squares it was trained on, in pixels.
        trunk: `model_file.weights_hash` of the network whose features it reads.
        people: hashes of those whose portraits it was trained on.
        about: what else its training recorded: steps, datasets, scores.
    """

    network: keras.Model
    image_size: int
    trunk: str
    people: frozenset[str] = frozenset()
    about: dict[str, Any] = field(default_factory=dict)


def save(path: Path, head: PoseHead) -> None:
    """Writes a pose head atomically; an older file is replaced.

    Raises:
        ModelError: it cannot be written, for instance because the disk is full.
    """
    about = {
        "kind": KIND,
        "image_size": head.image_size,
        "trunk": head.trunk,
        "people": sorted(head.people),
        **head.about,
    }
    write_archive(path, head.network, about)


def load(path: Path, model: Model, of_any_network: bool = False) -> PoseHead:
    """Opens the pose head of a network.

    Args:
        path: the file.
        model: the network whose features it reads.
        of_any_network: allow one that was trained on another network with features of the same shapes.

    Raises:
        ModelError: it is missing, damaged, no pose head, or was trained on another network.
    """
    hint = "give a file that `hairnet-model train-pose` made"
    if not os.path.isfile(path):
        raise ModelError(str(path), "is missing", hint)
    try:
        with zipfile.ZipFile(path) as archive:
            archive_checks.check(archive)
            about = json.loads(archive.read(HAIRNET_JSON))
        if about.pop("kind", None) != KIND:
            raise ValueError("it classifies pixels")
        size, trunk, people = about.pop("image_size"), about.pop("trunk"), frozenset(about.pop("people"))
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
        features = pose_head.trunk(model.network).compute_output_shape((1, model.image_size, model.image_size, 3))
        ends = [tuple(each.shape[1:]) for each in (*network.inputs, *network.outputs)]
        network = keras.Model(network.inputs, network.outputs[0], name=network.name)  # one output, not a list of it
        if ends != [*(tuple(shape[1:]) for shape in features), (1, 1, NUMBERS)]:
            raise ValueError(f"its ends are {ends}")
    except Exception as error:  # Keras raises errors of many kinds for a damaged archive
        cause = " ".join(str(error).split())[:120] or type(error).__name__
        raise ModelError(str(path), f"is no pose head for this network ({cause})", hint) from error
    if trunk != weights_hash(model) and not of_any_network:
        hint = "train one with `hairnet-model train-pose --model`, or give the network that it was trained with"
        raise ModelError(str(path), "was trained on the features of another network", hint)
    return PoseHead(network, size, trunk, people, about)


def resolve(path: Path | str) -> Path:
    """The file that is meant by a shipped network's name, a run's folder or a file.

    Raises:
        ModelError: that network ships without a pose head.
    """
    own = shipped.find(path)
    if own is None:
        return Path(path) / FILE if os.path.isdir(path) else Path(path)
    if own.pose_keras is None:
        raise ModelError(str(path), "has no pose head", "hairnet has one")
    return own.pose_keras


def beside(path: Path | str | None) -> Path | None:
    """The pose head that belongs to a model by its name: that which ships, or `pose.keras` in its folder.

    None if there is none.
    """
    own = shipped.find(path)
    if own is None:
        given = Path(str(path))
        file: Path | None = (given if os.path.isdir(given) else given.parent) / FILE
    else:
        file = own.pose_keras
    return file if file is not None and file.is_file() else None
