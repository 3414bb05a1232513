"""From where a head is seen, how near, and what is worn on it: decided before the person, as a catalogue names it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from hairnet_data.sources.drawn.colours import TONES

KINDS = MappingProxyType(
    {
        "bald": 0.035,
        "shaved": 0.045,
        "thinning": 0.07,
        "short": 0.155,
        "fringed": 0.065,
        "bob": 0.075,
        "long": 0.11,
        "wavy": 0.08,
        "curly": 0.06,
        "coils": 0.035,
        "afro": 0.04,
        "bun": 0.03,
        "updo": 0.03,
        "ponytail": 0.03,
        "plait": 0.03,
        "braids": 0.025,
        "cornrows": 0.02,
        "dreadlocks": 0.03,
        "undercut": 0.025,
        "wet": 0.035,
    }
)
"""How hair is worn, and how often. Common ways are drawn often, but none is rare enough to be missed."""

VIEWS = MappingProxyType({"front": 0.55, "side": 0.21, "back": 0.24})
"""Front: the face turned up to 60 degrees from the camera; side: up to 120; back: beyond."""

_FRAMES = MappingProxyType(
    {
        "front": {"portrait": 0.85, "close": 0.04, "far": 0.11},
        "side": {"portrait": 0.67, "close": 0.23, "far": 0.10},
        "back": {"portrait": 0.56, "close": 0.34, "far": 0.10},
    }
)

FRAMES = ("portrait", "close", "far")
"""Portrait: head and shoulders; close: hair or face beyond the edges of the picture; far: the upper body."""

HEADWEAR = MappingProxyType(
    {"none": 0.83, "cap": 0.045, "beanie": 0.03, "brim": 0.02, "hijab": 0.035, "hood": 0.02, "helmet": 0.02}
)
"""What is worn on the head, and how often; it belongs to the background."""


COVERING = frozenset(("hijab",))
"""Headwear that leaves no hair to be seen."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a catalogue says of a portrait.

    Attributes:
        tone: the Monk step, one of `TONES`.
        hair: one of `KINDS`.
        headwear: one of `HEADWEAR`.
        view: one of `VIEWS`.
        frame: one of `FRAMES`.
        yaw: radians in -pi..pi, positive to the right of the picture.
    """

    tone: str
    hair: str
    headwear: str
    view: str
    frame: str
    yaw: float

    def traits(self) -> dict[str, str]:
        """The same as texts; `yaw` without its side, in steps of 30 degrees, as training mirrors pictures."""
        return {
            "tone": self.tone,
            "hair": self.hair,
            "headwear": self.headwear,
            "view": self.view,
            "frame": self.frame,
            "yaw": str(round(abs(float(np.degrees(self.yaw))) / 30) * 30),
        }


def draw_look(rng: np.random.Generator) -> Look:
    """Draws the traits a catalogue names. Takes eight numbers from `rng`."""
    numbers = rng.random(8)
    tone = TONES[int(numbers[0] * len(TONES))]
    hair = _pick(KINDS, numbers[1])
    view = _pick(VIEWS, numbers[2])
    frame = _pick(_FRAMES[view], numbers[3])
    # A close-up shows hair; where there is next to none, it is a portrait.
    if frame == "close" and hair in ("bald", "shaved") and numbers[7] < 0.7:
        frame = "portrait"
    headwear = "none" if frame == "close" else _pick(HEADWEAR, numbers[4])
    return Look(tone, hair, headwear, view, frame, _yaw(view, numbers[5], numbers[6]))


def _yaw(view: str, place: float, side: float) -> float:
    """A yaw within a view, in radians: to the front most look near the camera, elsewhere all angles are as frequent."""
    sign = -1.0 if side < 0.5 else 1.0
    if view == "front":
        # Three quarters of them look near the camera (a squared number), one quarter anywhere up to 60 degrees.
        share = place / 0.75 if place < 0.75 else (place - 0.75) / 0.25
        return sign * float(np.radians(60)) * (0.75 * share**1.6 if place < 0.75 else share)
    low, high = (60, 120) if view == "side" else (120, 180)
    return sign * float(np.radians(low + (high - low) * place))


def _pick(weights: dict[str, float] | MappingProxyType[str, float], number: float) -> str:
    """The key at `number`, 0 to 1, of the running sum of the weights."""
    running = np.cumsum(list(weights.values()))
    index = int(np.searchsorted(running / running[-1], number, side="right"))
    return list(weights)[min(index, len(weights) - 1)]
