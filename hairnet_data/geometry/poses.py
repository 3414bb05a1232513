"""Moves a head's pose as `warp.unit_matrix` moves its picture."""

from __future__ import annotations

import math

from hairnet_data.core.head.pose import Pose


def move_pose(pose: Pose, scale: float, shift: tuple[float, float], rotation: float, mirror: bool) -> Pose:
    """The pose of a head after its portrait was mapped into the frame.

    The rotation R becomes Rz(rotation) M R M with the mirror M = diag(-1, 1, 1): a mirror changes the signs of yaw and
    roll, a turn of the picture adds to roll alone. The origin p goes to 1/2 + shift + scale * Rz(rotation) M (p - 1/2).

    Args:
        pose: in the portrait as it is framed at scale 1.
        scale: as for `warp.unit_matrix`, like all that follow.
        shift: (right, down), in frames.
        rotation: degrees, clockwise on the screen.
        mirror: whether left and right are swapped.
    """
    flip = -1.0 if mirror else 1.0
    cos, sin = math.cos(math.radians(rotation)) * scale, math.sin(math.radians(rotation)) * scale
    right, down = flip * (pose.x - 0.5), pose.y - 0.5
    return Pose(
        yaw=flip * pose.yaw + 0.0,  # without the sign of a zero
        pitch=pose.pitch,
        roll=_within_turn(flip * pose.roll + rotation),
        x=0.5 + shift[0] + cos * right - sin * down,
        y=0.5 + shift[1] + sin * right + cos * down,
        size=pose.size * scale,
    )


def _within_turn(degrees: float) -> float:
    """The same angle in -180..180."""
    while degrees > 180:
        degrees -= 360
    while degrees < -180:
        degrees += 360
    return degrees + 0.0
