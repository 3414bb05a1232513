"""Reads style files and the head that hair is worn on, as docs/tryon.md describes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.errors import HairnetError, unreadable
from hairnet_model.tryon.header_table import Table

STYLES = Path(__file__).parent / "styles"
"""Where the styles lie, and `head.json`."""

MOST_BYTES, MOST_HEADER = 40_000, 8_192
_MOST_STRANDS, _MOST_SAMPLES, _MOST_LEVELS = 64, 192, 4

Floats = NDArray[np.float64]


class StyleError(HairnetError):
    """A style file cannot be used."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of detail: `strands` a guide, `samples` vertices a strand, `broad` a factor on their width."""

    strands: int
    samples: int
    broad: float


@dataclass(frozen=True, slots=True)
class Group:
    """Guides that are thickened alike. The settings are those of docs/tryon.md, lengths in cm.

    Attributes:
        guides: float64 (G, P, 3), cm, from root to tip.
        openness: float64 (G, P) in 0..1, how much of the sky a point sees.
        neighbours: intp (G, 4), numbers of guides of this group, in the order in which they lie around a guide.
        first: the number in the file of the group's first guide.
    """

    name: str
    guides: Floats
    openness: Floats
    neighbours: NDArray[np.intp]
    first: int
    width: float
    tip: float
    taper: float
    mix: float
    clump: float
    gather: float
    spread: tuple[float, float]
    uneven: float
    stray: float
    curl: tuple[float, float, float, float]
    braid: tuple[float, float, float]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """The scalp cap.

    Attributes:
        azimuth: float64 (N,), degrees from the nose, rising.
        height: float64 (N,), y in cm down to which hair grows there.
        soft: over how many cm it fades in.
        dense: how much of the skin's colour it hides at most, 0..1.
    """

    azimuth: Floats
    height: Floats
    soft: float
    dense: float

    def cover(self, points: NDArray[np.floating]) -> Floats:
        """How much of the skin at points (..., 3) of the head, cm, the cap hides: float64 (...) in 0..1."""
        degrees = np.degrees(np.arctan2(np.abs(points[..., 0]), points[..., 2]))
        inside = np.clip((np.interp(degrees, self.azimuth, self.height) - points[..., 1]) / self.soft, 0, 1)
        return np.asarray(self.dense * inside * inside * (3 - 2 * inside))


@dataclass(frozen=True, slots=True)
class Style:
    """A hair style.

    Attributes:
        name: of its file.
        title: for people.
        seed: of the hash, 0..2^32-1.
        centre: float64 (3,), and `half` float64 (3,): the ellipsoid that no strand enters, cm.
        cap: the scalp cap.
        ears: whether the ears are seen; where they are not, they hide no hair.
        groups: its guides.
    """

    name: str
    title: str
    seed: int
    centre: Floats
    half: Floats
    cap: Cap
    ears: bool
    groups: tuple[Group, ...]

    @property
    def levels(self) -> int:
        """How many levels of detail there are, from coarse to fine."""
        return len(self.groups[0].levels)


def style_names(folder: Path = STYLES) -> list[str]:
    """The names of the styles in a folder, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.hair"))


def read_style(path: Path) -> Style:
    """Reads a style file.

    Raises:
        StyleError: it cannot be read, or is not a style file of this version.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise StyleError(str(path), unreadable(error)) from None
    return parse_style(data, str(path))


def parse_style(data: bytes, where: str) -> Style:
    """The style in a file's bytes; `where` names the file in errors.

    Raises:
        StyleError: it is not a style file of this version.
    """
    if len(data) > MOST_BYTES:
        raise StyleError(where, f"is larger than {MOST_BYTES} bytes", _HINT)
    line, newline, _ = data[:MOST_HEADER].partition(b"\n")
    try:
        if not newline:
            raise ValueError(f"its first line is longer than {MOST_HEADER} bytes")
        header = Table(json.loads(line), "")
        if header.table.get("format") != "hair":
            raise ValueError("its first line does not say that it is one")
        if header.table.get("version") != 1:
            raise ValueError(f"its version is {header.table.get('version')!r}, this program reads 1")
        centre, half = (header.numbers("skull", 3, at=at) for at in (0, 1))
        if min(half) <= 0:
            raise ValueError("skull has half axes that are not above 0")
        ears = header.table.get("ears")
        if not isinstance(ears, bool):
            raise ValueError("ears must be true or false")
        groups = _groups(header, data[len(line) + 1 :])
        return Style(
            name=header.text("name"),
            title=header.text("title"),
            seed=header.integer("seed", 0, 2**32 - 1),
            centre=np.array(centre),
            half=np.array(half),
            cap=_cap(header.inner("cap")),
            ears=ears,
            groups=groups,
        )
    except (ValueError, RecursionError) as error:
        raise StyleError(where, f"is no style file ({error})", _HINT) from None


_HINT = "docs/tryon.md describes style files and how to grow one"


def _cap(table: Table) -> Cap:
    azimuth, height = np.array(table.numbers("azimuth")), np.array(table.numbers("height"))
    if len(azimuth) < 2 or len(azimuth) != len(height) or (np.diff(azimuth) <= 0).any():
        raise ValueError("cap: azimuth and height must be equally many, at least 2, and azimuth must rise")
    return Cap(azimuth, height, table.number("soft", 1e-3, 100), table.number("dense", 0, 1))


def _groups(header: Table, body: bytes) -> tuple[Group, ...]:
    quantum = header.number("quantum", 1e-6, 1)
    tables = header.table.get("groups")
    if not isinstance(tables, list) or not tables:
        raise ValueError("groups must be a list of at least one group")
    groups: list[Group] = []
    at = first = 0
    for number, entry in enumerate(tables):
        table = Table(entry, f"groups[{number}].")
        count, points = table.integer("guides", 1, 4096), table.integer("points", 4, 256)
        sizes = (count * points * 6, count * points, count * 8)
        if at + sum(sizes) > len(body):
            raise ValueError(f"it ends before the guides of groups[{number}] do")
        ends = np.cumsum((at, *sizes)).tolist()
        places, shades, near = (body[ends[i] : ends[i + 1]] for i in range(3))
        neighbours = np.frombuffer(near, "<u2").reshape(count, 4).astype(np.intp)
        if neighbours.max() >= count:
            raise ValueError(f"groups[{number}] has a neighbour {neighbours.max()} among {count} guides")
        groups.append(
            _group(
                table,
                np.frombuffer(places, "<i2").reshape(count, points, 3) * quantum,
                np.frombuffer(shades, np.uint8).reshape(count, points) / 255,
                neighbours,
                first,
            )
        )
        at, first = ends[-1], first + count
    if at != len(body):
        raise ValueError(f"it has {len(body) - at} bytes after the last group")
    if len({len(group.levels) for group in groups}) > 1:
        raise ValueError("all groups must have the same number of levels")
    return tuple(groups)


def _group(table: Table, guides: Floats, openness: Floats, neighbours: NDArray[np.intp], first: int) -> Group:
    root, tip = table.numbers("spread", 2)
    radius, length, start, frizz = table.numbers("curl", 4)
    half_width, half_depth, crossing = table.numbers("braid", 3)
    if min(length, start, crossing) <= 0:
        raise ValueError(f"{table.where}curl and braid need lengths above 0")
    return Group(
        name=table.text("name"),
        guides=guides,
        openness=openness,
        neighbours=neighbours,
        first=first,
        width=table.number("width", 1e-4, 10),
        tip=table.number("tip", 0, 1),
        taper=table.number("taper", 0.01, 100),
        mix=table.number("mix", 0, 1),
        clump=table.number("clump", 0, 1),
        gather=table.number("gather", 0.01, 100),
        spread=(root, tip),
        uneven=table.number("uneven", 0, 1),
        stray=table.number("stray", 0, 1),
        curl=(radius, length, start, frizz),
        braid=(half_width, half_depth, crossing),
        levels=_levels(table),
    )


def _levels(table: Table) -> tuple[Level, ...]:
    entries = table.table.get("levels")
    if not isinstance(entries, list) or not 1 <= len(entries) <= _MOST_LEVELS:
        raise ValueError(f"{table.where}levels must be a list of 1 to {_MOST_LEVELS} levels")
    levels = []
    for number, entry in enumerate(entries):
        if not isinstance(entry, list) or len(entry) != 3:
            raise ValueError(f"{table.where}levels[{number}] must be [strands, samples, broad]")
        inner = Table(dict(zip(("strands", "samples", "broad"), entry, strict=True)), f"{table.where}levels[{number}].")
        levels.append(
            Level(
                inner.integer("strands", 1, _MOST_STRANDS),
                inner.integer("samples", 2, _MOST_SAMPLES),
                inner.number("broad", 1e-3, 1e3),
            )
        )
    return tuple(levels)
