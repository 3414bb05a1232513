from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.errors import UsageError
from hairnet_model.training.config import TrainingConfig, as_2019_config, validation_interval


@pytest.mark.parametrize(
    ("change", "option"),
    [
        ({"arch": "unet"}, "--arch"),
        ({"precision": "int8"}, "--precision"),
        ({"steps": 0}, "--steps"),
        ({"rate": float("inf")}, "--learning-rate"),
        ({"average": 1.0}, "--average"),
        ({"jitter": 3.0}, "--jitter"),
        ({"patience": -1}, "--patience"),
        ({"small_heads": 11.0}, "--small-heads: 11.0 is outside"),
        ({"head": "maps_2019", "small_heads": 0.5}, "--small-heads: the loss of maps_2019 has no such part"),
    ],
)
def test_values_out_of_range_are_named(change: dict[str, object], option: str) -> None:
    with pytest.raises(UsageError, match=option):
        replace(TrainingConfig(), **change)  # type: ignore[arg-type]


@given(st.integers(1, 10**6), st.integers(1, 10**5))
def test_validations_are_regular_and_one_is_at_the_end(steps: int, every: int) -> None:
    settings = TrainingConfig(steps=steps, validate_every=every)
    assert settings.next_validation(0) == min(every, steps)
    last = (steps - 1) // every * every  # the last multiple before the end
    assert settings.next_validation(last) == steps
    if last:
        assert settings.next_validation(last - 1) == last
        # A run that ended between two multiples, and is lengthened.
        assert settings.next_validation(last - every // 2) == (last if every > 1 else steps)


@given(st.integers(1, 10**6))
def test_validations_are_some_but_not_many(steps: int) -> None:
    assert 50 <= validation_interval(steps) <= 500


def test_2019() -> None:
    old = as_2019_config(TrainingConfig(steps=7, seed=3))
    assert (old.arch, old.head, old.batch, old.rate, old.jitter) == ("fcn8s_2019", "maps_2019", 10, 1e-3, None)
    assert (old.steps, old.seed) == (7, 3)
