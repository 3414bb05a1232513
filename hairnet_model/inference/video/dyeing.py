"""Hair of a film in another colour: what is estimated from each frame's hair is averaged, so that nothing flickers."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects.recolour import Fit
from hairnet_model.effects.tone import Tone
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.looks import Dye, recoloured

_MEMORY = 0.7
"""Seconds after which a frame counts for a third (1 / e)."""

_SCENE = 0.12
"""Lightness (Oklab's L_r) by which the hair's own mean differs in another scene, whose estimates begin anew."""


@dataclass(slots=True)
class Dyer:
    """Recolours the frames of a film, one after another.

    Attributes:
        mean: the average of what was estimated so far; None before the first hair, and where a scene begins.
        time: seconds, of the last frame that had hair.
    """

    mean: Fit | None = None
    time: float = 0.0

    def dyed(self, frame: Pixels, located: Located, dye: Dye, time: float) -> Pixels:
        """A frame with its hair recoloured.

        Args:
            frame: uint8 (H, W, 3) RGB.
            located: what was found in it, steadied or not.
            dye: what is done.
            time: of the frame, in seconds; later than that of the frame before.

        Returns:
            uint8 (H, W, 3) RGB; a frame without hair as it is.
        """

        def steady(own: Fit) -> Fit:
            before = self.mean
            if before is None or abs(own.curve.middle - before.curve.middle) > _SCENE:
                self.mean = own
            else:
                self.mean = _mixed(before, own, 1 - math.exp(-max(0.0, time - self.time) / _MEMORY))
            self.time = time
            return self.mean

        return recoloured(frame, located, dye, steady)


def _mixed(before: Fit, own: Fit, share: float) -> Fit:
    def mean(old: float, new: float) -> float:
        return old + share * (new - old)

    names = [field.name for field in fields(Tone)]
    curve = Tone(*(mean(getattr(before.curve, name), getattr(own.curve, name)) for name in names))
    return Fit(curve, mean(before.top, own.top), mean(before.end, own.end))
