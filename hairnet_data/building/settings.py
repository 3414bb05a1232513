"""What a user may choose of a build, besides the sources."""

from __future__ import annotations

from dataclasses import dataclass

from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.shard_file import checked_format
from hairnet_data.dataset.codec import IMAGE_FORMATS
from hairnet_data.recipes.policy import DEFAULT, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """What a user may choose, besides the sources.

    Attributes:
        policy: of the training split.
        seed: of the training split.
        image_size: side of the square pictures in pixels, 32..2048.
        train_examples: None for the source's own default.
        eval_examples: the most examples in each other split; None for no cap, 0 for none of them.
        image_format: "jpeg" or "png".
        file_format: of the shards, one of `shard_file.FILE_FORMATS`.
    """

    policy: Policy = DEFAULT
    seed: int = 0
    image_size: int = 224
    train_examples: int | None = None
    eval_examples: int | None = None
    image_format: str = "jpeg"
    file_format: str = "tfrecord"

    def __post_init__(self) -> None:
        """Raises UsageError for a value that means nothing."""
        if not 32 <= self.image_size <= 2048:
            raise UsageError("--image-size", f"{self.image_size} is outside 32..2048", "224 is the usual size")
        if self.image_format not in IMAGE_FORMATS:
            raise UsageError("--image-format", f"no format named {self.image_format!r}", "choose jpeg or png")
        checked_format(self.file_format)
        if not 0 <= self.seed < 1 << 63:
            raise UsageError("--seed", f"{self.seed} is outside 0..2^63-1", "give a whole number from 0")
        if self.train_examples is not None and self.train_examples < 1:
            raise UsageError("--train-examples", f"{self.train_examples} is less than 1", "give a whole number from 1")
        if self.eval_examples is not None and self.eval_examples < 0:
            raise UsageError("--eval-examples", f"{self.eval_examples} is negative", "give a whole number from 0")
