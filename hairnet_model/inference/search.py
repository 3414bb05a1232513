"""What a search has accepted so far: each head is cut out, and believed if it is there again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.components import Box, Component, components, overlap
from hairnet_model.inference.cuts import FITS, LARGE, Cut, Located, around, largest_first, same
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.second_look import is_doubtful, look_again, without
from hairnet_model.inference.squares import Square, framed_square, scaled
from hairnet_model.inference.views import Run, Views

THIN = 2
"""A photo so much shorter than a square is too thin for it: no head in it fills half of the square.

Without that limit a photo of 2 x 70,000 pixels would be cut into squares of 28,000 x 28,000.
"""

MOST_HEADS = 32
"""Cuts made at each level, by the area of what was seen."""

TURNS = 3
"""Cuts of a head at most: a tile may show a part of it, and the first cut more, but not all."""

WIDER = 1.3
"""How much larger the next cut is where a cut does not show all of a head."""

SURE = 0.9
"""The least mean probability of hair or face in a head that only tiles or faint traces show, over its cut and the cut
mirrored, and where only tiles show it in a square that is `FARTHER` times as large.

Measured with the weights before `training/cutouts.sh`: of 104 heads of 58 to 140 pixels in composites of LFW's
validation pool the least was 0.921, from afar 0.944. Of 26 false alarms, there and in 584 photographs of nobody, two
are above both; one is a portrait in a newspaper. With those of `training/filled.sh` heads are found that 0.92 refused,
and no false alarm more in 197 photographs of nobody.
"""

FARTHER = 1.3
"""See `SURE`."""

ALIKE = 0.6
"""The least area of a head seen from afar, in areas of what the cut shows; of the heads above the least was 0.78."""

SURE_TWICE = 0.8
"""The same in one cut, before it is mirrored; enough for hair that the first pass shows too."""

SURE_WITH_FACE = 0.9
"""The same over a cut and its mirror image, where the first pass shows the head too and the cut shows a face."""

CERTAIN = 0.94
"""A face that a cut shows so clearly needs no mirror image."""

MOST_FAINT = 8
"""Cuts of faint heads in a square or in tiles, the surest."""

MOST_MISSES = 2
"""Once so many of them were not accepted, the rest are not cut out."""

NEARLY = 0.3
"""Once a faint head was accepted, others are cut out that are less sure by no more than this."""


Seen = tuple[Square, Probabilities]
"""A square, and what the network says of it."""

Source = Literal["whole", "faint", "tiles"]
"""What showed a head before its cut: the pass over the whole photo, that pass faintly, or a tile."""


class Search:
    """The state of `locate`: what was accepted so far.

    Args:
        photo: uint8 (H, W, 3) RGB.
        whole: what the network says of the framed photo, float32 (S, S, 3).
        run: the network; it is given several squares at once.
    """

    def __init__(self, photo: Pixels, whole: Probabilities, run: Run) -> None:
        self.views = Views(photo, run, whole.shape[0])
        self.size = int(whole.shape[0])
        self.shape = int(photo.shape[0]), int(photo.shape[1])
        self.framed = framed_square(*self.shape)
        self.heads: list[Component] = []
        self.unconfirmed: list[tuple[Component, Cut]] = []
        self.cuts: list[Cut] = []
        self.refused: list[Box] = []
        self.whole, self.shown = whole, self._components(whole, self.framed)

    @property
    def is_unsure(self) -> bool:
        """Whether the whole photo shows no head that is large, and none at all or no face that is sure."""
        large = any(self._is_large(item) for item in self.shown)
        return not large and (not self.shown or is_doubtful(self.shape, self.whole, self.shown))

    @property
    def smallest(self) -> float:
        """The longer side of the smallest head that was accepted, in pixels; 0 where there is none."""
        return min((item.longer for item in self.heads), default=0)

    def accept_whole(self) -> None:
        """Accepts what the whole photo shows, seen from other views too where no face is sure.

        Heads that are large enough stay as they are, others need a cut.
        """
        if is_doubtful(self.shape, self.whole, self.shown):
            self.whole = look_again(self.views, self.framed, self.whole)
            self.shown = self._components(self.whole, self.framed)
        self.heads += [item for item in self.shown if self._is_large(item)]
        self.refine([item for item in self.shown if not self._is_large(item)], "whole")

    def settle(self) -> None:
        """Decides on what the whole photo shows where no face in it was sure.

        Beside a face that was confirmed it is not believed; where there is none, other views decide.
        """
        if not any(head.has_face for head in self.heads):
            self.accept_whole()
            return
        near = [self._inside(head.box) for head in self.heads]
        self.whole = without(self.whole, ~np.logical_or.reduce(near))

    def _is_large(self, item: Component) -> bool:
        return item.longer >= min(LARGE * max(self.shape), THIN * min(self.shape))

    def unknown(self, seen: Iterable[Component]) -> list[Component]:
        """The heads that are not known yet: of several that overlap the first, if none of those accepted does."""
        chosen: list[Component] = []
        for item in seen:
            if not any(overlap(item.box, other.box) > 0.3 for other in (*self.heads, *chosen)):
                chosen.append(item)
        return chosen

    def faces(self, seen: Iterable[Seen]) -> list[Component]:
        """The heads with a face in tiles that are not known yet, the likeliest view of each."""
        items = [item for tile, said in seen for item in self._components(said, tile) if item.has_face]
        return self.unknown(sorted(items, key=lambda item: (item.cropped, -item.area, item.box)))

    def refine(self, seen: Sequence[Component], source: Source) -> None:
        """Cuts out what was seen, and accepts it if it is there again.

        Args:
            seen: heads; `MOST_HEADS` of them at most, the largest.
            source: what showed them.
        """
        seen = sorted(seen, key=lambda item: (-item.area, item.box))[:MOST_HEADS]
        squares = [around(item.box) for item in seen]
        for turn in range(TURNS):
            again: list[tuple[Component, Square]] = []
            for item, square, probabilities in zip(seen, squares, self.views.seen(squares), strict=True):
                best = same(self._components(probabilities, square), item.box)
                fits = best is not None and FITS[0] * square.side <= best.longer <= FITS[1] * square.side
                if best is not None and turn < TURNS - 1 and (not fits or best.cropped):
                    again.append((item, scaled(around(best.box), WIDER if best.cropped else 1)))
                else:
                    self._decide(item, best, square, probabilities, source)
            seen, squares = [item for item, _ in again], [square for _, square in again]

    def refine_faint(self, seen: Iterable[Component], source: Source) -> None:
        """Cuts out the surest of what is seen faintly, one after the other, until the rest is not worth a pass.

        Args:
            seen: heads of `evidence.faint_heads`.
            source: what showed them.
        """
        least, misses = 0.0, 0
        for item in self.unknown(sorted(seen, key=lambda item: (-round(item.sure, 3), item.box)))[:MOST_FAINT]:
            if item.sure < least or misses == MOST_MISSES:
                break
            known = len(self.heads)
            self.refine([item], source)
            if len(self.heads) > known:
                least = max(least, item.sure - NEARLY)
            else:
                misses += 1
                self.refused.append(item.box)

    def _decide(
        self, item: Component, best: Component | None, square: Square, probabilities: Probabilities, source: Source
    ) -> None:
        in_whole = source == "whole"
        if best is not None and any(overlap(best.box, other.box) > 0.5 for other in self.heads):
            return
        if best is None or best.sure < SURE_TWICE:
            if in_whole:
                self.unconfirmed.append((item, Cut(square, probabilities, item.box)))
            return
        if not in_whole and (not best.has_face or (source == "faint" and best.cropped)):
            return  # a part of a head may show faintly, and the whole of it in tiles
        if best.has_face and best.sure < CERTAIN:
            probabilities = np.asarray((probabilities + self.views.mirrored(square)) / 2, np.float32)
            best = same(self._components(probabilities, square), item.box)
            if best is None or not best.has_face or best.sure < (SURE_WITH_FACE if in_whole else SURE):
                if in_whole:
                    self.whole = without(self.whole, self._inside(item.box))
                return
        if source == "tiles" and not self._is_there_from_afar(best, square):
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
        sizes = largest_first(item.head(*self.shape) for item in heads)
        return Located(*self.shape, self.whole, tuple(cuts), sizes, 1 + self.views.passes)


def _widened(box: Box) -> Box:
    """A box with its longer side added all around."""
    x, y, width, height = box
    more = max(width, height)
    return x - more, y - more, width + 2 * more, height + 2 * more
