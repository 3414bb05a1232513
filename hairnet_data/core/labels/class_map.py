"""From what a mask picture holds (colours, indices, one picture a part) to the class ids, and to no label at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, COLOURS
from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.bands import row_bands
from hairnet_data.core.images.label_image import MaskPicture
from hairnet_data.core.labels.blended_edges import Rgb, assign_colours

_UNKNOWN = 253  # stands for "no class" while a mask is being read; neither a class nor UNLABELLED
_MOST_NAMED = 3  # how many unknown values an error names
# Pixels worked on at once: NumPy takes eight bytes and more for a pixel it looks up.
_BAND = 1 << 21


@dataclass(frozen=True, slots=True)
class ColourMap:
    """Classes by exact colours, several a class if need be.

    Attributes:
        classes: class id by RGB; `UNLABELLED` for what says nothing.
        nearest: whether a colour that is in no class takes a class that is found close by (see `blended_edges`). For
            masks with blended edges or saved as JPEG.
    """

    classes: Mapping[Rgb, int]
    nearest: bool = False

    def read(self, mask: MaskPicture, where: str) -> tuple[Pixels, int]:
        """Reads the classes of a mask.

        Returns:
            uint8 (h, w) of class ids, and how many pixels took the class of a colour that is not theirs.

        Raises:
            PictureError: a colour is in no class (named, with its number of pixels), or there are none.
        """
        if mask.rgb is not None:
            return self._from_rgb(mask.rgb, where)
        if mask.palette is None or mask.indices is None:
            what = "has 16-bit values where [colours] needs 8-bit ones"
            raise PictureError(where, what, "give [indices] in classes.toml or save it with 8 bits")
        # Each palette entry is looked up once. Pixels beyond the palette's end are no colour at all.
        entries = np.full((1, 256, 3), 0, np.uint8)
        entries[0, : len(mask.palette)] = mask.palette
        counts = _count(mask.indices, 256)
        if counts[len(mask.palette) :].any():
            raise PictureError(where, "has pixels beyond the end of its palette", "save it again")
        table = self._exact(entries)
        unknown = (table[0] == _UNKNOWN) & (counts > 0)
        if not unknown.any():
            return _look_up(table[0], mask.indices), 0
        if self.nearest:
            return self._assigned(entries[0][mask.indices])
        raise self._unknown(table, entries, np.where(unknown, counts, 0)[None], where)

    def _from_rgb(self, rgb: Pixels, where: str) -> tuple[Pixels, int]:
        result = np.empty(rgb.shape[:2], np.uint8)
        for rows in row_bands(result.shape, _BAND):
            result[rows] = self._exact(rgb[rows])
        if not (result == _UNKNOWN).any():
            return result, 0
        if self.nearest:
            return self._assigned(rgb)
        raise self._unknown(result, rgb, None, where)

    def _assigned(self, rgb: Pixels) -> tuple[Pixels, int]:
        """As `read`, where colours of no class take a class."""
        indices, snapped = assign_colours(rgb, list(self.classes))
        return _look_up(np.array(list(self.classes.values()), np.uint8), indices), snapped

    def _exact(self, rgb: Pixels) -> Pixels:
        """The class of each pixel, `_UNKNOWN` where its colour is in none."""
        # One integer a pixel: 250 x 250 in three colours takes 0.05 ms, by cv2.inRange 0.2, by NumPy 3.
        codes = cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA).view("<u4")[:, :, 0]
        result = np.full(codes.shape, _UNKNOWN, np.uint8)
        for (red, green, blue), label in self.classes.items():
            hit = (codes == np.uint32(red | green << 8 | blue << 16 | 255 << 24)).view(np.uint8)
            result ^= hit * np.uint8(_UNKNOWN ^ label)
        return result

    def _unknown(self, classes: Pixels, rgb: Pixels, weights: NDArray[np.int64] | None, where: str) -> PictureError:
        """The error that names the commonest colours of no class.

        Args:
            classes: uint8 (h, w) of class ids and `_UNKNOWN`.
            rgb: uint8 (h, w, 3), the pixels' colours.
            weights: how many pixels of the mask each pixel here stands for; None is one.
            where: what errors call the mask.
        """
        colours, counts = _unknown_colours(classes, rgb, weights)
        return _unknown_values(where, "colour", colours, counts, "or set nearest = true")


@dataclass(frozen=True, slots=True)
class IndexMap:
    """Classes by the values stored in a palette, greyscale or 16-bit mask.

    Attributes:
        classes: class id by index, as for `ColourMap`.
    """

    classes: Mapping[int, int]

    def read(self, mask: MaskPicture, where: str) -> tuple[Pixels, int]:
        """As `ColourMap.read`; never snaps. A colour picture will do if its three channels are equal."""
        indices = mask.indices
        if indices is None:
            assert mask.rgb is not None
            indices = mask.rgb[:, :, 0]
            if not (np.array_equal(indices, mask.rgb[:, :, 1]) and np.array_equal(indices, mask.rgb[:, :, 2])):
                raise PictureError(where, "is a colour picture", "give [colours] in classes.toml")
        if indices.size and (indices.min() < 0 or indices.max() > 65535):
            raise PictureError(where, "holds 32-bit values", "save it with 8 or 16 bits")
        table = np.full(65536 if indices.dtype != np.uint8 else 256, _UNKNOWN, np.uint8)
        for index, label in self.classes.items():
            if index < len(table):
                table[index] = label
        result = _look_up(table, indices)
        if (result == _UNKNOWN).any():
            counts = _count(indices, len(table)) * (table == _UNKNOWN)
            unknown = np.flatnonzero(counts)
            raise _unknown_values(where, "index", unknown, counts[unknown], "")
        return result, 0


@dataclass(frozen=True, slots=True)
class PartMap:
    """Classes by one binary picture a part.

    Attributes:
        classes: class id by part, in the order they are laid over one another: the last on top.
        nearest: whether grey between black and white counts as the nearer of the two.
        rest: what is under no part: a class id, or `UNLABELLED`.
    """

    classes: Mapping[str, int]
    nearest: bool = False
    rest: int = BACKGROUND

    def read(self, parts: Mapping[str, tuple[MaskPicture, str]], where: str) -> tuple[Pixels, int]:
        """Lays the parts over one another.

        Args:
            parts: the pictures there are and what errors call them, by part. An absent part is nowhere.
            where: what errors call them together.

        Returns:
            uint8 (h, w) of class ids, `rest` where no part is; and how many values were rounded.

        Raises:
            PictureError: a picture has grey values, or their sizes differ.
        """
        result: Pixels | None = None
        snapped = 0
        for part, label in self.classes.items():
            if part not in parts:
                continue
            picture, name = parts[part]
            inside, rounded = self._inside(picture, name)
            if result is None:
                result = np.full(inside.shape, self.rest, np.uint8)
            if inside.shape != result.shape:
                sizes = f"{_size(inside)} pixels, other parts {_size(result)}"
                raise PictureError(name, f"is {sizes}", "give all parts of a photo one size")
            result[inside] = label
            snapped += rounded
        if result is None:
            raise PictureError(where, "has no part's mask", "add one or remove the photo")
        return result, snapped

    def _inside(self, mask: MaskPicture, where: str) -> tuple[NDArray[np.bool_], int]:
        """Where a part is: what is not black. Black is the only other value it may hold, unless `nearest`."""
        full = 255
        if mask.rgb is not None:
            values: NDArray[Any] = mask.rgb.max(axis=2)
        elif mask.palette is not None and mask.indices is not None:
            light = np.zeros(256, np.uint8)
            light[: len(mask.palette)] = mask.palette.max(axis=1)
            values = _look_up(light, mask.indices)
        else:
            assert mask.indices is not None
            values, full = mask.indices, 65535
        highest = values.max() if values.size else 0
        between = values.size - np.count_nonzero(values == 0) - np.count_nonzero(values == highest)
        if highest == 0 or between == 0:
            return values != 0, 0
        if not self.nearest:
            what = f"has {between} pixels of values between black and {highest}, where a part has two values"
            raise PictureError(where, what, "save it as black and white or set nearest = true")
        rounded = int(np.count_nonzero((values != 0) & (values != full)))
        return values > full // 2, rounded


ClassMap = ColourMap | IndexMap | PartMap

LFW_COLOURS = ColourMap({colour: label for label, colour in enumerate(COLOURS)})
"""Red hair, green face, blue background, nothing else."""


def same_frame(photo: tuple[int, int], mask: tuple[int, int]) -> bool:
    """Whether a mask can span a photo's frame: the same aspect, to within one pixel of rounding.

    Args:
        photo: its width and height.
        mask: its width and height.
    """
    (width, height), (w, h) = photo, mask
    # One of the two was scaled by one factor and each side rounded: some factor explains both sides.
    low = max((w - 1) / width, (h - 1) / height)
    high = min((w + 1) / width, (h + 1) / height)
    back_low = max((width - 1) / w, (height - 1) / h)
    back_high = min((width + 1) / w, (height + 1) / h)
    return low <= high or back_low <= back_high


def _size(pixels: NDArray[Any]) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]}"


def _look_up(table: Pixels, indices: NDArray[Any]) -> Pixels:
    """`table[indices]`, a band at a time."""
    values = np.empty(indices.shape, np.uint8)
    for rows in row_bands(indices.shape, _BAND):
        values[rows] = table[indices[rows]]
    return values


def _count(indices: NDArray[Any], size: int) -> NDArray[np.int64]:
    """How many pixels have each of the indices below `size`."""
    counts = [np.bincount(indices[rows].ravel(), minlength=size) for rows in row_bands(indices.shape, _BAND)]
    return np.asarray(np.sum(counts, axis=0), np.int64)


def _unknown_colours(
    result: Pixels, rgb: Pixels, weights: NDArray[np.int64] | None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The colours of unknown pixels as numbers, and how many pixels have each."""
    if result.size <= _BAND:
        unknown = result == _UNKNOWN
        codes, inverse = np.unique(_codes(rgb[unknown]), return_inverse=True)
        return codes, np.bincount(inverse, weights=None if weights is None else weights[unknown])
    counts = np.zeros(1 << 24, np.int64)
    for rows in row_bands(result.shape, _BAND * 4):
        # Chosen among integers: among colours of three channels it takes five times as long.
        codes = _codes(rgb[rows].reshape(-1, 3))
        counts += np.bincount(codes[result[rows].ravel() == _UNKNOWN], minlength=len(counts))
    present = np.flatnonzero(counts)
    return present, counts[present]


def _codes(colours: Pixels) -> NDArray[np.int32]:
    """One number a colour, of (N, 3) RGB."""
    codes = colours[:, 0].astype(np.int32)
    for channel in (1, 2):
        codes <<= 8
        codes |= colours[:, channel]
    return codes


def _unknown_values(where: str, kind: str, values: NDArray[Any], counts: NDArray[Any], more: str) -> PictureError:
    """An error that names the most frequent of the values that are in no class, of which there are `counts`."""
    most = [i for i in np.argsort(-counts, kind="stable")[:_MOST_NAMED] if counts[i]]
    names = [f"#{values[i]:06x}" if kind == "colour" else str(values[i]) for i in most]
    listed = ", ".join(f"{name} ({int(counts[i])} pixels)" for name, i in zip(names, most, strict=True))
    rest = int(np.count_nonzero(counts)) - _MOST_NAMED
    listed += f" and {rest} more" if rest > 0 else ""
    hint = f"give every {kind} a class {more}".rstrip()
    return PictureError(where, f"has {kind} {listed} in no class", hint)
