"""Nothing that is no recipe gets in: it is refused in a line that names the field and the value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import DatasetError
from hairnet_data.recipes.recipe import RECIPE_VERSION, Recipe
from tests.support.written_recipe import PLAIN, RECIPE


def changed(*path: Any, to: Any) -> str:
    values = json.loads(json.dumps(PLAIN))
    into = values
    for step in path[:-1]:
        into = into[step]
    into[path[-1]] = to
    return json.dumps(values)


WRONG: dict[str, str] = {
    "nothing": "",
    "no JSON": "{",
    "two values": "{} {}",
    "a list": "[]",
    "a number": "3",
    "null": "null",
    "text": '"recipe"',
    "an empty object": "{}",
    "brackets without end": "[" * 200_000,
    "a number without end": '{"version": 1' + "0" * 10_000 + "}",
    "another version": changed("version", to=RECIPE_VERSION + 1),
    "version as text": changed("version", to="1"),
    "no split": changed("split", to=None),
    "index as text": changed("index", to="3"),
    "index below zero": changed("index", to=-1),
    "index as true": changed("index", to=True),
    "half an index": changed("index", to=0.5),
    "size of nothing": changed("size", to=0),
    "size without end": changed("size", to=10**400),
    "another kind": changed("kind", to="landscape"),
    "kind as list": changed("kind", to=["portrait"]),
    "portrait and negative": changed("negative", to={"asset": "a@0", "x": 0, "y": 0, "side": 1, "mirror": False}),
    "neither": changed("portrait", to=""),
    "kind of the other": changed("kind", to="negative"),
    "portrait as number": changed("portrait", to=5),
    "affine as list": changed("affine", to=[1, 2, 3]),
    "no affine": changed("affine", to=None),
    "scale of nothing": changed("affine", "scale", to=0),
    "scale below zero": changed("affine", "scale", to=-1),
    "scale that is no number": changed("affine", "scale", to=float("nan")),
    "scale without end": changed("affine", "scale", to=float("inf")),
    "huge scale": changed("affine", "scale", to=10**400),
    "scale as text": changed("affine", "scale", to="1"),
    "shift of three": changed("affine", "shift", to=[0, 0, 0]),
    "shift as text": changed("affine", "shift", to="ab"),
    "shift far out": changed("affine", "shift", to=[1e9, 0]),
    "mirror as number": changed("affine", "mirror", to=1),
    "fill as text": changed("fill", to="black"),
    "fill of nothing": changed("fill", to=None),
    "unknown paint": changed("fill", "kind", to="oil"),
    "background without crop": changed("fill", "crop", to=None),
    "crop outside": changed("fill", "crop", "x", to=1.5),
    "crop below zero": changed("fill", "crop", "side", to=-0.1),
    "occluders as object": changed("occluders", to={"a": 1}),
    "occluders as number": changed("occluders", to=3),
    "an occluder as number": changed("occluders", 0, to=3),
    "two corners": changed("occluders", 0, "outline", to=[[0, 0], [1, 1]]),
    "too many corners": changed("occluders", 0, "outline", to=[[0, 0]] * 257),
    "a corner as number": changed("occluders", 0, "outline", to=[1, 2, 3]),
    "unknown shape": changed("occluders", 0, "shape", to="foot"),
    "no colour": changed("occluders", 0, "paint", "colours", to=[]),
    "two colours": changed("occluders", 0, "paint", "colours", to=[[1, 2, 3], [1, 2, 3]]),
    "colour of two": changed("occluders", 0, "paint", "colours", to=[[1, 2]]),
    "colour too bright": changed("occluders", 0, "paint", "colours", to=[[1, 2, 256]]),
    "colour of halves": changed("occluders", 0, "paint", "colours", to=[[1, 2, 0.5]]),
    "pattern on a colour": changed("occluders", 0, "paint", "pattern", to="stripes"),
    "unknown pattern": changed("occluders", 1, "paint", "pattern", to="plaid"),
    "texture without period": changed("occluders", 1, "paint", "period", to=0),
    "seed too large": changed("occluders", 1, "paint", "seed", to=65536),
    "photometric of nothing": changed("photometric", to=None),
    "gain below zero": changed("photometric", "brightness", to=-0.1),
    "cast of two": changed("photometric", "cast", to=[1, 1]),
    "cast as number": changed("photometric", "cast", to=1),
    "grey as text": changed("photometric", "grey", to="yes"),
    "blur too small to mean anything": changed("photometric", "blur", to=5e-324),
    "quality above 100": changed("photometric", "jpeg", to=101),
    "half a quality": changed("photometric", "jpeg", to=50.5),
    "traits as list": changed("traits", to=["tone"]),
    "traits as number": changed("traits", to=7),
    "a trait as number": changed("traits", "tone", to=7),
    "something more": changed("more", to=1),
    "something less": json.dumps({key: value for key, value in PLAIN.items() if key != "fill"}),
    "something more in a part": changed("affine", "more", to=1),
    "something less in a part": changed("affine", to={"scale": 1.0, "shift": [0.0, 0.0], "rotation": 0.0}),
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_recipe_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(DatasetError) as caught:
        Recipe.from_json(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("recipe: cannot be read")


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        (("version",), 1, "version: should be 4, received 1"),
        (("index",), -1, "index: should be at least 0, received -1"),
        (("affine", "scale"), 1e9, "affine.scale: should be at most 100, received 1000000000.0"),
        (("occluders", 1, "paint", "seed"), 1.5, "occluders.1.paint.seed: should be an integer, received 1.5"),
        (("traits", "tone"), 7, "traits.tone: should be a text, received 7"),
        (("occluders", 1, "paint", "period"), 0, "occluders.1.paint: should have a period of at least 0.005"),
        (("portrait",), "", "should have either a portrait or a negative, and its kind"),
    ],
)
def test_an_error_names_the_field_and_the_value(path: tuple[Any, ...], value: Any, error: str) -> None:
    with pytest.raises(DatasetError) as caught:
        Recipe.from_json(changed(*path, to=value))
    assert str(caught.value).startswith(f"recipe: cannot be read ({error}")
    assert str(caught.value).endswith("; build the dataset again")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, part in parts for path in paths(part, (*so_far, key)))]


@settings(max_examples=400)
@given(st.sampled_from(paths(PLAIN)[1:]), json_values)
def test_any_part_may_be_anything(path: tuple[Any, ...], value: Any) -> None:
    """Either it still is a recipe that survives its JSON, or a DatasetError; never another error."""
    try:
        recipe = Recipe.from_json(changed(*path, to=value))
    except DatasetError:
        return
    assert Recipe.from_json(recipe.to_json()) == recipe


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60)))
@example(b"\xff\xfe\x00\x00")
@example(b"\x00")
@example(b'{"split": "\xff"}')
def test_any_bytes_are_refused(data: bytes | str) -> None:
    with pytest.raises(DatasetError):
        Recipe.from_json(data)


@given(st.integers(0, len(RECIPE.to_json()) - 1))
def test_a_recipe_cut_short_is_refused(end: int) -> None:
    with pytest.raises(DatasetError):
        Recipe.from_json(RECIPE.to_json()[:end])
