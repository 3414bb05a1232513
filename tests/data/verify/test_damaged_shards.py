"""Damaged, missing and unlisted shards: `verify` names the shard, and reads what is intact."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.core.records.tfrecord import unframe
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.dataset.checksums import SUMS
from hairnet_data.dataset.provenance import AvailableSources
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.verify.dataset_checks import verify
from hairnet_data.verify.record_checks import Finding
from tests.support.datasets import CopyOf, evaluation_counts, rewrite
from tests.support.verifying import (
    id_of,
    lines_of,
    shard_of,
    verify_all,
    verify_records,
)

EVALUATED = sum(evaluation_counts({"validation": 3, "test": 3}, {"validation": 2, "test": 2}).values())
"""Examples of `built_drawn` outside train."""


def test_a_flipped_byte(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "train")
    data = bytearray(shard.read_bytes())
    records = unframe(bytes(data))
    before = sum(len(record) + 16 for record in records[:7])
    data[before + 12 + records[7].index(b"\xff\xd8\xff") + 200] ^= 4
    shard.write_bytes(data)
    report = verify_all(dataset)
    assert report.records == 40 + EVALUATED - 1, "the others are read"
    count, checksum, *others = lines_of(report)
    assert checksum == f"train ({shard.name}): its SHA-256 is not the one it was made with"
    assert count == "train: has 39 sound records, 40 were promised"
    id = id_of(built_drawn, "train", 7)
    assert others[0].startswith(f"train 7 ({id}): its bytes are damaged or cut off: a checksum does not fit")
    assert all(finding.startswith("train") for finding in others)


def test_every_byte_of_a_shard_counts(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "validation")
    intact = shard.read_bytes()
    rng = np.random.default_rng(1)
    for position in [0, 3, 9, 11, 12, len(intact) - 1, *rng.integers(0, len(intact), 25).tolist()]:
        data = bytearray(intact)
        data[position] ^= 1 << int(rng.integers(8))
        shard.write_bytes(data)
        findings = verify_records(dataset).findings
        assert any(f.split == "validation" and "checksum" in f.what for f in findings), position
        assert any(f.split == "validation" and "SHA-256" in f.what for f in findings), position
        assert {f.split for f in findings} == {"validation"}


@pytest.mark.parametrize("length", [0, 5, 1000, -1, -300])
def test_a_truncated_shard(built_drawn: Path, copy_of: CopyOf, length: int) -> None:
    dataset = copy_of(built_drawn)
    shard = shard_of(dataset, "train")
    data = shard.read_bytes()
    sizes = [len(record) + 16 for record in unframe(data)]
    cut = data[:length]
    shard.write_bytes(cut)
    intact = next(k for k in range(41) if sum(sizes[: k + 1]) > len(cut))
    findings = verify_records(dataset).findings
    assert any(f.split == "train" and f.index == intact for f in findings), lines_of(verify_records(dataset))
    assert Finding("train", -1, "", f"has {intact} sound records, 40 were promised") in findings


def test_a_missing_shard(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    shard_of(dataset, "test_rotated").unlink()
    lines = lines_of(verify_records(dataset))
    assert any(
        line.startswith("test_rotated 0: its shard cannot be read (No such file or directory)") for line in lines
    )
    assert all(line.startswith("test_rotated") for line in lines)


def test_sums_are_checked_first(built_drawn: Path, copy_of: CopyOf) -> None:
    dataset = copy_of(built_drawn)
    assert subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=dataset, check=False).returncode == 0
    assert verify_records(dataset).sums == 1 + len(EVALUATION_SPLITS)
    steps: list[str] = []
    with WorkerPool(1) as executor:
        verify(
            open_prepared(dataset), AvailableSources(None, None), executor, lambda what, done, total: steps.append(what)
        )
    assert list(dict.fromkeys(steps)) == ["checking sums", "verifying"]
    # Records that are sound in themselves, but not those that were written.
    sums = (dataset / SUMS).read_text()
    rewrite(dataset, "test", lambda records: [{**record, "person": b""} for record in records])
    (dataset / SUMS).write_text(sums)
    name = shard_of(dataset, "test").name
    report = verify_records(dataset)
    assert lines_of(report) == [f"test ({name}): its SHA-256 is not the one it was made with"]
    assert report.sums == len(EVALUATION_SPLITS)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (None, "SHA256SUMS: is missing"),
        (lambda text: text.replace("  ", " "), "SHA256SUMS: line 1 is no SHA-256 sum and name"),
        (
            lambda text: text[text.index("\n") + 1 :],
            "train (hairnet_synthetic-train.tfrecord-00000-of-00001): ",
        ),
        (lambda text: "\0" + text, "SHA256SUMS: line 1 is no"),
    ],
)
def test_sums_that_cannot_be_used(built_drawn: Path, copy_of: CopyOf, change: Any, finding: str) -> None:
    dataset = copy_of(built_drawn)
    if change:
        (dataset / SUMS).write_text(change((dataset / SUMS).read_text()))
    else:
        (dataset / SUMS).unlink()
    (line,) = lines_of(verify_records(dataset))
    assert line.startswith(finding)
