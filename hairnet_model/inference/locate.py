"""Looks at a photo twice: where are heads, and what is there when each fills the network's square.

The network finds a head that fills about half of the square it sees or more; smaller ones it loses. So

1. one pass sees the whole photo (`letterbox.frame`), and two more if it shows something but no face that is sure
   (`second_look`);
2. heads in it that are large enough stay as they are; each other one is cut out, so that it fills `FILL` of a square,
   and segmented again (once more where the first cut was off); a face must be as sure in the cut and its mirror image;
3. where nothing was found, or only heads too small to trust that there are no others, overlapping tiles are searched,
   of `TILES[0]` and then of `TILES[1]` of the photo's longer side; large photos are always searched; what tiles show is
   cut out, and believed if the cut, its mirror image and a larger square around it show it;
4. `composite` puts the cuts into the photo, over the first pass.

Passes a photo: 1 where the heads are large, 3 where no face is sure; 1 to 3 more for each small head (`MOST_HEADS` at
most); each level of tiles adds its tiles, 9 and 35 in a photo of 4:3, and 2 to 4 for each head or false alarm in them.
Nothing is random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.components import Box, Component, Head, components, overlap
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.second_look import is_doubtful, look_again, without
from hairnet_model.inference.squares import Square, framed_square, scaled, tile_squares
from hairnet_model.inference.views import Run, Views

FILL = 0.75
"""Share of the square's side that a head's longer side takes in its cut."""

LARGE = 0.5
"""A head that fills so much of the whole photo's square is as good there as in a cut of its own."""

TRUSTED = 0.3
"""Heads that fill less of the square may be missed: where the smallest is below, the next level looks for others."""

TILES = (0.4, 0.19)
"""Sides of the tiles, in longer sides of the photo: heads between 0.5 and 1.2 of a tile are found."""

STEP = 0.75
"""Distance between tiles, in their sides, at most."""

FEWEST_PIXELS = 3 / 7
"""Tiles with fewer pixels, in sides of the network's square, are left out: enlarged so far, textures become faces."""

MANY_PIXELS = 2
"""Tiles with more pixels, in sides of the network's square, are searched whatever was found before."""

THIN = 2
"""A photo so much shorter than a square is too thin for it: no head in it fills half of the square.

Without that limit a photo of 2 x 70,000 pixels would be cut into squares of 28,000 x 28,000.
"""

MOST_HEADS = 32
"""Cuts made at each level, by the area of what was seen."""

SURE = 0.92
"""The least mean probability of hair or face in a head that only tiles show, over its cut and the cut mirrored, and in
a square that is `FARTHER` times as large.

Of 104 heads of 58 to 140 pixels in composites of LFW's validation pool the least was 0.921, from afar 0.944. Of 26
false alarms, there and in 584 photographs of nobody, two are above both; one is a portrait in a newspaper.
"""

FARTHER = 1.3
"""See `SURE`."""

ALIKE = 0.6
"""The least area of a head seen from afar, in areas of what the cut shows; of the heads above the least was 0.78."""

SURE_TWICE = 0.8
"""The same in one cut, before it is mirrored; enough for hair that the first pass shows too."""

SURE_WITH_FACE = 0.9
"""The same over a cut and its mirror image, where the first pass shows the head too and the cut shows a face."""

CERTAIN = 0.97
"""A face that a cut shows so clearly needs no mirror image."""

FITS = (0.45, 0.95)
"""Shares of the cut that a head's longer side may fill before it is cut out once more."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A square that was segmented.

    Attributes:
        square: where it is.
        probabilities: float32 (S, S, 3).
        box: of the head in it (x, y, width, height), in the photo's pixels; the weight falls off outside.
    """

    square: Square
    probabilities: Probabilities
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """What was found in a photo.

    Attributes:
        height: of the photo, in pixels.
        width: of the photo.
        whole: probabilities of the framed photo, float32 (S, S, 3).
        cuts: to put over them.
        heads: largest first.
        passes: squares that the network saw.
    """

    height: int
    width: int
    whole: Probabilities
    cuts: tuple[Cut, ...]
    heads: tuple[Head, ...]
    passes: int


def look_once(height: int, width: int, whole: Probabilities) -> Located:
    """The heads of one pass over the framed photo."""
    parts = components(whole, framed_square(height, width), (height, width))
    return Located(height, width, whole, (), _sorted(item.head(height, width) for item in parts), 1)


def locate(photo: Pixels, whole: Probabilities, run: Run) -> Located:
    """Finds the heads of a photo, and segments each in a square of its own; see the module.

    Args:
        photo: uint8 (H, W, 3) RGB.
        whole: what the network says of the framed photo, float32 (S, S, 3).
        run: the network; it is given several squares at once.
    """
    search = _Search(photo, whole, run)
    search.refine(search.first())
    longer = max(photo.shape[:2])
    before = float(longer)
    for share in TILES:
        side = round(share * longer)
        if side < FEWEST_PIXELS * search.size:
            break
        if search.is_complete(before) and side < MANY_PIXELS * search.size:
            break
        if side > THIN * min(photo.shape[:2]):
            continue
        search.refine(search.tiles(side))
        before = side
    return search.result()


class _Search:
    """The state of `locate`: what was accepted so far."""

    def __init__(self, photo: Pixels, whole: Probabilities, run: Run) -> None:
        self.views = Views(photo, run, whole.shape[0])
        self.size = whole.shape[0]
        self.shape = photo.shape[0], photo.shape[1]
        self.framed = framed_square(*self.shape)
        self.heads: list[Component] = []
        self.unconfirmed: list[tuple[Component, Cut]] = []
        self.cuts: list[Cut] = []
        self.whole, self.shown = whole, self._components(whole, self.framed)
        if is_doubtful(self.shape, whole, self.shown):
            self.whole = look_again(self.views, self.framed, whole)
            self.shown = self._components(self.whole, self.framed)

    def first(self) -> list[Component]:
        """What the first pass shows and a cut must show again; heads that are large enough are accepted."""
        small = []
        for item in self.shown:
            if item.longer >= min(LARGE * max(self.shape), THIN * min(self.shape)):
                self.heads.append(item)
            else:
                small.append(item)
        return small

    def is_complete(self, side: float) -> bool:
        """Whether no other heads are to be expected below what squares of this side show."""
        return bool(self.heads) and min(item.longer for item in self.heads) >= TRUSTED * side

    def tiles(self, side: int) -> list[Component]:
        """What overlapping tiles show and is not known yet, the likeliest view of each."""
        squares = tile_squares(*self.shape, side, STEP)
        seen = [
            item
            for square, probabilities in zip(squares, self.views.seen(squares), strict=True)
            for item in self._components(probabilities, square)
            if item.has_face
        ]
        chosen: list[Component] = []
        for item in sorted(seen, key=lambda item: (item.cropped, -item.area, item.box)):
            if not any(overlap(item.box, other.box) > 0.3 for other in (*self.heads, *chosen)):
                chosen.append(item)
        return chosen

    def refine(self, seen: Sequence[Component]) -> None:
        """Cuts out what was seen, and accepts it if it is there again."""
        seen = sorted(seen, key=lambda item: (-item.area, item.box))[:MOST_HEADS]
        squares = [around(item.box) for item in seen]
        for turn in range(2):
            again: list[tuple[Component, Square]] = []
            for item, square, probabilities in zip(seen, squares, self.views.seen(squares), strict=True):
                best = same(self._components(probabilities, square), item.box)
                fits = best is not None and FITS[0] * square.side <= best.longer <= FITS[1] * square.side
                if best is not None and turn == 0 and (not fits or best.cropped):
                    again.append((item, around(best.box)))
                else:
                    self._decide(item, best, square, probabilities)
            seen, squares = [item for item, _ in again], [square for _, square in again]

    def _decide(self, item: Component, best: Component | None, square: Square, probabilities: Probabilities) -> None:
        in_whole = item.square == self.framed
        if best is not None and any(overlap(best.box, other.box) > 0.5 for other in self.heads):
            return
        if best is None or best.sure < SURE_TWICE:
            if in_whole:
                self.unconfirmed.append((item, Cut(square, probabilities, item.box)))
            return
        if not in_whole and not best.has_face:
            return
        if best.has_face and best.sure < CERTAIN:
            probabilities = np.asarray((probabilities + self.views.mirrored(square)) / 2, np.float32)
            best = same(self._components(probabilities, square), item.box)
            if best is None or not best.has_face or best.sure < (SURE_WITH_FACE if in_whole else SURE):
                if in_whole:
                    self.whole = without(self.whole, self._inside(item.box))
                return
        if not in_whole and not self._is_there_from_afar(best, square):
            return
        self.heads.append(best)
        self.cuts.append(Cut(square, probabilities, best.box))

    def _inside(self, box: Box) -> NDArray[np.bool_]:
        """The pixels of the framed photo in a box of the photo's pixels."""
        scale = self.size / self.framed.side
        left, top = (box[0] - self.framed.left) * scale, (box[1] - self.framed.top) * scale
        centres = np.arange(self.size) + 0.5
        across, down = (
            (centres > start) & (centres < start + length * scale) for start, length in ((left, box[2]), (top, box[3]))
        )
        return np.asarray(down[:, None] & across)

    def _components(self, probabilities: Probabilities, square: Square) -> list[Component]:
        return components(probabilities, square, self.shape)

    def _is_there_from_afar(self, head: Component, square: Square) -> bool:
        """Whether a larger square around shows the same head, and a face in it."""
        larger = scaled(square, FARTHER)
        [probabilities] = self.views.seen([larger])
        seen = same(self._components(probabilities, larger), head.box)
        return seen is not None and seen.has_face and seen.sure >= SURE and seen.area >= ALIKE * head.area

    def result(self) -> Located:
        """What the first pass shows and no cut does stays, unless a face is found far from it.

        Hair seen from behind is lost in a closer look more often than a false blob is: of the training part of
        Figaro-1k the hair F1 is 64.4 in one pass, 63.5 where the closer look decides, 65.0 where the first pass does.
        """
        heads, cuts = list(self.heads), list(self.cuts)
        faces = [item.box for item in self.heads if item.has_face]
        for item, cut in self.unconfirmed:
            if not faces:
                heads.append(item)
            elif not any(overlap(_widened(box), item.box) for box in faces):
                cuts.append(cut)
        sizes = _sorted(item.head(*self.shape) for item in heads)
        return Located(*self.shape, self.whole, tuple(cuts), sizes, 1 + self.views.passes)


def around(box: Box) -> Square:
    """The square in which the longer side of a box fills `FILL`."""
    x, y, width, height = box
    side = max(8, round(max(width, height) / FILL))
    return Square(round(x + width / 2 - side / 2), round(y + height / 2 - side / 2), side)


def same(seen: Sequence[Component], box: Box) -> Component | None:
    """What a cut shows of the head that was in a box: the largest face that lies over it, or else the largest hair."""
    there = [other for other in seen if overlap(other.box, box) > 0.3]
    faces = [other for other in there if other.has_face]
    return max(faces or there, key=lambda other: (other.area, other.box), default=None)


def _widened(box: Box) -> Box:
    """A box with its longer side added all around."""
    x, y, width, height = box
    more = max(width, height)
    return x - more, y - more, width + 2 * more, height + 2 * more


def _sorted(heads: Iterator[Head]) -> tuple[Head, ...]:
    return tuple(sorted(heads, key=lambda head: (-head.box[2] * head.box[3], head.box)))
