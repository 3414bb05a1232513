"""What the readings of all masks say: which masks are misplaced, and whether the whole set is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hairnet_data.audit import edges
from hairnet_data.audit.finding import Finding
from hairnet_data.audit.frames import FRAME
from hairnet_data.audit.readings import REACH, SCALES, Readings

_REPORTED = {"shifted": 0.1, "scaled": 0.15, "mirrored": 0.1, "exchanged": 0.1}
"""By how much a reading must be better than the mask as it is to be reported, as a share of what the usual mask loses
where it fits worst within `REACH`."""

_TRUST = {"scaled": 0.85}  # masks in another size are also shifted: what a shift alone explains nearly as well is one

_OFF, _ON = 0.25, 0.75
"""Shares of the usual `on_edges`: a mask that lies on edges no better than the one even in its best reading belongs to
another photo (planted ones: 0 to 0.44), from the other on it belongs to this (0.5 and more)."""

_WELL = 0.0008  # of the frame: a set's masks that fit better by less than that lie well (0.2 pixels of 250)

MOVED = ("shifted", "scaled")
"""Kinds that a mask may seem to be for another reason."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the masks of a set fit their photos best, on average.

    Attributes:
        x: to the right, as a share of the frame's side.
        y: down, as a share of the frame's side.
    """

    x: float
    y: float

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"x": round(self.x, 6), "y": round(self.y, 6)}

    def __str__(self) -> str:
        """In words, also as pixels of a photo of 250 or 1,000 pixels a side."""
        far = max(abs(self.x), abs(self.y))
        if far < _WELL:
            return "masks lie on the edges of their photos, on average"
        return (
            f"all masks together fit better {_direction(self.x * FRAME, self.y * FRAME)}: "
            f"by ({self.x * 250:+.2f}, {self.y * 250:+.2f}) pixels of a photo 250 wide"
        )


def placement(readings: Mapping[str, Readings]) -> Placement:
    """Where the masks of a set lie best on the edges of their photos: the peak of the mean of that evidence."""
    x, y = edges.peak(np.mean([reading.photo_shifts for reading in readings.values()], axis=0))
    return Placement(x / FRAME, y / FRAME)


def findings(readings: Mapping[str, Readings]) -> Iterator[Finding]:
    """Masks that fit better in another reading, each under its best one.

    A mask is compared with itself where the set is placed as a whole, so that a shifted set is not all its masks; and
    what a smaller size gains over a larger one in the whole set, as where hair is drawn generously, is no gain.
    """
    if not readings:
        return
    whole_x, whole_y = edges.peak(np.mean([reading.shifts for reading in readings.values()], axis=0))
    column, row = REACH + round(whole_x), REACH + round(whole_y)
    usual = max(float(np.median([reading.on_edges for reading in readings.values()])), 1e-6)
    unit = max(float(np.median([np.ptp(reading.shifts) for reading in readings.values()])), 1e-6)
    gains = {
        id: np.asarray(reading.scaled, np.float64) - reading.shifts[row, column] for id, reading in readings.items()
    }
    of_set = np.median(list(gains.values()), axis=0)
    usual_gain = (of_set - of_set[::-1]) / 2
    for id, reading in readings.items():
        as_it_is = float(reading.shifts[row, column])
        sized = gains[id] - usual_gain
        size = SCALES[int(sized.argmax())]
        x, y = edges.peak(reading.shifts)
        x, y = x - whole_x, y - whole_y
        options = {
            "shifted": (float(reading.shifts.max()) - as_it_is, f"fits better {_direction(x, y)}"),
            "scaled": (float(sized.max()), f"fits better at {size:.0%} of its size"),
            "mirrored": (reading.mirrored - as_it_is, "fits better mirrored left to right"),
            "exchanged": (reading.exchanged - as_it_is, "fits better with hair and face exchanged"),
        }
        kind = max(options, key=lambda name: options[name][0] * _TRUST.get(name, 1.0))
        gain, reason = options[kind]
        lies = min(max((reading.on_edges / usual - _OFF) / (_ON - _OFF), 0.0), 1.0)
        if gain * lies > 0:
            yield Finding(kind, id, gain * lies / unit / _REPORTED[kind], reason)


def _direction(x: float, y: float) -> str:
    across = f"{abs(x) / FRAME:.1%} of the frame to the {'right' if x > 0 else 'left'}"
    along = f"{abs(y) / FRAME:.1%} {'down' if y > 0 else 'up'}"
    return f"{across}, {along}"
