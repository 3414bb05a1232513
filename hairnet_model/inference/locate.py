"""Looks at a photo twice: where are heads, and what is there when each fills the network's square.

The network finds a head that fills about half of the square it sees or more; smaller ones it loses. So

1. one pass sees the whole photo (`letterbox.frame`);
2. heads in it that are large enough stay as they are; each other one is cut out, so that it fills `cuts.FILL` of a
   square, and segmented again (up to twice more where a cut was off); a face must be as sure in the cut and its mirror
   image. Where no face is sure, and beside heads that fill less than `ALONE`, what the pass shows faintly
   (`evidence.faint_heads`) is cut out as well, the surest first (`search.NEARLY`);
3. where the smallest head that was found is below `TRUSTED`, and where none was, others may not even show faintly: the
   `NARROW` tiles are searched, those first in which the pass shows most (`evidence.most_within`). Once there is a head,
   tiles are left out in which it shows next to nothing; while there is none, what tiles show faintly is cut out too. In
   photos of many pixels the few `FINE` tiles in which the narrow ones show most follow. Large photos are searched
   whatever was found;
4. what tiles show is cut out, and believed if the cut, its mirror image and a larger square around it show it;
5. where no face was confirmed, the whole photo is seen from two more views (`second_look`);
6. `composite` puts the cuts into the photo, over the first pass.

Passes a photo: 1 where the heads are large, 3 where these are not sure; 1 to 4 more for each small head (`MOST_HEADS`
at most) and each of `MOST_FAINT` faint ones; in a photo of 4:3, at most 6 for the narrow tiles, in large ones at most
`MOST_FINE` for the fine, and 1 to 5 for each head or false alarm in tiles. Nothing is random.
"""

from __future__ import annotations

from collections.abc import Sequence

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.components import components
from hairnet_model.inference.cuts import Located, largest_first
from hairnet_model.inference.evidence import faint_heads, likely_elsewhere, most_within
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.search import THIN, Search, Seen
from hairnet_model.inference.squares import Square, framed_square, tile_squares
from hairnet_model.inference.views import Run

TRUSTED = 0.11
"""Heads that fill less of the photo's square may not show at all: where the smallest is below, tiles are searched."""

ALONE = 0.27
"""Beside heads that fill less of the photo's square others may show faintly."""

NARROW = 0.4
"""Side of the narrow tiles: heads between 0.5 and 1.2 of a tile are found. Thin photos have fine ones instead."""

FINE = 0.19
"""Side of the fine tiles, searched where the smallest head fills less than `TRUSTED_NARROW` of a narrow one."""

TRUSTED_NARROW = 0.3
"""See `FINE`."""

STEP = 0.9
"""Distance between tiles, in their sides, at most."""

FEWEST_PIXELS = 0.4
"""Tiles with fewer pixels, in sides of the network's square, are left out: enlarged so far, textures become faces.

Narrow tiles are searched from photos of the network's own size on. In composites of 224 x 168 (validation) 97 instead
of 82 % of heads that fill 0.14 of them are found so, and 10 instead of 7 of 451 pictures of nobody have a false blob.
"""

FEWEST_PIXELS_FINE = 0.9
"""The same of fine tiles: in small photos what narrow tiles show faintly is worth more, and costs fewer passes."""

MANY_PIXELS = 2
"""Tiles with more pixels, in sides of the network's square, are searched whatever was found before."""

MOST_FINE = 12
"""Fine tiles that are searched, those in which the narrow ones show most."""

LEAST_ELSEWHERE = 0.0002
"""The least probability of hair or face in the first pass where a narrow tile is searched, once there is a head."""

SOMETHING = 0.0002
"""The least probability of hair or face in a narrow tile where a fine one is searched, if there is no head yet."""

SOMETHING_ELSE = 0.1
"""The same if there is one."""


def look_once(height: int, width: int, whole: Probabilities) -> Located:
    """The heads of one pass over the framed photo."""
    parts = components(whole, framed_square(height, width), (height, width))
    return Located(height, width, whole, (), largest_first(item.head(height, width) for item in parts), 1)


def locate(photo: Pixels, whole: Probabilities, run: Run) -> Located:
    """Finds the heads of a photo, and segments each in a square of its own; see the module.

    Args:
        photo: uint8 (H, W, 3) RGB.
        whole: what the network says of the framed photo, float32 (S, S, 3).
        run: the network; it is given several squares at once.
    """
    search = Search(photo, whole, run)
    longer = max(search.shape)
    narrow, fine = round(NARROW * longer), round(FINE * longer)
    side = narrow if narrow <= THIN * min(search.shape) else fine
    if side > THIN * min(search.shape):
        search.accept_whole()
        return search.result()
    is_open = search.is_unsure
    if not is_open:
        search.accept_whole()
    if is_open or search.smallest < ALONE * longer:
        search.refine_faint(faint_heads(search.whole, search.framed, search.shape), "faint")
    is_wanted = search.smallest < TRUSTED * longer or _has_many(search, side)
    if is_wanted and side >= FEWEST_PIXELS * search.size:
        least = 0 if _has_many(search, side) else LEAST_ELSEWHERE
        seen = _search_in_order(search, side, [(search.framed, search.whole)], 0, least)
        if not search.heads:
            faint = [head for tile, said in seen for head in faint_heads(said, tile, search.shape) if not head.cropped]
            search.refine_faint(faint, "tiles")
        is_fine_wanted = search.smallest < TRUSTED_NARROW * side or _has_many(search, fine)
        if is_fine_wanted and FEWEST_PIXELS_FINE * search.size <= fine < side:
            _search_in_order(search, fine, seen, SOMETHING, SOMETHING_ELSE, MOST_FINE)
    if is_open:
        search.settle()
    return search.result()


def _has_many(search: Search, side: int) -> bool:
    return side >= MANY_PIXELS * search.size


def _search_in_order(
    search: Search, side: int, seen: Sequence[Seen], least: float, beside: float, most: int | None = None
) -> list[Seen]:
    """Searches one tile after the other for heads, those first in which larger squares show most.

    Args:
        search: what was found so far.
        side: of the tiles.
        seen: larger squares.
        least: the least probability of hair or face in them where a tile is searched, if there is no head yet.
        beside: the same if there is one, beside it.
        most: tiles that are searched at most.

    Returns:
        What was seen in each tile that was searched.
    """
    tiles, found = tile_squares(*search.shape, side, STEP), []
    evidence = _evidence(search, tiles, seen)
    order = sorted(range(len(tiles)), key=lambda at: (-evidence[at], at))
    for at in order[:most]:
        if evidence[at] < (beside if search.heads else least):
            break
        [said] = search.views.seen([tiles[at]])
        search.refine(search.faces([(tiles[at], said)]), "tiles")
        found.append((tiles[at], said))
    return found


def _evidence(search: Search, tiles: Sequence[Square], seen: Sequence[Seen]) -> list[float]:
    """The largest probability of hair or face in each tile, but for the heads that are known and what is none."""
    boxes = [*(head.box for head in search.heads), *search.refused]
    likely = [(square, likely_elsewhere(said, square, search.shape, boxes)) for square, said in seen]
    return [round(max(most_within(map, square, tile) for square, map in likely), 5) for tile in tiles]
