"""Measures the shipped pose head: on moved test portraits, on still frames with noise, and what a picture costs.

python benchmarks/poses.py DATASET

DATASET is a prepared dataset whose test records have poses, of 224 pixels. `hairnet-model evaluate DATASET --pose
hairnet` has the errors on its pictures as they are.
"""

# ruff: noqa: E402  Keras starts without messages before anything imports it

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from common import machine, table

from hairnet_model.networks.start import start_quietly

start_quietly()

from hairnet_data.core.head.pose import from_numbers, to_numbers
from hairnet_data.dataset.data_source import Examples
from hairnet_data.geometry.poses import move_pose
from hairnet_model import Segmenter
from hairnet_model.evaluation.pose_errors import compare_poses, lines, pose_of
from hairnet_model.inference.components import HeadPose
from hairnet_model.inference.engines import open_engine, open_pose_engine
from hairnet_model.inference.posing import SquarePose, mean_pose
from hairnet_model.inference.squares import Square
from hairnet_model.inference.video.pose_filter import PoseFilter


def moved(image, numbers, random):
    """The picture and its pose, turned by up to 35 degrees, scaled by 0.75 to 1.25, shifted by up to 0.18 frames."""
    size = len(image)
    angle, scale = random.uniform(-35, 35), float(np.exp(random.uniform(np.log(0.75), np.log(1.25))))
    shift = random.uniform(-0.18, 0.18, 2)
    pose = move_pose(from_numbers(numbers), scale, tuple(shift), angle, False)
    matrix = cv2.getRotationMatrix2D(((size - 1) / 2, (size - 1) / 2), -angle, scale)
    matrix[:, 2] += shift * size
    return cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_AREA, borderValue=(96, 96, 96)), to_numbers(pose)


def jitter(engine, images, random, frames=30):
    """Mean distance in degrees and pixels from each still clip's mean pose, raw and steadied."""
    found = []
    for image in images:
        noise = random.normal(0, 6, (frames, *image.shape))
        clip = np.clip(image + noise, 0, 255).astype(np.uint8)
        _, poses = engine.with_poses(clip)
        square = Square(0, 0, len(image))
        raw = [mean_pose([SquarePose(square, poses[number])]) for number in range(frames)]
        if None in raw:
            continue
        steadier = PoseFilter()
        steadied = [steadier.steady(pose, number / 30) for number, pose in enumerate(raw)][10:]
        found.append([spread(raw), spread(steadied)])
    return np.mean(found, 0)


def spread(poses: list[HeadPose]) -> list[float]:
    """Mean absolute distance from the mean: of the angles in degrees, of the place in pixels."""
    angles = np.array([[pose.yaw, pose.pitch, pose.roll] for pose in poses])
    places = np.array([[pose.x, pose.y] for pose in poses])
    return [float(np.abs(each - each.mean(0)).mean()) for each in (angles, places)]


def milliseconds(runs, image, rounds=150):
    """The least of one picture for each, taking turns: the machine may be shared."""
    least = [np.inf] * len(runs)
    for _ in range(rounds):
        for number, run in enumerate(runs):
            started = time.perf_counter()
            run(image[None])
            least[number] = min(least[number], time.perf_counter() - started)
    return [1000 * seconds for seconds in least]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    given = parser.parse_args()
    print(machine())
    random, engine = np.random.default_rng(0), open_pose_engine()
    assert engine is not None
    examples = Examples.open(given.dataset, "test", ("image", "pose"))
    known = [each for each in examples if np.isfinite(each["pose"]).all()]
    pairs = [moved(each["image"], each["pose"], random) for each in known]
    seen = Segmenter.load().look([image for image, _ in pairs], poses=True)
    found = np.array([pose_of(located, pose) for located, (_, pose) in zip(seen, pairs, strict=True)])
    report = compare_poses(found, np.array([pose for _, pose in pairs]), np.ones(len(pairs), bool))
    print("\n".join(lines({"test, moved": report})))
    raw, steadied = jitter(engine, [each["image"] for each in known[:40]], random)
    rows = [("as found", f"{raw[0]:.2f}", f"{raw[1]:.2f}"), ("steadied", f"{steadied[0]:.2f}", f"{steadied[1]:.2f}")]
    print(table(("still frames with noise", "degrees", "pixels of 224"), rows))
    image, plain = known[0]["image"], open_engine()
    times = milliseconds([plain, engine.with_poses], image)
    print(table(("one picture", "ms"), [("masks", f"{times[0]:.2f}"), ("masks and pose", f"{times[1]:.2f}")]))


if __name__ == "__main__":
    main()
