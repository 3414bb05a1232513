"""A try-on changes what it must and nothing else, whichever way the photo lies."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hairnet_data.core.classes import FACE, HAIR
from hairnet_model.inference.locate import Located
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


def test_every_head_gets_hair_and_the_nearer_face_stays_in_front() -> None:
    large, small = scenes.portrait(), scenes.portrait(side=96)
    photo = np.full((160, 256, 3), 120, np.uint8)
    photo[:, :160], photo[60:156, 160:] = large.image, small.image
    first, second = scenes.located(large), scenes.located(small)
    whole = np.zeros((256, 256, 3), np.float32)
    whole[..., 0] = 1
    whole[48:208, :160], whole[108:204, 160:] = first.whole, second.whole
    x, y, wide, tall = second.heads[0].box
    pose = second.heads[0].pose
    moved = replace(
        second.heads[0], box=(x + 160, y + 60, wide, tall), pose=replace(pose, x=pose.x + 160, y=pose.y + 60)
    )
    found = Located(160, 256, whole, (), (first.heads[0], moved), 1)
    made = try_on(photo, found, scenes.style(), PLATINUM)
    for head in found.heads:
        left, top, breadth, height = head.box
        part = changed(photo, made)[top : top + height, left : left + breadth]
        assert part.mean() > 0.1
    alone = try_on(photo, replace(found, heads=(first.heads[0],)), scenes.style(), PLATINUM)
    assert not changed(photo, alone)[:, 215:].any()


def test_what_is_in_front_of_the_face_stays() -> None:
    shown = scenes.portrait()
    found = scenes.located(shown)
    pose = found.heads[0].pose
    photo, whole = shown.image.copy(), found.whole.copy()
    # A bar across the face, which the network takes for background.
    rows = slice(int(pose.y + 1 * pose.size), int(pose.y + 3 * pose.size))
    photo[rows] = (20, 200, 40)
    whole[rows] = (1, 0, 0)
    made = try_on(photo, replace(found, whole=whole), scenes.style())
    middle = slice(int(pose.x - 3 * pose.size), int(pose.x + 3 * pose.size))
    inner = slice(rows.start + 2, rows.stop - 2)
    assert (made[inner, middle] == photo[inner, middle]).all()


def test_large_photos_are_worked_on_smaller(monkeypatch) -> None:
    monkeypatch.setattr(trying, "LARGEST", 2.0)
    shown = scenes.portrait()
    made = try_on(shown.image, scenes.located(shown), scenes.style())
    assert made.shape == shown.image.shape
    assert changed(shown.image, made).any()
