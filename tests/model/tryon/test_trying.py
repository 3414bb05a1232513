"""A try-on changes what it must and nothing else, whichever way the photo lies."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.inference.components import Head
from hairnet_model.inference.cuts import Located
from hairnet_model.tryon import trying
from hairnet_model.tryon.trying import reasons, try_on
from hairnet_model.tryon.view import View
from tests.model.tryon import scenes

PLATINUM = np.array((0.6, 0.52, 0.42), np.float32)


@pytest.fixture(scope="module")
def tried() -> np.ndarray:
    return try_on(scenes.portrait().image, scenes.located(scenes.portrait()), scenes.style())


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != after).any(-1)


def test_new_hair_has_the_colour_of_the_own_hair(tried) -> None:
    shown = scenes.portrait()
    own = shown.image[shown.mask == HAIR].mean(0)
    there = changed(shown.image, tried) & (shown.mask != HAIR)
    assert there.sum() > 300
    new = np.median(tried[there], 0)
    assert np.abs(new - own).max() < 45


def test_pixels_far_from_hair_old_and_new_stay_bit_for_bit(tried) -> None:
    shown = scenes.portrait()
    pose = scenes.located(shown).heads[0].pose
    away = changed(shown.image, tried)
    hairy = (shown.mask == HAIR) | (shown.mask == FACE)
    # A bob ends 16 cm below the eyes and reaches 13 to the sides; removal and shadow reach 3 cm around the head.
    rows, columns = np.mgrid[:160, :160]
    near = (np.abs(columns - pose.x) < 16 * pose.size) & (rows < pose.y + 20 * pose.size)
    around = cv2.dilate(hairy.astype(np.uint8), np.ones((2 * round(3 * pose.size) + 1,) * 2, np.uint8)) > 0
    assert away.any()
    assert not (away & ~near & ~around).any()


def test_nose_and_mouth_stay_bit_for_bit() -> None:
    shown = scenes.portrait(25)
    tried = try_on(shown.image, scenes.located(shown), scenes.style())
    view = View.of(scenes.located(shown).heads[0].pose)
    points = np.array([(x, y, 9.5) for x in (-1.5, 0, 1.5) for y in (3.0, 5.0, 7.0)], np.float32)
    places = np.rint(view.places(view.seen(points))).astype(int)
    assert (tried[places[:, 1], places[:, 0]] == shown.image[places[:, 1], places[:, 0]]).all()


def test_without_a_head_the_photo_stays_and_a_line_says_why() -> None:
    photo, found = scenes.nobody()
    assert try_on(photo, found, scenes.style()) is photo
    assert reasons(found) == ["no head found"]


@pytest.mark.parametrize("yaw", [-140, 101, 180])
def test_a_head_that_is_turned_too_far_stays(yaw) -> None:
    shown = scenes.portrait()
    found = scenes.located(shown, yaw)
    assert try_on(shown.image, found, scenes.style()) is shown.image
    assert f"turned too far away ({abs(yaw)} degrees)" in reasons(found)[0]


def test_a_head_whose_pose_is_not_known_stays() -> None:
    shown = scenes.portrait()
    found = scenes.located(shown)
    found = replace(found, heads=(replace(found.heads[0], pose=None),))
    assert try_on(shown.image, found, scenes.style()) is shown.image
    assert "not sure" in reasons(found)[0]


def test_a_mirrored_photo_gives_the_mirrored_result(tried) -> None:
    shown = scenes.portrait()
    flipped = np.ascontiguousarray(shown.image[:, ::-1])
    style = scenes.mirrored_style(scenes.style())
    made = try_on(flipped, scenes.mirrored(scenes.located(shown)), style)
    # Cells begin at the left, fills and noise are not symmetrical: a mean of 2.5 levels where anything changed.
    apart = np.abs(made[:, ::-1].astype(int) - tried.astype(int)).mean(-1)
    where = changed(shown.image, tried)
    assert apart[where].mean() < 2.5
    assert apart[~where].mean() < 0.5


def test_a_turned_photo_gives_the_turned_result(tried) -> None:
    shown = scenes.portrait()
    found = scenes.located(shown)
    side = scenes.SIDE
    head = found.heads[0]
    x, y, wide, tall = head.box
    pose = replace(head.pose, roll=head.pose.roll + 90, x=side - head.pose.y, y=head.pose.x)
    turned = replace(
        found,
        whole=np.ascontiguousarray(np.rot90(found.whole, -1)),
        heads=(replace(head, box=(side - y - tall, x, tall, wide), pose=pose),),
    )
    made = np.rot90(try_on(np.ascontiguousarray(np.rot90(shown.image, -1)), turned, scenes.style()), 1)
    # The light falls alike, but the shoulders turn with less roll than the head, so only the head counts.
    apart = np.abs(made.astype(int) - tried.astype(int)).mean(-1)
    rows = slice(0, int(head.pose.y + 9 * head.pose.size))
    where = changed(shown.image, tried)[rows]
    assert apart[rows][where].mean() < 6


def couple() -> tuple[np.ndarray, Located, np.ndarray]:
    """A small head behind a large one, and where the large one's hair and face are."""
    large, small = scenes.portrait(25), scenes.portrait(8, side=96)
    photo, classes = np.full((160, 240, 3), 120, np.uint8), np.zeros((160, 240), np.uint8)
    owner = np.zeros((160, 240), np.uint8)
    for number, shown, top, left in ((2, small, 50, 96), (1, large, 0, 0)):
        side = len(shown.mask)
        part, there = (slice(top, top + side), slice(left, left + side)), shown.mask > 0
        photo[part][there], classes[part][there], owner[part][there] = shown.image[there], shown.mask[there], number
    whole = np.zeros((240, 240, 3), np.float32)
    whole[40:200] = np.stack([classes == number for number in range(3)], 2)
    whole[:40, :, 0] = whole[200:, :, 0] = 1
    x, y, wide, tall = scenes.located(small).heads[0].box
    pose = scenes.located(small).heads[0].pose
    moved = Head((x + 96, y + 50, wide, tall), 1.0, replace(pose, x=pose.x + 96, y=pose.y + 50))
    return photo, Located(160, 240, whole, (), (scenes.located(large).heads[0], moved), 1), owner


def test_every_head_gets_hair() -> None:
    photo, found, owner = couple()
    made = try_on(photo, found, scenes.style(), PLATINUM)
    for number in (1, 2):
        assert changed(photo, made)[owner == number].mean() > 0.1


def test_the_hair_of_a_farther_head_stays_behind_a_nearer_one() -> None:
    photo, found, owner = couple()
    farther = replace(found.heads[0], pose=None), found.heads[1]
    made = try_on(photo, replace(found, heads=farther), scenes.style("afro"), PLATINUM)
    assert changed(photo, made).sum() > 1000
    assert not changed(photo, made)[cv2.erode((owner == 1).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0].any()


def test_hair_of_another_head_is_not_removed() -> None:
    photo, found, owner = couple()
    nearer = found.heads[0], replace(found.heads[1], pose=None)
    made = try_on(photo, replace(found, heads=nearer), scenes.style("crew_cut"), PLATINUM)
    assert changed(photo, made)[owner == 1].any()
    right = found.heads[0].box[0] + found.heads[0].box[2]
    beside = (owner == 2) & (np.arange(240) > right + 2)
    assert beside[:, : right + 10].any()
    # Where the boxes meet, some pixels are nearer to the other head's middle.
    assert changed(photo, made)[beside].mean() < 0.02


def test_what_is_in_front_of_the_face_stays() -> None:
    shown = scenes.portrait(52)
    found = scenes.located(shown)
    pose = found.heads[0].pose
    style = scenes.style("lob_fringe")
    # A bar across the brows, which the network takes for background.
    rows = slice(int(pose.y - 3.6 * pose.size), int(pose.y - 2.2 * pose.size))
    columns = slice(int(pose.x - 2 * pose.size), int(pose.x + 2 * pose.size))
    assert changed(shown.image, try_on(shown.image, found, style))[rows, columns].mean() > 0.6
    photo, whole = shown.image.copy(), found.whole.copy()
    photo[rows] = (20, 200, 40)
    whole[rows] = (1, 0, 0)
    made = try_on(photo, replace(found, whole=whole), style)
    assert changed(photo, made)[rows, columns].mean() < 0.1


def test_large_photos_are_worked_on_smaller(monkeypatch) -> None:
    monkeypatch.setattr(trying, "LARGEST", 2.0)
    shown = scenes.portrait()
    made = try_on(shown.image, scenes.located(shown), scenes.style())
    assert made.shape == shown.image.shape
    assert changed(shown.image, made).any()
