"""Loads every portrait and background once, before anything is rendered: which are faulty, and what do they contain."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hairnet_data.building.near_copies import MOST, first_of_each
from hairnet_data.building.picture_scan import ScannedPicture, Source, load_some
from hairnet_data.building.source_summary import SourceSummary, summarise
from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.ledger import Ledger
from hairnet_data.core.ledger import count as count_terms
from hairnet_data.core.progress import Progress
from hairnet_data.core.workers.pool import WorkerDied, WorkerPool
from hairnet_data.core.workers.shared import Shared
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.sources.base import POOLS, Catalogue, Entry
from hairnet_data.sources.drawing_cache import drawing, undrawn
from hairnet_data.sources.pool_assignment import assign_pools
from hairnet_data.sources.registry import Sources

_MOST_LISTED = 25  # ids in one message
_SAMPLE = 8  # of every pool


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What the sources hold.

    Attributes:
        sources: what was scanned.
        pools: the sound assets of every pool.
        errors: what is wrong with the others, one error a portrait or background, sorted.
        snapped: mask pixels that had no exact class colour.
        portraits_digest: 16 hex digits over all portraits: ids, people, pools, content.
        backgrounds_digest: the same over all backgrounds.
        summary: of the sound portraits.
        undrawn_seconds: of one core that drawing takes, estimated, where only a sample was drawn. The portraits that
            are not in the sample have neither `Asset.head` nor `Asset.pose`.
        ledger: the terms of all sound portraits and backgrounds.
    """

    sources: Sources
    pools: dict[str, Pool]
    errors: tuple[HairnetError, ...]
    snapped: int
    portraits_digest: str
    backgrounds_digest: str
    summary: SourceSummary
    undrawn_seconds: float = 0.0
    ledger: Ledger = ()


@dataclass(frozen=True, slots=True)
class _SourceScan:
    """What was found in one source; see `ScanResult`."""

    catalogue: Catalogue
    sound: list[tuple[Entry, ScannedPicture]]
    errors: list[HairnetError]
    apart: tuple[tuple[str, str], ...]
    undrawn_seconds: float


def scan_sources(
    sources: Sources, executor: WorkerPool, scratch: Path, progress: Progress, sample_drawn: bool = False
) -> ScanResult:
    """Loads every portrait and background once.

    Args:
        sources: portraits and backgrounds.
        executor: loads them.
        scratch: an existing folder for what the workers need to know.
        progress: called with how many portraits, then how many backgrounds were loaded.
        sample_drawn: whether a sample is enough of a source that would have to draw. Nothing drawn is faulty, and its
            content follows from its id: only the summary and the maps of heads depend on it.

    Raises:
        SourceError: a source cannot be listed, or two workers died loading the same of its pictures.
    """
    scanned = [
        _scan(kind, source, executor, scratch, progress, undrawn(source) if sample_drawn else 0)
        for kind, source in (("portraits", sources.portraits), ("backgrounds", sources.backgrounds))
    ]
    portraits = _by_pool(scanned[0].sound, sources.portraits.knows_coverage)
    backgrounds = _by_pool(scanned[1].sound)
    by_name = {pool: Pool(tuple(portraits[pool]), tuple(backgrounds[pool])) for pool in POOLS}
    portraits_digest, backgrounds_digest = (_digest(part.sound) for part in scanned)
    results = [result for part in scanned for _, result in part.sound]
    return ScanResult(
        sources=sources,
        pools=by_name,
        errors=tuple(sorted((error for part in scanned for error in part.errors), key=str)),
        snapped=sum(result.snapped for result in results),
        portraits_digest=portraits_digest,
        backgrounds_digest=backgrounds_digest,
        summary=summarise(
            [result.facts for result in results if result.facts],
            by_name,
            tuple(doubt for part in scanned for doubt in part.catalogue.doubts),
            [note for part in scanned for note in part.catalogue.notes],
            tuple(pair for part in scanned for pair in part.apart),
        ),
        undrawn_seconds=sum(part.undrawn_seconds for part in scanned),
        ledger=(
            *_count("portraits", sources.portraits.name, scanned[0]),
            *_count("backgrounds", sources.backgrounds.name, scanned[1]),
        ),
    )


def _scan(
    kind: str, source: Source, executor: WorkerPool, scratch: Path, progress: Progress, undrawn: int
) -> _SourceScan:
    """Loads a source, or a sample of one of which something is yet to be drawn."""
    catalogue = source.catalogue()
    entries = _sample(catalogue.entries) if undrawn else catalogue.entries
    loading = drawing(source) if undrawn else source  # so that the sample tells how long drawing takes
    results: dict[str, ScannedPicture | HairnetError] = {}
    for chunk in _load_all(kind, loading, entries, executor, scratch):
        results.update(chunk)
        progress(f"looking at {kind}", len(results), len(entries))
    loaded = [result for result in results.values() if isinstance(result, ScannedPicture)]
    unseen = [entry.id for entry in catalogue.entries if entry.id not in results]
    results |= {id: ScannedPicture(content := source.content(id), picture=content) for id in unseen}
    sound = [(entry, result) for entry in catalogue.entries if isinstance(result := results[entry.id], ScannedPicture)]
    sound, apart = _together(source, sound)
    sound, duplicates = _without_duplicates(sound)
    faulty = [result for result in results.values() if isinstance(result, HairnetError)]
    return _SourceScan(
        catalogue=catalogue,
        sound=sound,
        errors=[*catalogue.errors, *faulty, *duplicates],
        apart=apart,
        undrawn_seconds=undrawn * sum(result.seconds for result in loaded) / max(1, len(loaded)),
    )


def _count(what: Literal["portraits", "backgrounds"], source: str, scan: _SourceScan) -> Ledger:
    return count_terms(what, source, ((entry.terms, entry.person, found.picture) for entry, found in scan.sound))


def _sample(entries: Sequence[Entry]) -> list[Entry]:
    """Some of every pool, evenly spaced."""
    sample = []
    for pool in POOLS:
        within = [entry for entry in entries if entry.pool == pool]
        count = min(_SAMPLE, len(within))
        sample += [within[number * len(within) // count] for number in range(count)]
    return sample


def _load_all(
    kind: str, source: Source, entries: Sequence[Entry], executor: WorkerPool, scratch: Path
) -> Iterator[dict[str, ScannedPicture | HairnetError]]:
    shared = Shared.write(source, scratch / f"{kind}.pickle")
    step = max(1, min(64, len(entries) // (executor.workers * 4)))
    tasks = ((shared, [e.id for e in entries[first : first + step]]) for first in range(0, len(entries), step))
    try:
        yield from executor.run(load_some, tasks)
    except WorkerDied as error:
        what = f"two worker processes died looking at one of {listed(error.task[1])} ({error.how})"
        raise SourceError(kind, what, "try fewer --workers, or take out the one that it is") from error


def listed(ids: Sequence[str]) -> str:
    """The first of some ids, and how many there are more."""
    more = f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    return ", ".join(ids[:_MOST_LISTED]) + more


def _together(
    source: Source, sound: list[tuple[Entry, ScannedPicture]]
) -> tuple[list[tuple[Entry, ScannedPicture]], tuple[tuple[str, str], ...]]:
    """Divides backgrounds again where some that are made of one picture are in several pools.

    Returns:
        All of them, and the ids of those that are made of another in another pool, each with that one.
    """
    sketches = [result.sketch for _, result in sound if result.sketch]
    if len(sketches) != len(sound) or len(sound) > MOST:
        return sound, ()
    first_of_picture: dict[str, int] = {}
    firsts = [
        sound[first_of_picture.setdefault(sound[number][1].picture, number)][0] for number in first_of_each(sketches)
    ]
    pairs = list(zip((entry for entry, _ in sound), firsts, strict=True))
    apart = tuple((entry.id, first.id) for entry, first in pairs if entry.pool != first.pool)
    if not apart:
        return sound, ()
    settings = source.settings()
    pools = assign_pools(Counter(first.id for first in firsts), settings["fractions"], settings["seed"])
    moved = (replace(entry, pool=pools[first.id]) for entry, first in pairs)
    return list(zip(moved, (result for _, result in sound), strict=True)), apart


def _without_duplicates(
    sound: list[tuple[Entry, ScannedPicture]],
) -> tuple[list[tuple[Entry, ScannedPicture]], list[HairnetError]]:
    """Takes out what is in two pools under two names: the test split would show pictures of the training split."""
    first: dict[str, Entry] = {}
    kept: list[tuple[Entry, ScannedPicture]] = []
    errors: list[HairnetError] = []
    for entry, result in sound:
        other = first.setdefault(result.picture, entry)
        if other.pool == entry.pool:
            kept.append((entry, result))
        else:
            what = f"is the same as {other.id}, which is in the pool {other.pool}, and this in {entry.pool}"
            errors.append(SourceError(entry.id, what, "remove one of the two"))
    return kept, errors


def _by_pool(sound: list[tuple[Entry, ScannedPicture]], has_coverage: bool = False) -> dict[str, list[Asset]]:
    pools: dict[str, list[Asset]] = {pool: [] for pool in POOLS}
    for entry, result in sound:
        traits = dict(entry.traits)
        asset = Asset(entry.id, result.content, entry.person, traits, result.head, result.pose, has_coverage)
        pools[entry.pool].append(asset)
    return pools


def _digest(sound: list[tuple[Entry, ScannedPicture]]) -> str:
    lines = [json.dumps([entry.id, entry.person, entry.pool, result.content]) for entry, result in sound]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
