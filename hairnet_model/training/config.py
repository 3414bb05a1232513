"""The configuration of a training."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from hairnet_data.core.errors import UsageError
from hairnet_model.networks.fcn import ARCHITECTURES, HEADS

PRECISIONS = ("auto", "float32", "bfloat16", "float16")


def check_ranges(*options: tuple[str, float, float, float]) -> None:
    """Checks numbers of a configuration.

    Args:
        options: of each its name on the command line, the number, and the least and the most that it may be.

    Raises:
        UsageError: a number is outside its range, or none.
    """
    for option, number, least, most in options:
        if not (math.isfinite(number) and least <= number <= most):
            raise UsageError(option, f"{number} is outside {least:g}..{most:g}", "see --help")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Everything a training depends on beside its data and its initial weights.

    Attributes:
        arch: one of `fcn.ARCHITECTURES`.
        head: one of `fcn.HEADS`; it determines the loss.
        steps: how many batches.
        batch: pictures per step.
        rate: the highest learning rate, after the warm-up.
        decay: weight decay of AdamW (Loshchilov, Hutter 2019), of kernels only.
        warmup: steps in which the learning rate rises from 1 % to `rate`; then it falls to 1 % along a cosine.
        average: share of the averaged weights that an update keeps; 0 for no average. See `ema`.
        jitter: strength of the colour changes, see `augment.augment`; None switches them and mirroring off.
        cover: share of the heads that are partly hidden, see `augment.cover`.
        pad: share of the pictures that get bars at two sides, see `padding.pad`.
        small_heads: weight of the loss of each picture, see `losses.cross_entropy_dice`.
        validate_every: steps between validations; each writes a checkpoint.
        patience: validations without a better mIoU after which it stops early; 0 for never.
        precision: one of `PRECISIONS`.
        seed: of initial weights, dropout, order and augmentation.
    """

    arch: str = "hairnet"
    head: str = "classes"
    steps: int = 1000
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.02
    warmup: int = 100
    average: float = 0.992
    jitter: float | None = 1.0
    cover: float = 0.0
    pad: float = 0.0
    small_heads: float = 0.0
    validate_every: int = 250
    patience: int = 0
    precision: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        for option, value, names in (
            ("--arch", self.arch, ARCHITECTURES),
            ("head", self.head, HEADS),
            ("--precision", self.precision, PRECISIONS),
        ):
            if value not in names:
                raise UsageError(option, f"no {value!r}", f"choose from {', '.join(names)}")
        if self.small_heads and self.head != "classes":
            raise UsageError("--small-heads", f"the loss of {self.head} has no such part", "leave it out")
        check_ranges(
            ("--steps", self.steps, 1, 10**9),
            ("--batch", self.batch, 1, 4096),
            ("--learning-rate", self.rate, 1e-9, 10.0),
            ("--weight-decay", self.decay, 0.0, 10.0),
            ("--average", self.average, 0.0, 0.99999),
            ("--jitter", self.jitter or 0.0, 0.0, 2.0),
            ("--cover", self.cover, 0.0, 1.0),
            ("--pad", self.pad, 0.0, 1.0),
            ("--small-heads", self.small_heads, 0.0, 10.0),
            ("--validate-every", self.validate_every, 1, 10**9),
            ("--patience", self.patience, 0, 10**9),
            ("--seed", self.seed, 0, 2**31 - 1),
        )

    def next_validation(self, step: int) -> int:
        """The step after which it validates next, when `step` steps are done."""
        return min((step // self.validate_every + 1) * self.validate_every, self.steps)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def as_2019_config(settings: TrainingConfig) -> TrainingConfig:
    """The training of 2019: raw 0..255, two maps against 0 and 255, Adam 1e-3, batch 10, no augmentation."""
    return replace(
        settings,
        arch="fcn8s_2019",
        head="maps_2019",
        batch=10,
        rate=1e-3,
        decay=0.0,
        warmup=0,
        average=0.0,
        jitter=None,
        cover=0.0,
        pad=0.0,
        small_heads=0.0,
        precision="float32",
    )


def validation_interval(steps: int) -> int:
    """The default number of steps between validations: a tenth of all, 50 to 500."""
    return min(500, max(50, -(-steps // 10)))
