"""Verifies any TFDS dataset with a picture and a mask in each record: what needs no recipe and no source."""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import UNLABELLED
from hairnet_data.core.errors import DatasetError, UsageError
from hairnet_data.core.progress import Progress
from hairnet_data.core.records.dataset_info import read_dataset_info, read_json
from hairnet_data.core.records.dataset_lookup import DATASET
from hairnet_data.core.records.example import pictures_of
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.reader import ShardInfo, read_shard
from hairnet_data.verify.dataset_checks import Report
from hairnet_data.verify.record_checks import Finding

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PALETTE = 3  # the colour type of a PNG
_MASKS = ("mask", "segmentation_mask", "segmentation", "label", "labels", "annotation")
_NAMED = 3  # records in a note


@dataclass(frozen=True, slots=True)
class _Picture:
    """A feature that is a picture. Sides are -1 where they may be anything."""

    name: str
    shape: tuple[int, ...]
    classes: int = 0
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Pictures:
    """The two features that are compared, and how many classes a mask may have; 0 where nobody says."""

    image: _Picture
    mask: _Picture
    classes: int


@dataclass(slots=True)
class _ShardReport:
    """What a worker process found in one shard."""

    split: str
    records: int = 0
    findings: list[Finding] = field(default_factory=list)
    digests: list[tuple[int, bytes]] = field(default_factory=list)
    values: Counter[int] = field(default_factory=Counter)
    blank: list[int] = field(default_factory=list)


def _dimensions(values: Any) -> tuple[int, ...]:
    return tuple(int(side) for side in values.get("dimensions", ())) if isinstance(values, dict) else ()


@dataclass(frozen=True, slots=True)
class _Label:
    numClasses: Annotated[int, Field(strict=False, ge=0, le=65536)] = 0


@dataclass(frozen=True, slots=True)
class _Image:
    shape: Annotated[tuple[int, ...], BeforeValidator(_dimensions)] = ()
    label: _Label = _Label()


@dataclass(frozen=True, slots=True)
class _Feature:
    pythonClassName: str
    image: _Image | None = None


@dataclass(frozen=True, slots=True)
class _Features:
    __pydantic_config__ = ConfigDict(strict=True)

    features: dict[str, _Feature]


@dataclass(frozen=True, slots=True)
class _File:
    featuresDict: _Features


_FILE = TypeAdapter(_File)


def find_pictures(
    folder: Path, image: str | None = None, mask: str | None = None, classes: int | None = None
) -> Pictures:
    """Finds a dataset's picture and mask among its features.

    The mask is the only feature of TFDS's class `LabeledImage`, else one with a usual name; the picture is named
    `image`, else it is the only other one with three channels.

    Args:
        folder: the dataset's.
        image: the picture's feature; None to look for it.
        mask: the mask's feature; None to look for it.
        classes: how many classes there are; None for what the feature says.

    Raises:
        DatasetError: `features.json` cannot be read.
        UsageError: there is no such feature, or it cannot be told which one is meant.
    """
    features = read_json(folder / "features.json", _FILE).featuresDict.features
    found = {
        name: _Picture(name, feature.shape, feature.label.numClasses, each.pythonClassName.endswith("LabeledImage"))
        for name, each in features.items()
        if (feature := each.image) is not None
    }
    masks = [name for name, each in found.items() if each.labelled] or [name for name in _MASKS if name in found][:1]
    chosen_mask = _choose("--mask", mask, found, masks)
    coloured = [name for name, each in found.items() if name != chosen_mask.name and each.shape[2:] == (3,)]
    chosen_image = _choose("--image", image, found, ["image"] if "image" in coloured else coloured)
    return Pictures(chosen_image, chosen_mask, chosen_mask.classes if classes is None else classes)


def _choose(option: str, given: str | None, found: dict[str, _Picture], candidates: list[str]) -> _Picture:
    hint = f"the features that are pictures are {', '.join(found) or 'none'}"
    if given is not None:
        if given not in found:
            raise UsageError(option, f"no picture is named {given!r}", hint)
        return found[given]
    if len(candidates) != 1:
        raise UsageError(option, "it cannot be told which feature is meant", hint)
    return found[candidates[0]]


def verify_any(folder: Path, pictures: Pictures, executor: WorkerPool, progress: Progress) -> Report:
    """Reads every record: shapes, types and sizes of picture and mask, class values, duplicates, blank masks.

    Args:
        folder: of a TFDS dataset, in TFRecords or ArrayRecords.
        pictures: of `find_pictures`.
        executor: the worker processes that read.
        progress: called with the number of records that are done.

    Returns:
        The report. Notes say which values masks hold and which masks hold a single one.

    Raises:
        DatasetError: `dataset_info.json` cannot be read.
    """
    info = read_dataset_info(folder)
    shards, total = [], 0
    for split in info.splits:
        first = 0
        for name, records in zip(info.shard_names(split), split.shard_lengths, strict=True):
            shards.append(ShardInfo(split.name, folder / name, first, records))
            first, total = first + records, total + records
    report, values = Report(), Counter[int]()
    blank: list[str] = []
    first_of: dict[bytes, tuple[str, int]] = {}
    for part in executor.run(_check_shard, ((shard, pictures) for shard in shards)):
        report.records += part.records
        report.findings += part.findings
        values += part.values
        blank += [f"{part.split} {index}" for index in part.blank]
        for index, digest in part.digests:
            other = first_of.setdefault(digest, (part.split, index))
            if other != (part.split, index):
                cause = f"its picture is there twice, in {part.split} and {other[0]}"
                what = f"its picture is that of {other[0]} {other[1]}"
                report.findings.append(Finding(part.split, index, "", what, cause))
        progress("verifying", report.records, total)
    order = {split.name: number for number, split in enumerate(info.splits)}
    report.findings.sort(key=lambda finding: (order[finding.split], finding.index, finding.what))
    report.notes = list(_notes(pictures, values, blank))
    return report


def _notes(pictures: Pictures, values: Counter[int], blank: list[str]) -> Iterator[str]:
    names = f"the picture is {pictures.image.name!r}, the mask {pictures.mask.name!r}"
    yield f"{names}; recipes and sources were not compared"
    total = max(1, values.total())
    shares = ", ".join(f"{value} {count / total:.1%}" for value, count in sorted(values.items()))
    if not pictures.classes:
        yield "nobody says how many classes there are: give --classes to check the values"
    yield f"values in the masks: {shares or 'none'}"
    if blank:
        named = ", ".join(blank[:_NAMED]) + (", ..." if len(blank) > _NAMED else "")
        yield f"{len(blank):,} masks hold a single value ({named})"


def _check_shard(shard: ShardInfo, pictures: Pictures) -> _ShardReport:
    report = _ShardReport(shard.split)
    try:
        records = read_shard(shard)
    except DatasetError as error:
        report.findings.append(Finding(shard.split, shard.first, "", f"its shard {error.what} ({shard.path.name})"))
        return report
    for index, data in enumerate(records, shard.first):
        report.records += 1
        for what in _check_record(data, index, pictures, report):
            report.findings.append(Finding(shard.split, index, "", what))
    return report


def _check_record(data: bytes, index: int, pictures: Pictures, report: _ShardReport) -> Iterator[str]:
    """Says what is wrong with a record; counts its picture and the values of its mask."""
    image = mask = None
    try:
        image_bytes, mask_bytes = pictures_of(data, (pictures.image.name, pictures.mask.name))
    except ValueError as error:
        yield str(error)
        return
    try:
        image = decode_image(image_bytes)
        report.digests.append((index, hashlib.sha256(repr(image.shape).encode() + image.tobytes()).digest()[:16]))
        yield from _check_shape("picture", image.shape, pictures.image)
    except ValueError as error:
        yield f"its picture is broken: {error}"
    try:
        if mask_bytes.startswith(_PNG_START) and struct.unpack(">B", mask_bytes[25:26])[0] == _PALETTE:
            yield "its mask is a palette PNG: TensorFlow reads the grey of its colours, not its numbers"
            return
        mask = decode_mask(mask_bytes)
    except (ValueError, struct.error) as error:
        yield f"its mask is broken: {error}"
        return
    yield from _check_shape("mask", (*mask.shape, 1), pictures.mask)
    yield from _check_values(mask, index, pictures.classes, report)
    if image is not None and image.shape[:2] != mask.shape:
        (height, width), (h, w) = image.shape[:2], mask.shape
        yield f"its mask is {w} x {h} pixels, its picture {width} x {height}"


def _check_shape(what: str, shape: tuple[int, ...], promised: _Picture) -> Iterator[str]:
    if len(promised.shape) == len(shape) and any(b not in (-1, a) for a, b in zip(shape, promised.shape, strict=True)):
        yield f"its {what} has the shape {shape}, the feature {promised.shape}"


def _check_values(mask: Pixels, index: int, classes: int, report: _ShardReport) -> Iterator[str]:
    counts = np.bincount(mask.ravel(), minlength=256)
    present = [int(value) for value in counts.nonzero()[0]]
    report.values.update({value: int(counts[value]) for value in present})
    if len(present) == 1:
        report.blank.append(index)
    wrong = [value for value in present if value >= classes and value != UNLABELLED]
    if classes and wrong:
        yield f"its mask has the values {', '.join(map(str, wrong[:5]))}, and there are {classes} classes"


def is_ours(folder: Path) -> bool:
    """Whether a folder is to be verified as a dataset of `hairnet-data build`, which says more of itself.

    Whatever is no complete dataset of TFDS is, so that its error says what is wrong with it.
    """
    others = (folder / "dataset_info.json").is_file() and (folder / "features.json").is_file()
    if not others or (folder / "metadata.json").exists():
        return True
    return read_dataset_info(folder).name == DATASET
