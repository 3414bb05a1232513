"""A mutant: one defect, put into the real functions, and the checks that must catch it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutant:
    """A defect, and the checks that must catch it."""

    name: str
    caught_by: tuple[str, ...]
    patch: Patch


def failures(
    mutant: Mutant,
    checks: Mapping[str, Callable[[], object]],
    errors: tuple[type[Exception], ...] = (AssertionError,),
) -> dict[str, str]:
    """The message of each check that fails, with one of `errors`, while a mutant is in place, by the check's name."""
    messages = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        mutant.patch(monkeypatch)
        for name, check in checks.items():
            try:
                check()
            except errors as error:
                messages[name] = str(error).partition("\n")[0]
    return messages


def _nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pass


def assert_caught(mutant: Mutant, catches: Callable[[Mutant, Sequence[str]], Mapping[str, str]]) -> None:
    """Fails, and names them, where checks do not catch a mutant that they must.

    Args:
        mutant: a defect.
        catches: gives the message of each of the named checks that catches it, by the check's name.
    """
    caught = catches(mutant, mutant.caught_by)
    missed = [check for check in mutant.caught_by if check not in caught]
    assert not missed, f"{mutant.name!r} is not caught by {', '.join(missed)}"


def wrapped(module: Any, name: str, wrong: Callable[..., Any]) -> Patch:
    """Replaces a function by `wrong(the real function, *arguments)`."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, **kwargs: wrong(real, *args, **kwargs))

    return patch


EMPTY = Mutant("nothing", (), _nothing)
"""Changes nothing, and must pass all checks."""
