"""A recipe in words, for captions."""

from __future__ import annotations

from hairnet_data.core.head.pose import Pose
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Affine, Companion, Edge, Photometric, Recipe, asset_id


def describe(recipe: Recipe) -> list[str]:
    """Describes what was done to an example.

    Returns:
        A line each for traits, affine map, edge, companions, fill, occluders and colours; those that do not apply are
        left out.
    """
    traits = ", ".join(f"{name} {value}" for name, value in sorted(recipe.traits.items()))
    with_others = [f"with {_beside(companion)}" for companion in recipe.companions]
    lines = [
        traits,
        _geometry(recipe),
        _edge(recipe.edge),
        *with_others,
        _fill(recipe),
        _occluders(recipe),
        _colours(recipe.photometric),
    ]
    return [line for line in lines if line]


def describe_pose(pose: Pose) -> str:
    """Describes which way a head looks, e.g. "looks 14° left, 13° up, tilted 2° clockwise"."""
    across, down, turn = round(pose.yaw), round(pose.pitch), round(pose.roll)
    parts = [f"{abs(across)}° {'right' if across > 0 else 'left'}"] if across else []
    parts += [f"{abs(down)}° {'down' if down > 0 else 'up'}"] if down else []
    parts = parts or ["straight ahead"]
    if turn:
        parts.append(f"tilted {abs(turn)}° {'clockwise' if turn > 0 else 'the other way'}")
    return f"looks {', '.join(parts)}"


def _geometry(recipe: Recipe) -> str:
    if recipe.negative:
        mirrored = ", mirrored" if recipe.negative.mirror else ""
        return f"crop of {recipe.negative.side:.0%} of the shorter side{mirrored}"
    return _affine(recipe.affine)


def _affine(affine: Affine) -> str:
    if affine == Affine():
        return "framed only"
    right, down = affine.shift
    parts = [f"scale {affine.scale:.2f}"] if affine.scale != 1 else []
    if right:
        parts.append(f"{abs(right):.0%} {'right' if right > 0 else 'left'}")
    if down:
        parts.append(f"{abs(down):.0%} {'down' if down > 0 else 'up'}")
    if affine.rotation:
        parts.append(f"turned {abs(affine.rotation):.0f}° {'clockwise' if affine.rotation > 0 else 'the other way'}")
    if affine.mirror:
        parts.append("mirrored")
    return ", ".join(parts)


def _edge(edge: Edge) -> str:
    if edge.cutout:
        return "cut out"
    return f"fades over {edge.width:.1%} of the frame" if edge.width else ""


def _beside(companion: Companion) -> str:
    parts = [asset_id(companion.portrait), "in front" if companion.front else "behind", _affine(companion.affine)]
    return ", ".join([*parts, *filter(None, [_edge(companion.edge)])])


def _fill(recipe: Recipe) -> str:
    affine = recipe.affine
    # A square portrait then covers the entire frame, and others all of it but two bands.
    covers_frame = affine.scale >= 1 and not any(affine.shift) and not affine.rotation and recipe.edge.is_frame
    return "" if recipe.negative or covers_frame else f"fill: {_paint(recipe.fill)}"


def _paint(paint: Paint) -> str:
    if paint.crop:
        return "a background"
    if paint.kind == "texture":
        return paint.pattern
    red, green, blue = paint.colours[0]
    return f"colour #{red:02x}{green:02x}{blue:02x}"


def _occluders(recipe: Recipe) -> str:
    shapes = [f"{occluder.shape} ({_paint(occluder.paint)})" for occluder in recipe.occluders]
    return "hidden by " + " and ".join(shapes) if shapes else ""


def _colours(change: Photometric) -> str:
    parts = ["grey"] if change.grey else []
    if change.brightness != 1:
        parts.append(f"{'brighter' if change.brightness > 1 else 'darker'} x{change.brightness:.2f}")
    if change.contrast != 1:
        parts.append(f"contrast x{change.contrast:.2f}")
    if change.cast != (1, 1, 1):
        parts.append("cast " + "/".join(f"{gain:.2f}" for gain in change.cast))
    if change.blur:
        parts.append(f"blur {change.blur:.1f}")
    if change.noise:
        parts.append(f"noise {change.noise:.0f}")
    if change.jpeg:
        parts.append(f"JPEG {change.jpeg}")
    return ", ".join(parts)
