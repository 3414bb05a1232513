"""How a fuzz test asks: every answer is our own error in one line, or a correct reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings

from hairnet_data.core.errors import HairnetError
from tests.fuzz.limits import BYTES, SECONDS, limited

Read = TypeVar("Read")


def asked(
    read: Callable[[], Read],
    own: type[Exception] | tuple[type[Exception], ...] = HairnetError,
    seconds: float = SECONDS,
    most: int = BYTES,
) -> Read | None:
    """What a reader answers, None if that is an error of its own kind; whatever else it raises passes through."""
    try:
        with limited(seconds, most):
            return read()
    except own as error:
        refusal = error
    text = str(refusal)
    assert len(text.splitlines()) == 1, f"not one line: {text!r}"
    named = len(refusal.where) if isinstance(refusal, HairnetError) else 0
    assert len(text) < 2000 + 4 * named, f"a line of {len(text)} characters"
    assert not isinstance(refusal, HairnetError) or (refusal.where and refusal.what)
    return None


def times(examples: int) -> settings:
    """So many examples, the same ones in every run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
