"""Follows the heads of a video: a search like a photo's now and then, and in between a look where each head was.

Every frame costs the network one pass over all of it, and one for the square that each small head was last cut out in,
moved by where the head went. All of the frame is searched (`locate`) every `SEARCH_EVERY` seconds of the video, and
at once where a head is lost. Between two searches the squares of false alarms are looked at too, so that what the
search found to be none does not come back; and what the search did not believe in the pass over all of the frame is
left out of it until the next one (`second_look.without`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_model.inference import cuts, letterbox
from hairnet_model.inference.components import Box, Component, Head, components, overlap
from hairnet_model.inference.cuts import Cut, Located
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.locate import locate, look_once
from hairnet_model.inference.search import SURE_TWICE
from hairnet_model.inference.second_look import without
from hairnet_model.inference.squares import Square, cut_out, framed_square
from hairnet_model.inference.views import Run

SEARCH_EVERY = 0.5
"""Seconds of the video between two searches."""

REST = 5
"""Frames at least from a search to one that a lost head causes: one that comes and goes would cause one a frame."""

SLACK = (0.04, 1.12)
"""How far a head may go from the middle of its square, in sides, and grow or shrink in it, before the square follows:
a square that moved with every pixel of a box would sample a still head anew in every frame."""

STILL_SMALL = 1.2
"""In units of `cuts.LARGE`: up to this size a head that was followed in a square of its own stays there."""


@dataclass(frozen=True, slots=True)
class Track:
    """A square that is looked at in every frame.

    Attributes:
        square: where it is.
        box: of the head when it was seen last, in pixels.
        is_head: False for a false alarm, which stays where it is.
    """

    square: Square
    box: Box
    is_head: bool


class Tracker:
    """Finds the heads of a video's frames, given one after another, all of one size.

    Args:
        run: the network.
        size: side of the squares it sees.
        search: look for small heads too; False sees each frame once.

    Attributes:
        tracks: squares to look at in the next frame.
        plain: boxes of the heads that the pass over the entire frame shows well enough.
        searched: when all was searched last, in seconds; None before the first frame.
        rested: frames since then.
        lost: heads lost since then.
        doubted: bool (S, S), where that search did not believe what the pass over the entire frame showed; None before
            the first.
    """

    def __init__(self, run: Run, size: int, search: bool = True) -> None:
        self.run, self.size, self.search = run, size, search
        self.tracks: list[Track] = []
        self.plain: list[Box] = []
        self.searched: float | None = None
        self.rested = 0
        self.lost = 0
        self.doubted: NDArray[np.bool_] | None = None

    def follow(self, frame: Pixels, seconds: float) -> Located:
        """Finds the heads of the next frame.

        Args:
            frame: uint8 (H, W, 3) RGB.
            seconds: when it is shown.
        """
        height, width = frame.shape[:2]
        whole = self.run(letterbox.frame(frame, self.size)[None])[0]
        if not self.search:
            return look_once(height, width, whole)
        seen = _Seen(frame, whole if self.doubted is None else without(whole, self.doubted), self.run)
        self.lost += seen.look_at(self.tracks) + seen.look_for(self.plain)
        due = self.searched is None or not 0 <= seconds - self.searched < SEARCH_EVERY
        if due or (self.lost and self.rested >= REST):
            self.doubted = seen.search(whole)
            self.searched, self.rested, self.lost = seconds, 0, 0
        self.rested += 1
        self.tracks = [_next(track, item) for track, item, _ in seen.tracked]
        self.plain = [item.box for item in seen.plain]
        return seen.located()


class _Seen:
    """What is seen in a frame."""

    def __init__(self, frame: Pixels, whole: Probabilities, run: Run) -> None:
        self.frame, self.whole, self.run = frame, whole, run
        self.shape = frame.shape[0], frame.shape[1]
        self.tracked: list[tuple[Track, Component | None, Probabilities]] = []
        self.plain: list[Component] = []
        self.passes = 1

    def look_at(self, tracks: Iterable[Track]) -> int:
        """Looks where heads were; returns how many are lost."""
        lost = 0
        for track in tracks:
            track, best, probabilities = self._look(track)
            if track.is_head and best is not None and not _fits(best, track.square):
                track, best, probabilities = self._look(replace(track, square=cuts.around(best.box), box=best.box))
            if track.is_head and (best is None or best.sure < SURE_TWICE):
                lost += 1
            elif best is None or not any(overlap(best.box, item.box) > 0.5 for item in self._heads()):
                self.tracked.append((track, best if track.is_head else None, probabilities))
        return lost

    def look_for(self, boxes: Sequence[Box]) -> int:
        """Looks in the pass over the entire frame for heads that it showed before; returns how many are lost."""
        there = components(self.whole, framed_square(*self.shape), self.shape) if boxes else []
        found = [cuts.same(there, box) for box in boxes]
        self.plain = list({item.box: item for item in found if item is not None}.values())
        return sum(item is None for item in found)

    def search(self, whole: Probabilities) -> NDArray[np.bool_]:
        """Searches the entire frame. What was followed already keeps its square, so that its edges do not jump.

        Args:
            whole: what the network says of the frame.

        Returns:
            Where it is not believed.
        """
        located = locate(self.frame, whole, self.run)
        doubted = np.asarray((whole.argmax(-1) != BACKGROUND) & (located.whole.argmax(-1) == BACKGROUND))
        self.whole = without(whole, doubted)
        self.passes += located.passes - 1
        before, self.tracked = self.tracked, []
        for cut in located.cuts:
            is_head = any(overlap(_of(head), cut.box) > 0.5 for head in located.heads)
            known = [each for each in before if each[0].is_head == is_head and overlap(each[0].box, cut.box) > 0.5]
            if known:
                self.tracked.append(known[0])
            else:
                there = components(cut.probabilities, cut.square, self.shape) if is_head else []
                track = Track(cut.square, cut.box, is_head)
                self.tracked.append((track, cuts.same(there, cut.box), cut.probabilities))
        largest = STILL_SMALL * cuts.LARGE * max(self.shape)
        for each in before:
            item = each[1]
            if item is not None and item.has_face and item.longer < largest and each not in self.tracked:
                self.tracked.append(each)
        self.plain = [
            item
            for item in components(self.whole, framed_square(*self.shape), self.shape)
            if any(overlap(_of(head), item.box) > 0.5 for head in located.heads)
            and not any(overlap(track.box, item.box) > 0.5 for track, _, _ in self.tracked)
        ]
        return doubted

    def located(self) -> Located:
        """The same as a photo's."""
        cuts = [
            Cut(track.square, probabilities, track.box if item is None else item.box)
            for track, item, probabilities in self.tracked
        ]
        heads = sorted(
            (item.head(*self.shape) for item in self._heads()), key=lambda head: (-head.box[2] * head.box[3], head.box)
        )
        return Located(*self.shape, self.whole, tuple(cuts), tuple(heads), self.passes)

    def _heads(self) -> list[Component]:
        return [item for _, item, _ in self.tracked if item is not None] + self.plain

    def _look(self, track: Track) -> tuple[Track, Component | None, Probabilities]:
        self.passes += 1
        probabilities = self.run(cut_out(self.frame, track.square, self.whole.shape[0])[None])[0]
        return track, cuts.same(components(probabilities, track.square, self.shape), track.box), probabilities


def _fits(item: Component, square: Square) -> bool:
    return not item.cropped and cuts.FITS[0] * square.side <= item.longer <= cuts.FITS[1] * square.side


def _next(track: Track, item: Component | None) -> Track:
    """Where to look in the next frame."""
    if item is None:
        return track
    wanted = cuts.around(item.box)
    apart = max(
        abs(wanted.left + wanted.side / 2 - track.square.left - track.square.side / 2),
        abs(wanted.top + wanted.side / 2 - track.square.top - track.square.side / 2),
    )
    ratio = wanted.side / track.square.side
    stays = apart <= SLACK[0] * track.square.side and 1 / SLACK[1] <= ratio <= SLACK[1]
    return Track(track.square if stays else wanted, item.box, True)


def _of(head: Head) -> Box:
    x, y, width, height = head.box
    return float(x), float(y), float(width), float(height)
