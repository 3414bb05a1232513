"""Spoiled text: `classes.toml`, policies, recipes, and the JSON beside the records."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.errors import DatasetError, SourceError, UsageError
from hairnet_data.core.labels.class_config import read_config
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.policy import DEFAULT, Policy, from_mapping, read_policy
from hairnet_data.recipes.recipe import Affine, Occluder, Photometric, Recipe
from hairnet_model.data.prepared_dataset import open_dataset
from tests.fuzz.answers import asked, times
from tests.fuzz.mutations import WORDS, inputs

CONFIGS = [
    b'[colours]\nbackground = "#0000ff"\nhair = ["#ff0000", "#7f0000"]\nface = "#00ff00"\n[options]\nnearest = true\n',
    b"[indices]\nbackground = 0\nhair = [17]\nface = [1, 2, 10]\n[options]\nseed = 3\npad = 5\nmatch = 'name'\n",
    b'[parts]\nhair = ["hair"]\nface = ["skin", "nose"]\n[options]\norder = ["skin", "nose", "hair"]\n',
    b'[colours]\nbackground = "#000000"\nface = "#00ff00"\n[options]\nperson = "^([a-z]+)_"\n'
    b'fractions = [0.8, 0.1, 0.1]\nimages = "a/b"\nmasks = "c"\nimage_suffix = "_x"\nmask_suffix = "_y"\n',
]
POLICIES = [
    b"scale = [0.5, 2]\nshift = 0.25\nrotate = 30\nmirror = 0\nnegative_rate = 0.3\n",
    b'occluder_shapes = ["hand", "strip"]\noccluder_count = [1, 3]\ncover = [0.2, 0.5]\nphotometric = 1.5\n',
]
TOML_WORDS = [
    *WORDS,
    *(b"inf", b"nan", b"1979-05-27T07:32:00Z", b'"""', b"'''", b"[[", b"[colours.x]\n", b"0x" + b"f" * 4000),
    b"a." * 500,
    *(b"= {a = 1}", b"true", b'"(?P<person>"', b'"(a+)+$"', b'"../.."', b'"\\u0000"', b"\xef\xbb\xbf", b"\r", b"#"),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text") / "a.toml"


@times(2500)
@given(inputs(CONFIGS, TOML_WORDS))
def test_classes_toml(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    config = asked(lambda: read_config(path, "classes.toml"), SourceError)
    if config is not None:
        assert set(config.classes.classes.values()) <= {0, 1, 2}
        assert abs(sum(config.options.fractions) - 1) < 1e-5
        json.dumps(config.settings(), allow_nan=False)


@times(1500)
@given(inputs(POLICIES, TOML_WORDS))
def test_policies(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    policy = asked(lambda: read_policy(path), UsageError)
    if policy is not None:
        assert from_mapping({k: v for k, v in policy.to_json().items() if v is not None}, "again") == policy
        json.dumps(policy.to_json(), allow_nan=False)


CROP = Crop("wall.png@0123456789abcdef", 0.25, 0.5, 0.75, True)
PORTRAIT = Recipe(
    *("train", 7, 64, "portrait", "ann_1@0123456789abcdef"),
    affine=Affine(1.1, (0.1, -0.2), 30.5, True),
    fill=Paint("background", crop=CROP),
    occluders=(Occluder("hand", ((0.1, 0.1), (0.5, 0.1), (0.3, 0.4)), Paint("colour", ((1, 2, 3),))),),
    photometric=Photometric(True, 1.1, 0.9, (1.0, 1.1, 0.9), 0.5, 3.0, 77, 60),
    traits={"tone": "7"},
)
NEGATIVE = Recipe("test_negatives", 0, 64, "negative", negative=CROP)
TEXTURED = replace(PORTRAIT, fill=Paint("texture", ((1, 2, 3), (4, 5, 6)), "stripes", 12.5, 0.1, 9))
RECIPES = [recipe.to_json().encode() for recipe in (PORTRAIT, NEGATIVE, TEXTURED)]
RECIPE_WORDS = [*WORDS, b'{"kind":"colour"}', b"[]", b"true", b"-0.0", b"1e400", b"18446744073709551616", b'"\\ud800"']


@times(3000)
@given(inputs(RECIPES, RECIPE_WORDS))
def test_recipes(data: bytes) -> None:
    recipe = asked(lambda: Recipe.from_json(data), DatasetError)
    if recipe is not None:
        assert Recipe.from_json(recipe.to_json()) == recipe


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1" * 400, "NaN", float("inf"), 1 << 70, "../../x", "drawn", "tfrecord"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def changed(values: Any, steps: list[int], new: Any) -> Any:
    """The same JSON with another value at one path, or without it where `new` is "drop"."""
    if isinstance(values, dict | list) and values and steps:
        keys = sorted(values) if isinstance(values, dict) else list(range(len(values)))
        key = keys[steps[0] % len(keys)]
        copy = dict(values) if isinstance(values, dict) else list(values)
        if len(steps) == 1 and new == "drop":
            del copy[key]
        else:
            copy[key] = changed(values[key], steps[1:], new)
        return copy
    return new


@pytest.fixture(scope="module")
def folder(tiny_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(tiny_dataset, tmp_path_factory.mktemp("meta") / "1.6.0"))


@times(1000)
@given(
    st.sampled_from(["dataset_info.json", "metadata.json"]),
    st.lists(st.integers(0, 40), min_size=1, max_size=5),
    VALUES | st.just("drop"),
)
def test_what_lies_beside_the_records(tiny_dataset: Path, folder: Path, name: str, steps: list[int], new: Any) -> None:
    for each in ("dataset_info.json", "metadata.json"):
        shutil.copyfile(tiny_dataset / each, folder / each)
    (folder / name).write_text(json.dumps(changed(json.loads((folder / name).read_text()), steps, new)))
    for read in (open_prepared, open_dataset):
        asked(lambda read=read: read(folder), (DatasetError, UsageError))


@times(500)
@given(data=inputs([b"{}"], RECIPE_WORDS) | st.binary(max_size=50))
def test_other_bytes_beside_the_records(tiny_dataset: Path, folder: Path, data: bytes) -> None:
    for name in ("dataset_info.json", "metadata.json"):
        shutil.copyfile(tiny_dataset / name, folder / name)
    (folder / "metadata.json").write_bytes(data)
    for read in (open_prepared, open_dataset):
        asked(lambda read=read: read(folder), DatasetError)


def test_the_seeds_are_sound(path: Path) -> None:
    for data in CONFIGS:
        path.write_bytes(data)
        assert read_config(path, "classes.toml")
    for data in POLICIES:
        path.write_bytes(data)
        assert isinstance(read_policy(path), Policy)
        assert read_policy(path) != DEFAULT
