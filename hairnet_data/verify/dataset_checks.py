"""Verifies a prepared dataset: its checksums, every record, and the promises that its metadata makes of each split."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hairnet_data.core.classes import FACE, HAIR, NAMES
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.grouping import cause_of, grouped_lines
from hairnet_data.core.progress import Progress
from hairnet_data.core.records.example import parse
from hairnet_data.core.storage.paths import digest_of
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.core.workers.shared import Shared
from hairnet_data.dataset.checksums import SUMS, read_sums
from hairnet_data.dataset.provenance import AvailableSources
from hairnet_data.dataset.reader import Prepared, ShardInfo, decode_text, read_shard, recover_records
from hairnet_data.sources.registry import Sources, cache_small
from hairnet_data.sources.without_people import person_digest
from hairnet_data.verify.record_checks import Finding, RecordSummary, check_record
from hairnet_data.verify.source_checks import SourceCheck, lacks_poses

_SIGMAS = 5  # one sound dataset in two million is reported as wrong
_FEW_PORTRAITS = 20  # fewer may lack hair or face by chance


@dataclass(slots=True)
class Report:
    """What `verify` found.

    Attributes:
        findings: what is wrong, in order of split and index.
        notes: what a user should know though nothing is wrong.
        sums: how many shards have the SHA-256 sum that they were made with.
        records: how many records were read.
        masks: how many masks were compared with the reference renderer's.
        images: how many images were compared with their recipes'.
    """

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sums: int = 0
    records: int = 0
    masks: int = 0
    images: int = 0

    def lines(self) -> Iterator[str]:
        """The findings in words: those that share a cause are one line with a count and three examples."""
        return grouped_lines((f.cause or cause_of(f.what), str(f), f.where) for f in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values, with every finding."""
        return {
            "shards_with_their_sum": self.sums,
            "records": self.records,
            "masks_compared": self.masks,
            "images_compared": self.images,
            "notes": self.notes,
            "findings": [{"split": f.split, "index": f.index, "id": f.id, "what": f.what} for f in self.findings],
        }


@dataclass(slots=True)
class _ShardReport:
    """What a worker process found in one shard."""

    split: str
    records: int = 0
    summary: RecordSummary = field(default_factory=RecordSummary)
    findings: list[Finding] = field(default_factory=list)
    masks: int = 0
    images: int = 0


def verify(dataset: Prepared, available: AvailableSources, executor: WorkerPool, progress: Progress) -> Report:
    """Checks the SHA-256 sums of all shards, then reads and checks every record.

    Args:
        dataset: the prepared dataset.
        available: its sources, as far as they can be opened.
        executor: the worker processes that read.
        progress: called with the number of shards, then of records, that are done.
    """
    shards = [shard for split in dataset.shards.values() for shard in split]
    total = sum(shard.records for shard in shards)
    report = Report()
    report.sums, report.findings = _check_sums(dataset, shards, executor, progress)
    summaries = {split: RecordSummary() for split in dataset.shards}
    with tempfile.TemporaryDirectory() as scratch:
        task = Shared.write((dataset, _cache_on_disk(available, Path(scratch))), Path(scratch) / "task.pickle")
        for part in executor.run(_check_shard, ((task, shard) for shard in shards)):
            report.findings += part.findings
            report.records += part.records
            report.masks += part.masks
            report.images += part.images
            summaries[part.split].merge(part.summary)
            progress("verifying", report.records, total)
    for split, summary in summaries.items():
        report.findings += _check_split(dataset, split, summary)
        report.findings += _check_left_out(dataset, split, summary)
    report.findings += _check_pools(dataset, summaries)
    order = {split: number for number, split in enumerate(dataset.shards)}
    report.findings.sort(key=lambda finding: (order.get(finding.split, -1), finding.index, finding.what))
    report.notes = list(_notes(dataset, available, report))
    return report


def _check_sums(
    dataset: Prepared, shards: list[ShardInfo], executor: WorkerPool, progress: Progress
) -> tuple[int, list[Finding]]:
    """Counts the shards that have their sum, and says what is wrong with the others, but for missing files."""
    try:
        sums = read_sums(dataset.path)
    except DatasetError as error:
        return 0, [Finding(SUMS, -1, "", error.what)]
    matching, findings = 0, []
    for done, (shard, digest) in enumerate(executor.run(_digest_shard, ((shard,) for shard in shards)), 1):
        name = shard.path.name
        if digest and digest != sums.get(name):
            what = "its SHA-256 is not the one it was made with" if name in sums else f"{SUMS} does not list it"
            findings.append(Finding(shard.split, -1, name, what))
        matching += digest == sums.get(name)
        progress("checking sums", done, len(shards))
    return matching, findings


def _digest_shard(shard: ShardInfo) -> tuple[ShardInfo, str]:
    """A shard's SHA-256; "" where it cannot be read, which is reported when its records are."""
    try:
        return shard, digest_of(shard.path)
    except OSError:
        return shard, ""


def _cache_on_disk(available: AvailableSources, folder: Path) -> AvailableSources:
    if not available.portraits or not available.backgrounds:
        return available
    cached = cache_small(Sources(available.portraits, available.backgrounds), folder)
    return AvailableSources(cached.portraits, cached.backgrounds)


def _with_check(task: tuple[Prepared, AvailableSources]) -> tuple[Prepared, SourceCheck]:
    """What all shards are checked with, made once in each worker process."""
    return task[0], SourceCheck(*task)


def _check_shard(task: Shared[tuple[Prepared, AvailableSources]], shard: ShardInfo) -> _ShardReport:
    dataset, source = task.load_with(_with_check)
    report = _ShardReport(shard.split)
    with_recipe = []
    for number, data in _read_sound_records(shard, report.findings):
        checked = check_record(data, dataset.metadata, shard.split, shard.first + number)
        report.records += 1
        report.findings += checked.findings
        if checked.recipe is not None:
            report.summary.add_record(checked)
            with_recipe.append(checked)
    # Sorted by portrait, so that each is decoded once.
    for checked in sorted(with_recipe, key=lambda checked: checked.recipe.portrait if checked.recipe else ""):
        comparison = source.compare(checked)
        report.findings += comparison.findings
        report.masks += comparison.mask
        report.images += comparison.image
    return report


def _read_sound_records(shard: ShardInfo, findings: list[Finding]) -> list[tuple[int, bytes]]:
    """Reads the intact records of a shard with their numbers in it; adds to the findings what is wrong with others."""

    def report(number: int, id: str, what: str) -> None:
        findings.append(Finding(shard.split, shard.first + number, id, f"{what} ({shard.path.name})"))

    try:
        records = list(enumerate(read_shard(shard)))
        count = len(records)
    except DatasetError as error:
        try:
            recovered = list(recover_records(shard.path))
        except (OSError, ValueError):
            report(0, "", f"its shard {error.what.removeprefix('it ')}")
            return []
        records, count = [], len(recovered)
        for number, (record, intact) in enumerate(recovered):
            if intact:
                records.append((number, record))
            else:
                report(number, _id_of(record), "its bytes are damaged or cut off: a checksum does not fit")
    if count != shard.records:
        report(
            min(count, shard.records), "", f"the shard holds {count:,} records where its metadata say {shard.records:,}"
        )
    return records


def _id_of(record: bytes) -> str:
    """The id in a damaged record, "" if that is damaged too."""
    try:
        return decode_text(parse(record)["source_id"])
    except (ValueError, KeyError):
        return ""


def _check_split(dataset: Prepared, split: str, summary: RecordSummary) -> Iterator[Finding]:
    """Compares what a split shows with its policy and with the counts in the metadata."""
    promised = dataset.metadata.splits[split]
    count, shown = summary.records, summary.shown

    def finding(what: str) -> Finding:
        return Finding(split, -1, "", what)

    if count != promised.examples:
        yield finding(f"has {count} sound records, {promised.examples} were promised")
    for kind, rate in (("negative", promised.policy.negative_rate), ("occluded", promised.policy.occlude_rate)):
        bound = _SIGMAS * (count * rate * (1 - rate)) ** 0.5
        if abs(shown[kind] - count * rate) > bound + 1e-9:
            yield finding(f"{shown[kind]} of {count} are {kind}, the policy says {rate:.0%}")
    different = len(summary.portraits)
    if promised.each_once and not shown["negative"] and different < shown["portrait"]:
        yield finding(f"shows {different} portraits in {shown['portrait']} examples, each was to be shown once")
    if count == promised.examples:
        counts = {what: getattr(promised, what) for what in ("portrait", "group", "negative", "occluded")}
        for kind, expected in counts.items():
            if shown[kind] != expected:
                yield finding(f"{shown[kind]} are {kind}, the metadata says {expected}")
    if shown["portrait"] + shown["group"] >= _FEW_PORTRAITS:
        for number in (HAIR, FACE):
            if not summary.with_class[number] and NAMES[number] in dataset.metadata.labelled:
                yield finding(f"no portrait shows any {NAMES[number]}")


def _check_left_out(dataset: Prepared, split: str, summary: RecordSummary) -> Iterator[Finding]:
    """Finds people whom the build was to leave out."""
    left_out = dataset.metadata.identity.left_out
    for person in sorted(summary.people) if left_out else ():
        if person_digest(person) in left_out:
            yield Finding(split, -1, person, "is shown, and was to be left out")


def _check_pools(dataset: Prepared, summaries: dict[str, RecordSummary]) -> Iterator[Finding]:
    """Finds portraits, backgrounds, content and, if they were to be kept apart, people in more than one pool."""
    people_apart = dataset.metadata.people_apart
    for what, names_by_split in (
        ("portrait", {split: summary.portraits for split, summary in summaries.items()}),
        ("background", {split: summary.backgrounds for split, summary in summaries.items()}),
        ("picture", {split: summary.content for split, summary in summaries.items()}),
        ("person", {split: summary.people for split, summary in summaries.items()} if people_apart else {}),
    ):
        pool_of: dict[str, str] = {}
        for split, names in names_by_split.items():
            pool = dataset.metadata.splits[split].pool
            for name in sorted(names):
                other = pool_of.setdefault(name, pool)
                if other != pool:
                    yield Finding(split, -1, name, f"this {what} is in the pool {other} too")


def _notes(dataset: Prepared, available: AvailableSources, report: Report) -> Iterator[str]:
    if not dataset.metadata.people_apart:
        yield "the source's own lists show some people in more than one pool; --split-by person keeps them apart"
    if dataset.metadata.skipped:
        yield f"{dataset.metadata.skipped} faulty portraits or backgrounds were left out when it was built"
    if available.portraits is None:
        yield "masks were not compared: give the portraits' folder with --source-dir"
    elif report.images < report.records and available.backgrounds is None:
        left = report.records - report.images
        yield f"{left} images show backgrounds and were not compared: give their folder with --negatives"
    if lacks_poses(dataset, available):
        yield "poses were not compared with the source's: give their file with --poses"
