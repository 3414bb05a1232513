"""What a user may choose of a build, besides the sources: what is in the dataset, and how it is built."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.shard_file import checked_format
from hairnet_data.dataset.codec import IMAGE_FORMATS
from hairnet_data.recipes.policy import DEFAULT, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """What decides a dataset's content, besides the sources.

    Attributes:
        policy: of the training split.
        seed: of the training split.
        image_size: side of the square pictures in pixels, 32..2048.
        train_examples: None for the source's own default.
        eval_examples: the most examples in each other split; None for no cap, 0 for none of them.
        image_format: "jpeg" or "png".
        file_format: of the shards, one of `shard_file.FILE_FORMATS`.
        matte: whether records have the features `alpha` and `has_alpha`.
    """

    policy: Policy = DEFAULT
    seed: int = 0
    image_size: int = 224
    train_examples: int | None = None
    eval_examples: int | None = None
    image_format: str = "jpeg"
    file_format: str = "tfrecord"
    matte: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError for a value that means nothing."""
        if not 32 <= self.image_size <= 2048:
            raise UsageError("--image-size", f"{self.image_size} is outside 32..2048", "224 is the usual size")
        if self.image_format not in IMAGE_FORMATS:
            raise UsageError("--image-format", f"no format named {self.image_format!r}", "choose jpeg or png")
        checked_format(self.file_format)
        if not 0 <= self.seed < 1 << 63:
            raise UsageError("--seed", f"{self.seed} is outside 0..2^63-1", "give an integer from 0")
        if self.train_examples is not None and self.train_examples < 1:
            raise UsageError("--train-examples", f"{self.train_examples} is less than 1", "give an integer from 1")
        if self.eval_examples is not None and self.eval_examples < 0:
            raise UsageError("--eval-examples", f"{self.eval_examples} is negative", "give an integer from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How a dataset is built, and under which name. Where no portrait is faulty, its records do not depend on these.

    Attributes:
        name: of the TFDS configuration; None for the source's name or one made of the settings.
        workers: worker processes; 1 does everything in the calling process.
        overwrite: whether a dataset that already has the name is replaced.
        skip_bad: whether faulty portraits and backgrounds are left out. Otherwise they end the build.
        dry_run: decide and estimate only; nothing is written.
        resume: whether shards that an earlier run finished are kept.
    """

    name: str | None = None
    workers: int = 1
    overwrite: bool = False
    skip_bad: bool = False
    dry_run: bool = False
    resume: bool = True

    def __post_init__(self) -> None:
        """Raises UsageError for a value that means nothing."""
        if self.name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", self.name):
            raise UsageError("--name", f"{self.name!r} cannot name a dataset", "use letters, digits, '_', '-' and '.'")
        if self.workers < 1:
            raise UsageError("--workers", f"{self.workers} is less than 1", "give an integer from 1")
