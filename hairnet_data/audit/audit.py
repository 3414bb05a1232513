"""Looks at every portrait of a source, and says which to look at first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.audit import agreement, copies, outliers, photos, placement, regions
from hairnet_data.audit.convention import Place, convention
from hairnet_data.audit.finding import TITLES, Finding, ranked
from hairnet_data.audit.look import CHUNK, Look, Subject, look_at_some
from hairnet_data.audit.placement import Placement
from hairnet_data.audit.predictions import Predictions
from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.workers.pool import WorkerPool
from hairnet_data.core.workers.shared import Shared
from hairnet_data.sources.base import PortraitSource

_EXPLAINING = ("wrong_photo", "missing")
"""Kinds of which a misplaced mask is a consequence."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The result.

    Attributes:
        portraits: that were looked at.
        network: whether there were predictions.
        unseen: portraits in which the network sees no head, so that it has no opinion of their masks.
        placement: where the masks of the set fit best.
        convention: how places are labelled on which sets differ; empty without a network.
        findings: of every kind in `TITLES`, all that has a score, the worst first.
        errors: portraits that cannot be used.
    """

    portraits: int
    network: bool
    unseen: int
    placement: Placement
    convention: dict[str, Place]
    findings: dict[str, list[Finding]]
    errors: tuple[HairnetError, ...]

    def reported(self, kind: str, most: int | None = None) -> list[Finding]:
        """Those findings of a kind that are worth a look, the worst first, `most` of them at most."""
        return [finding for finding in self.findings[kind] if finding.score >= 1][:most]

    def to_json(self) -> dict[str, Any]:
        """What is reported, as JSON values."""
        return {
            "portraits": self.portraits,
            "network": self.network,
            "unseen": self.unseen,
            "placement": self.placement.to_json(),
            "convention": {name: place.to_json() for name, place in self.convention.items()},
            "findings": [finding.to_json() for kind in TITLES for finding in self.reported(kind)],
            "errors": [str(error) for error in self.errors],
        }


def audit(
    source: PortraitSource, predictions: Predictions | None = None, workers: int = 1, progress: Progress = silent
) -> Audit:
    """Looks at every portrait of a source.

    Args:
        source: of portraits.
        predictions: of a network; without them, what needs one is not looked for.
        workers: processes.
        progress: called with how many portraits were looked at.

    Raises:
        SourceError: the source cannot be listed, or no portrait in it can be used.
        PictureError: predictions are missing or cannot be used.
    """
    catalogue = source.catalogue()
    ids = [entry.id for entry in catalogue.entries]
    results: dict[str, Look | HairnetError] = {}
    with tempfile.TemporaryDirectory(prefix="hairnet-audit-") as scratch, WorkerPool(workers) as pool:
        shared = Shared.write(Subject(source, predictions), Path(scratch) / "subject.pickle")
        tasks = ((shared, ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK))
        for some in pool.run(look_at_some, tasks):
            results.update(some)
            progress("looking at portraits", len(results), len(ids))
    looks = {id: look for id in ids if isinstance(look := results[id], Look)}
    faulty = [error for error in results.values() if isinstance(error, HairnetError)]
    errors = tuple(sorted((*catalogue.errors, *faulty), key=str))
    if not looks:
        raise errors[0] if errors else SourceError(source.name, "has no portraits", "give another --source-dir")
    pools = {entry.id: entry.pool for entry in catalogue.entries}
    found: dict[str, list[Finding]] = {kind: [] for kind in TITLES}
    for finding in _findings(looks, pools, predictions is not None, progress):
        found[finding.kind].append(finding)
    return Audit(
        portraits=len(looks),
        network=predictions is not None,
        unseen=sum(look.blind for look in looks.values()),
        placement=placement.placement({id: look.readings for id, look in looks.items()}),
        convention=convention({id: look.places for id, look in looks.items()}),
        findings={kind: ranked(some) for kind, some in found.items()},
        errors=errors,
    )


def _findings(looks: dict[str, Look], pools: Mapping[str, str], network: bool, progress: Progress) -> Iterator[Finding]:
    photos_seen, behind = ({id: getattr(look, name) for id, look in looks.items()} for name in ("photo", "behind"))
    yield from copies.findings(photos_seen, behind, pools, progress)
    yield from regions.findings({id: look.regions for id, look in looks.items()}, network)
    of_others = list(photos.findings({id: look.fit for id, look in looks.items() if look.fit}))
    compared = list(agreement.findings({id: look.agreement for id, look in looks.items() if look.agreement}))
    yield from (*of_others, *compared)
    # Wherever masks of other photos are moved, they do not fit; what is left of a mask may fit anywhere.
    explained = {
        finding.id for finding in (*of_others, *compared) if finding.kind in _EXPLAINING and finding.score >= 1
    }
    for finding in placement.findings({id: look.readings for id, look in looks.items()}):
        if finding.id not in explained or finding.kind not in placement.MOVED:
            yield finding
    yield from outliers.findings({id: look.measures for id, look in looks.items()})
