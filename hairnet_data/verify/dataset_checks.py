"""Proves a prepared dataset: what every record must hold, and with the source at hand that each mask fits its image."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import DatasetError
from hairnet_data.core.progress import Progress
from hairnet_data.core.records.example import parse
from hairnet_data.core.storage.paths import digest_of
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.core.workers.shared import Shared
from hairnet_data.dataset.checksums import SUMS, read_sums
from hairnet_data.dataset.provenance import AvailableSources
from hairnet_data.dataset.reader import Prepared, Shard, read_shard, salvaged, text
from hairnet_data.recipes.policy import from_mapping
from hairnet_data.sources.registry import Sources, cache_small
from hairnet_data.verify.record_checks import Finding, Seen, check_record
from hairnet_data.verify.source_checks import SourceCheck

_SIGMAS = 5  # a sound dataset is called wrong once in two million


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

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "shards_with_their_sum": self.sums,
            "records": self.records,
            "masks_compared": self.masks,
            "images_compared": self.images,
            "notes": self.notes,
            "findings": [{"split": f.split, "index": f.index, "id": f.id, "what": f.what} for f in self.findings],
        }


@dataclass(slots=True)
class _Part:
    """What was seen in one shard."""

    split: str
    records: int
    seen: Seen
    findings: list[Finding]
    masks: int = 0
    images: int = 0


def verify(dataset: Prepared, available: AvailableSources, executor: WorkerPool, progress: Progress) -> Report:
    """Checks the sums of all shards, then reads every record.

    Args:
        dataset: the prepared dataset.
        available: its sources, as far as they are there.
        executor: who reads.
        progress: told how many shards, then how many records are done.
    """
    shards = [shard for split in dataset.shards.values() for shard in split]
    total = sum(shard.records for shard in shards)
    report = Report()
    report.sums, report.findings = _check_sums(dataset, shards, executor, progress)
    by_split: dict[str, Seen] = {split: Seen() for split in dataset.shards}
    with tempfile.TemporaryDirectory() as scratch:
        checked = Shared.write((dataset, _kept(available, Path(scratch))), Path(scratch) / "checked.pickle")
        expected = 0
        for part in executor.run(_check_shard, ((checked, shard) for shard in shards)):
            report.findings += part.findings
            report.records += part.records
            report.masks += part.masks
            report.images += part.images
            by_split[part.split].add(part.seen)
            expected += part.records
            progress("verifying", expected, total)
    report.findings += [finding for split, seen in by_split.items() for finding in _shares(dataset, split, seen)]
    report.findings += list(_pools_apart(dataset, by_split))
    order = {split: at for at, split in enumerate(dataset.shards)}
    report.findings.sort(key=lambda finding: (order.get(finding.split, -1), finding.index, finding.what))
    report.notes = list(_notes(dataset, available, report))
    return report


def _check_sums(
    dataset: Prepared, shards: list[Shard], executor: WorkerPool, progress: Progress
) -> tuple[int, list[Finding]]:
    """How many shards have their sum, and what is wrong with the others; a missing one is left to whoever reads it."""
    try:
        known = read_sums(dataset.path)
    except DatasetError as fault:
        return 0, [Finding(SUMS, -1, "", fault.what)]
    fit, findings = 0, []
    for done, (shard, digest) in enumerate(executor.run(_sum_of, ((shard,) for shard in shards)), 1):
        name = shard.path.name
        if digest and digest != known.get(name):
            what = "its SHA-256 is not the one it was made with" if name in known else f"{SUMS} does not list it"
            findings.append(Finding(shard.split, -1, name, what))
        fit += digest == known.get(name)
        progress("checking sums", done, len(shards))
    return fit, findings


def _sum_of(shard: Shard) -> tuple[Shard, str]:
    try:
        return shard, digest_of(shard.path)
    except OSError:
        return shard, ""


def _kept(available: AvailableSources, folder: Path) -> AvailableSources:
    if not available.portraits or not available.backgrounds:
        return available
    kept = cache_small(Sources(available.portraits, available.backgrounds), folder)
    return AvailableSources(kept.portraits, kept.backgrounds)


def _with_check(checked: tuple[Prepared, AvailableSources]) -> tuple[Prepared, SourceCheck]:
    return checked[0], SourceCheck(*checked)


def _check_shard(checked_dataset: Shared[tuple[Prepared, AvailableSources]], shard: Shard) -> _Part:
    dataset, source = checked_dataset.load_with(_with_check)
    part = _Part(shard.split, 0, Seen(), [])
    checked = []
    for place, data in _records(shard, part.findings):
        found = check_record(data, dataset.metadata, shard.split, shard.first + place)
        part.records += 1
        part.findings += found.findings
        if found.recipe is not None:
            part.seen.count(found)
            checked.append(found)
    # By portrait, so that each is decoded once.
    for found in sorted(checked, key=lambda found: found.recipe.portrait if found.recipe else ""):
        compared = source.compare(found)
        part.findings += compared.findings
        part.masks += compared.mask
        part.images += compared.image
    return part


def _records(shard: Shard, findings: list[Finding]) -> list[tuple[int, bytes]]:
    """The sound records of a shard with their places in it; what is wrong with the others goes to the findings."""

    def wrong(place: int, id: str, what: str) -> None:
        findings.append(Finding(shard.split, shard.first + place, id, f"{what} ({shard.path.name})"))

    try:
        records = list(enumerate(read_shard(shard)))
        held = len(records)
    except DatasetError as fault:
        try:
            found = list(salvaged(shard.path))
        except (OSError, ValueError):
            wrong(0, "", f"its shard {fault.what.removeprefix('it ')}")
            return []
        records, held = [], 0
        for held, (record, sound) in enumerate(found, 1):
            if sound:
                records.append((held - 1, record))
            else:
                wrong(held - 1, _id_of(record), "its bytes are damaged or cut off: a checksum does not fit")
    if held != shard.records:
        wrong(min(held, shard.records), "", f"the shard holds {held} records, the info says {shard.records}")
    return records


def _id_of(record: bytes) -> str:
    try:
        return text(parse(record)["source_id"])
    except (ValueError, KeyError):
        return ""


def _shares(dataset: Prepared, split: str, seen: Seen) -> Iterator[Finding]:
    """Whether the shares of negatives and occluded examples are what the policy promises."""
    said = dataset.metadata["splits"][split]
    policy = from_mapping({k: v for k, v in said["policy"].items() if v is not None}, f"the policy of {split}")
    count = seen.records
    if count != said["examples"]:
        yield Finding(split, -1, "", f"has {count} sound records, {said['examples']} were promised")
    for what, rate in (("negative", policy.negative_rate), ("occluded", policy.occlude_rate)):
        bound = _SIGMAS * (count * rate * (1 - rate)) ** 0.5
        if abs(seen.shown[what] - count * rate) > bound + 1e-9:
            yield Finding(split, -1, "", f"{seen.shown[what]} of {count} are {what}, the policy says {rate:.0%}")
    if said["each_once"] and not seen.shown["negative"] and len(seen.portraits) < seen.shown["portrait"]:
        what = f"shows {len(seen.portraits)} portraits in {seen.shown['portrait']} examples, each was to be shown once"
        yield Finding(split, -1, "", what)
    for kind in ("portrait", "negative", "occluded"):
        if count == said["examples"] and seen.shown[kind] != said[kind]:
            yield Finding(split, -1, "", f"{seen.shown[kind]} are {kind}, the metadata says {said[kind]}")
    if seen.shown["portrait"] >= 20:
        for name, number in (("hair", 1), ("face", 2)):
            if not seen.with_class[number] and name in dataset.metadata.get("labelled", NAMES):
                yield Finding(split, -1, "", f"no portrait shows any {name}")


def _pools_apart(dataset: Prepared, by_split: dict[str, Seen]) -> Iterator[Finding]:
    """Whether portraits, backgrounds, content and, where promised, people stay in their pool."""
    promised = bool(dataset.metadata.get("people_apart"))
    for what, sets in (
        ("portrait", {split: seen.portraits for split, seen in by_split.items()}),
        ("background", {split: seen.backgrounds for split, seen in by_split.items()}),
        ("picture", {split: seen.content for split, seen in by_split.items()}),
        ("person", {split: seen.people for split, seen in by_split.items()} if promised else {}),
    ):
        first: dict[str, str] = {}
        for split, names in sets.items():
            pool = dataset.metadata["splits"][split]["pool"]
            for name in sorted(names):
                other = first.setdefault(name, pool)
                if other != pool:
                    yield Finding(split, -1, name, f"this {what} is in the pool {other} too")


def _notes(dataset: Prepared, available: AvailableSources, report: Report) -> Iterator[str]:
    if not dataset.metadata.get("people_apart"):
        yield "the source's own lists show some people in more than one pool; --split-by person keeps them apart"
    skipped = dataset.metadata.get("skipped", 0)
    if skipped:
        yield f"{skipped} faulty portraits or backgrounds were left out when it was built"
    if available.portraits is None:
        yield "masks were not compared: give the portraits' folder with --source-dir"
    elif report.images < report.records and available.backgrounds is None:
        left = report.records - report.images
        yield f"{left} images show backgrounds and were not compared: give their folder with --negatives"
