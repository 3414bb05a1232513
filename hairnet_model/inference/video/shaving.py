"""Heads of a film made bald: what is estimated of each is averaged over time, so that the scalp does not tremble."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects.bald import Scalp
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.looks import made_bald

_MEMORY = 0.7
"""Seconds after which a frame counts for a third (1 / e)."""

_FOLLOWED = 0.25, 0.04
"""Share of what a place differs from where its speed leads added to it, and to the speed."""

_JUMP = 3.0
"""Cells by which a place differs from where its speed leads, that has moved in another way: it is taken as it is."""

_SAME = 0.5
"""Widths of the face within which a head is the one of the frame before."""

_SCENE = 0.12
"""Of L, by which skin differs in another scene, where estimates begin anew."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A head.

    Attributes:
        scalp: what was painted.
        speed: of top, middle and width, in cells a frame.
    """

    scalp: Scalp
    speed: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(slots=True)
class Shaver:
    """Makes the heads in the frames of a film bald, one frame after another.

    Attributes:
        before: the heads of the frame before.
        time: of that frame, in seconds.
    """

    before: list[Followed] = field(default_factory=list)
    time: float = 0.0

    def shaved(self, frame: Pixels, located: Located, time: float) -> Pixels:
        """A frame without the hair above the eyes.

        Args:
            frame: uint8 (H, W, 3) RGB.
            located: what was found in it, steadied or not.
            time: of the frame, in seconds; later than that of the frame before.

        Returns:
            uint8 (H, W, 3) RGB.
        """

        def steady(scalps: Sequence[Scalp]) -> Sequence[Scalp]:
            share = 1 - math.exp(-max(0.0, time - self.time) / _MEMORY)
            self.before = [_followed(self.before, own, share) for own in scalps]
            self.time = time
            return [head.scalp for head in self.before]

        made = made_bald(frame, located, steady)
        return frame if made is None else made


def _followed(before: Sequence[Followed], own: Scalp, share: float) -> Followed:
    """The estimate averaged with that of the same head before; itself where there is none."""

    def away(head: Followed) -> float:
        return math.hypot(head.scalp.middle - own.middle, head.scalp.top - own.top)

    same = [
        head
        for head in before
        if away(head) < _SAME * own.wide
        and abs(head.scalp.wide / own.wide - 1) < _SAME
        and abs(head.scalp.lightest - own.lightest) < _SCENE
    ]
    if not same:
        return Followed(own)
    head = min(same, key=away)
    old = head.scalp
    # The face's place is counted in entire cells: where the head was going says it more finely.
    (top, v_top), (middle, v_middle), (wide, v_wide) = (
        _moved(was, speed, now)
        for was, speed, now in zip(
            (old.top, old.middle, old.wide), head.speed, (own.top, own.middle, own.wide), strict=True
        )
    )

    def mean(was: float, now: float) -> float:
        return was + share * (now - was)

    eyes, crown, back = (mean(getattr(old, name), getattr(own, name)) for name in ("eyes", "crown", "back"))
    light = tuple(mean(was, now) for was, now in zip(old.light, own.light, strict=True))
    darkest, lightest = mean(old.darkest, own.darkest), mean(old.lightest, own.lightest)
    return Followed(Scalp(top, middle, wide, eyes, crown, back, light, darkest, lightest), (v_top, v_middle, v_wide))


def _moved(was: float, speed: float, now: float) -> tuple[float, float]:
    """A place and its speed, in cells a frame."""
    missing = now - (was + speed)
    if abs(missing) > _JUMP:
        return now, 0.0
    return was + speed + _FOLLOWED[0] * missing, speed + _FOLLOWED[1] * missing
