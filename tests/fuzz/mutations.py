"""Spoils bytes on purpose: the same bytes and steps, the same result; hypothesis draws the steps and shrinks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

Step = tuple[int, int, int]
"""Which way to spoil (an index into `WAYS`), where, and with what; any integers do."""

NUMBERS = (
    *(value.to_bytes(width, order) for width in (2, 4) for order in ("big", "little") for value in (0, 1, 0x7FFF)),
    *(value.to_bytes(4, order) for order in ("big", "little") for value in (30_001, 0x7FFFFFFF, 0xFFFFFFFF)),
    (1 << 62).to_bytes(8, "little"),
    b"\xff" * 8,
)
"""Numbers of the sizes that headers consist of."""

WORDS = (
    b"-1",
    b"1e999",
    b"NaN",
    b"9" * 30,
    b"0" * 5000,
    b"null",
    b"[" * 3000,
    b"{}",
    b'"',
    b"\n",
    b"\0",
    b"\xff",
    b"..",
)
"""What hurts readers of text."""


def _flip(data: bytearray, at: int, value: int) -> bytearray:
    data[at] ^= 1 << value % 8
    return data


def _overwrite(data: bytearray, at: int, value: int) -> bytearray:
    data[at] = value % 256
    return data


def _truncate(data: bytearray, at: int, value: int) -> bytearray:
    return data[:at]


def _drop(data: bytearray, at: int, value: int) -> bytearray:
    del data[at : at + 1 + value % 64]
    return data


def _double(data: bytearray, at: int, value: int) -> bytearray:
    part = data[at : at + 1 + value % 256]
    data[at:at] = part * (1 + value // 256 % 40)
    return data


def _splice(data: bytearray, at: int, value: int) -> bytearray:
    other = value % len(data)
    return data[:at] + data[other:]


def _number(data: bytearray, at: int, value: int) -> bytearray:
    number = NUMBERS[value % len(NUMBERS)]
    data[at : at + len(number)] = number
    return data


WAYS: tuple[Callable[[bytearray, int, int], bytearray], ...] = (
    *(_flip, _overwrite, _truncate, _drop, _double, _splice, _number),
)


def spoiled(data: bytes, steps: Sequence[Step], words: Sequence[bytes] = WORDS) -> bytes:
    """The bytes after every step, the last way being to write one of `words` into them or over them."""
    spoiled_data = bytearray(data)
    for way, at, value in steps:
        spoiled_data = spoiled_data or bytearray(b"\0")
        at %= len(spoiled_data)
        if way % (len(WAYS) + 1) < len(WAYS):
            spoiled_data = WAYS[way % (len(WAYS) + 1)](spoiled_data, at, value)
        else:
            word = words[value % len(words)]
            spoiled_data[at : at + len(word) * (value // len(words) % 2)] = word
    return bytes(spoiled_data)


_STEP_BYTES = 6


def _steps(data: bytes) -> list[Step]:
    """Steps of six bytes each: one says which way, three where, two with what."""
    parts = [data[at : at + _STEP_BYTES] for at in range(0, len(data), _STEP_BYTES)]
    return [(part[0], int.from_bytes(part[1:4], "big"), int.from_bytes(part[4:], "big")) for part in parts]


def inputs(seeds: Sequence[bytes], words: Sequence[bytes] = WORDS, most: int = 5) -> st.SearchStrategy[bytes]:
    """Spoiled seeds. All steps are drawn as one piece: to draw their numbers one by one took longer than most readers.

    Make the strategy once for all examples of a test.
    """
    step_bytes = st.sampled_from(range(_STEP_BYTES, (most + 1) * _STEP_BYTES, _STEP_BYTES)).flatmap(
        lambda size: st.binary(min_size=size, max_size=size)
    )
    return st.builds(lambda seed, data: spoiled(seed, _steps(data), words), st.sampled_from(list(seeds)), step_bytes)
