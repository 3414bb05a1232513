"""Loads portraits and backgrounds by their names in recipes, and keeps the recently used ones in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from hairnet_data.core.arrays import Pixels
from hairnet_data.geometry import warp
from hairnet_data.recipes.recipe import asset_id
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import BackgroundSource, PortraitSource


class _HasSize(Protocol):
    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=_HasSize)


class _LeastRecentlyUsed(Generic[T]):
    """A cache that holds up to a number of bytes; `functools.lru_cache` can only count items.

    Args:
        load: makes the value of a key.
        budget: bytes. The last value is kept even if it is larger.
    """

    def __init__(self, load: Callable[[str], T], budget: int) -> None:
        self._load, self._budget, self._used = load, budget, 0
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, key: str) -> T:
        """The key's value, loaded if it is not in the cache."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key][0]
        value = self._load(key)
        size = value.nbytes
        self._values[key] = value, size
        self._used += size
        while self._used > self._budget and len(self._values) > 1:
            _, (_, freed) = self._values.popitem(last=False)
            self._used -= freed
        return value


class Assets:
    """Loads the portraits and backgrounds that recipes name.

    Args:
        portraits: where portraits come from.
        backgrounds: where backgrounds come from.
        size: side of the output in pixels; backgrounds are kept no larger than it needs.
        largest_scale: the largest scale a recipe may have; portraits are kept no finer than it needs.
        budget: bytes of portraits kept in memory; of backgrounds, half as many.
        mattes: whether portraits are kept with their mattes.
        cutouts: whether they are kept with what it takes to cut people out.
    """

    def __init__(
        self,
        portraits: PortraitSource,
        backgrounds: BackgroundSource,
        size: int,
        largest_scale: float = 20.0,
        budget: int = 400_000_000,
        mattes: bool = False,
        cutouts: bool = True,
    ) -> None:
        self._portrait_source, self._background_source = portraits, backgrounds
        self._size, self._largest_scale = size, largest_scale
        self.mattes, self._cutouts = mattes, cutouts
        self._subjects = _LeastRecentlyUsed(self._load_subject, budget)
        self._backgrounds = _LeastRecentlyUsed(self._load_background, budget // 2)

    def subject(self, asset: str) -> Subject:
        """The portrait behind an asset name, ready to render."""
        return self._subjects.get(asset)

    def background(self, asset: str) -> Pixels:
        """The background behind an asset name, after `shrink_background`: uint8 (H, W, 3) RGB."""
        return self._backgrounds.get(asset)

    def _load_subject(self, asset: str) -> Subject:
        portrait = self._portrait_source.load(asset_id(asset))
        if not self.mattes:
            portrait = replace(portrait, alpha=None)
        if not self._cutouts:
            portrait = replace(portrait, coverage=None)
        longer = max(portrait.image.shape[:2])
        return Subject(portrait, warp.level_for(longer / (self._size * self._largest_scale)), self._cutouts)

    def _load_background(self, asset: str) -> Pixels:
        return shrink_background(self._background_source.load(asset_id(asset)), self._size)
