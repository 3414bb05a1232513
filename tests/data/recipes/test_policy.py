"""The policy: every value that means nothing is refused in one line that names it; files and flags are read alike."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.errors import UsageError
from hairnet_data.recipes.policy import CLEAN, PRESETS, SHAPES, Policy, flag, from_mapping, open_policy, read_policy

LIMITS: dict[str, tuple[float, float]] = {
    "negative_rate": (0, 1),
    "occlude_rate": (0, 1),
    "group_rate": (0, 1),
    "edge_rate": (0, 1),
    "cutout_rate": (0, 1),
    "mirror": (0, 1),
    "background_rate": (0, 1),
    "background_side": (0.05, 1),
    "photometric": (0, 3),
    "scale": (0.05, 20),
    "head_height": (0.02, 5),
    "shift": (0, 2),
    "rotate": (0, 180),
    "occluder_size": (0.01, 2),
    "cover": (0.01, 0.95),
    "occluder_count": (1, 4),
}
RANGES = ("scale", "head_height", "shift", "rotate", "background_side", "occluder_size", "cover", "occluder_count")


def refused(what: str, make: Any) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    said = str(caught.value)
    assert what in said
    assert "\n" not in said
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_every_field_is_looked_at_here() -> None:
    assert {field.name for field in fields(Policy)} == {*LIMITS, "occluder_shapes"}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_belong_to_the_range(name: str) -> None:
    for value in LIMITS[name]:
        limit = (value, value) if name in RANGES else value
        assert getattr(Policy(**{name: limit}), name) == limit


@pytest.mark.parametrize("name", LIMITS)
def test_a_bad_value_is_refused_by_its_flag(name: str) -> None:
    low, high = LIMITS[name]
    for bad in (low - 0.001, high + 0.001, -math.inf, math.nan, "1", None, True, [0.5]):
        if name not in RANGES:
            refused(flag(name), lambda bad=bad: Policy(**{name: bad}))
            continue
        refused(flag(name), lambda bad=bad: Policy(**{name: (bad, high)}))
        refused(flag(name), lambda bad=bad: Policy(**{name: (low, bad)}))


@pytest.mark.parametrize("name", RANGES)
def test_an_empty_range_is_refused(name: str) -> None:
    low, high = LIMITS[name]
    refused(flag(name), lambda: Policy(**{name: (high, low)}))
    refused("is empty", lambda: Policy(**{name: (high, low)}))


@pytest.mark.parametrize("shapes", [(), ("foot",), ("ellipse", "Rectangle")])
def test_unknown_shapes_are_refused(shapes: tuple[str, ...]) -> None:
    refused("--occluder-shapes", lambda: Policy(occluder_shapes=shapes))
    refused("rectangle, ellipse, polygon, strip, hand", lambda: Policy(occluder_shapes=shapes))


@pytest.mark.parametrize("pair", [[0.5, 2.0], (0.5,), (0.5, 1.0, 2.0), None, 1.0])
def test_a_range_is_a_tuple_of_two(pair: Any) -> None:
    refused(f"--scale: {pair!r} is not a", lambda: Policy(scale=pair))


# --- plain values


def test_a_single_number_for_shift_and_rotate_reaches_from_nothing_to_it() -> None:
    assert from_mapping({"shift": 0.25, "rotate": 30}, "flags") == Policy(shift=(0, 0.25), rotate=(0, 30))
    assert from_mapping({"shift": [0.1, 0.25], "rotate": [5, 30]}, "flags") == Policy(shift=(0.1, 0.25), rotate=(5, 30))
    assert from_mapping({"shift": 0, "rotate": 0}, "flags") == Policy(shift=(0, 0), rotate=(0, 0))


def test_what_is_not_given_is_the_bases() -> None:
    base = Policy(mirror=0.25, scale=(0.5, 0.5))
    assert from_mapping({"mirror": 1}, "flags", base) == Policy(mirror=1, scale=(0.5, 0.5))
    assert from_mapping({}, "flags", base) == base
    assert from_mapping({}, "flags") == Policy()


def test_integers_are_kept_as_floats_where_floats_belong() -> None:
    """Metadata holds the policy as JSON: `mirror = 1` and `mirror = 1.0` must be the same build."""
    values = {"mirror": 1, "scale": [1, 2], "shift": 1, "occluder_count": [1, 2]}
    policy = from_mapping(values, "policy.toml")
    assert json.dumps({name: policy.to_json()[name] for name in values}) == (
        '{"mirror": 1.0, "scale": [1.0, 2.0], "shift": [0.0, 1.0], "occluder_count": [1, 2]}'
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scales": [1, 2]}, "no setting named 'scales'"),
        ({"scale": 1.5}, "scale = 1.5"),
        ({"scale": [1]}, "scale = [1]"),
        ({"scale": [1, 2, 3]}, "scale = [1, 2, 3]"),
        ({"scale": "1 2"}, "scale = '1 2'"),
        ({"scale": ["1", "2"]}, "--scale"),
        ({"scale": [True, 2]}, "--scale"),
        ({"scale": None}, "scale"),
        ({"shift": True}, "shift = True"),
        ({"shift": "far"}, "shift = 'far'"),
        ({"shift": -0.5}, "--shift"),
        ({"group_rate": 1.5}, "--group-rate: 1.5 is outside 0..1; give one from 0 to 1"),
        ({"edge_rate": "soft"}, "--edge-rate: 'soft' is not a number"),
        ({"head_height": 0.3}, "head_height = 0.3 is not a range"),
        ({"head_height": [0.3, 0.1]}, "--head-height: the range 0.3..0.1 is empty"),
        ({"head_height": [0, 0.1]}, "--head-height: 0 is outside 0.02..5"),
        ({"rotate": 181}, "--rotate"),
        ({"negative_rate": "0.3"}, "--negative-rate"),
        ({"negative_rate": [0.3]}, "--negative-rate"),
        ({"negative_rate": None}, "--negative-rate"),
        ({"negative_rate": True}, "--negative-rate"),
        ({"negative_rate": 10**400}, "--negative-rate"),
        ({"occluder_count": [1.5, 2]}, "--occluder-count: 1.5 is not an integer"),
        ({"occluder_count": [0, 2]}, "--occluder-count: 0 is outside 1..4; give one from 1 to 4"),
        ({"occluder_count": [1, 10**400]}, "--occluder-count"),
        ({"occluder_shapes": "ellipse"}, "--occluder-shapes: 'ellipse' is not a list"),
        ({"occluder_shapes": [1]}, "--occluder-shapes: no shape named 1"),
        ({"occluder_shapes": []}, "--occluder-shapes"),
        ({"photometric": math.nan}, "--photometric"),
    ],
    ids=lambda value: next(iter(value.items())).__repr__()[:40] if isinstance(value, dict) else "",
)
def test_bad_plain_values_are_refused(values: dict[str, Any], said: str) -> None:
    refused(said, lambda: from_mapping(values, "policy.toml"))


def pair(low: float, high: float) -> st.SearchStrategy[tuple[float, float]]:
    number = st.floats(low, high)
    return st.tuples(number, number).map(lambda two: (min(two), max(two)))


policies = st.builds(
    Policy,
    negative_rate=st.floats(0, 1),
    group_rate=st.floats(0, 1),
    edge_rate=st.floats(0, 1),
    cutout_rate=st.floats(0, 1),
    head_height=st.none() | pair(0.02, 5),
    background_side=st.none() | pair(0.05, 1),
    photometric=st.floats(0, 3),
    scale=pair(0.05, 20),
    shift=pair(0, 2),
    rotate=pair(0, 180),
    occluder_size=pair(0.01, 2),
    cover=st.none() | pair(0.01, 0.95),
    occluder_count=st.sampled_from([(1, 1), (1, 4), (2, 3)]),
    occluder_shapes=st.lists(st.sampled_from(SHAPES), min_size=1, unique=True).map(tuple),
)


@given(policies)
def test_a_policy_survives_json(policy: Policy) -> None:
    values = json.loads(json.dumps(policy.to_json()))
    assert from_mapping(values, "metadata") == policy


# --- files


def test_a_file_reads_as_flags_do(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'negative_rate = 0.1\nscale = [0.5, 2]\nshift = 0.3\nocclude_rate = 1\noccluder_shapes = ["hand"]\n'
        "occluder_count = [1, 3]\n",
        encoding="utf-8",
    )
    assert read_policy(path) == Policy(
        negative_rate=0.1,
        scale=(0.5, 2),
        shift=(0, 0.3),
        occlude_rate=1,
        occluder_shapes=("hand",),
        occluder_count=(1, 3),
    )


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("# nothing\n", encoding="utf-8")
    assert read_policy(path) == Policy()


@pytest.mark.parametrize(
    "text", [b"scale = ", b"scale = [1, 2", b"\xff\xfe", b"a" * 9, b"scale = [1, 2]\nscale = [1, 2]"]
)
def test_what_is_no_toml_is_refused_by_its_name(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "my policy.toml"
    path.write_bytes(text)
    refused("my policy.toml: is not TOML", lambda: read_policy(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused("policy.toml: cannot be read", lambda: read_policy(tmp_path / "policy.toml"))
    refused("cannot be read", lambda: read_policy(tmp_path))


def test_a_bad_value_in_a_file_names_the_file_or_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[train]\nscale = [1, 2]\n", encoding="utf-8")
    refused("policy.toml: no setting named 'train'", lambda: read_policy(path))
    path.write_text("scale = [2, 1]\n", encoding="utf-8")
    refused("--scale", lambda: read_policy(path))


# --- presets


def test_presets_are_opened_by_name_and_files_by_path(tmp_path: Path) -> None:
    assert open_policy("default") == Policy()
    assert open_policy("world") == PRESETS["world"]
    path = tmp_path / "world.toml"
    path.write_text("mirror = 1\n", encoding="utf-8")
    assert open_policy(str(path)) == Policy(mirror=1)


def test_world_has_heads_of_every_size_alone_and_in_groups() -> None:
    world = PRESETS["world"]
    assert world.scale == (0.12, 4)
    assert 0 < world.group_rate < 1
    assert 0 < world.edge_rate < 1
    assert 0 < world.cutout_rate < 1
    assert world.background_side == (0.4, 1)


@pytest.mark.parametrize("name", ["worlds", "World", ""])
def test_a_preset_of_another_name_is_refused(name: str) -> None:
    if not name:
        refused("cannot be read", lambda: open_policy(name))
        return
    refused(
        f"--policy: no policy named {name!r}; choose from default, world, or give a TOML file",
        lambda: open_policy(name),
    )


# --- constants


def test_the_defaults_are_those_of_the_commands() -> None:
    policy = Policy()
    assert (policy.negative_rate, policy.occlude_rate, policy.mirror, policy.photometric) == (0.3, 0.6, 0.5, 1)
    assert (policy.scale, policy.shift, policy.rotate) == ((0.75, 1.25), (0, 0.5), (0, 45))


def test_clean_draws_nothing() -> None:
    assert (CLEAN.negative_rate, CLEAN.occlude_rate, CLEAN.mirror, CLEAN.photometric) == (0, 0, 0, 0)
    assert (CLEAN.scale, CLEAN.shift, CLEAN.rotate) == ((1, 1), (0, 0), (0, 0))


def test_a_policy_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Policy().mirror = 1  # type: ignore[misc]
