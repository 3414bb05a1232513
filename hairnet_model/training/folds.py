"""Predictions for portraits by networks that have not seen their people: what an audit of labels compares them with.

A network that was trained on a wrong label believes it. People are divided into folds; for each, a network is trained
without them, and predicts their photos (cross-validated predictions, as confident learning takes them: Northcutt, Jiang
and Chuang, JAIR 70, 2021).
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_data.core.ledger import to_json
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_model.data import tfds_records
from hairnet_model.data.packed_feed import Encoded, PackedFeed, write_packed
from hairnet_model.data.person_hash import hashed
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.data.tfds_records import Shown
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.model_io import model_file
from hairnet_model.model_io.model_file import Model, weights_hash
from hairnet_model.training import run_log
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.config import TrainingConfig
from hairnet_model.training.train import train

SIDE = 448
"""Longer side of a prediction at most, in pixels: an audit looks at 224."""

_INFO = "folds.json"
_RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Division:
    """Who is in which fold.

    Attributes:
        of_id: the fold of every portrait that the records show, from 0.
        of_key: the fold of every person, and of every portrait of nobody known.
    """

    of_id: Mapping[str, int]
    of_key: Mapping[str, int]

    def shows(self, shown: Shown, fold: int) -> bool:
        """Whether a record shows somebody of a fold."""
        ids = () if shown.kind == "negative" else shown.source_ids
        return any(self.of_id[id] == fold for id in ids) or any(self.of_key.get(p) == fold for p in shown.people)


def divide(records: Iterable[Shown], folds: int, seed: int) -> Division:
    """Divides everybody whom records show into folds of as many people, by a hash of the seed and the name.

    Args:
        records: of all splits.
        folds: how many, from 2.
        seed: another seed, another division.

    Raises:
        UsageError: there are fewer people than folds.
    """
    person_of: dict[str, str] = {}
    for shown in records:
        if shown.kind == "negative":
            continue
        person_of[shown.source_id] = shown.person
        for id in shown.source_ids:
            person_of.setdefault(id, "")
    keys = {person or id for id, person in person_of.items()}
    if not 2 <= folds <= len(keys):
        hint = f"give a number from 2 to {len(keys):,}, how many people the dataset shows"
        raise UsageError("--folds", f"is {folds}", hint)
    ordered = sorted(keys, key=lambda key: hashlib.sha256(f"{seed} {key}".encode()).digest())
    of_key = {key: number % folds for number, key in enumerate(ordered)}
    return Division({id: of_key[person or id] for id, person in person_of.items()}, of_key)


def predict_folds(
    dataset: Dataset,
    photos: Sequence[tuple[Path, str]],
    out: Path,
    settings: TrainingConfig,
    folds: int,
    init: Model | None = None,
    progress: Progress = silent,
    most: int | None = None,
) -> Division:
    """Trains a network for each fold and writes what it sees in the fold's photos: `OUT/ID.png`.

    The channels of a picture are the probabilities of background, hair and face in 255ths. What is there already is
    kept: the same call again goes on.

    Args:
        dataset: shows the portraits.
        photos: the file of each, and its path below its folder without its ending. A portrait's photo is the one with
            its id as that path, or as its name; others are predicted by the first fold's network.
        out: a folder, made if it is missing. The runs lie in `OUT/runs`.
        settings: of each training.
        folds: how many.
        init: a model whose weights to begin with.
        progress: called after every step, and every photo.
        most: training records that are used at most, from the first on.

    Raises:
        UsageError: there are fewer people than folds.
        RunError: other folds lie in the folder, a portrait has no photo, or a training fails; see `train.train`.
        DatasetError: a record is damaged.
        PictureError: a photo cannot be read.
    """
    shown = {split: list(tfds_records.shown(dataset, split)) for split in dataset.shards}
    division = divide(itertools.chain.from_iterable(shown.values()), folds, settings.seed)
    by_id = _by_id(photos, division.of_id)
    _check_photos(division, by_id)
    _check_info(out, dataset, settings, folds, init, most)
    for fold in range(folds):
        here = f"fold {fold + 1} of {folds}: "
        todo = [id for id in by_id if division.of_id.get(id, 0) == fold and not (out / f"{id}.png").is_file()]
        if todo:
            run, named = out / _RUNS / f"{fold + 1}", _named(progress, here)
            model = _trained(dataset, shown, division, fold, run, settings, init, named, most)
            _predict(model, {id: by_id[id] for id in todo}, out, named)
    return division


def seen_before(division: Division, init: Model | None) -> int:
    """How many of the people were among those that the weights to begin with were trained on."""
    return sum(hashed(key) in init.people for key in division.of_key) if init else 0


def _named(progress: Progress, prefix: str) -> Progress:
    def call(what: str, done: int, total: int, note: str = "") -> None:
        progress(prefix + what, done, total, note)

    return call


def _check_photos(division: Division, photos: Collection[str]) -> None:
    missing = sorted(id for id in division.of_id if id not in photos)
    if missing:
        what = f"has no photo of {missing[0]}" + (f" and {len(missing) - 1:,} more" if len(missing) > 1 else "")
        raise RunError("--photos", what, "name the folder of the photos that the dataset was built from")


def _check_info(
    out: Path, dataset: Dataset, settings: TrainingConfig, folds: int, init: Model | None, most: int | None
) -> None:
    """Raises RunError where a folder holds other folds; else writes what these are."""
    info: dict[str, Any] = {
        "data": dataset.fingerprint,
        "folds": folds,
        "init": weights_hash(init) if init else None,
        "settings": settings.to_json(),
        "train_examples": most,
    }
    file = out / _INFO
    if file.is_file():
        try:
            before = json.loads(file.read_bytes())
        except (OSError, ValueError) as error:
            raise RunError(str(file), "is damaged", "choose another --out") from error
        if before != info:
            what = f"was made with other settings ({run_log.difference(before, info)})"
            raise RunError(str(out), what, "go on with the same ones, or choose another --out")
        return
    if out.is_dir() and any(out.iterdir()):
        raise RunError(str(out), "exists, and holds no folds", "choose another --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_atomic(file, json.dumps(info, indent=2).encode() + b"\n")
    except OSError as error:
        raise RunError(str(out), f"cannot be written ({error.strerror or error})", "choose another --out") from error


def _trained(
    dataset: Dataset,
    shown: Mapping[str, Sequence[Shown]],
    division: Division,
    fold: int,
    run: Path,
    settings: TrainingConfig,
    init: Model | None,
    progress: Progress,
    most: int | None,
) -> Model:
    """Trains the network of a fold, or goes on with its run."""
    packed = run.with_name(f"{run.name}.npz")
    run.parent.mkdir(parents=True, exist_ok=True)

    def others(split: str) -> Iterable[Encoded]:
        limit = most if split == "train" else None
        keep = [not division.shows(record, fold) for record in shown[split]]
        return itertools.compress(tfds_records.encoded(dataset, split, limit), keep)

    kept = [record for record in shown["train"] if not division.shows(record, fold)]
    about = {
        "name": f"{dataset.name} without fold {fold + 1}",
        "fingerprint": dataset.fingerprint,
        "image_size": dataset.image_size,
        "people": sorted({hashed(person) for record in kept for person in record.people}),
        "ledger": to_json(dataset.ledger),
        "unlabelled": [NAMES[number] for number in dataset.unlabelled],
    }
    validation = itertools.chain.from_iterable(others(split) for split in dataset.validation_splits)
    write_packed(packed, about, {"train": others("train"), "validation": validation})
    train(settings, PackedFeed(packed), run, init, run_log.is_begun(run) or (run / "state.npz").is_file(), progress)
    packed.unlink()
    return model_file.load(run / "best.keras")


def _predict(model: Model, photos: Mapping[str, Path], out: Path, progress: Progress) -> None:
    segmenter = Segmenter(KerasEngine(model))
    for number, (id, path) in enumerate(photos.items(), 1):
        likely = segmenter.probabilities(_reduced(read_photo(path)), locate=False)
        buffer = io.BytesIO()
        Image.fromarray(np.rint(likely * 255).astype(np.uint8)).save(buffer, "PNG")
        file = out / f"{id}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file, buffer.getvalue())
        progress("predicting", number, len(photos))


def _reduced(photo: Pixels) -> Pixels:
    height, width = photo.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return photo
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def _by_id(photos: Iterable[tuple[Path, str]], ids: Collection[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path, name in photos:
        own = name.rpartition("/")[2]
        found.setdefault(own if own in ids and name not in ids else name, path)
    return found
