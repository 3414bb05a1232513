"""Which values the masks of a folder hold, what they seem to mean, and a draft of `classes.toml` that says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.errors import PictureError, SourceError
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.images.picture_file import EXTENSIONS
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.walk import list_folder
from hairnet_data.sources.folder.corrections import ENDING
from hairnet_data.sources.known_sets import BLEND, KnownSet, Value, is_voc, recognise

MAX_VALUES = 64
"""Values that are listed; blended edges and JPEG masks hold thousands."""

_CHANNEL = np.array([1 << 16, 1 << 8, 1], np.uint32)


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value in the masks.

    Attributes:
        value: an index, or a colour as "#rrggbb".
        colour: RGB in which an index is shown, if the masks have a palette; the colour itself for a colour.
        pixels: in all masks.
        masks: that hold it.
    """

    value: Value
    colour: tuple[int, int, int] | None
    pixels: int
    masks: int


@dataclass(frozen=True, slots=True)
class MaskValues:
    """What the masks of a folder hold.

    Attributes:
        kind: "indices", "colours", or "mixed" where some masks hold one and some the other.
        masks: how many were read.
        counts: the commonest `MAX_VALUES` values, most pixels first.
        other_values: how many more values there are.
        other_pixels: how many pixels hold those.
        known: the public set whose values these are, if any.
        voc: whether they are PASCAL VOC's colours.
        errors: of masks that cannot be read.
    """

    kind: str
    masks: int
    counts: tuple[ValueCount, ...]
    other_values: int
    other_pixels: int
    known: KnownSet | None
    voc: bool
    errors: tuple[PictureError, ...]

    @property
    def pixels(self) -> int:
        """In all masks."""
        return sum(count.pixels for count in self.counts) + self.other_pixels

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "kind": self.kind,
            "masks": self.masks,
            "known": self.known.name if self.known else "PASCAL VOC" if self.voc else None,
            "values": [
                {
                    "value": count.value,
                    "share": count.pixels / self.pixels,
                    "pixels": count.pixels,
                    "masks": count.masks,
                }
                for count in self.counts
            ],
            "other_values": self.other_values,
            "other_pixels": self.other_pixels,
            "unreadable": [str(error) for error in self.errors],
        }


def count_mask_values(folder: Path, progress: Progress = silent) -> MaskValues:
    """Reads all masks of a folder.

    Args:
        folder: one that holds `masks`, or the masks themselves; subfolders are searched.
        progress: called after each mask.

    Raises:
        SourceError: there is no such folder, or no readable mask in it.
    """
    root = folder / "masks" if (folder / "masks").is_dir() else folder
    if not root.is_dir():
        raise SourceError(str(folder), "is not a folder", "name the one that holds the masks, or images and masks")
    # What `hairnet-data fix` painted holds class ids, whatever the masks hold.
    paths = [root / name for name in list_folder(root, EXTENSIONS).files if not name.endswith(ENDING)]
    pixels: dict[str, Counter[int]] = {"indices": Counter(), "colours": Counter()}
    masks: dict[str, Counter[int]] = {"indices": Counter(), "colours": Counter()}
    palette: dict[int, tuple[int, int, int]] = {}
    errors: list[PictureError] = []
    for done, path in enumerate(paths, 1):
        try:
            picture = read_mask(path)
        except PictureError as error:
            errors.append(error)
        else:
            kind, values, counts = _values(picture)
            pixels[kind].update(dict(zip(values, counts, strict=True)))
            masks[kind].update(values)
            if picture.palette is not None:
                palette.update(_shown_colours(picture, values))
        progress("reading masks", done, len(paths))
    if len(errors) == len(paths):
        hint = "name the folder that holds the masks"
        raise SourceError(str(root), "holds no mask that can be read" + (f" ({errors[0]})" if errors else ""), hint)
    return _summary(pixels, masks, palette, len(paths) - len(errors), tuple(errors))


def _values(picture: MaskPicture) -> tuple[str, list[int], list[int]]:
    """Kind, values and their numbers of pixels. A colour is 0xrrggbb."""
    if picture.indices is not None:
        values, counts = np.unique(picture.indices, return_counts=True)
        return "indices", values.tolist(), counts.tolist()
    assert picture.rgb is not None
    codes = picture.rgb.reshape(-1, 3).astype(np.uint32) @ _CHANNEL
    values, counts = np.unique(codes, return_counts=True)
    return "colours", values.tolist(), counts.tolist()


def _shown_colours(picture: MaskPicture, values: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    assert picture.palette is not None
    return {
        value: (int(red), int(green), int(blue))
        for value in values
        if value < len(picture.palette)
        for red, green, blue in [picture.palette[value]]
    }


def _summary(
    pixels: dict[str, Counter[int]],
    masks: dict[str, Counter[int]],
    palette: dict[int, tuple[int, int, int]],
    read: int,
    errors: tuple[PictureError, ...],
) -> MaskValues:
    kinds = [kind for kind in ("indices", "colours") if pixels[kind]]
    entries = [(kind, value, count) for kind in kinds for value, count in pixels[kind].items()]
    entries.sort(key=lambda entry: (-entry[2], entry[0], entry[1]))
    counts = []
    for kind, value, count in entries[:MAX_VALUES]:
        if kind == "colours":
            colour = (value >> 16, value >> 8 & 255, value & 255)
            counts.append(ValueCount(f"#{value:06x}", colour, count, masks[kind][value]))
        else:
            counts.append(ValueCount(value, palette.get(value), count, masks[kind][value]))
    rest = entries[MAX_VALUES:]
    total = sum(count for _, _, count in entries)
    shares: dict[Value, float] = {count.value: count.pixels / total for count in counts}
    return MaskValues(
        kind=kinds[0] if len(kinds) == 1 else "mixed",
        masks=read,
        counts=tuple(counts),
        other_values=len(rest),
        other_pixels=sum(count for _, _, count in rest),
        known=recognise(shares),
        voc=is_voc(shares),
        errors=errors,
    )


def draft_classes(values: MaskValues) -> str:
    """A `classes.toml` for these masks: complete for a known set, else with every value to be assigned by hand.

    Where there are many values of few pixels, which blended edges and JPEG make, only the others are listed, as
    colours, and `nearest` is set.
    """
    blended = values.other_values > 0 or (values.kind == "colours" and len(values.counts) > 24)
    listed = [c for c in values.counts if c.pixels >= BLEND * values.pixels] if blended else list(values.counts)
    if values.known:
        assigned = values.known.values
        blended = any(count.value not in assigned for count in values.counts) or values.other_values > 0
        lines = [f"# {values.known.name}", *([f"# {values.known.note}"] if values.known.note else [])]
        lines.append("[indices]" if values.kind == "indices" else "[colours]")
        lines += [
            f"{name} = {_toml(of_class)}"
            for name in ("background", "hair", "face", "ignore")
            if (of_class := getattr(values.known, name))
        ]
    else:
        in_colours = values.kind != "indices" or (blended and all(count.colour for count in listed))
        lines = ["# Move every value to the class it stands for, and leave none under `unassigned`."]
        lines += ["[colours]" if in_colours else "[indices]", "background = []", "hair = []", "face = []"]
        lines.append("unassigned = [")
        for count in listed:
            value = "#{:02x}{:02x}{:02x}".format(*count.colour) if in_colours and count.colour else count.value
            share = count.pixels / values.pixels
            lines.append(f"  {_toml([value])[1:-1]},  # {share:.2%} of the pixels, in {count.masks:,} masks")
        lines.append("]")
    if blended:
        rest = len(values.counts) - len(listed) + values.other_values
        lines += ["", "[options]", "nearest = true  # there are blended colours" + (f": {rest:,}" if rest else "")]
    return "\n".join(lines) + "\n"


def _toml(values: Sequence[Value]) -> str:
    return "[" + ", ".join(str(value) if isinstance(value, int) else f'"{value}"' for value in values) + "]"
