"""Trains on one device and on two, in a separate process: how many devices a processor is, is fixed at the start.

    python -m tests.support.two_devices PACKED.npz FOLDER JOB...    (KERAS_BACKEND names the backend)

A JOB is NETWORK:KIND, see `NETWORKS` and `main`. Prints a JSON object: for each job the losses of every step and the
scores of the run, or its error. The last line on standard error says that errors are printed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

if os.environ["KERAS_BACKEND"] == "tensorflow":
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
else:
    # To compile takes longer than to train here: the last two flags have it done in two thirds of the time.
    flags = "force_host_platform_device_count=2", "backend_optimization_level=0", "llvm_disable_expensive_passes=true"
    os.environ["XLA_FLAGS"] = " ".join(f"--xla_{flag}" for flag in flags)
    from hairnet_model.networks.start import start_quietly

    start_quietly()  # as the command does

import keras
import numpy as np
from keras import layers

from hairnet_data.core.errors import UsageError
from hairnet_model.data.feed import Pair
from hairnet_model.data.packed_feed import PackedFeed
from hairnet_model.model_io import model_file
from hairnet_model.networks import fcn
from hairnet_model.networks.layers import DepthToSpace, StandardizedConv2D
from hairnet_model.training import losses, run_log, trainer
from hairnet_model.training.config import TrainingConfig
from hairnet_model.training.train import train

if os.environ["KERAS_BACKEND"] == "tensorflow":
    from tests.support.eagerly import eagerly

SETTINGS = TrainingConfig(
    steps=4, batch=8, warmup=2, validate_every=2, precision="float32", average=0.9, small_heads=0.5
)


def tiny(dropout: float = 0.0) -> keras.Model:
    """A network that compiles quickly."""
    picture = keras.Input((None, None, 3), dtype="uint8")
    x = StandardizedConv2D(16, stride=2)(layers.Rescaling(1 / 64, -2.0)(picture))
    x = layers.Dropout(dropout)(x) if dropout else x
    return keras.Model(picture, DepthToSpace(dtype="float32")(StandardizedConv2D(12, activation="linear")(x)))


HAIRNET = fcn.create
NETWORKS = {
    "hairnet": HAIRNET,
    "tiny": lambda *_: tiny(),
    "dropout": lambda *_: tiny(0.5),
    "clipped": lambda *_: tiny(),  # gradients are clipped to so little that they always are
}


MUTANTS = {
    "each has its own loss": {"training=True), _all_reduce)": "training=True))"},
    "each clips its own gradients, as Keras does": {
        "clip, unscaled.clipnorm = unscaled.clipnorm, None": "clip = None",
        "_all_reduce(tape.gradient(scaled, weights))": "[count * g for g in tape.gradient(scaled, weights)]",
    },
    "each applies the entire gradient": {"(g / count, weight)": "(g, weight)"},
    "the loss is counted twice": {"scale_loss(value / count)": "scale_loss(value)"},
    "all have the first part": {"context.replica_id_in_sync_group * part_size": "0"},
}


OPTIMIZER = trainer._optimizer


def clipping(settings: TrainingConfig) -> keras.optimizers.Optimizer:
    optimizer = OPTIMIZER(settings)
    optimizer.clipnorm = 0.02
    return optimizer


def mutate(changes: dict[str, str]) -> None:
    """Replaces text in the source of `mirrored` and executes it; `mutate({})` restores it."""
    from hairnet_model.training import mirrored

    text = Path(mirrored.__file__).read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    exec(compile(text, mirrored.__file__, "exec"), vars(mirrored))


class Cut(PackedFeed):
    """Is interrupted when half the steps are done."""

    def training(self, batch: int, first_step: int, steps: int, seed: int) -> Iterator[Pair]:
        if first_step == SETTINGS.steps // 2:
            raise KeyboardInterrupt
        return super().training(batch, first_step, steps, seed)


def without_graphs(unless: bool = False) -> contextlib.AbstractContextManager[None]:
    """TensorFlow would trace a graph for longer than the few steps take without."""
    return eagerly() if keras.backend.backend() == "tensorflow" and not unless else contextlib.nullcontext()


def ran(
    packed: Path, run: Path, settings: TrainingConfig, devices: int | str, resume: bool = False, graph: bool = False
) -> dict[str, Any]:
    """Trains a run to its end: the losses of its rounds, and scores and loss of the last weights in validation.

    Only where `graph` is true TensorFlow traces one.
    """
    feed = PackedFeed(packed)
    with without_graphs(unless=graph):
        rows = train(settings, feed, run, resume=resume, devices=devices).rows
    model = model_file.load(run / "last.keras").network
    images, masks = (np.concatenate(part) for part in zip(*feed.validation(), strict=True))
    left = losses.LOSSES[settings.head](masks, model.predict_on_batch(images))
    return {
        "losses": [row["loss"] for row in rows],
        "validation": [rows[-1][key] for key in ("pixel_accuracy", "hair_f1", "face_f1", "miou")],
        "left": float(keras.ops.convert_to_numpy(left)),
        "devices": json.loads((run / "run.json").read_text())["devices"],
    }


def main(packed: Path, folder: Path, jobs: list[str]) -> dict[str, Any]:
    run_log.write_curves = lambda *_: None  # not needed here, and slow
    results: dict[str, Any] = {}
    for job in jobs:
        network, _, kind = job.partition(":")
        trainer._optimizer = clipping if network == "clipped" else OPTIMIZER
        fcn.create, run = NETWORKS[network], folder / network / kind.replace(" ", "-")
        if kind in ("one", "two"):
            graph = kind == "two" and network != "dropout"
            results[job] = ran(packed, run, SETTINGS, 1 if kind == "one" else "all", graph=graph)
        elif kind.startswith("resumed"):  # begun on two, resumed on two or on one
            cut = folder / network / "cut"
            if not cut.exists():
                with contextlib.suppress(KeyboardInterrupt), without_graphs():
                    train(SETTINGS, Cut(packed), cut, devices=2)
            shutil.copytree(cut, run)
            results[job] = ran(packed, run, SETTINGS, 1 if kind == "resumed on one" else 2, resume=True)
        elif kind in MUTANTS:
            mutate(MUTANTS[kind])
            results[job] = ran(packed, run, SETTINGS, 2)
            mutate({})
        else:  # a batch of 9 on so many
            try:
                train(replace(SETTINGS, batch=9), PackedFeed(packed), run, devices=kind)
            except UsageError as error:
                results[job] = str(error)
            assert not run.exists()
    return results


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])))
    print("errors are printed", file=sys.stderr)
