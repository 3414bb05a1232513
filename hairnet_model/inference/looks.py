"""Photos with other hair, or none, by what was located in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.errors import UsageError
from hairnet_model.effects.bald import Scalp, as_they_are, bald
from hairnet_model.effects.colours import Target, target
from hairnet_model.effects.recolour import Fit, as_it_is, recolour
from hairnet_model.inference import composite, letterbox
from hairnet_model.inference.cuts import Located


@dataclass(frozen=True, slots=True)
class Dye:
    """What is done to hair; see `effects.recolour`.

    Attributes:
        target: the colour and where it is worn.
        strength: 0..1.
        beard: whether beards are dyed too.
    """

    target: Target
    strength: float = 1.0
    beard: bool = False


def dye(recolour: str | None, strength: float | None, beard: bool) -> Dye | None:
    """What the command line's options of these names mean; None where nothing is to be dyed.

    Raises:
        UsageError: there is no such colour, the strength is not in 0..1, or there are options without a colour.
    """
    if recolour is None:
        for option, given in (("--strength", strength is not None), ("--beard", beard)):
            if given:
                raise UsageError(option, "says how hair is recoloured, and it is not", "add --recolour COLOUR")
        return None
    if strength is not None and not 0 <= strength <= 1:
        raise UsageError("--strength", f"{strength:g} is not between 0 and 1", "give 0.8, for example")
    return Dye(target(recolour), 1.0 if strength is None else strength, beard)


def recoloured(photo: Pixels, located: Located, dye: Dye, steady: Callable[[Fit], Fit] = as_it_is) -> Pixels:
    """A photo with its hair dyed, uint8 (H, W, 3) RGB; `steady` as for `effects.recolour`."""
    return recolour(photo, *_planes(located), dye.target, dye.strength, dye.beard, steady)


def made_bald(
    photo: Pixels, located: Located, steady: Callable[[Sequence[Scalp]], Sequence[Scalp]] = as_they_are
) -> Pixels | None:
    """A photo without the hair above the eyes, uint8 (H, W, 3) RGB; None where no face is seen.

    `steady` is as for `effects.bald`.
    """
    seen: list[Scalp] = []

    def noted(scalps: Sequence[Scalp]) -> Sequence[Scalp]:
        seen.extend(scalps)
        return steady(scalps)

    made = bald(photo, *_planes(located), noted)
    return made if seen else None


def _planes(located: Located) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities of hair and face, float32 (H, W) each."""
    hair, face = (np.empty((located.height, located.width), np.float32) for _ in range(2))
    for band in letterbox.bands(located.height, located.width):
        likely = composite.rows(located, band)
        hair[band], face[band] = likely[..., HAIR], likely[..., FACE]
    return hair, face
