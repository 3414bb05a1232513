"""Portraits prepared for rendering: halved as often as recipes need, with a rim around them."""

from __future__ import annotations

import functools

from hairnet_data.core.arrays import Pixels
from hairnet_data.geometry import warp
from hairnet_data.rendering.cutouts import head_coverage, lift, soft_coverage
from hairnet_data.sources.base import Portrait


class Subject:
    """A portrait prepared for rendering: its mask, pose and matte, and the image halved as often as its recipes need.

    Args:
        portrait: the decoded portrait.
        finest: the lowest level that is kept; recipes must not need more detail than that. See `warp.level_for`.
        cutouts: whether it may be cut out; it then counts as larger.
    """

    def __init__(self, portrait: Portrait, finest: int = 0, cutouts: bool = True) -> None:
        self.height, self.width = portrait.image.shape[:2]
        self.mask, self.pose = portrait.mask, portrait.pose
        self._finest, self._coverage = finest, portrait.coverage
        self._levels = [warp.pad_edges(warp.halve(portrait.image, finest))]
        self._alphas = [] if portrait.alpha is None else [warp.pad_edges(warp.halve(portrait.alpha, finest))]
        self._cutouts: list[Pixels] = []
        self._may_be_cut_out = cutouts

    def image(self, level: int) -> Pixels:
        """The image halved `level` times, after `warp.pad_edges`: uint8 (h + 2, w + 2, 3).

        Raises:
            ValueError: `level` is less than `finest`.
        """
        return self._halved(self._levels, level)

    @property
    def has_alpha(self) -> bool:
        """Whether the portrait has a matte."""
        return bool(self._alphas)

    def alpha(self, level: int) -> Pixels:
        """The matte of a portrait that has one, halved and padded likewise: uint8 (h + 2, w + 2)."""
        return self._halved(self._alphas, level)

    @functools.cached_property
    def coverage(self) -> Pixels:
        """The person's coverage where the mask's pixels are; the head's, 0 or 255, if the portrait has no coverage.

        uint8 of the mask's shape.
        """
        return head_coverage(self.mask) if self._coverage is None else self._coverage

    def cutout(self, level: int) -> Pixels:
        """The person alone, or the head alone, see `cutouts.lift`, halved and padded likewise: uint8 (h + 2, w + 2, 4).

        Raises:
            ValueError: `level` is less than `finest`.
        """
        if not self._cutouts:
            known = self._coverage is not None
            soft = self.coverage if known else soft_coverage(self.coverage, self.width, self.height)
            finest = warp.halve(soft, self._finest)
            self._cutouts.append(warp.pad_edges(lift(self._levels[0][1:-1, 1:-1], finest)))
        return self._halved(self._cutouts, level)

    def _halved(self, levels: list[Pixels], level: int) -> Pixels:
        while len(levels) <= level - self._finest:
            levels.append(warp.pad_edges(warp.halve(levels[-1][1:-1, 1:-1], 1)))
        if level < self._finest:
            raise ValueError(f"level {level} was not kept, {self._finest} is the finest")
        return levels[level - self._finest]

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes, with the coverage and the cutout that may yet be made."""
        held = self.mask.nbytes + sum(level.nbytes for level in (*self._levels, *self._alphas))
        return held + self._may_be_cut_out * (self.mask.nbytes + self._levels[0].nbytes * 4 // 3)


def prepared(portrait: Portrait | Subject) -> Subject:
    """The portrait as a `Subject`."""
    return portrait if isinstance(portrait, Subject) else Subject(portrait)
