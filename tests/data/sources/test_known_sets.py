"""Public sets are told by the values in their masks; nothing else is taken for one."""

from __future__ import annotations

import pytest

from hairnet_data.sources.known_sets import KNOWN_SETS, KnownSet, Value, is_voc, recognise

OWN, TORCH = (known for known in KNOWN_SETS if known.name.startswith("CelebAMask-HQ"))


def shares(known: KnownSet, **larger: float) -> dict[Value, float]:
    """All values of a set, hair and face with more pixels than the rest."""
    made: dict[Value, float] = dict.fromkeys(known.values, 0.001)
    made[known.hair[0]] = 0.3
    made[known.face[0]] = 0.3
    made[known.background[0]] = 0.38
    return made


@pytest.mark.parametrize("known", KNOWN_SETS, ids=lambda known: known.name)
def test_every_set_is_recognised_by_all_its_values(known: KnownSet) -> None:
    assert recognise(shares(known)) == known


@pytest.mark.parametrize("known", KNOWN_SETS, ids=lambda known: known.name)
def test_no_value_of_a_set_means_two_things(known: KnownSet) -> None:
    together = [*known.hair, *known.face, *known.background, *known.ignore]
    assert len(together) == len(set(together))


def test_the_two_numberings_of_celebamask_are_told_apart_by_hair() -> None:
    # Both number from 0 to 18. In one 13 is hair and 17 the neck, in the other 13 is the lower lip and 17 hair.
    assert recognise({**shares(OWN), 13: 0.3, 17: 0.05}) == OWN
    assert recognise({**shares(OWN), 13: 0.003, 17: 0.3}) == TORCH


def test_blended_colours_do_not_hide_a_set() -> None:
    (fasseg,) = (known for known in KNOWN_SETS if known.name == "FASSEG")
    blended = {**shares(fasseg), **{f"#7f{green:02x}00": 0.004 for green in range(1, 40)}}
    assert recognise(blended) == fasseg
    assert recognise({**shares(fasseg), "#123456": 0.05}) is None, "a colour of its own is no blend"


@pytest.mark.parametrize(
    "strange",
    [
        {},
        {0: 1.0},
        {0: 0.6, 1: 0.2, 2: 0.2},
        {0: 0.5, 255: 0.5},
        {0: 0.5, 13: 0.3, 1: 0.2},
        {**dict.fromkeys(range(19), 0.05), 19: 0.05},
        {"#ff0000": 0.5, "#0000ff": 0.5},
    ],
    ids=["nothing", "background", "three", "black and white", "too few", "one too many", "no face"],
)
def test_what_is_no_known_set(strange: dict[Value, float]) -> None:
    assert recognise(strange) is None


def test_voc_has_persons() -> None:
    assert is_voc({"#000000": 0.7, "#c08080": 0.25, "#e0e0c0": 0.05})
    assert not is_voc({"#000000": 0.7, "#008000": 0.3})
    assert not is_voc({"#000000": 0.7, "#c08080": 0.2, "#ffffff": 0.1})
