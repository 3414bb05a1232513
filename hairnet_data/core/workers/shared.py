"""Values that all tasks of a worker pool need: pickled to a file once, not with every task, and read once a process."""

from __future__ import annotations

import functools
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from hairnet_data.core.storage.paths import parse_path

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Shared(Generic[T]):
    """A value in a file, to be given to tasks in its place.

    Attributes:
        path: of the pickled value. No other value may ever have the same path: processes know values by their paths.
    """

    path: str

    @classmethod
    def write(cls, value: T, path: Path) -> Shared[T]:
        """Pickles a value to a file. Raises OSError where it cannot be written."""
        path.write_bytes(pickle.dumps(value))
        return cls(os.fspath(path))

    def load(self) -> T:
        """The value. It is kept in this process until another one is loaded, and must not be changed."""
        value: T = _load(self.path, None)
        return value

    def load_with(self, make: Callable[[T], R]) -> R:
        """What a module's function makes of the value. That is kept, not the value."""
        value: R = _load(self.path, make)
        return value


@functools.lru_cache(maxsize=1)
def _load(path: str, make: Callable[[Any], Any] | None) -> Any:
    value = pickle.loads(parse_path(path).read_bytes())
    return make(value) if make else value
