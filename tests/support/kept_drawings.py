"""Drawing every portrait and scene once: tests that build, verify or preview drawn datasets show the same few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from hairnet_data.sources.base import Portrait
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.scenes.source import DrawnBackgrounds

_MOST = 400
"""Drawings that are kept: they are small, and more than all tests of a worker need."""

_kept: dict[tuple[type, str], Any] = {}


@contextmanager
def drawings_kept() -> Iterator[None]:
    """Within, this process draws nothing twice. What other processes draw is their own."""
    with pytest.MonkeyPatch.context() as patch:
        for source in (Drawn, DrawnBackgrounds):
            patch.setattr(source, "load", _remembering(source, source.load))
        yield


def _remembering(source: type, load: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def remembered(self: Any, id: str) -> Any:
        key = source, self.content(id)  # follows from the number of the drawing, the size and the id
        if key not in _kept:
            if len(_kept) >= _MOST:
                return load(self, id)
            _kept[key] = _read_only(load(self, id))
        return _kept[key]

    return remembered


def _read_only(drawn: Any) -> Any:
    """The picture, or the portrait: nobody may change what the next one gets."""
    arrays = (drawn.image, drawn.mask, drawn.alpha, drawn.coverage) if isinstance(drawn, Portrait) else (drawn,)
    for array in arrays:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return drawn
