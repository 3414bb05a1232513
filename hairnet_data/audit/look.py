"""What is measured of each portrait, in worker processes; pictures do not leave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hairnet_data.audit import agreement, convention, copies, outliers, photos, readings, regions
from hairnet_data.audit.frames import framed, framed_turned
from hairnet_data.audit.predictions import Predictions, Probabilities
from hairnet_data.building.near_copies import Sketch
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.core.errors import HairnetError
from hairnet_data.core.workers.shared import Shared
from hairnet_data.sources.base import Portrait, PortraitSource

CHUNK = 16
"""Portraits that a task looks at."""

_LEAST_HEAD = 0.005  # of the frame: a network that sees less of a head sees none


@dataclass(frozen=True, slots=True)
class Look:
    """What is kept of a portrait.

    Attributes:
        photo: to find copies of it.
        behind: to find its background again.
        regions: islands and holes.
        measures: size, light and sharpness.
        readings: whether the mask would fit better elsewhere.
        agreement: with the network; None without one.
        places: labels where conventions differ; none without a network.
        fit: to compare the mask with others; None without a network.
        blind: a network was asked, and sees no head: it has no opinion of the mask, as if there were none.
    """

    photo: Sketch
    behind: Sketch
    regions: regions.Regions
    measures: outliers.Measures
    readings: readings.Readings
    agreement: agreement.Agreement | None
    places: dict[str, convention.Counts]
    fit: photos.Fit | None
    blind: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited, and whom to ask.

    Attributes:
        source: of portraits.
        predictions: of a network; None without one.
    """

    source: PortraitSource
    predictions: Predictions | None


def look_at_some(shared: Shared[Subject], ids: Sequence[str]) -> dict[str, Look | HairnetError]:
    """Looks at portraits: what was measured of each, or why it cannot be used."""
    subject = shared.load()
    return dict(_looks(subject, ids))


def _looks(subject: Subject, ids: Sequence[str]) -> Iterator[tuple[str, Look | HairnetError]]:
    loaded = []
    for id in ids:
        try:
            loaded.append((id, subject.source.load(id)))
        except HairnetError as error:
            yield id, error
    if not loaded:
        return
    portraits = [portrait for _, portrait in loaded]
    frames = [framed(portrait) for portrait in portraits]
    predicted = None
    if subject.predictions:
        ids = [id for id, _ in loaded]
        predicted = subject.predictions.of(ids, portraits, np.stack([image for image, _ in frames]))
    for number, ((id, _), (image, mask)) in enumerate(zip(loaded, frames, strict=True)):
        yield id, _look(portraits[number], image, mask, None if predicted is None else predicted[number])


def _sees_a_head(probabilities: Probabilities) -> bool:
    return bool(np.mean(probabilities[..., BACKGROUND] < 0.5) >= _LEAST_HEAD)


def _look(portrait: Portrait, image: Pixels, mask: Pixels, probabilities: Probabilities | None) -> Look:
    blind = probabilities is not None and not _sees_a_head(probabilities)
    if blind:  # to a network that misses a head, every mask is wrong: that says nothing of this one
        probabilities = None
    weighed, best = readings.measure(image, mask, probabilities, framed_turned(portrait))
    photo, behind = copies.measure(portrait)
    return Look(
        photo=photo,
        behind=behind,
        regions=regions.measure(image, mask, probabilities),
        measures=outliers.measure(image, mask),
        readings=weighed,
        agreement=None if probabilities is None else agreement.measure(mask, probabilities),
        places={} if probabilities is None else convention.measure(mask, probabilities),
        fit=None if probabilities is None else photos.measure(mask, best, weighed.on_edges, probabilities),
        blind=blind,
    )
