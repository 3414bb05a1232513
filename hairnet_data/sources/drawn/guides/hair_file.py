"""Writes style files and the head's file, as docs/tryon.md describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hairnet_data.sources.drawn.guides.mean_head import SKULL_CENTRE, SKULL_HALF

QUANTUM = 0.01
"""Centimetres of one step of the stored coordinates."""

MOST_BYTES = 40_000
"""Of a style file."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Guides that are thickened alike; the settings as the group's table in docs/tryon.md has them.

    Attributes:
        guides: float64 (G, P, 3), cm.
        openness: float64 (G, P) in 0..1.
        neighbours: integers (G, 2), numbers of guides of this group.
    """

    name: str
    guides: Floats
    openness: Floats
    neighbours: NDArray[np.integer]
    settings: Mapping[str, object] = field(default_factory=dict)


def encode_style(
    name: str, title: str, seed: int, cap: Mapping[str, object], groups: Sequence[Group], made: Mapping[str, object]
) -> bytes:
    """A style file's bytes.

    Raises:
        ValueError: it would be larger than `MOST_BYTES`, or a point lies too far out for the format.
    """
    body, tables = b"", []
    for group in groups:
        points = np.round(group.guides / QUANTUM)
        if np.abs(points).max() > 32767:
            raise ValueError(f"style {name}, group {group.name}: a guide leaves the range of 327 cm")
        count, long, _ = points.shape
        tables.append({"name": group.name, "guides": count, "points": long, **group.settings})
        body += points.astype("<i2").tobytes()
        body += np.round(np.clip(group.openness, 0, 1) * 255).astype(np.uint8).tobytes()
        body += np.asarray(group.neighbours).astype("<u2").tobytes()
    header = {
        "format": "hair",
        "version": 1,
        "name": name,
        "title": title,
        "quantum": QUANTUM,
        "seed": seed,
        "skull": [SKULL_CENTRE.tolist(), SKULL_HALF.tolist()],
        "cap": cap,
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
