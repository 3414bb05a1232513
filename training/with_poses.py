"""Trains `hairnet` as `hairnet-model train` does, and a pose head beside it whose loss trains the trunk too.

python training/with_poses.py DIR=SHARE... --poses DIR --poses DIR --init MODEL --out RUN [--steps 8000]

A trunk that only ever learned masks knows little of where a head looks. After every few steps with masks one with poses
follows, which changes trunk and head; the head is thrown away, since `train-pose` trains one on the trunk as it ships.
Started again, the training resumes; the head begins anew.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import astuple
from pathlib import Path
from typing import Any

from hairnet_model.networks.start import start_quietly

start_quietly()

import keras  # noqa: E402
import numpy as np  # noqa: E402

from hairnet_data.core.arrays import Pixels  # noqa: E402
from hairnet_data.core.head.pose import Pose  # noqa: E402
from hairnet_data.core.progress import progress_bar  # noqa: E402
from hairnet_data.geometry.poses import move_pose  # noqa: E402
from hairnet_model.cli.options import parse_mix_part  # noqa: E402
from hairnet_model.data import tfds_records  # noqa: E402
from hairnet_model.data.augment import augment  # noqa: E402
from hairnet_model.data.feed import prefetch  # noqa: E402
from hairnet_model.data.prepared_dataset import Dataset, open_dataset  # noqa: E402
from hairnet_model.data.tfds_feed import open_feed  # noqa: E402
from hairnet_model.model_io import model_file, pose_file  # noqa: E402
from hairnet_model.networks import pose_head  # noqa: E402
from hairnet_model.networks.pose_outputs import targets  # noqa: E402
from hairnet_model.training.config import TrainingConfig  # noqa: E402
from hairnet_model.training.pose_loss import pose_loss  # noqa: E402
from hairnet_model.training.strategy import Step  # noqa: E402
from hairnet_model.training.train import train  # noqa: E402

BATCH = 32


def _again_and_again(dataset: Dataset) -> Iterator[tfds_records.Batch]:
    while True:
        yield from tfds_records.read(dataset, "train", BATCH)


def _mirrored(pose: Any) -> Any:
    """The six numbers of a pose in the mirrored picture; NaN where it is not known."""
    return pose if np.isnan(pose).any() else astuple(move_pose(Pose(*pose), 1, (0, 0), 0, True))


def examples(datasets: Sequence[Dataset], seed: int) -> Iterator[tuple[Pixels, Any]]:
    """Batches of all datasets in turn, for ever: pictures (32, S, S, 3), recoloured and half of them mirrored, and
    `pose_outputs.targets`.
    """
    rng = np.random.default_rng(seed)
    streams = [_again_and_again(each) for each in datasets]
    for records in itertools.chain.from_iterable(zip(*streams, strict=True)):
        marks = np.zeros(records.images.shape[:3], np.uint8)
        marks[:, :, 0] = 1
        images, marks = augment(records.images, marks, rng)
        mirrored = marks[:, 0, 0] == 0
        poses = np.array(
            [_mirrored(pose) if is_it else pose for pose, is_it in zip(records.pose, mirrored, strict=True)]
        )
        yield images, targets(poses, np.array([kind != "negative" for kind in records.kind]))


class WithPoses:
    """One device, on which every few steps one with poses follows."""

    count = 1

    def __init__(
        self, stream: Iterator[tuple[Pixels, Any]], begin: keras.Model, every: int, rate: float, steps: int
    ) -> None:
        self.stream, self.begin, self.every, self.rate, self.steps = stream, begin, every, rate, steps
        self.losses: list[float] = []

    def scope(self) -> nullcontext[None]:
        """An empty context."""
        return nullcontext()

    def step(self, network: keras.Model, loss: Any) -> Step:
        """A step with masks, and after every few of them one with poses."""
        trunk = pose_head.trunk(network)
        cells = trunk.compute_output_shape((1, 224, 224, 3))[0][1]
        head = pose_head.create(cells)
        head.set_weights(self.begin.get_weights())  # a fresh one would disturb the trunk for hundreds of steps
        joint = keras.Model(trunk.inputs, head(trunk.outputs))
        schedule = keras.optimizers.schedules.CosineDecay(
            self.rate / 100,
            max(1, self.steps // self.every - 200),
            alpha=0.01,
            warmup_target=self.rate,
            warmup_steps=200,
        )
        joint.compile(optimizer=keras.optimizers.AdamW(schedule, weight_decay=0.02, clipnorm=1.0), loss=pose_loss)
        done = itertools.count(1)

        def run(images: Pixels, masks: Pixels) -> float:
            mask_loss = float(network.train_on_batch(images, masks))
            if next(done) % self.every == 0:
                self.losses.append(float(joint.train_on_batch(*next(self.stream))))
                if len(self.losses) == 100:
                    print(f"\nloss of poses {np.mean(self.losses):.3f}", flush=True)
                    self.losses.clear()
            return mask_loss

        return run


def main() -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=parse_mix_part, metavar="DIR=SHARE")
    parser.add_argument("--poses", type=Path, action="append", required=True, help="a dataset with poses")
    parser.add_argument("--every", type=int, default=3, help="steps with masks for one with poses")
    parser.add_argument("--pose-rate", type=float, default=5e-4, help="learning rate of the steps with poses")
    parser.add_argument("--init", required=True)
    parser.add_argument("--head", default="hairnet", help="a file or run of train-pose to begin with, or hairnet")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--validate-every", type=int, default=1000)
    parser.add_argument("--cover", type=float, default=0.1)
    parser.add_argument("--pad", type=float, default=0.3)
    parser.add_argument("--small-heads", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    feed = open_feed([open_dataset(part.path) for part in arguments.data], [part.share for part in arguments.data])
    settings = TrainingConfig(
        steps=arguments.steps,
        rate=arguments.learning_rate,
        cover=arguments.cover,
        pad=arguments.pad,
        small_heads=arguments.small_heads,
        validate_every=arguments.validate_every,
        seed=arguments.seed,
    )
    stream = prefetch(lambda: examples([open_dataset(path) for path in arguments.poses], arguments.seed))
    init = model_file.load(arguments.init)
    begin = pose_file.load(pose_file.resolve(arguments.head), init, of_any_network=True).network
    devices = WithPoses(stream, begin, arguments.every, arguments.pose_rate, arguments.steps)
    resume = arguments.out.is_dir()
    with progress_bar(False, "pictures") as progress:
        train(settings, feed, arguments.out, init, resume, progress, devices)


if __name__ == "__main__":
    main()
