"""The options that `build` and `preview` share, declared once, and what they mean together."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from hairnet_data.core.errors import UsageError
from hairnet_data.core.records.dataset_lookup import DATASET, default_data_dir, resolve_dataset
from hairnet_data.core.storage.paths import is_remote, parse_path

if TYPE_CHECKING:
    from hairnet_data.building.settings import BuildSettings
    from hairnet_data.dataset.provenance import AvailableSources
    from hairnet_data.dataset.reader import Prepared
    from hairnet_data.sources.registry import Sources

_PATH: Any = {"parser": parse_path, "metavar": "<path>"}
SourceDir = Annotated[Path | None, typer.Option(help="The source's folder: archives, or images and masks.", **_PATH)]
Negatives = Annotated[Path | None, typer.Option(help="A folder of photographs with nobody in them.", **_PATH)]
Poses = Annotated[
    Path | None, typer.Option(help="The portraits' poses.", show_default="poses.csv in the source's folder", **_PATH)
]
DataDir = Annotated[Path | None, typer.Option(help="Where datasets live.", show_default="TFDS's own", **_PATH)]

REQUEST_GROUPS = {
    "Source": ("source_dir", "negatives", "poses", "portraits", "scenes", "split_by", "without"),
    "Examples": ("train_examples", "eval_examples", "image_size", "image_format", "matte", "seed"),
    "Augmentation": (
        *("negative_rate", "group_rate", "occlude_rate", "scale", "shift", "rotate", "mirror", "photometric"),
        "policy",
    ),
}
"""Headings in the help for the fields of `Request`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user asked `build` or `preview` for. Each field is an option, in the order of the help."""

    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="drawn, lfw_parts or folder.", show_default=True)
    ] = "drawn"
    source_dir: SourceDir = None
    negatives: Negatives = None
    poses: Poses = None
    portraits: Annotated[
        int | None,
        typer.Option(help="How many drawn has to train.", show_default="3 for 10 examples, 600 to 6,000"),
    ] = None
    scenes: Annotated[
        int | None,
        typer.Option(help="How many drawn backgrounds to train on.", show_default="1 for 10 examples, 300 to 6,000"),
    ] = None
    train_examples: Annotated[
        int | None, typer.Option(help="2,000 for drawn, else ten a portrait.", show_default=False)
    ] = None
    eval_examples: Annotated[int | None, typer.Option(help="Caps every other split.", show_default="no cap")] = None
    image_size: Annotated[int, typer.Option(help="Side of the square pictures, in pixels.")] = 224
    seed: Annotated[int, typer.Option(help="Of the training split.")] = 0
    negative_rate: Annotated[float | None, typer.Option(help="Share of negatives.", show_default="0.3")] = None
    group_rate: Annotated[float | None, typer.Option(help="Share of groups.", show_default="0")] = None
    occlude_rate: Annotated[float | None, typer.Option(help="Share with occluders.", show_default="0.6")] = None
    scale: Annotated[
        tuple[float, float] | None, typer.Option(help="Smallest and largest.", show_default="0.75 1.25")
    ] = None
    shift: Annotated[float | None, typer.Option(help="Farthest, in frames.", show_default="0.5")] = None
    rotate: Annotated[float | None, typer.Option(help="Most, in degrees, either way.", show_default="45")] = None
    mirror: Annotated[float | None, typer.Option(help="Share that is mirrored.", show_default="0.5")] = None
    photometric: Annotated[float | None, typer.Option(help="Strength of colour changes.", show_default="1.0")] = None
    image_format: Annotated[str, typer.Option(help="jpeg (quality 95, 4:2:0) or png, which loses nothing.")] = "jpeg"
    matte: Annotated[bool, typer.Option("--matte", help="Add the share of hair in every pixel.")] = False
    policy: Annotated[
        str | None, typer.Option(help="A TOML file of ranges, or default or world; flags win over it.")
    ] = None
    split_by: Annotated[str, typer.Option(help="official, or person: pools that share nobody (lfw_parts).")] = (
        "official"
    )
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PERSON|FILE",
            help="Leave somebody out, or everybody in a file of names, one a line; can be given again.",
            show_default=False,
        ),
    ] = None

    def settings(self) -> BuildSettings:
        """The settings. Raises UsageError for values that mean nothing."""
        from hairnet_data.building.settings import BuildSettings
        from hairnet_data.recipes.policy import DEFAULT, from_mapping, open_policy

        base = open_policy(self.policy) if self.policy else DEFAULT
        names = ("negative_rate", "group_rate", "occlude_rate", "scale", "shift", "rotate", "mirror", "photometric")
        given: dict[str, Any] = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return BuildSettings(
            policy=from_mapping(given, "the command line", base),
            seed=self.seed,
            image_size=self.image_size,
            train_examples=self.train_examples,
            eval_examples=self.eval_examples,
            image_format=self.image_format,
            matte=self.matte,
        )

    def sources(self, data_dir: Path) -> Sources:
        """The sources. Archives are unpacked below `data_dir`. Raises SourceError or UsageError."""
        from hairnet_data.sources.registry import open_sources
        from hairnet_data.sources.without_people import read_people

        return open_sources(
            self.source,
            self.source_dir,
            self.negatives,
            downloads_dir(data_dir),
            self.train_examples,
            self.split_by,
            self.poses,
            read_people(self.without or ()),
            self.portraits,
            self.scenes,
        )


def with_request(command: Callable[..., None]) -> Callable[..., None]:
    """Decorates a command that takes a parameter `request`: each field of `Request` becomes an option of its own.

    Typer makes its options of a function's signature, so the signature of what is returned has the fields in the
    place of `request`; called with their values, it calls the command with a `Request` of them.
    """
    keyword, types = inspect.Parameter.KEYWORD_ONLY, get_type_hints(Request, include_extras=True)
    shared = [
        inspect.Parameter(field.name, keyword, default=field.default, annotation=types[field.name])
        for field in fields(Request)
    ]
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        parameters += shared if parameter.name == "request" else [parameter.replace(kind=keyword)]

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        request = Request(**{parameter.name: values.pop(parameter.name) for parameter in shared})
        command(request=request, **values)

    del with_options.__wrapped__  # else its signature would be looked at
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_options


def parse_dataset(text: str) -> Path:
    """The folder of the dataset that is meant: the folder itself, one above it, or a name. See `dataset_lookup`."""
    return resolve_dataset(parse_path(text))


def downloads_dir(data_dir: Path) -> Path:
    """Where archives are unpacked, to be found again next time: below `data_dir` if that is on this machine."""
    return (default_data_dir() if is_remote(data_dir) else data_dir) / "downloads"


Dataset = Annotated[
    Path, typer.Argument(metavar="DIR", parser=parse_dataset, help="A prepared dataset: its folder or name.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def available_sources(
    prepared: Prepared, source_dir: Path | None, negatives: Path | None, poses: Path | None = None
) -> AvailableSources:
    """The sources of a dataset that can be opened, see `provenance.open_available_sources`."""
    from hairnet_data.dataset.provenance import open_available_sources

    # DATA_DIR/hairnet_synthetic/NAME/VERSION: archives are unpacked where the build unpacked them.
    home = (prepared.path if is_remote(prepared.path) else prepared.path.resolve()).parent.parent
    data_dir = home.parent if home.name == DATASET else default_data_dir()
    return open_available_sources(prepared, source_dir, negatives, downloads_dir(data_dir), poses)


def worker_count(given: int | None) -> int:
    """The number of worker processes that was asked for, or one a core. Raises UsageError for less than 1."""
    if given is not None:
        if given < 1:
            raise UsageError("--workers", f"{given} is less than 1", "give an integer from 1")
        return given
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
