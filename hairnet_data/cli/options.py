"""The options that `build` and `preview` share, and what they mean together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hairnet_data.core.storage.paths import is_remote, parse_path

if TYPE_CHECKING:
    from hairnet_data.building.settings import BuildSettings
    from hairnet_data.sources.registry import Sources

Source = Annotated[str, typer.Argument(metavar="[SOURCE]", help="drawn, lfw_parts or folder.", show_default=True)]
_PLACE: Any = {"parser": parse_path, "metavar": "<path>"}
SourceDir = Annotated[Path | None, typer.Option(help="The source's folder: archives, or images and masks.", **_PLACE)]
Negatives = Annotated[Path | None, typer.Option(help="A folder of photographs with nobody in them.", **_PLACE)]
TrainExamples = Annotated[int | None, typer.Option(help="2,000 for drawn, else ten a portrait.", show_default=False)]
EvalExamples = Annotated[int | None, typer.Option(help="Caps every other split.", show_default="no cap")]
ImageSize = Annotated[int, typer.Option(help="Side of the square pictures, in pixels.")]
Seed = Annotated[int, typer.Option(help="Of the training split.")]
NegativeRate = Annotated[float | None, typer.Option(help="Share of negatives.", show_default="0.3")]
OccludeRate = Annotated[float | None, typer.Option(help="Share with occluders.", show_default="0.6")]
Scale = Annotated[tuple[float, float] | None, typer.Option(help="Smallest and largest.", show_default="0.75 1.25")]
Shift = Annotated[float | None, typer.Option(help="Farthest, in frames.", show_default="0.5")]
Rotate = Annotated[float | None, typer.Option(help="Most, in degrees, either way.", show_default="45")]
Mirror = Annotated[float | None, typer.Option(help="Share that is mirrored.", show_default="0.5")]
PhotometricStrength = Annotated[float | None, typer.Option(help="Strength of colour changes.", show_default="1.0")]
ImageFormat = Annotated[str, typer.Option(help="jpeg (quality 95, 4:4:4) or png.")]
PolicyFile = Annotated[Path | None, typer.Option(help="A TOML file of ranges; flags win over it.")]
SplitBy = Annotated[str, typer.Option(help="official, or person: pools that share nobody (lfw_parts).")]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Go on without faulty portraits.")]
DataDir = Annotated[Path | None, typer.Option(help="Where datasets live.", show_default="TFDS's own", **_PLACE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user asked `build` or `preview` for."""

    source: str
    source_dir: Path | None
    negatives: Path | None
    train_examples: int | None
    eval_examples: int | None
    image_size: int
    seed: int
    negative_rate: float | None
    occlude_rate: float | None
    scale: tuple[float, float] | None
    shift: float | None
    rotate: float | None
    mirror: float | None
    photometric: float | None
    image_format: str
    policy: Path | None
    split_by: str

    def settings(self) -> BuildSettings:
        """The settings. Raises UsageError for values that mean nothing."""
        from hairnet_data.building.settings import BuildSettings
        from hairnet_data.recipes.policy import Policy, from_mapping, read_policy

        base = read_policy(self.policy) if self.policy else Policy()
        names = ("negative_rate", "occlude_rate", "scale", "shift", "rotate", "mirror", "photometric")
        given: dict[str, Any] = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return BuildSettings(
            policy=from_mapping(given, "the command line", base),
            seed=self.seed,
            image_size=self.image_size,
            train_examples=self.train_examples,
            eval_examples=self.eval_examples,
            image_format=self.image_format,
        )

    def sources(self, data_dir: Path) -> Sources:
        """The sources. Archives are unpacked below `data_dir`. Raises SourceError or UsageError."""
        from hairnet_data.sources.registry import open_sources

        keep_in = kept_in(data_dir)
        return open_sources(self.source, self.source_dir, self.negatives, keep_in, self.train_examples, self.split_by)


def kept_in(data_dir: Path) -> Path:
    """Where archives are unpacked, to be found again next time: below `data_dir`, but on this machine."""
    return (default_data_dir() if is_remote(data_dir) else data_dir) / "downloads"


def default_data_dir() -> Path:
    """Where TFDS keeps its datasets."""
    from tensorflow_datasets.core import constants

    return Path(constants.DATA_DIR).expanduser()
