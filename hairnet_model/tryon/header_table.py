"""The JSON objects in the header of a style file, whose values are checked as they are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeGuard


class Table:
    """A JSON object; its methods raise ValueError where a value is missing or wrong.

    Args:
        table: what JSON has there.
        where: put before the names of values in errors.
    """

    def __init__(self, table: object, where: str) -> None:
        if not isinstance(table, dict):
            raise ValueError(f"{where.rstrip('.') or 'its first line'} must be an object")
        self.table: Mapping[str, Any] = MappingProxyType(table)
        self.where = where

    def inner(self, key: str) -> Table:
        return Table(self.table.get(key), f"{self.where}{key}.")

    def text(self, key: str) -> str:
        value = self.table.get(key)
        if not isinstance(value, str) or not value:
            raise ValueError(f"{self.where}{key} must be text")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        value = self.table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"{self.where}{key} must be an integer from {low} to {high}")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        value = self.table.get(key)
        if not _finite(value) or not low <= value <= high:
            raise ValueError(f"{self.where}{key} must be a number from {low:g} to {high:g}")
        return float(value)

    def numbers(self, key: str, count: int | None = None, at: int | None = None) -> list[float]:
        """The list of numbers at a key, `count` of them; with `at`, that entry of a list of lists."""
        value = self.table.get(key)
        if at is not None:
            value = value[at] if isinstance(value, list) and len(value) > at else None
        if not isinstance(value, list) or not all(map(_finite, value)) or (count is not None and len(value) != count):
            raise ValueError(f"{self.where}{key} must be a list of {count or 'finite'} numbers")
        return [float(number) for number in value]


def _finite(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e6
