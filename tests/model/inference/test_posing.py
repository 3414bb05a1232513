"""Poses of heads: which square they are seen in, and where they come to lie in the photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.drawing.axes import AXES
from hairnet_data.core.errors import UsageError
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import project
from hairnet_data.geometry.poses import move_pose
from hairnet_model import Segmenter
from hairnet_model.inference import posing
from hairnet_model.inference.axes import LENGTHS, draw_axes
from hairnet_model.inference.components import Head, HeadPose
from hairnet_model.inference.cuts import Cut, Located, around
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.squares import Square, cut_out, framed_square
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
    found = posing.with_poses(photo, located(200, 300, [(60, 20, 150, 170)]), said(1), engine, scales=())
    assert not engine.shown
    assert found.passes == 1
    pose = found.heads[0].pose
    assert (pose.x, pose.y, pose.size) == pytest.approx((150, 100, 0.03 * 300))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((40, -10, 5))


def test_heads_with_a_cut_are_seen_in_it_and_others_in_one_of_their_own() -> None:
    engine, photo = Engine(), np.zeros((200, 300, 3), np.uint8)
    cut = Cut(Square(190, 30, 80), np.zeros((SIZE, SIZE, 3), np.float32), (200.0, 40.0, 60.0, 60.0))
    boxes = [(10, 20, 150, 170), (200, 40, 60, 60)]
    found = posing.with_poses(photo, located(200, 300, boxes, [cut]), said(1), engine, scales=())
    first, second = (head.pose for head in found.heads)
    assert (second.x, second.y, second.size) == pytest.approx((190 + 40, 30 + 40, 0.03 * 80))
    own = around((10.0, 20.0, 150.0, 170.0))
    assert (first.x, first.y) == pytest.approx((own.left + own.side / 2, own.top + own.side / 2))
    assert found.passes == 3
    assert [len(frames) for frames in engine.shown] == [1, 1]


def test_a_photo_is_seen_in_three_squares_and_their_mirror_images() -> None:
    engine, photo = Engine(), np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    found = posing.with_poses(photo, located(200, 300, [(60, 20, 150, 170)]), said(1), engine)
    [shown] = engine.shown
    squares = [Square(0, -50, 300), Square(23, -27, 255), Square(-30, -80, 360)]
    cuts = [cut_out(photo, square, SIZE) for square in squares]
    expected = [turned for cut in cuts for turned in (cut, cut[:, ::-1])][1:]  # the first was made anyway
    np.testing.assert_array_equal(shown, np.stack(expected))
    assert found.passes == 1 + 5


@given(
    st.tuples(st.floats(-170, 170), st.floats(-60, 60), st.floats(-80, 80)),
    st.tuples(st.floats(0.3, 0.7), st.floats(0.3, 0.7)),
)
def test_looks_at_one_head_agree_whatever_square_shows_it(angles: tuple, middle: tuple[float, float]) -> None:
    """Poses are moved as pictures are, by the contract's own formula, and the mean of the same pose is that pose."""
    pose, photo = Pose(*angles, *middle, 0.03), Square(0, 0, 400)
    seen = []
    for square in (photo, Square(20, 30, 340), Square(-40, -40, 480)):
        for mirror in (False, True):
            zoom = photo.side / square.side
            inside = [
                (at * 400 - corner) / square.side for at, corner in zip(middle, (square.left, square.top), strict=True)
            ]
            shown = move_pose(replace(pose, x=inside[0], y=inside[1], size=0.03 * zoom), 1, (0, 0), 0, mirror)
            turn = rotations.from_angles([[shown.yaw, shown.pitch, shown.roll]])
            poses = Poses(turn, np.array([[shown.x, shown.y]]), np.array([shown.size]), np.array([0.95]))
            seen.append(posing.SquarePose(square, poses, mirror))
    found = posing.mean_pose(seen)
    assert (found.x, found.y, found.size) == pytest.approx((middle[0] * 400, middle[1] * 400, 12), abs=1e-6)
    turns = rotations.from_angles([[found.yaw, found.pitch, found.roll], list(angles)])
    assert rotations.angle_between(*turns) < 1e-4


def test_the_mean_of_two_looks_lies_between_them() -> None:
    square = Square(0, 0, 100)
    looks = [posing.SquarePose(square, said(1, sure, yaw)) for yaw, sure in ((170, 0.98), (-170, 0.9))]
    found = posing.mean_pose(looks)
    assert abs(found.yaw) == pytest.approx(180)
    assert found.sure == pytest.approx(0.94)
    assert posing.mean_pose([*looks, posing.SquarePose(square, said(1, 0.5))]) is None


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
    pose = posing.mean_pose([posing.SquarePose(framed_square(100, 50), said(1))])
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
