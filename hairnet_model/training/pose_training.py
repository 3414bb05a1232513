"""Trains a pose head on the features of a network that stays as it is, with Keras alone."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hairnet_data.core.errors import UsageError
from hairnet_data.core.progress import Progress, silent
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.model_io import pose_file
from hairnet_model.model_io.model_file import Model, weights_hash
from hairnet_model.model_io.pose_file import PoseHead
from hairnet_model.networks import pose_head, rotations
from hairnet_model.networks.pose_outputs import NUMBERS, SURE, decode
from hairnet_model.networks.start import quiet_stderr
from hairnet_model.training import run_log
from hairnet_model.training.checkpoint import RunError
from hairnet_model.training.config import check_ranges
from hairnet_model.training.ema import Average
from hairnet_model.training.pose_features import Features, collect
from hairnet_model.training.pose_loss import pose_loss


@dataclass(frozen=True, slots=True)
class PoseConfig:
    """Everything a head's training depends on beside its data and the trunk.

    Attributes:
        steps: how many batches.
        batch: examples per step.
        rate: the highest learning rate of AdamW; it rises over the first twentieth, then falls to 0 along a cosine.
        decay: its weight decay.
        average: share of the averaged weights that an update keeps, see `ema`.
        seed: of initial weights and order.
    """

    steps: int = 6000
    batch: int = 128
    rate: float = 3e-3
    decay: float = 0.02
    average: float = 0.99
    seed: int = 0

    def __post_init__(self) -> None:
        check_ranges(
            ("--steps", self.steps, 1, 10**7),
            ("--batch", self.batch, 1, 4096),
            ("--learning-rate", self.rate, 1e-9, 10.0),
            ("--weight-decay", self.decay, 0.0, 10.0),
            ("--average", self.average, 0.0, 0.99999),
            ("--seed", self.seed, 0, 2**31 - 1),
        )


@dataclass(frozen=True, slots=True)
class PoseScores:
    """How good a head is on the validation splits.

    Attributes:
        degrees: mean angle between its rotations and the labelled ones; NaN without labels.
        missed: share of the pictures of somebody that are called nobody, 0..1.
        invented: share of the pictures of nobody that are called somebody, 0..1; NaN without such pictures.
    """

    degrees: float
    missed: float
    invented: float


def train_pose(
    settings: PoseConfig,
    model: Model,
    datasets: Sequence[Dataset],
    run: Path,
    people: Collection[str] = (),
    progress: Progress = silent,
    init: PoseHead | None = None,
) -> PoseScores:
    """Trains a head and writes `pose.keras` and `run.json` into the run's folder.

    Examples without a pose train `sure` alone. The model itself is not changed.

    Args:
        settings: the configuration.
        model: whose trunk the head reads.
        datasets: prepared datasets with pictures of the model's size; all their training examples count alike.
        run: a new or empty folder.
        people: hashes of those who are shown in the training splits.
        progress: called after every step.
        init: a head whose weights to begin with, for features of the same shapes.

    Raises:
        RunError: the folder holds something; no example has a pose; the loss is not a number; a file cannot be written.
        DatasetError: a record is damaged.
        UsageError: the pictures have another size than the model's, or its network no trunk that a head fits.
    """
    _check(model, datasets, run)
    train = collect(model, [(dataset, "train") for dataset in datasets], progress, "features to train on")
    if not train.labelled:
        names = ", ".join(dataset.name for dataset in datasets)
        raise RunError(names, "no training example has a pose", "build it from `drawn`, or with a poses.csv")
    held_out = [(dataset, split) for dataset in datasets for split in dataset.validation_splits]
    validation = collect(model, held_out, progress, "features to validate on") if held_out else None
    head = fit(settings, train, progress, init.network if init else None)
    scores = score(head, validation) if validation else PoseScores(math.nan, math.nan, math.nan)
    data = [{"name": dataset.name, "fingerprint": dataset.fingerprint} for dataset in datasets]
    about = {"settings": asdict(settings), "data": data, "validation": run_log.to_json(asdict(scores))}
    trunk = weights_hash(model)
    run.mkdir(parents=True, exist_ok=True)
    run_log.write_info(run, {**about, "trunk": trunk}, people, head.count_params())
    known = model.people | (init.people if init else frozenset())
    saved = PoseHead(head, model.image_size, trunk, frozenset(people) | known, about)
    pose_file.save(run / pose_file.FILE, saved)
    return scores


def _check(model: Model, datasets: Sequence[Dataset], run: Path) -> None:
    if run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise RunError(str(run), "exists", "choose another --out")
    pose_head.taps(model.network)
    for dataset in datasets:
        if dataset.image_size != model.image_size:
            what = f"has pictures of {dataset.image_size} pixels, and the model was trained at {model.image_size}"
            raise UsageError(str(dataset.path), what, f"build it with --image-size {model.image_size}")


def fit(
    settings: PoseConfig, features: Features, progress: Progress = silent, init: keras.Model | None = None
) -> keras.Model:
    """Trains a head.

    Args:
        settings: the configuration.
        features: of the training examples.
        progress: called after every step.
        init: a head whose weights to begin with; it is not changed.

    Raises:
        RunError: the loss is not a number.
    """
    with quiet_stderr():
        keras.utils.set_random_seed(settings.seed)
    head = pose_head.create(features.deep.shape[1], features.deep.shape[-1], features.sixteenth.shape[-1])
    if init:
        head.set_weights(init.get_weights())
    warmup = max(1, settings.steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.rate / 100, max(1, settings.steps - warmup), warmup_target=settings.rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.decay, clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=["gain", "bias"])
    head.compile(optimizer=optimizer, loss=pose_loss, jit_compile="auto" if keras.backend.backend() == "jax" else False)
    average = Average(settings.average, head.get_weights())
    order, total = _Order(len(features), settings.seed), 0.0
    for step in range(1, settings.steps + 1):
        seen, wanted = features.batch(order.next(settings.batch))
        loss = float(head.train_on_batch(seen, wanted))
        if not math.isfinite(loss):
            hint = f"try a lower --learning-rate than {settings.rate:g}"
            raise RunError("training", f"the loss is not a number at step {step}", hint)
        average.update(head.get_weights())
        total = loss if step == 1 else 0.98 * total + 0.02 * loss
        progress("training", step * settings.batch, settings.steps * settings.batch, f"loss {total:.3f}")
    head.set_weights(average.weights)
    return keras.Model(head.inputs, head.outputs[0], name=head.name)  # not compiled: files need no optimizer


class _Order:
    """Row numbers in random order, each once before any comes again."""

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.random = count, np.random.default_rng(seed)
        self.left = np.empty(0, np.int64)

    def next(self, rows: int) -> Any:
        while len(self.left) < rows:
            self.left = np.concatenate([self.left, self.random.permutation(self.count)])
        first, self.left = self.left[:rows], self.left[rows:]
        return first


def score(head: keras.Model, features: Features) -> PoseScores:
    """Measures a head on features it was not trained on."""
    outputs = []
    for start in range(0, len(features), 256):
        seen, _ = features.batch(np.arange(start, min(start + 256, len(features))))
        outputs.append(np.asarray(head.predict_on_batch(seen)))
    found = decode(np.concatenate(outputs))
    known, somebody = features.targets[:, NUMBERS] > 0, features.targets[:, NUMBERS - 1] > 0
    wanted = rotations.from_six(features.targets[known, :6])
    degrees = float(rotations.angle_between(found.rotation[known], wanted).mean()) if known.any() else math.nan
    seen_there = found.sure >= SURE
    return PoseScores(
        degrees,
        float(1 - seen_there[somebody].mean()) if somebody.any() else math.nan,
        float(seen_there[~somebody].mean()) if (~somebody).any() else math.nan,
    )
