"""Compares the number of records in a shard with the metadata: one cut between two records reads like a whole one."""

from __future__ import annotations


class RecordCountError(ValueError):
    """A shard holds another number of records than its metadata say."""


def check_count(records: int, expected: int | None) -> None:
    """Compares the number of records in a shard with that in the metadata.

    Args:
        records: how many records the shard holds.
        expected: how many `dataset_info.json` says; None where nothing is promised.

    Raises:
        RecordCountError: they differ.
    """
    if expected is not None and records != expected:
        raise RecordCountError(f"holds {records:,} records where its metadata say {expected:,}")
