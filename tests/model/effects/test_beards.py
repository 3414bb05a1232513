from __future__ import annotations

import numpy as np
import pytest

from hairnet_model.effects.beards import beards, with_beard_or_without
from hairnet_model.effects.grid import Grid

SKIN, DARK, WALL = (210, 165, 140), (40, 30, 26), (180, 190, 200)


def head(beard: bool = True, hanging: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A head with hair on top: image, probabilities of hair and face, and where its beard is."""
    y, x = np.mgrid[:300, :240]
    face = ((x - 120) / 55) ** 2 + ((y - 140) / 75) ** 2 < 1
    hair = (((x - 120) / 68) ** 2 + ((y - 125) / 85) ** 2 < 1) & (y < 100)
    if hanging:
        hair |= (np.abs(np.abs(x - 120) - 62) < 14) & (y > 80) & (y < 280)
    chin = face & ~hair & (y > 170) & beard
    face &= ~hair
    image = np.empty((300, 240, 3), np.uint8)
    image[:] = WALL
    image[face] = SKIN
    image[hair | chin] = DARK
    image = np.clip(image + np.random.default_rng(4).integers(-6, 7, image.shape), 0, 255).astype(np.uint8)
    half = chin & (x < 125)  # the network saw no more of it
    likely = np.where(hair | half, 0.97, 0.01).astype(np.float32)
    return image, likely, np.where(face & ~half, 0.97, 0.01).astype(np.float32), chin


def test_none_of_a_beard() -> None:
    image, hair, face, chin = head()
    made = with_beard_or_without(image, hair, face, Grid.of(*hair.shape), False)
    assert made[chin].max() < 0.05
    top = np.arange(300)[:, None] < 100
    np.testing.assert_array_equal(np.where(top, made, 0), np.where(top, hair, 0))


def test_the_whole_of_a_beard() -> None:
    image, hair, face, chin = head()
    made = with_beard_or_without(image, hair, face, Grid.of(*hair.shape), True)
    assert (made[chin] > 0.5).mean() > 0.95
    assert (made >= hair).all()
    assert (made[(face > 0.5) & ~chin] < 0.05).mean() > 0.97, "skin is no beard"


@pytest.mark.parametrize("hanging", [False, True])
def test_hair_is_no_beard(hanging: bool) -> None:
    image, hair, face, _ = head(beard=False, hanging=hanging)
    assert with_beard_or_without(image, hair, face, Grid.of(*hair.shape), False) is hair


def test_hair_beside_the_face_stays_where_the_beard_goes() -> None:
    image, hair, face, chin = head(hanging=True)
    made = with_beard_or_without(image, hair, face, Grid.of(*hair.shape), False)
    assert made[chin].max() < 0.05
    beside = np.abs(np.abs(np.arange(240) - 120) - 66) < 6
    np.testing.assert_array_equal(made[:, beside], hair[:, beside])


def test_nobody_has_no_beard() -> None:
    nothing = np.zeros((30, 40), np.float32)
    found, reach = beards(nothing, nothing)
    assert not found.any()
    assert not reach.any()


@pytest.mark.parametrize("case", ["fringe", "side", "long"])
def test_hair_below_skin_is_no_beard(case: str) -> None:
    image, hair, face, _ = head(beard=False, hanging=case != "fringe")
    y, x = np.mgrid[:300, :240]
    more = {
        "fringe": (np.abs(x - 120) < 20) & (y > 96) & (y < 116),  # below a bare forehead
        "side": (x > 60) & (x < 118) & (y > 160 + (x - 60) / 2) & (y < 280),  # from beside the jaw to before the neck
        "long": (np.abs(x - 120) < 30) & (y > 180),  # before the chest
    }[case]
    hair[more], face[more] = 0.97, 0.01
    if case == "fringe":
        bare = (np.abs(x - 120) < 50) & (y > 65) & (y < 97)
        hair[bare], face[bare] = 0.01, 0.97
    assert with_beard_or_without(image, hair, face, Grid.of(*hair.shape), False) is hair
