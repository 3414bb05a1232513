from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from hairnet_model.effects.bald import Scalp
from hairnet_model.inference.video.resuming import _shaver
from hairnet_model.inference.video.shaving import Followed, Shaver, _followed

ONE = Scalp(20.0, 50.0, 30.0, 0.4, 0.5, 0.1, tuple(np.linspace(0, 1, 12).tolist()), 0.3, 0.9)


def test_what_trembles_around_a_place_is_steadied() -> None:
    rng = np.random.default_rng(3)
    head, tops, lights = Followed(ONE), [], []
    for _ in range(60):
        moved = replace(ONE, top=ONE.top + rng.choice([-0.5, 0.5]), lightest=ONE.lightest + rng.normal(0, 0.02))
        head = _followed([head], moved, 0.05)
        tops.append(head.scalp.top)
        lights.append(head.scalp.lightest)
    assert np.std(tops[10:]) < 0.3  # 0.5 before
    assert np.std(lights[10:]) < 0.008


def test_a_head_that_moves_evenly_is_followed() -> None:
    head = Followed(ONE)
    for number in range(1, 60):
        head = _followed([head], replace(ONE, middle=ONE.middle + 0.4 * number), 0.05)
    assert head.scalp.middle == pytest.approx(ONE.middle + 0.4 * 59, abs=0.5)


@pytest.mark.parametrize("other", [replace(ONE, middle=95.0), replace(ONE, lightest=0.5), replace(ONE, wide=70.0)])
def test_another_head_begins_anew(other: Scalp) -> None:
    assert _followed([Followed(ONE)], other, 0.05) == Followed(other)


def test_the_state_is_restored() -> None:
    shaver = Shaver([Followed(ONE, (0.1, 0.2, 0.3))], 1.5)
    assert _shaver(json.loads(json.dumps(asdict(shaver)))) == shaver
