"""Decoded portraits and backgrounds, kept in memory while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from hairnet_data.core.arrays import Pixels
from hairnet_data.geometry import warp
from hairnet_data.recipes.recipe import asset_id
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.renderer import Subject
from hairnet_data.sources.base import BackgroundSource, PortraitSource


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=_Sized)


class _Kept(Generic[T]):
    """The things used last, up to a number of bytes."""

    def __init__(self, make: Callable[[str], T], budget: int) -> None:
        self._make, self._budget, self._held = make, budget, 0
        self._things: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, name: str) -> T:
        if name in self._things:
            self._things.move_to_end(name)
            return self._things[name][0]
        thing = self._make(name)
        size = thing.nbytes
        self._things[name] = thing, size
        self._held += size
        while self._held > self._budget and len(self._things) > 1:
            self._held -= self._things.popitem(last=False)[1][1]
        return thing


class Assets:
    """Loads what recipes name.

    Args:
        portraits: where portraits come from.
        backgrounds: where backgrounds come from.
        size: side of the output in pixels; backgrounds are kept no larger than it needs.
        largest_scale: the largest scale a recipe may have; portraits are kept no finer than it needs.
        budget: bytes for portraits; backgrounds get half as much.
    """

    def __init__(
        self,
        portraits: PortraitSource,
        backgrounds: BackgroundSource,
        size: int,
        largest_scale: float = 20.0,
        budget: int = 400_000_000,
    ) -> None:
        self._portraits, self._backgrounds = portraits, backgrounds
        self._size, self._largest_scale = size, largest_scale
        self._subjects = _Kept(self._load_subject, budget)
        self._grounds = _Kept(self._load_background, budget // 2)

    def subject(self, asset: str) -> Subject:
        """The portrait behind an asset name, ready to render."""
        return self._subjects.get(asset)

    def background(self, asset: str) -> Pixels:
        """The background behind an asset name, shrunk as the renderer wants it."""
        return self._grounds.get(asset)

    def _load_subject(self, asset: str) -> Subject:
        portrait = self._portraits.load(asset_id(asset))
        longer = max(portrait.image.shape[:2])
        return Subject(portrait, warp.level_for(longer / (self._size * self._largest_scale)))

    def _load_background(self, asset: str) -> Pixels:
        return shrink_background(self._backgrounds.load(asset_id(asset)), self._size)
