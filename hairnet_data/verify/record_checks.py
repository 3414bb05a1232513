"""Checks one record by itself: its features, its recipe, its image and its mask, against the dataset's metadata."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, NAMES, UNLABELLED
from hairnet_data.core.errors import DatasetError, one_line
from hairnet_data.core.records.example import Features, parse
from hairnet_data.dataset.codec import decode_image, decode_mask, decode_matte
from hairnet_data.dataset.dataset_metadata import DatasetMetadata
from hairnet_data.dataset.reader import Stored, decode_text, decode_texts, features_of
from hairnet_data.recipes.recipe import Recipe, asset_id
from hairnet_data.verify.reference_pose import pose_error

_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 33  # signature and IHDR chunk


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        split: where it was found.
        index: of the record within the split; -1 where it concerns a shard or the split as a whole.
        id: what it concerns: a portrait, background, person or file; "" if that is not known.
        what: what is wrong.
        cause: the same for all findings that have one cause; "" where that is `what` without its numbers.
    """

    split: str
    index: int
    id: str
    what: str
    cause: str = ""

    @property
    def where(self) -> str:
        """Split and index."""
        return f"{self.split} {self.index}" if self.index >= 0 else self.split

    def __str__(self) -> str:
        return one_line(f"{self.where}{f' ({self.id})' if self.id else ''}: {self.what}")


@dataclass(slots=True)
class CheckedRecord:
    """A record after its check.

    Attributes:
        findings: what is wrong with it.
        recipe: its recipe; None where that cannot be read, and then nothing else was checked.
        people: who is shown, as far as it is known.
        image: uint8 (S, S, 3) RGB; None where it is missing or damaged.
        mask: uint8 (S, S); None where it is missing or damaged.
        image_bytes: the encoded image.
        alpha: uint8 (S, S); None where it is missing, damaged or not known.
    """

    findings: list[Finding] = field(default_factory=list)
    recipe: Recipe | None = None
    people: tuple[str, ...] = ()
    image: Pixels | None = None
    mask: Pixels | None = None
    image_bytes: bytes = b""
    alpha: Pixels | None = None


@dataclass(slots=True)
class RecordSummary:
    """What a number of records show.

    Attributes:
        records: how many there are.
        shown: how many are portraits, negatives, and occluded.
        with_class: how many masks have pixels of each class, by class id.
        portraits: ids of the portraits shown.
        backgrounds: ids of the backgrounds shown.
        content: content hashes of both.
        people: who is shown.
    """

    records: int = 0
    shown: Counter[str] = field(default_factory=Counter)
    with_class: Counter[int] = field(default_factory=Counter)
    portraits: set[str] = field(default_factory=set)
    backgrounds: set[str] = field(default_factory=set)
    content: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)

    def add_record(self, checked: CheckedRecord) -> None:
        """Adds a record, which must have a recipe."""
        recipe = checked.recipe
        assert recipe is not None
        self.records += 1
        self.shown[recipe.kind] += 1
        self.shown["occluded"] += bool(recipe.occluders)
        if checked.mask is not None:
            for number in range(len(NAMES)):
                self.with_class[number] += bool((checked.mask == number).any())
        portraits, backgrounds = recipe.assets()
        self.portraits.update(map(asset_id, portraits))
        self.backgrounds.update(map(asset_id, backgrounds))
        self.content.update(name.rpartition("@")[2] for name in portraits + backgrounds)
        self.people.update(checked.people)

    def merge(self, other: RecordSummary) -> None:
        """Adds all records of another summary."""
        self.records += other.records
        self.shown.update(other.shown)
        self.with_class.update(other.with_class)
        self.portraits |= other.portraits
        self.backgrounds |= other.backgrounds
        self.content |= other.content
        self.people |= other.people


def check_record(data: bytes, metadata: DatasetMetadata, split: str, index: int) -> CheckedRecord:
    """Checks one record.

    Args:
        data: the serialised record.
        metadata: of the dataset.
        split: the split that holds it.
        index: its position within the split, which its own index must be.
    """
    checked = CheckedRecord()

    def report(what: str, id: str = "") -> None:
        checked.findings.append(Finding(split, index, id, what))

    try:
        features = parse(data)
        if tuple(sorted(features)) != features_of(metadata):
            report(f"its features are {', '.join(sorted(features))}")
            return checked
        recipe = Recipe.from_json(decode_text(features["recipe"]))
        id, kind, person = (decode_text(features[name]) for name in ("source_id", "kind", "person"))
        ids, people = (decode_texts(features[name]) for name in ("source_ids", "people"))
    except (ValueError, DatasetError) as error:
        report(str(error))
        return checked
    checked.recipe, checked.people = recipe, tuple(people)
    if features["index"] != index:
        report(f"its index is {features['index']!r}, not {index}", id)
    size = metadata.identity.image_size
    if (recipe.split, recipe.index, recipe.kind, recipe.source_id, recipe.size) != (split, index, kind, id, size):
        report("its recipe describes another example", id)
    elif ids != recipe.source_ids:
        report(f"its source_ids are {ids}, its recipe's {recipe.source_ids}", id)
    if people and recipe.kind == "negative":
        report(f"a negative shows a person, {people[0]}", id)
    elif (person and person != (people or [""])[0]) or len(people) > len(recipe.portraits):
        report(f"its person is {person!r} and its people are {people}", id)
    pose = features["pose"]
    numbers = [number for number in pose if isinstance(number, float)] if isinstance(pose, list) else []
    if wrong := pose_error(numbers, recipe):
        report(wrong, id)
    if isinstance(features["image"], bytes):
        checked.image_bytes = features["image"]
    for what in _check_image(checked, metadata.identity.image_format, size):
        report(what, id)
    for what in _check_mask(checked, features["mask"], size, bool(metadata.unlabelled)):
        report(what, id)
    for what in _check_matte(checked, features, size) if metadata.identity.matte else ():
        report(what, id)
    return checked


def _check_image(checked: CheckedRecord, image_format: str, size: int) -> list[str]:
    """Decodes the image of a record into `checked`; says what is wrong with it."""
    data = checked.image_bytes
    if not data.startswith({"jpeg": _JPEG_START, "png": _PNG_START}[image_format]):
        return [f"its image is no {image_format.upper()}"]
    if image_format == "jpeg" and not data.endswith(_JPEG_END):
        return ["its image ends early"]
    try:
        image = decode_image(data)
    except ValueError as error:
        return [f"its image is broken: {error}"]
    if image.shape != (size, size, 3):
        return [f"its image is {image.shape[1]}x{image.shape[0]}, not {size}x{size}"]
    checked.image = image
    return []


def _check_grey(what: str, data: Stored, size: int) -> tuple[Pixels | None, list[str]]:
    """Decodes a mask or a matte; says what is wrong with it."""
    if not isinstance(data, bytes) or not data.startswith(_PNG_START) or len(data) < _PNG_HEADER_BYTES:
        return None, [f"its {what} is no PNG"]
    # Width, height, bits, colour type: a palette (3) would reach TensorFlow as the grey of its colours.
    _, _, bits, colour_type = struct.unpack(">IIBB", data[16:26])
    if (bits, colour_type) != (8, 0):
        return None, [f"its {what} is a PNG of colour type {colour_type} with {bits} bits, not 8-bit grey"]
    try:
        pixels = decode_matte(data) if what == "matte" else decode_mask(data)
    except ValueError as error:
        return None, [f"its {what} is broken: {error}"]
    if pixels.shape != (size, size):
        return None, [f"its {what} is {pixels.shape[1]}x{pixels.shape[0]}, not {size}x{size}"]
    return pixels, []


def _check_matte(checked: CheckedRecord, features: Features, size: int) -> list[str]:
    """Decodes the matte of a record into `checked`; says what is wrong with it."""
    alpha, errors = _check_grey("matte", features["alpha"], size)
    known = features["has_alpha"]
    if known not in (0, 1):
        return [*errors, f"its has_alpha is {known!r}"]
    if alpha is None:
        return errors
    checked.alpha = alpha if known else None
    if not known and alpha.any():
        return ["its matte is not known, and not 0"]
    if checked.recipe and checked.recipe.negative and (alpha.any() or not known):
        return ["a negative's matte shows hair or is not known"]
    return []


def _check_mask(checked: CheckedRecord, data: Stored, size: int, unlabelled: bool) -> list[str]:
    """Decodes the mask of a record into `checked`; says what is wrong with it."""
    mask, wrong = _check_grey("mask", data, size)
    if mask is None:
        return wrong
    checked.mask = mask
    errors = []
    invalid = invalid_class(mask, unlabelled)
    if invalid is not None:
        errors.append(f"its mask has class {invalid}")
    if checked.recipe and checked.recipe.kind == "negative" and (mask != BACKGROUND).any():
        errors.append(f"a negative's mask has {int((mask != BACKGROUND).sum()):,} pixels that are not background")
    return errors


def invalid_class(mask: Pixels, unlabelled: bool) -> int | None:
    """Returns the highest value in a mask that is neither a class id nor allowed for a missing label; None if all are.

    Args:
        mask: uint8 of any shape.
        unlabelled: whether the dataset may have pixels without a label.
    """
    highest = int(mask.max(initial=0))
    if unlabelled and highest == UNLABELLED:
        highest = int(mask.max(initial=0, where=mask != UNLABELLED))
    return highest if highest >= len(NAMES) else None
