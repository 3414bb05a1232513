"""How much masks of a video flicker: pixels whose class changes from frame to frame without cause.

From one frame to the next, a clip of `clips` moves by a known affine map. A pixel's class changes without cause where
the truth, moved by it, agrees with the next frame's truth, and the prediction, moved by it, does not agree with the
next prediction. In a clip that moves, moved pixels fall between others, so that there a class counts as the same if it
lies within a pixel of the place; a mask that moves as the picture does then has 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.progress import Progress, silent
from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import Dataset
from hairnet_model.evaluation.clips import ClipFrame, clip, moved_mask
from hairnet_model.inference import composite
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.video.steadying import Steadier
from hairnet_model.inference.video.tracking import Tracker

CLIPS, FRAMES = 8, 30
"""Clips of each kind, and frames of each: a second."""

KINDS = {"moving": True, "still": False}

_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(slots=True)
class Flicker:
    """Pixels of a kind of clip.

    Attributes:
        changed: those whose class changes from one frame to the next without cause.
        followed: those whose truth does not change, of which these are some.
        right: those that have their true class.
        labelled: those that have one.
    """

    changed: int = 0
    followed: int = 0
    right: int = 0
    labelled: int = 0

    @property
    def share(self) -> float:
        """Of pixels that change without cause, 0..1."""
        return self.changed / max(1, self.followed)

    @property
    def accuracy(self) -> float:
        """Share of pixels that are right, 0..1: what is steadied must not drag behind."""
        return self.right / max(1, self.labelled)

    def add(self, frames: Sequence[ClipFrame], predicted: Sequence[Pixels]) -> None:
        """Counts a clip.

        Args:
            frames: of the clip.
            predicted: uint8 (S, S) of class ids, one a frame.
        """
        for frame, classes in zip(frames, predicted, strict=True):
            labelled = frame.mask != UNLABELLED
            self.labelled += int(labelled.sum())
            self.right += int((labelled & (frame.mask == classes)).sum())
        for at in range(1, len(frames)):
            changed, followed = uncaused(frames[at - 1], frames[at], predicted[at - 1], predicted[at])
            self.changed += changed
            self.followed += followed


def uncaused(before: ClipFrame, now: ClipFrame, was: Pixels, is_now: Pixels) -> tuple[int, int]:
    """Pixels of one frame and the next: whose class changes without cause, and whose truth does not change.

    Args:
        before: a frame.
        now: the next.
        was: class ids predicted for the first, uint8 (S, S).
        is_now: for the second.
    """
    step = now.matrix @ np.linalg.inv(before.matrix)
    still = bool(np.array_equal(before.matrix, now.matrix))
    inside = np.zeros(was.shape, np.uint8)
    inside[1:-1, 1:-1] = 1
    same_truth = (moved_mask(before.mask, step) == now.mask) & (now.mask != UNLABELLED)
    followed = same_truth & (moved_mask(inside, step) > 0)
    expected = moved_mask(was, step)
    unlike = expected != is_now
    if not still:
        for number in range(len(NAMES)):
            near = cv2.dilate((expected == number).astype(np.uint8), _NEIGHBOURS)
            unlike &= ~((is_now == number) & (near > 0))
    return int((unlike & followed).sum()), int(followed.sum())


@dataclass(frozen=True, slots=True)
class FlickerReport:
    """Flicker of each kind of clip, before and after steadying.

    Attributes:
        clips: of each kind.
        frames: of each clip.
        before: by kind, "moving" and "still".
        after: the same.
    """

    clips: int
    frames: int
    before: dict[str, Flicker] = field(default_factory=lambda: {name: Flicker() for name in KINDS})
    after: dict[str, Flicker] = field(default_factory=lambda: {name: Flicker() for name in KINDS})

    def to_json(self) -> dict[str, Any]:
        """Plain values: shares from 0 to 1."""
        kinds = {
            name: {
                when: {"changed_without_cause": round(each.share, 6), "pixel_accuracy": round(each.accuracy, 6)}
                for when, each in (("before", self.before[name]), ("steadied", self.after[name]))
            }
            for name in KINDS
        }
        return {"clips": self.clips, "frames": self.frames, **kinds}

    def lines(self) -> Iterator[str]:
        """The same in words, a line a kind."""
        for name in KINDS:
            before, after = self.before[name], self.after[name]
            yield (
                f"{name} clips: {before.share:.3%} of the pixels change from frame to frame without cause, "
                f"{after.share:.3%} steadied; pixels right {before.accuracy:.1%} and {after.accuracy:.1%}"
            )


def measure(
    segmenter: Segmenter,
    dataset: Dataset,
    split: str = "test",
    clips: int = CLIPS,
    frames: int = FRAMES,
    progress: Progress = silent,
) -> FlickerReport:
    """Measures the masks of clips made of a split's first portraits, as `predict` makes them of a video.

    Args:
        segmenter: the network.
        dataset: a prepared dataset.
        split: one of its splits.
        clips: of each kind, at most.
        frames: of each clip, from 2.
        progress: called with how many clips are done.

    Raises:
        UsageError: there is no such split.
        DatasetError: it has no portraits, or a record is damaged.
        HairnetError: the network puts out what is no number.
    """
    portraits = list(_portraits(dataset, split, clips))
    if not portraits:
        raise DatasetError(str(dataset.path), f"has no portraits in {split}", "measure flicker on another dataset")
    report = FlickerReport(len(portraits), frames)
    total, done = 2 * len(portraits), 0
    progress("flicker", 0, total)
    for name, moving in KINDS.items():
        for number, (image, mask) in enumerate(portraits):
            shown = list(clip(image, mask, frames, number, moving))
            tracker, steadier = Tracker(segmenter.of_frames, segmenter.size), Steadier()
            located = [tracker.follow(frame.image, frame.seconds) for frame in shown]
            report.before[name].add(shown, [composite.class_ids(each) for each in located])
            steadied = [steadier.steady(each, frame.image) for each, frame in zip(located, shown, strict=True)]
            report.after[name].add(shown, [composite.class_ids(each) for each in steadied])
            done += 1
            progress("flicker", done, total)
    return report


def _portraits(dataset: Dataset, split: str, most: int) -> Iterator[tuple[Pixels, Pixels]]:
    found = 0
    for records in tfds_records.read(dataset, split, 1):
        if found == most:
            return
        if records.kind[0] != "negative":
            found += 1
            yield records.images[0], records.masks[0]
