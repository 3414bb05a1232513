"""Looks at every portrait and background once, before anything is rendered: is it fit, and what is behind its name."""

from __future__ import annotations

import functools
import hashlib
import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.progress import Progress
from hairnet_data.core.workers.pool import WorkerDied, WorkerPool
from hairnet_data.geometry import warp
from hairnet_data.recipes.pools import HEAD_SIDE, Asset, Pool
from hairnet_data.sources.base import POOLS, BackgroundSource, Entry, Portrait, PortraitSource

_LISTED = 25  # ids in one message


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What was found.

    Attributes:
        pools: the fit assets of every pool.
        faults: why others are not fit, one a portrait or background, sorted.
        snapped: mask pixels that had no exact class colour.
        portraits_digest: 16 hex digits over all portraits: ids, people, pools, content.
        backgrounds_digest: the same over all backgrounds.
    """

    pools: dict[str, Pool]
    faults: tuple[HairnetError, ...]
    snapped: int
    portraits_digest: str
    backgrounds_digest: str


class _Finding(Protocol):
    content: str


@dataclass(frozen=True, slots=True)
class _Fit:
    content: str
    head: bytes = b""
    snapped: int = 0


def scan_sources(
    portraits: PortraitSource, backgrounds: BackgroundSource, executor: WorkerPool, folder: Path, progress: Progress
) -> ScanResult:
    """Loads every portrait and background once.

    Args:
        portraits: where portraits come from.
        backgrounds: where backgrounds come from.
        executor: who does it.
        folder: an existing folder for what the workers need to know.
        progress: told of each step.
    """
    faults: list[HairnetError] = []
    found: list[dict[str, list[Asset]]] = []
    digests = []
    snapped = 0
    for what, source in (("portraits", portraits), ("backgrounds", backgrounds)):
        catalogue = source.catalogue()
        faults += catalogue.faults
        results: dict[str, _Fit | HairnetError] = {}
        for chunk in _look(what, source, catalogue.entries, executor, folder):
            results.update(chunk)
            progress(f"looking at {what}", len(results), len(catalogue.entries))
        faults += [result for result in results.values() if isinstance(result, HairnetError)]
        fit = [(entry, result) for entry in catalogue.entries if isinstance(result := results[entry.id], _Fit)]
        fit, doubles = _apart(fit)
        faults += doubles
        snapped += sum(result.snapped for _, result in fit)
        found.append(_by_pool(fit))
        digests.append(_digest(fit))
    pools = {pool: Pool(tuple(found[0][pool]), tuple(found[1][pool])) for pool in POOLS}
    return ScanResult(pools, tuple(sorted(faults, key=str)), snapped, *digests)


def _look(
    what: str, source: object, entries: Sequence[Entry], executor: WorkerPool, folder: Path
) -> Iterator[dict[str, _Fit | HairnetError]]:
    known = folder / f"{what}.pickle"
    known.write_bytes(pickle.dumps(source))
    step = max(1, min(64, len(entries) // (executor.workers * 4)))
    tasks = ((str(known), [e.id for e in entries[at : at + step]]) for at in range(0, len(entries), step))
    try:
        yield from executor.run(_look_at, tasks)
    except WorkerDied as fault:
        said = f"two worker processes died looking at one of {listed(fault.task[1])} ({fault.how})"
        raise SourceError(what, said, "try fewer --workers, or take out the one that it is") from fault


def listed(ids: Sequence[str]) -> str:
    """The first of some ids, and how many there are more."""
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return ", ".join(ids[:_LISTED]) + more


@functools.lru_cache(maxsize=4)
def _unpickled(path: str) -> PortraitSource | BackgroundSource:
    source: PortraitSource | BackgroundSource = pickle.loads(Path(path).read_bytes())
    return source


def _look_at(known: str, ids: list[str]) -> dict[str, _Fit | HairnetError]:
    source = _unpickled(known)
    results: dict[str, _Fit | HairnetError] = {}
    for id in ids:
        try:
            thing: Portrait | Pixels = source.load(id)
            if isinstance(thing, Portrait):
                results[id] = _Fit(source.content(id), head_of(thing), thing.snapped)
            else:
                results[id] = _Fit(source.content(id))
        except HairnetError as fault:
            results[id] = fault
    return results


def head_of(portrait: Portrait) -> bytes:
    """The small map of the head that `Asset.head` describes. What nobody labelled is not of the head."""
    height, width = portrait.image.shape[:2]
    matrix = warp.unit_matrix(HEAD_SIDE, width, height, 1, (0, 0), 0, False)
    at = warp.coordinates(matrix, (0, 0, HEAD_SIDE, HEAD_SIDE), portrait.mask.shape[1], portrait.mask.shape[0])
    mask = warp.sample_mask(portrait.mask, at)
    return np.packbits((mask == HAIR) | (mask == FACE)).tobytes()


def _apart(fit: list[tuple[Entry, _Fit]]) -> tuple[list[tuple[Entry, _Fit]], list[HairnetError]]:
    """Takes out what lies in two pools under two names: the test would know the training set."""
    first: dict[str, Entry] = {}
    kept, doubles = [], []
    for entry, result in fit:
        other = first.setdefault(result.content, entry)
        if other.pool == entry.pool:
            kept.append((entry, result))
        else:
            what = f"is the same as {other.id}, which is in the pool {other.pool}, and this in {entry.pool}"
            doubles.append(SourceError(entry.id, what, "remove one of the two"))
    return kept, list(doubles)


def _by_pool(fit: list[tuple[Entry, _Fit]]) -> dict[str, list[Asset]]:
    pools: dict[str, list[Asset]] = {pool: [] for pool in POOLS}
    for entry, result in fit:
        pools[entry.pool].append(Asset(entry.id, result.content, entry.person, dict(entry.traits), result.head))
    return pools


def _digest(fit: list[tuple[Entry, _Fit]]) -> str:
    lines = [json.dumps([e.id, e.person, e.pool, r.content]) for e, r in fit]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
