"""An example as a row of a table: its columns, for spreadsheets and for programs that read no recipes."""

from __future__ import annotations

import json
from typing import NamedTuple

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.records.example import Features
from hairnet_data.dataset.reader import decode_pose, decode_text, decode_texts
from hairnet_data.recipes.recipe import Recipe

Value = str | int | float | bool | None


class Column(NamedTuple):
    """A column: the type of its values (str, int, float or bool; None where one is not known), and what they mean."""

    kind: type
    description: str


COLUMNS: dict[str, Column] = {
    "split": Column(str, "The split's name."),
    "index": Column(int, "Within the split, from 0."),
    "kind": Column(str, "portrait, group: several portraits, or negative: nobody in it, all background."),
    "source_id": Column(str, "Of the portrait (in a group, the largest) or background it shows, in its source."),
    "person": Column(str, "Who is shown, in a group the largest; empty for nobody or unknown."),
    "source_ids": Column(str, "Of all portraits, the largest first, or of the background: a JSON list."),
    "people": Column(str, "Everybody who is known, the largest first: a JSON list."),
    "traits": Column(str, "Of the largest portrait, as its source knows them: a JSON object, often empty."),
    "scale": Column(float, "Of the largest portrait, as the columns that follow; 1 shows the whole of it."),
    "right": Column(float, "How far it is shifted right, in frames."),
    "down": Column(float, "How far it is shifted down, in frames."),
    "rotation": Column(float, "Of the portrait, in degrees, clockwise on the screen."),
    "mirror": Column(bool, "Whether it is mirrored left to right."),
    "yaw": Column(float, "Of the largest portrait's head, in degrees to the right of the picture; null if not known."),
    "pitch": Column(float, "Likewise, in degrees down."),
    "roll": Column(float, "Likewise, in degrees clockwise on the screen."),
    "head_x": Column(float, "How far right of the left edge the head's origin is, in frames; null if not known."),
    "head_y": Column(float, "How far below the upper edge it is, in frames."),
    "head_size": Column(float, "Frames per centimetre at the head's origin."),
    "matte": Column(bool, "Whether its matte is known: the feature has_alpha; false where the dataset has none."),
    "fill": Column(str, "What covers the ground it does not reach: colour, texture or background."),
    "occluders": Column(int, "How many shapes hide it."),
    "shapes": Column(str, "Their shapes, with a space between: rectangle, ellipse, polygon, strip, hand."),
    "grey": Column(bool, "Whether its colours were dropped."),
    "contrast": Column(float, "Gain about mid-grey; 1 leaves it."),
    "brightness": Column(float, "Gain; 1 leaves it."),
    "blur": Column(float, "Standard deviation of a Gaussian blur, in 224ths of the frame; 0 for none."),
    "noise": Column(float, "Standard deviation of Gaussian noise, in grey levels; 0 for none."),
    "jpeg": Column(int, "Quality of an extra JPEG round trip, 1..100; 0 for none."),
    "recipe": Column(str, "All that was drawn for this example, as JSON: hairnet_data.Recipe reads it."),
}
"""Every column of `table_row`, in order."""


def table_row(split: str, record: Features, recipe: Recipe | None = None) -> dict[str, Value]:
    """Makes a record's row of the table. A negative's position is that of its crop: scale 1, no shift, its own mirror.

    Args:
        split: the split's name.
        record: as `core.records.example.parse` reads it.
        recipe: the record's own, if it was read already: parsing it takes longer than all the rest.

    Returns:
        Values by column, in the order of `COLUMNS`.

    Raises:
        DatasetError: the record is damaged.
    """
    try:
        index, recipe_json = record["index"], decode_text(record["recipe"])
        recipe = recipe or Recipe.from_json(recipe_json)
        if not isinstance(index, int):
            raise ValueError(f"its index is {index!r}")
        affine, photometric = recipe.affine, recipe.photometric
        return {
            "split": split,
            "index": index,
            "kind": decode_text(record["kind"]),
            "source_id": decode_text(record["source_id"]),
            "person": decode_text(record["person"]),
            "source_ids": json.dumps(decode_texts(record["source_ids"]), ensure_ascii=False),
            "people": json.dumps(decode_texts(record["people"]), ensure_ascii=False),
            "traits": json.dumps(dict(recipe.traits), ensure_ascii=False, sort_keys=True),
            "scale": float(affine.scale),
            "right": float(affine.shift[0]),
            "down": float(affine.shift[1]),
            "rotation": float(affine.rotation),
            "mirror": recipe.negative.mirror if recipe.negative else affine.mirror,
            **_pose_values(decode_pose(record["pose"])),
            "matte": bool(record.get("has_alpha", 0)),
            "fill": recipe.fill.kind,
            "occluders": len(recipe.occluders),
            "shapes": " ".join(occluder.shape for occluder in recipe.occluders),
            "grey": photometric.grey,
            "contrast": float(photometric.contrast),
            "brightness": float(photometric.brightness),
            "blur": float(photometric.blur),
            "noise": float(photometric.noise),
            "jpeg": photometric.jpeg,
            "recipe": recipe_json,
        }
    except (DatasetError, KeyError, ValueError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise DatasetError(f"a record of {split}", f"is damaged ({what})", "run hairnet-data verify") from error


_NO_POSE: dict[str, Value] = dict.fromkeys(("yaw", "pitch", "roll", "head_x", "head_y", "head_size"))


def _pose_values(pose: Pose | None) -> dict[str, Value]:
    """The columns of a pose, in as many digits as float32 has of usual values; None where it is not known."""
    if pose is None:
        return _NO_POSE
    return {
        "yaw": round(pose.yaw, 5),
        "pitch": round(pose.pitch, 5),
        "roll": round(pose.roll, 5),
        "head_x": round(pose.x, 7),
        "head_y": round(pose.y, 7),
        "head_size": round(pose.size, 8),
    }


def csv_values(row: dict[str, Value]) -> list[Value]:
    """The values of a row as a CSV file holds them: true and false as in JSON, which most readers accept, and None,
    which `csv` writes as an empty field.
    """
    return [str(value).lower() if isinstance(value, bool) else value for value in row.values()]
