"""An audit as files: audit.json for programs, audit.html for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.audit.audit import Audit
from hairnet_data.audit.convention import convention_lines
from hairnet_data.audit.finding import NEEDS_NETWORK, TITLES, Finding
from hairnet_data.audit.frames import framed
from hairnet_data.audit.predictions import Predictions
from hairnet_data.core.drawing.contact_sheet import Cell
from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_data.inspection.gallery import Section, write_gallery
from hairnet_data.sources.base import PortraitSource

JSON, PAGE = "audit.json", "audit.html"

NOTES = {
    "copies": "Crops, mirror images and other savings of one photo. In two pools, a test shows what was trained on.",
    "backgrounds": "Different people before one wall, or one photo with another head.",
    "wrong_photo": "Other photos' masks fit these photos better than their own.",
    "exchanged": "The masks agree with the network once hair and face change places.",
    "mirrored": "The masks agree with the network, and with the edges in the photo, once they are mirrored.",
    "shifted": "The mask fits the edges in the photo better elsewhere.",
    "scaled": "The mask fits the edges in the photo better in another size.",
    "missing": "The network sees hair or face where the mask has background.",
    "islands": "Pieces of hair or face that hang together with nothing.",
    "holes": "Background inside a head.",
    "labels": "The network gives little probability to some of these labels: the worst masks of the set.",
    "outliers": "Far from the other photos in the size of the head, in light or in sharpness.",
}


def write_report(
    folder: Path, audit: Audit, source: PortraitSource, predictions: Predictions | None, title: str, most: int
) -> None:
    """Writes `audit.json` and `audit.html` into a folder, which is made if it is missing.

    Args:
        folder: older ones in it are replaced.
        audit: what was found.
        source: that was audited.
        predictions: that it was audited with.
        title: of the page.
        most: findings of a kind on the page, at most.

    Raises:
        BuildError: the files cannot be written.
        PictureError: a portrait cannot be read any more.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(str(folder), f"cannot be made ({error.strerror or error})", "name another --out") from error
    content: dict[str, Any] = {"source": source.name, **audit.to_json()}
    write_atomic(folder / JSON, json.dumps(content, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sections = [
        Section(_headline(audit, kind, most), NOTES[kind], list(_cells(found, source, predictions)))
        for kind in TITLES
        if (found := audit.reported(kind, most))
    ]
    write_gallery(folder / PAGE, sections, title, list(summary(audit)))


def summary(audit: Audit) -> Iterator[str]:
    """The audit in a few lines."""
    yield f"{audit.portraits:,} portraits, {len(audit.errors):,} that cannot be used; {audit.placement}."
    if not audit.network:
        yield "Without predictions of a network; some kinds need one."
    if audit.unseen:
        yield f"In {audit.unseen:,} of them the network sees no head: it has no opinion of their masks."
    for line in convention_lines(audit.convention):
        yield line[0].upper() + line[1:] + "."


def _headline(audit: Audit, kind: str, most: int) -> str:
    count = len(audit.reported(kind))
    return f"{TITLES[kind]}: {count:,}" + (f", the first {most}" if count > most else "")


def _cells(findings: Sequence[Finding], source: PortraitSource, predictions: Predictions | None) -> Iterator[Cell]:
    for number, finding in enumerate(findings, 1):
        portrait = source.load(finding.id)
        yield Cell(portrait.image, portrait.mask, f"{number}. {finding.id}", (finding.reason,))
        if finding.other:
            other = source.load(finding.other)
            yield Cell(other.image, other.mask, finding.other, (f"the other one of {number}.",))
        elif predictions and finding.kind in NEEDS_NETWORK:
            image, _ = framed(portrait)
            seen = predictions.of([finding.id], [portrait], image[np.newaxis])[0].argmax(-1).astype(np.uint8)
            yield Cell(image, seen, f"{number}. the network's", (finding.id,))
