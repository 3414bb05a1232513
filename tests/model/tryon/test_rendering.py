"""Hair on a head as seen from all sides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hairnet_data.core.head.pose import Pose
from hairnet_data.core.head.projection import project
from hairnet_model.tryon import head
from hairnet_model.tryon.colour import decoded, encoded
from hairnet_model.tryon.painter import Quads, faces, paint, ribbons
from hairnet_model.tryon.rendering import hair_layer
from hairnet_model.tryon.shading import Light, Tint
from hairnet_model.tryon.view import View
from tests.model.tryon import scenes

SIDE = 96
LIGHT = Light(0.8, np.array((0.1, -0.2, 0.3), np.float32))
BROWN = decoded(np.array((90, 62, 44), np.float32))


def view(yaw: float, **others: float) -> View:
    return View(yaw, 0.0, 0.0, SIDE / 2, SIDE * 0.42, 2.8, **others)


def layer(yaw: float, **others: float):
    return hair_layer(
        scenes.style()(0), view(yaw, **others), LIGHT, Tint(BROWN, 1.5, np.ones(3, np.float32)), SIDE, SIDE
    )


def test_points_fall_where_the_projection_of_heads_says() -> None:
    points = np.random.default_rng(1).uniform(-12, 12, (40, 3))
    seen = View(25, -10, 7, 40, 50, 3.0)
    expected = project(Pose(25, -10, 7, 40, 50, 3.0), points)
    assert np.allclose(seen.places(seen.seen(points.astype(np.float32))), expected, atol=1e-3)


@pytest.mark.parametrize("yaw", range(-100, 101, 10))
def test_no_strand_of_a_bob_lies_before_the_nose(yaw) -> None:
    seen = view(yaw)
    nose = np.array([(0, y, 10.8) for y in (2.5, 3.5, 4.2)], np.float32)
    places = np.floor(seen.places(seen.seen(nose))).astype(int)
    assert (layer(yaw).share[places[:, 1], places[:, 0]] == 0).all()


def test_coverage_changes_continuously_as_a_head_turns() -> None:
    covers = [layer(yaw).share for yaw in np.arange(-100, 101, 8)]
    areas = np.array([cover.sum() for cover in covers])
    assert (areas > 300).all()
    # 8 degrees move the nearest hair, 10 cm from the axis, by 1.4 cm: 4 pixels of a head 65 pixels high.
    assert (np.abs(np.diff(areas)) / areas[:-1]).max() < 0.13
    moved = [np.abs(first - second).mean() for first, second in itertools.pairwise(covers)]
    assert max(moved) < 0.05


def test_hair_has_the_colour_that_was_asked_for() -> None:
    for codes in ((45, 34, 28), (98, 66, 46), (190, 160, 118)):
        colour = decoded(np.array(codes, np.float32))
        made = hair_layer(scenes.style()(0), view(20), LIGHT, Tint(colour, 1.5, np.ones(3, np.float32)), SIDE, SIDE)
        dense = made.share > 0.95
        assert np.abs(made.colour[dense].mean(0) - codes).max() < 16


def test_light_from_the_left_is_seen_on_the_left() -> None:
    lit = hair_layer(
        scenes.style()(0),
        view(0),
        Light(0.8, np.array((-0.5, 0, 0.2), np.float32)),
        Tint(BROWN, 1.5, np.ones(3, np.float32)),
        SIDE,
        SIDE,
    )
    dense = lit.share > 0.9
    luma = lit.colour.mean(-1)
    left, right = dense & (np.arange(SIDE) < SIDE * 0.4), dense & (np.arange(SIDE) > SIDE * 0.6)
    assert luma[left].mean() > 1.3 * luma[right].mean()


def test_hair_behind_the_head_is_hidden_by_it() -> None:
    made = layer(0)
    chin = view(0)
    at = np.floor(chin.places(chin.seen(np.array([(0, 8, 9)], np.float32)))).astype(int)[0]
    assert made.share[at[1], at[0]] == 0


def test_a_higher_hairline_bares_more_of_the_forehead() -> None:
    usual, higher = (layer(0, hairline=value).share for value in (0.0, 2.0))
    seen = view(0)
    at = np.floor(seen.places(seen.seen(np.array([(x, -7.6, 8.6) for x in (-2, 0, 2)], np.float32)))).astype(int)
    assert usual[at[:, 1], at[:, 0]].mean() > higher[at[:, 1], at[:, 0]].mean() + 0.2


def test_a_broader_head_has_broader_hair() -> None:
    narrow, wide = (np.ptp(np.nonzero(layer(0, breadth=value).share.max(0) > 0.5)[0]) for value in (1.0, 1.1))
    assert wide > narrow


def test_shoulders_do_not_nod_with_the_head() -> None:
    level, nodding = (View(0, pitch, 0, 48, 40, 2.8) for pitch in (0, 30))
    drop = np.array([0, 24, -4], np.float32)
    down = [each.seen_body(drop) - each.seen(np.array(head.PIVOT, np.float32)) for each in (level, nodding)]
    assert np.allclose(*down)


def test_shoulders_follow_the_head_a_little() -> None:
    ahead, aside = (View(yaw, 0, 0, 48, 40, 2.8) for yaw in (0, 50))
    front = np.array([0, 24, 6], np.float32)
    way = [each.seen_body(front) - each.seen(np.array(head.PIVOT, np.float32)) for each in (ahead, aside)]
    turned = [np.degrees(np.arctan2(each[0], each[2])) for each in way]
    assert turned[1] - turned[0] == pytest.approx(20, abs=0.1)


def test_nearer_quads_hide_farther_ones_and_zeros_erase() -> None:
    square = np.array(((2, 2), (6, 2), (6, 6), (2, 6)), np.float32)
    corners = np.stack([square, square + 2, square + np.array((-2, 2), np.float32)])
    colours = np.array([(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 0, 0)], np.float32)
    made = paint(Quads(corners, np.array((0, 1, 2), np.float32), colours), 5, 5)
    assert made[1, 1].tolist() == [1, 0, 0, 1]
    assert made[3, 3].tolist() == [0, 1, 0, 1]
    assert made[2, 1].tolist() == [0, 0, 0, 0]
    back = paint(Quads(corners, np.array((3, 1, 0), np.float32), colours), 5, 5)
    assert back[2, 1].tolist() == [1, 0, 0, 1]


def test_a_ribbon_is_as_broad_as_it_says() -> None:
    places = np.array([[(10, 4), (10, 20), (10, 36)]], np.float32)
    quads = ribbons(
        places, np.zeros((1, 3), np.float32), np.full((1, 3), 6, np.float32), np.full((1, 3, 4), 255, np.float32)
    )
    assert paint(quads, 20, 20)[10, :, 3].sum() == pytest.approx(3, abs=0.3)


def test_only_quads_that_face_the_camera_are_kept() -> None:
    grid = np.stack(np.meshgrid(np.arange(3.0), np.arange(3.0)), -1).astype(np.float32)
    flat = np.zeros((3, 3), np.float32), np.ones((3, 3, 4), np.float32)
    assert len(faces(grid, *flat).near) == 4
    assert len(faces(grid[:, ::-1], *flat).near) == 0


def test_codes_and_linear_light_are_inverse() -> None:
    codes = np.arange(256, dtype=np.float32)
    assert np.allclose(encoded(decoded(codes)), codes, atol=0.01)
