"""The poses of the heads in the picture that a recipe describes."""

from __future__ import annotations

from hairnet_data.core.head.pose import Pose
from hairnet_data.geometry.poses import move_pose
from hairnet_data.recipes.recipe import Affine, Recipe


def poses_of(recipe: Recipe) -> list[Pose | None]:
    """The pose of every portrait in the picture, in the order of `Recipe.portraits`; [] for a negative.

    None stands for a pose that the source does not know. The first is the record's feature `pose`.
    """
    if recipe.negative:
        return []
    shown = [(recipe.pose, recipe.affine), *((companion.pose, companion.affine) for companion in recipe.companions)]
    return [_moved(pose, affine) for pose, affine in shown]


def main_pose(recipe: Recipe) -> Pose | None:
    """The pose of the largest portrait in the picture; None for a negative, and where the source does not know it."""
    return None if recipe.negative else _moved(recipe.pose, recipe.affine)


def _moved(pose: Pose | None, affine: Affine) -> Pose | None:
    return pose and move_pose(pose, affine.scale, affine.shift, affine.rotation, affine.mirror)
