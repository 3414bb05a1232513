"""Which class each label of a set stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hairnet_data.core.classes import NAMES, UNLABELLED
from hairnet_data.core.errors import SourceError, UsageError
from hairnet_data.interchange.shapes import Annotations

_MOST_LISTED = 20  # labels that an error lists

IDS = {**{name: number for number, name in enumerate(NAMES)}, "ignore": UNLABELLED}
"""What `--map` may say, and the value in masks."""


def parse_map(given: Sequence[str]) -> dict[str, str]:
    """Reads `LABEL=CLASS` as the command line has it. Raises UsageError."""
    mapping: dict[str, str] = {}
    for text in given:
        label, separator, name = text.rpartition("=")
        if not separator or name.strip() not in IDS:
            raise UsageError("--map", f"{text!r} is not LABEL=CLASS", f"classes are {', '.join(IDS)}")
        if mapping.setdefault(label.strip(), name.strip()) != name.strip():
            raise UsageError("--map", f"{label!r} is given two classes", "give one")
    return mapping


def map_labels(found: Annotations, given: Mapping[str, str]) -> dict[str, int]:
    """The value in masks of each label: as given by its name or number, else of the class of its own name.

    Raises:
        SourceError: labels of no class; all labels are listed, with their counts.
        UsageError: a class is given to a label that is not there.
    """
    counts = Counter(shape.label for picture in found.pictures for shape in picture.shapes)
    labels: dict[str, int] = {}
    for label in counts:
        number = found.numbers.get(label, label)
        name = given.get(label) or given.get(number) or found.known.get(label) or label.lower()
        if name in IDS:
            labels[label] = IDS[name]
    listed = ", ".join(
        f"{label}{f' ({found.numbers[label]})' if label in found.numbers else ''}: {count}"
        for label, count in counts.most_common(_MOST_LISTED)
    )
    if len(counts) > _MOST_LISTED:
        listed += f" and {len(counts) - _MOST_LISTED} more"
    if unknown := [label for label in counts if label not in labels]:
        what = f"{len(unknown)} of these labels have no class ({unknown[0]} and more): {listed}"
        if len(unknown) == 1:
            what = f"{unknown[0]!r} has no class; labels are {listed}"
        hint = f'--map "{unknown[0]}=hair" gives one; others are {", ".join(IDS)}'
        if found.pixels_are_labels and len(counts) > _MOST_LISTED:
            hint = "blended edges or JPEG? --classes takes a file that says which values are meant, and nearest = true"
        raise SourceError("labels", what, hint)
    known = {*counts, *found.numbers, *found.numbers.values()}
    complete = not any(picture.fault for picture in found.pictures)  # else their labels may be missing
    if complete and (stray := [label for label in given if label not in known]):
        raise UsageError("--map", f"no label {stray[0]!r}", f"labels are {listed}")
    return labels
