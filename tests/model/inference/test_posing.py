"""Poses of heads: which square they are seen in, and where they come to lie in the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from hairnet_data.core.drawing.axes import AXES
from hairnet_data.core.errors import UsageError
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import project
from hairnet_model import Segmenter
from hairnet_model.inference import posing
from hairnet_model.inference.axes import LENGTHS, draw_axes
from hairnet_model.inference.components import Head, HeadPose
from hairnet_model.inference.cuts import Cut, Located, around
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.squares import Square, framed_square
from hairnet_model.networks import rotations
from hairnet_model.networks.pose_outputs import Poses
from tests.support import colours

SIZE = 64


def said(count: int, sure: float = 0.95, yaw: float = 40.0) -> Poses:
    """The same of every square: a head in its middle."""
    turn = rotations.from_angles(np.tile([yaw, -10, 5], (count, 1)))
    return Poses(turn, np.full((count, 2), 0.5), np.full(count, 0.03), np.full(count, sure))


@dataclass
class Engine:
    """A network that says `said` of everything, and keeps what it was shown; the yaw may depend on the pixels."""

    sure: float = 0.95
    yaw_of: Callable[[np.ndarray], float] = lambda frames: 40.0
    image_size: int = SIZE
    shown: list = field(default_factory=list)

    def __call__(self, frames):
        return KerasEngine(colours.by_colour(SIZE))(frames)

    def with_poses(self, frames):
        self.shown.append(frames)
        return self(frames), said(len(frames), self.sure, self.yaw_of(frames))


def located(height, width, heads, cuts=()):
    whole = np.zeros((SIZE, SIZE, 3), np.float32)
    return Located(height, width, whole, tuple(cuts), tuple(Head(box, 0.9) for box in heads), 1)


def test_the_only_large_head_is_seen_in_the_pass_that_was_made_anyway() -> None:
    engine, photo = Engine(), np.zeros((200, 300, 3), np.uint8)
    found = posing.with_poses(photo, located(200, 300, [(60, 20, 150, 170)]), said(1), engine)
    assert not engine.shown
    assert found.passes == 1
    pose = found.heads[0].pose
    assert (pose.x, pose.y, pose.size) == pytest.approx((150, 100, 0.03 * 300))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((40, -10, 5))


def test_heads_with_a_cut_are_seen_in_it_and_others_in_one_of_their_own() -> None:
    engine, photo = Engine(), np.zeros((200, 300, 3), np.uint8)
    cut = Cut(Square(190, 30, 80), np.zeros((SIZE, SIZE, 3), np.float32), (200.0, 40.0, 60.0, 60.0))
    boxes = [(10, 20, 150, 170), (200, 40, 60, 60)]
    found = posing.with_poses(photo, located(200, 300, boxes, [cut]), said(1), engine)
    first, second = (head.pose for head in found.heads)
    assert (second.x, second.y, second.size) == pytest.approx((190 + 40, 30 + 40, 0.03 * 80))
    own = around((10.0, 20.0, 150.0, 170.0))
    assert (first.x, first.y) == pytest.approx((own.left + own.side / 2, own.top + own.side / 2))
    assert found.passes == 3
    assert len(engine.shown[0]) == 2


def test_where_the_pose_head_sees_nobody_there_is_no_pose() -> None:
    found = posing.with_poses(
        np.zeros((100, 100, 3), np.uint8), located(100, 100, [(10, 10, 80, 80)]), None, Engine(sure=0.8)
    )
    assert found.heads[0].pose is None
    assert len(found.heads) == 1


def test_a_segmenter_gives_poses_where_its_network_has_a_pose_head() -> None:
    photo = colours.painted(colours.head(120, 160))
    plain = Segmenter(KerasEngine(colours.by_colour(SIZE)))
    engine = Engine()
    posed = Segmenter(engine, open_poses=lambda: engine)
    with_pose, without = posed.heads(photo), plain.heads(photo)
    assert [head.box for head in with_pose] == [head.box for head in without]
    assert with_pose
    assert all(head.pose is not None for head in with_pose)
    assert all(head.pose is None for head in without)
    np.testing.assert_array_equal(posed.segment(photo), plain.segment(photo))
    with pytest.raises(UsageError, match="no pose head"):
        next(plain.look([photo], poses=True))


def test_the_framed_photo_and_its_square_agree() -> None:
    pose = posing.SquarePose(framed_square(100, 50), said(1)).in_photo()
    assert (pose.x, pose.y, pose.size) == pytest.approx((25, 50, 3.0))


def test_axes_end_where_the_pose_puts_them() -> None:
    pose = HeadPose(30, 10, -20, 100, 90, 4, 0.9)
    painted = draw_axes(np.zeros((200, 200, 3), np.uint8), [Head((50, 50, 90, 90), 0.9, pose)])
    for end, colour in zip(np.diag(LENGTHS), AXES.values(), strict=True):
        x, y = project(Pose(30, 10, -20, 100, 90, 4), 0.97 * end[None])[0]
        np.testing.assert_allclose(painted[round(y - 0.5), round(x - 0.5)], colour, atol=70)
    assert not draw_axes(np.zeros((9, 9, 3), np.uint8), [Head((1, 1, 5, 5), 0.9)]).any()


def test_axes_at_the_edge_and_far_outside_do_no_harm() -> None:
    for x, size in ((0, 4), (-5000, 400), (1e6, 0.01)):
        pose = HeadPose(180, 89, 0, x, -x, size, 0.9)
        assert draw_axes(np.zeros((20, 30, 3), np.uint8), [Head((0, 0, 9, 9), 0.9, pose)]).shape == (20, 30, 3)
