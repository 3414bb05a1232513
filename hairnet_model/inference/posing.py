"""The poses of heads that were located: each is seen in the square that shows it best.

A head that has a cut of its own (`locate`) is seen in that one, the only large head of a photo in the framed photo, and
each other head in a square around its box. A photo's heads are also seen in a nearer and a wider square and mirrored,
and what all of these say is averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.components import Box, Head, HeadPose, overlap
from hairnet_model.inference.cuts import LARGE, Located, around
from hairnet_model.inference.engines import PoseEngine
from hairnet_model.inference.squares import Square, cut_out, framed_square, scaled
from hairnet_model.networks import rotations
from hairnet_model.networks.pose_outputs import SURE, Poses

SCALES = (1.0, 0.85, 1.2)
"""Sides of the squares that a photo's head is seen in, in those of the square that shows it best.

With the mirror images these are six looks. On 89 drawn validation portraits their mean errs by 8.8 degrees and one look
by 11.7, on LFW's 250 by 4.7 and 5.4 (geodesic; docs/results.md, "Poses").
"""

_MIRROR = np.array([[1.0, -1.0, -1.0], [-1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]])  # M R M with M = diag(-1, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class SquarePose:
    """What the pose head says of a square of a photo.

    Attributes:
        square: where it is.
        poses: of that one square.
        mirrored: whether the square's mirror image was shown.
    """

    square: Square
    poses: Poses
    mirrored: bool = False


def with_poses(
    photo: Pixels, located: Located, whole: Poses | None, engine: PoseEngine, scales: Sequence[float] = SCALES
) -> Located:
    """The same with the heads' poses.

    Args:
        photo: uint8 (H, W, 3) RGB.
        located: what was found in it.
        whole: what the pose head says of the framed photo; None to look where it is needed.
        engine: to look at other squares.
        scales: as `SCALES`, with the mirror images; none for one look, at the square that shows a head best.
    """
    framed = framed_square(located.height, located.width)
    heads, passes = [], located.passes
    for head in located.heads:
        best = square_of(head, located) or framed
        looks = [(scaled(best, scale), mirrored) for scale in scales for mirrored in (False, True)] or [(best, False)]
        known = [SquarePose(best, whole)] if whole is not None and best == framed else []
        others = [look for look in looks if not known or look != (best, False)]
        heads.append(replace(head, pose=mean_pose([*known, *_look(photo, others, engine)])))
        passes += len(others)
    return replace(located, heads=tuple(heads), passes=passes)


def mean_pose(seen: Sequence[SquarePose]) -> HeadPose | None:
    """What several looks at one head say on average, in the photo's pixels; None where there is no head.

    Rotations are averaged as matrices; of their mean the rotation is `rotations.from_six`, by its first two columns.

    Args:
        seen: one or more.
    """
    sure = float(np.mean([each.poses.sure[0] for each in seen]))
    if sure < SURE:
        return None
    turns, places = zip(*map(_in_photo, seen), strict=True)
    turn = rotations.from_six(rotations.to_six(np.mean(turns, 0)))
    yaw, pitch, roll = map(float, rotations.to_angles(turn))
    x, y, size = map(float, np.mean(places, 0))
    return HeadPose(yaw, pitch, roll, x, y, size, sure)


def _in_photo(seen: SquarePose) -> tuple[rotations.Floats, rotations.Floats]:
    """The rotation (3, 3), and x, y and size in the photo's pixels."""
    turn, (across, down) = seen.poses.rotation[0], seen.poses.centre[0]
    if seen.mirrored:
        turn, across = turn * _MIRROR, 1 - across
    left, top, side = seen.square.left, seen.square.top, seen.square.side
    return turn, np.array([left + across * side, top + down * side, seen.poses.size[0] * side])


def square_of(head: Head, located: Located) -> Square | None:
    """The square to see a head's pose in; None for the framed photo."""
    box = box_of(head)
    for cut in located.cuts:
        if overlap(cut.box, box) > 0.5:
            return cut.square
    alone = len(located.heads) == 1
    return None if alone and max(box[2:]) >= LARGE * max(located.height, located.width) else around(box)


def box_of(head: Head) -> Box:
    """The box of a head as numbers that need not be whole."""
    x, y, width, height = head.box
    return float(x), float(y), float(width), float(height)


def _look(photo: Pixels, looks: Sequence[tuple[Square, bool]], engine: PoseEngine) -> list[SquarePose]:
    """What the pose head says of squares, each shown as it is or mirrored."""
    if not looks:
        return []
    cuts = {square: cut_out(photo, square, engine.image_size) for square in {square for square, _ in looks}}
    frames = [cuts[square][:, :: -1 if mirrored else 1] for square, mirrored in looks]
    _, poses = engine.with_poses(np.stack(frames))
    return [SquarePose(square, poses[number], mirrored) for number, (square, mirrored) in enumerate(looks)]
