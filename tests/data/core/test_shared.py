"""Values that tasks share: pickled once, read once a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.core.workers.shared import Shared

MADE: list[int] = []


def doubled(value: int) -> int:
    MADE.append(value)
    return 2 * value


def add(shared: Shared[int], number: int) -> tuple[int, int]:
    return shared.load_with(doubled) + number, len(MADE)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_the_value_and_it_is_made_once_a_process(workers: int, tmp_path: Path) -> None:
    MADE.clear()
    with WorkerPool(workers) as executor:
        shared = Shared.write(20, tmp_path / "value.pickle")
        results = sorted(executor.run(add, ((shared, number) for number in range(9))))
    assert [total for total, _ in results] == list(range(40, 49))
    assert {made for _, made in results} == {1}


def test_another_path_is_another_value(tmp_path: Path) -> None:
    one, other = (Shared.write(value, tmp_path / f"{value}.pickle") for value in (1, 2))
    assert [one.load(), other.load(), one.load(), one.load_with(doubled), other.load()] == [1, 2, 1, 2, 2]
