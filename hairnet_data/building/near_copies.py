"""Which pictures are made of one: crops, resized, mirrored and saved again.

Corners of the pictures (ORB) propose which two might be of one, and how one lies on the other. Whether it is so, the
pixels decide: they must correlate. Corners alone take one chequered cloth for another. Of photographs, 96 % of crops
of half the area were found, 77 % of a quarter, 24 % of an eighth; of 584 different ones two chequerboards were taken
for one. A mistake costs nothing: both are used, in one pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels

MOST = 5000
"""More pictures than these are not compared: each takes about 40 kB."""

_SIDE = 320  # pixels: pictures are shrunk to this
_LEAST_SIDE = 45  # pixels: no corner is looked for within 19 of an edge
_CORNERS = 200
_TABLES, _BITS = 8, 24  # hash tables of corners, and the bits of a descriptor that each looks at
_CROWDED = 30  # corners in one entry of a table: such are on every brick of a wall
_PROPOSED = 2  # pictures that each one is compared with
_LEAST_VOTES = 6
_FARTHEST = 64  # bits of 256 by which two descriptors of one corner differ
_LEAST_AGREEING = 8  # corners that lie where the same map puts them
_LEAST_SHARED = 0.02  # of the larger picture's area
_CORRELATION = 0.95  # made of one: 0.97 and more; others: up to 0.81, but for chequerboards

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Corners:
    """Where corners of a picture are, float32 (n, 2) of x and y, and their descriptors, uint8 (n, 32)."""

    points: Floats
    descriptors: Pixels


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a picture to compare it with others.

    Attributes:
        grey: the picture, uint8 (h, w), of half the size in which corners were looked for.
        shown: 255 where it is compared, 0 where not, uint8 (h, w).
        straight: its corners.
        mirrored: those of its mirror image.
    """

    grey: Pixels
    shown: Pixels
    straight: _Corners
    mirrored: _Corners


def sketch(image: Pixels, shown: Pixels | None = None) -> Sketch:
    """The sketch of a picture; 5 ms.

    Args:
        image: uint8 (H, W, 3) RGB.
        shown: 255 where it is compared with others, 0 elsewhere, uint8 (H, W); None for everywhere.
    """
    grey = _shrunk(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8), _SIDE / max(image.shape[:2]))
    if shown is None:
        shown = np.full(grey.shape, 255, np.uint8)
    else:
        shown = np.asarray(cv2.resize(shown, grey.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    half = _shrunk(grey, 1 / 2)
    return Sketch(
        half,
        np.asarray(cv2.resize(shown, half.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8),
        _corners(grey, shown),
        _corners(np.ascontiguousarray(grey[:, ::-1]), np.ascontiguousarray(shown[:, ::-1])),
    )


def _shrunk(grey: Pixels, scale: float) -> Pixels:
    if scale >= 1:
        return grey
    size = [max(1, round(side * scale)) for side in grey.shape[::-1]]
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _corners(grey: Pixels, shown: Pixels) -> _Corners:
    if min(grey.shape) < _LEAST_SIDE:
        return _Corners(np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))
    detector = cv2.ORB.create(_CORNERS, fastThreshold=8, edgeThreshold=19)
    keypoints = detector.detect(grey, shown)
    keypoints, descriptors = detector.compute(grey, keypoints)
    points = np.array([point.pt for point in keypoints], np.float32).reshape(-1, 2)
    return _Corners(points, np.asarray(descriptors, np.uint8) if keypoints else np.zeros((0, 32), np.uint8))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that are made of one.

    Attributes:
        first: number of the one.
        second: number of the other, larger.
        mirrored: whether one is a mirror image of the other.
        correlation: of their pixels where both show the same, `_CORRELATION`..1.
    """

    first: int
    second: int
    mirrored: bool
    correlation: float


def first_of_each(sketches: Sequence[Sketch]) -> list[int]:
    """For each picture the number of the first one that is made of the same, its own if there is none before it."""
    first = list(range(len(sketches)))
    for pair in pairs_of_one(sketches):
        a, b = _root(first, pair.first), _root(first, pair.second)
        first[max(a, b)] = min(a, b)
    return [_root(first, number) for number in range(len(sketches))]


def pairs_of_one(sketches: Sequence[Sketch]) -> Iterator[Pair]:
    """Pairs that are made of one picture: as many as connect all that are, not every pair of them."""
    first = list(range(len(sketches)))
    straight = [picture.straight for picture in sketches]
    for mirror, queries in ((False, straight), (True, [picture.mirrored for picture in sketches])):
        for number, query in _proposed(straight, queries):
            a, b = _root(first, number), _root(first, query)
            if a == b:
                continue
            other = sketches[query]
            grey, shown = other.grey, other.shown
            if mirror:
                grey, shown = np.ascontiguousarray(grey[:, ::-1]), np.ascontiguousarray(shown[:, ::-1])
            found = _correlation(sketches[number], straight[number], grey, shown, queries[query])
            if found > _CORRELATION:
                first[max(a, b)] = min(a, b)
                yield Pair(min(number, query), max(number, query), mirror, found)


def _root(first: list[int], number: int) -> int:
    while first[number] != number:
        number = first[number]
    return number


def _proposed(views: Sequence[_Corners], queries: Sequence[_Corners]) -> Iterator[tuple[int, int]]:
    """Pairs of a view and the query of another number that share most hashes, each query's best ones."""
    count = len(views)
    owners, query_owners = (
        np.repeat(np.arange(count), [len(corners.points) for corners in each]) for each in (views, queries)
    )
    if not len(owners) or not len(query_owners):
        return
    bits, query_bits = (
        np.unpackbits(np.concatenate([corners.descriptors for corners in each]), axis=1) for each in (views, queries)
    )
    pairs = np.zeros(0, np.int64)
    for table in range(_TABLES):
        chosen = (np.arange(_BITS) * (2 * table + 85) + 29 * table) % 256  # an odd step: all are different
        weights = 1 << np.arange(_BITS)
        hashes, wanted = bits[:, chosen] @ weights, query_bits[:, chosen] @ weights
        order = np.argsort(hashes, kind="stable")
        begin, end = (np.searchsorted(hashes[order], wanted, side) for side in ("left", "right"))
        matches = np.where(end - begin > _CROWDED, 0, end - begin)
        positions = np.arange(matches.sum()) - np.repeat(np.cumsum(matches) - matches, matches)
        shown = owners[order[np.repeat(begin, matches) + positions]]
        pairs = np.concatenate([pairs, np.repeat(query_owners, matches) * count + shown])
    pairs, votes = np.unique(pairs, return_counts=True)
    query, view = pairs // count, pairs % count
    kept = (votes >= _LEAST_VOTES) & (query != view)
    query, view, votes = query[kept], view[kept], votes[kept]
    order = np.lexsort((-votes, query))
    rank = np.arange(len(order)) - np.searchsorted(query[order], query[order])
    for index in order[rank < _PROPOSED]:
        yield int(view[index]), int(query[index])


def _correlation(
    picture: Sketch, corners: _Corners, other: Pixels, other_shown: Pixels, other_corners: _Corners
) -> float:
    """How far pixels agree where a map that turns, scales and shifts lays the other picture on this; 0 without one."""
    grey = picture.grey
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(other_corners.descriptors, corners.descriptors)
    near = [match for match in matches if match.distance < _FARTHEST]
    if len(near) < _LEAST_AGREEING:
        return 0.0
    here = corners.points[[match.trainIdx for match in near]]
    there = other_corners.points[[match.queryIdx for match in near]]
    matrix, agreeing = cv2.estimateAffinePartial2D(there, here, method=cv2.RANSAC, maxIters=500)
    if matrix is None or np.count_nonzero(agreeing) < _LEAST_AGREEING:
        return 0.0
    # From the pixels in which corners were looked for, whose centres are integers, to those of `grey`.
    half, centre = np.diag([0.5, 0.5, 1.0]), np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    to_grey = np.linalg.inv(centre) @ half @ centre
    matrix = (to_grey @ np.vstack([matrix, (0, 0, 1)]) @ np.linalg.inv(to_grey))[:2]
    size = grey.shape[::-1]
    moved = cv2.warpAffine(other, matrix, size, flags=cv2.INTER_LINEAR)
    shared = (cv2.warpAffine(other_shown, matrix, size) == 255) & (picture.shown == 255)
    if np.count_nonzero(shared) < _LEAST_SHARED * shared.size:
        return 0.0
    smooth = (cv2.GaussianBlur(picture, (0, 0), 1.0)[shared].astype(np.float64) for picture in (grey, moved))
    a, b = (values - values.mean() for values in smooth)
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0
