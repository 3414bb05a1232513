"""Ways to break poses in the real code, each of which checks of `pose_contract` must catch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from hairnet_data.building import shard_writer
from hairnet_data.core.head.pose import Pose
from hairnet_data.recipes.recipe import Recipe
from hairnet_data.rendering import poses
from tests.support.mutant import Mutant, Patch, failures, wrapped
from tests.support.pose_contract import CHECKS, recipes

_POSES, _NEGATIVES, _IDENTITY, _SPHERES = CHECKS
_SOME = Pose(0.0, 0.0, 0.0, 0.5, 0.5, 0.03)


def catches(mutant: Mutant, checks: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """The message of each check that catches the mutant, by the check's name."""
    drawn = recipes()  # before anything is broken
    return failures(mutant, {name: partial(CHECKS[name], drawn) for name in checks})


def _moved(change: Callable[[Pose, Pose, float, bool], Pose]) -> Patch:
    """Changes what `move_pose` returns, given that, the pose before, the rotation and the mirror."""

    def wrong(real: Any, pose: Pose, scale: float, shift: Any, rotation: float, mirror: bool) -> Pose:
        return change(real(pose, scale, shift, rotation, mirror), pose, rotation, mirror)

    return wrapped(poses, "move_pose", wrong)


def _angle(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def _turn_in_yaw(moved: Pose, pose: Pose, rotation: float, mirror: bool) -> Pose:
    return replace(moved, yaw=_angle(moved.yaw + rotation), roll=-pose.roll if mirror else pose.roll)


def _mirrored_after(real: Any, pose: Pose, scale: float, shift: Any, rotation: float, mirror: bool) -> Pose:
    # The centre is moved before the mirror, so that the shift and the turn go the other way.
    moved, right = (real(pose, scale, shift, rotation, flip) for flip in (False, mirror))
    return replace(right, x=1 - moved.x, y=moved.y) if mirror else right


def _turned_back(real: Any, pose: Pose, scale: float, shift: Any, rotation: float, mirror: bool) -> Any:
    return real(pose, scale, shift, -rotation, mirror)


def _of_a_companion(real: Any, recipe: Recipe) -> Any:
    return poses.poses_of(recipe)[-1] if recipe.companions else real(recipe)


def _main(wrong: Callable[[Any, Recipe], Any]) -> Patch:
    return wrapped(shard_writer, "main_pose", wrong)


MUTANTS = (
    Mutant(
        "mirror without yaw's sign", (_POSES, _SPHERES), _moved(lambda moved, pose, *_: replace(moved, yaw=pose.yaw))
    ),
    Mutant(
        "mirror without roll's sign",
        (_POSES, _SPHERES),
        _moved(lambda moved, pose, rotation, _: replace(moved, roll=_angle(pose.roll + rotation))),
    ),
    Mutant("roll's sign", (_POSES, _IDENTITY, _SPHERES), _moved(lambda moved, *_: replace(moved, roll=-moved.roll))),
    Mutant("turned the other way", (_POSES, _SPHERES), wrapped(poses, "move_pose", _turned_back)),
    Mutant("turn added to yaw", (_POSES, _SPHERES), _moved(_turn_in_yaw)),
    Mutant("pitch's sign", (_POSES, _IDENTITY, _SPHERES), _moved(lambda moved, *_: replace(moved, pitch=-moved.pitch))),
    Mutant("half a pixel", (_POSES, _IDENTITY), _moved(lambda moved, *_: replace(moved, x=moved.x + 0.5 / 224))),
    Mutant("centre moved before the mirror", (_POSES, _SPHERES), wrapped(poses, "move_pose", _mirrored_after)),
    Mutant("size not scaled", (_POSES,), _moved(lambda moved, pose, *_: replace(moved, size=pose.size))),
    Mutant("place not moved", (_POSES, _SPHERES), _moved(lambda moved, pose, *_: replace(moved, x=pose.x, y=pose.y))),
    Mutant("pose before the affine map", (_POSES, _SPHERES), _main(lambda real, recipe: recipe.pose)),
    Mutant("pose on a negative", (_NEGATIVES,), _main(lambda real, recipe: _SOME if recipe.negative else real(recipe))),
    Mutant("pose where none is known", (_POSES,), _main(lambda real, recipe: real(recipe) or _SOME)),
    Mutant("pose of the wrong companion", (_POSES,), _main(_of_a_companion)),
)
