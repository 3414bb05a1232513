"""The pose of a head in a picture: which way it looks, where it is and how large.

The head's own axes, in centimetres: x to the right of the picture where the face looks into the camera, y down, z out
of the face. They are left-handed, as are the camera's: x right, y down, z towards the camera. The origin lies between
the ears, at the height of the eyes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any


class _Limits:
    """What pydantic checks of a number where a recipe is read: as its `Field`, but the network, which reads no recipes,
    need not import it.

    Args:
        limits: by pydantic's names: ge, gt, le, lt.
    """

    def __init__(self, **limits: float) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        return {**handler(source), **self._limits}


Angle = Annotated[float, _Limits(ge=-180, le=180)]
Place = Annotated[float, _Limits(ge=-100, le=100)]


@dataclass(frozen=True, slots=True)
class Pose:
    """A head's pose. The rotation from the head's axes to the camera's is R = Rz(roll) Rx(pitch) Ry(yaw).

    Attributes:
        yaw: degrees in -180..180, positive where the face looks to the right of the picture.
        pitch: degrees in -90..90, positive where it looks down.
        roll: degrees in -180..180, positive where the head is turned clockwise on the screen.
        x: of the head's origin, in frames from the left edge; beyond 0..1 outside the picture.
        y: of the head's origin, in frames from the upper edge.
        size: frames per centimetre at the depth of the origin.

    A frame is the side of a square picture. A picture that is not square lies in the middle of the square whose side is
    its longer side, as `Recipe` frames it at scale 1.
    """

    yaw: Angle
    pitch: Annotated[float, _Limits(ge=-90, le=90)]
    roll: Angle
    x: Place
    y: Place
    size: Annotated[float, _Limits(gt=0, le=100)]


FIELDS = ("yaw", "pitch", "roll", "x", "y", "size")
"""Of `Pose`, in the order of the six numbers."""

_UNKNOWN = (math.nan,) * len(FIELDS)


def to_numbers(pose: Pose | None) -> tuple[float, ...]:
    """The six numbers of a record's feature `pose`: NaN for a pose that is not known, and for a negative."""
    # Every record passes here, and `dataclasses.astuple` takes twenty times as long.
    return (pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.size) if pose else _UNKNOWN


def from_numbers(numbers: Sequence[float]) -> Pose | None:
    """The inverse of `to_numbers`.

    Raises:
        ValueError: it is not six numbers, all of them finite or all NaN, the size above 0.
    """
    if len(numbers) != len(FIELDS):
        raise ValueError(f"a pose has {len(FIELDS)} numbers, not {len(numbers)}")
    values = [float(number) for number in numbers]
    if all(map(math.isnan, values)):
        return None
    if not all(map(math.isfinite, values)):
        raise ValueError("its pose is neither known nor entirely NaN")
    if values[-1] <= 0:
        raise ValueError(f"its pose has the size {values[-1]:g}")
    return Pose(*values)
