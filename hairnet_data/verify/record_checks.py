"""What every record must hold, proved from the record and the dataset's metadata alone."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, NAMES, UNLABELLED
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.example import parse
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.reader import FEATURES, text
from hairnet_data.recipes.recipe import Recipe, asset_id


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `index` is -1 where it concerns a whole split."""

    split: str
    index: int
    id: str
    what: str

    def __str__(self) -> str:
        place = f"{self.split}" + (f" {self.index}" if self.index >= 0 else "")
        line = f"{place}{f' ({self.id})' if self.id else ''}: {self.what}"
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


@dataclass(slots=True)
class Checked:
    """A record that was looked at. Without a recipe nothing more can be asked of it."""

    findings: list[Finding] = field(default_factory=list)
    recipe: Recipe | None = None
    person: str = ""
    image: Pixels | None = None
    mask: Pixels | None = None
    image_bytes: bytes = b""


@dataclass(slots=True)
class Seen:
    """What was seen in a number of records."""

    records: int = 0
    shown: Counter[str] = field(default_factory=Counter)
    with_class: Counter[int] = field(default_factory=Counter)
    portraits: set[str] = field(default_factory=set)
    backgrounds: set[str] = field(default_factory=set)
    content: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)

    def count(self, checked: Checked) -> None:
        """Counts a record that has a recipe."""
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
        if checked.person:
            self.people.add(checked.person)

    def add(self, other: Seen) -> None:
        """Adds what was seen elsewhere."""
        self.records += other.records
        self.shown.update(other.shown)
        self.with_class.update(other.with_class)
        self.portraits |= other.portraits
        self.backgrounds |= other.backgrounds
        self.content |= other.content
        self.people |= other.people


def check_record(data: bytes, metadata: dict[str, Any], split: str, index: int) -> Checked:
    """Checks one record.

    Args:
        data: the serialised record.
        metadata: of the dataset.
        split: where it was found.
        index: which it must be.
    """
    checked = Checked()

    def wrong(what: str, id: str = "") -> None:
        checked.findings.append(Finding(split, index, id, what))

    try:
        features = parse(data)
        if tuple(sorted(features)) != FEATURES:
            wrong(f"its features are {', '.join(sorted(features))}")
            return checked
        recipe = Recipe.from_json(text(features["recipe"]))
        id, kind, person = (text(features[name]) for name in ("source_id", "kind", "person"))
    except (ValueError, DatasetError) as fault:
        wrong(str(fault))
        return checked
    checked.recipe, checked.person = recipe, person
    if features["index"] != index:
        wrong(f"its index is {features['index']!r}, not {index}", id)
    said = (recipe.split, recipe.index, recipe.kind, recipe.source_id, recipe.size)
    size = metadata["identity"]["image_size"]
    if said != (split, index, kind, id, size):
        wrong("its recipe tells of another example", id)
    if person and recipe.kind == "negative":
        wrong(f"a negative shows a person, {person}", id)
    if isinstance(features["image"], bytes):
        checked.image_bytes = features["image"]
    for what in _image_faults(checked, metadata["identity"]["image_format"], size):
        wrong(what, id)
    for what in _mask_faults(checked, features["mask"], size, bool(metadata.get("unlabelled"))):
        wrong(what, id)
    return checked


def _image_faults(checked: Checked, image_format: str, size: int) -> list[str]:
    data = checked.image_bytes
    begins = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}[image_format]
    if not data.startswith(begins):
        return [f"its image is no {image_format.upper()}"]
    if image_format == "jpeg" and not data.endswith(b"\xff\xd9"):
        return ["its image ends early"]
    try:
        image = decode_image(data)
    except ValueError as fault:
        return [f"its image is broken: {fault}"]
    if image.shape != (size, size, 3):
        return [f"its image is {image.shape[1]}x{image.shape[0]}, not {size}x{size}"]
    checked.image = image
    return []


def _mask_faults(checked: Checked, data: bytes | int, size: int, unlabelled: bool) -> list[str]:
    if not isinstance(data, bytes) or not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 33:
        return ["its mask is no PNG"]
    # Width, height, bits, colour type: a palette (3) would reach TensorFlow as the grey of its colours.
    _, _, bits, colour = struct.unpack(">IIBB", data[16:26])
    if (bits, colour) != (8, 0):
        return [f"its mask is a PNG of colour type {colour} with {bits} bits, not 8-bit grey"]
    try:
        mask = decode_mask(data)
    except ValueError as fault:
        return [f"its mask is broken: {fault}"]
    if mask.shape != (size, size):
        return [f"its mask is {mask.shape[1]}x{mask.shape[0]}, not {size}x{size}"]
    checked.mask = mask
    faults = []
    strange = strange_value(mask, unlabelled)
    if strange is not None:
        faults.append(f"its mask has class {strange}")
    if checked.recipe and checked.recipe.kind == "negative" and (mask != BACKGROUND).any():
        faults.append(f"a negative's mask has {int((mask != BACKGROUND).sum()):,} pixels that are not background")
    return faults


def strange_value(mask: Pixels, unlabelled: bool) -> int | None:
    """The highest value in a mask that it may not hold; None if there is none.

    Args:
        mask: uint8 of any shape.
        unlabelled: whether the dataset says that it has pixels without a label.
    """
    highest = int(mask.max(initial=0))
    if unlabelled and highest == UNLABELLED:
        highest = int(mask.max(initial=0, where=mask != UNLABELLED))
    return highest if highest >= len(NAMES) else None
