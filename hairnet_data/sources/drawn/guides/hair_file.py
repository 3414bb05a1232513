"""Writes style files and the head's file, as docs/tryon.md describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.growing import neighbours, openness
from hairnet_data.sources.drawn.guides.mean_head import SKULL_CENTRE, SKULL_HALF

QUANTUM = 0.01
"""Centimetres of one step of the stored coordinates."""

MOST_BYTES = 40_000
"""Of a style file."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Thick:
    """How guides are thickened: the keys of a group in docs/tryon.md. Lengths in cm."""

    width: float = 0.06
    tip: float = 0.25
    taper: float = 3.0
    mix: float = 0.9
    clump: float = 0.45
    gather: float = 1.5
    spread: tuple[float, float] = (0.22, 0.25)
    uneven: float = 0.06
    stray: float = 0.02
    curl: tuple[float, float, float, float] = (0.0, 1.0, 1.0, 0.0)
    braid: tuple[float, float, float] = (0.0, 0.0, 1.0)
    levels: tuple[tuple[int, int, float], ...] = ((4, 10, 4.0), (12, 12, 2.0), (24, 14, 1.4), (48, 18, 1.0))


@dataclass(frozen=True, slots=True)
class Grown:
    """Guides of a group, float64 (G, P, 3) in cm, and how they are thickened.

    Attributes:
        limit: guides farther apart than this, cm, are no neighbours.
        shade: how much of the sky the group sees; None computes it of all guides. A plait's guides lie in one another.
    """

    name: str
    guides: Floats
    thick: Thick
    limit: float = 3.0
    shade: float | None = None


def encode_style(
    name: str,
    title: str,
    seed: int,
    cap: Mapping[str, object],
    groups: Sequence[Grown],
    dense: float,
    ears: bool,
    made: Mapping[str, object],
) -> bytes:
    """A style file's bytes; `dense` is how much light the hair takes, 1 for usual hair; `ears` are seen.

    Raises:
        ValueError: it would be larger than `MOST_BYTES`, or a point lies too far out for the format.
    """
    body, tables = b"", []
    for group, shade in zip(groups, openness([group.guides for group in groups], dense), strict=True):
        if group.shade is not None:
            shade = np.full(shade.shape, group.shade)
        points = np.round(group.guides / QUANTUM)
        if np.abs(points).max() > 32767:
            raise ValueError(f"style {name}, group {group.name}: a guide leaves the range of 327 cm")
        count, long, _ = points.shape
        tables.append({"name": group.name, "guides": count, "points": long, **asdict(group.thick)})
        body += points.astype("<i2").tobytes()
        body += np.round(np.clip(shade, 0, 1) * 255).astype(np.uint8).tobytes()
        body += neighbours(group.guides, group.limit).astype("<u2").tobytes()
    header = {
        "format": "hair",
        "version": 1,
        "name": name,
        "title": title,
        "quantum": QUANTUM,
        "seed": seed,
        "skull": [SKULL_CENTRE.tolist(), SKULL_HALF.tolist()],
        "cap": cap,
        "ears": ears,
        "groups": tables,
        "made": made,
    }
    data = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n" + body
    if len(data) > MOST_BYTES:
        raise ValueError(f"style {name}: {len(data)} bytes, more than {MOST_BYTES}; take fewer guides or points")
    return data


def encode_head(surfaces: Mapping[str, Floats]) -> bytes:
    """The bytes of `head.json`."""
    tables = [
        {
            "name": name,
            "rows": grid.shape[0],
            "columns": grid.shape[1],
            "points": np.round(grid / QUANTUM).astype(int).ravel().tolist(),
        }
        for name, grid in surfaces.items()
    ]
    head = {"format": "head", "version": 1, "quantum": QUANTUM, "surfaces": tables}
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n"
