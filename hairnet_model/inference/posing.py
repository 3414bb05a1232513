"""The poses of heads that were located: each is seen in the square that shows it best.

A head that has a cut of its own (`locate`) is seen in that one. The only large head of a photo is seen in the pass over
all of it, which was made anyway; each other head costs one more pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference.components import Box, Head, HeadPose, overlap
from hairnet_model.inference.cuts import LARGE, Located, around
from hairnet_model.inference.engines import PoseEngine
from hairnet_model.inference.squares import Square, cut_out, framed_square
from hairnet_model.networks.pose_outputs import SURE, Poses


@dataclass(frozen=True, slots=True, eq=False)
class SquarePose:
    """What the pose head says of a square of a photo.

    Attributes:
        square: where it is.
        poses: of that one square.
    """

    square: Square
    poses: Poses

    def in_photo(self) -> HeadPose | None:
        """The pose in the photo's pixels; None where there is no head."""
        sure = float(self.poses.sure[0])
        if sure < SURE:
            return None
        yaw, pitch, roll, x, y, size = map(float, self.poses.numbers()[0])
        side = self.square.side
        return HeadPose(yaw, pitch, roll, self.square.left + x * side, self.square.top + y * side, size * side, sure)


def with_poses(photo: Pixels, located: Located, whole: Poses | None, engine: PoseEngine) -> Located:
    """The same with the heads' poses.

    Args:
        photo: uint8 (H, W, 3) RGB.
        located: what was found in it.
        whole: what the pose head says of the framed photo; None to look where it is needed.
        engine: to look at other squares.
    """
    heads = located.heads
    framed = framed_square(located.height, located.width)
    squares = [square_of(head, located) or framed for head in heads]
    others = [square for square in squares if whole is None or square is not framed]
    seen = iter(_look(photo, others, engine))
    posed = [SquarePose(square, whole) if whole is not None and square is framed else next(seen) for square in squares]
    found = tuple(replace(head, pose=each.in_photo()) for head, each in zip(heads, posed, strict=True))
    return replace(located, heads=found, passes=located.passes + len(others))


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


def _look(photo: Pixels, squares: Sequence[Square], engine: PoseEngine) -> list[SquarePose]:
    if not squares:
        return []
    frames = np.stack([cut_out(photo, square, engine.image_size) for square in squares])
    _, poses = engine.with_poses(frames)
    return [SquarePose(square, poses[number]) for number, square in enumerate(squares)]
