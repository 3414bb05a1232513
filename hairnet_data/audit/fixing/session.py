"""What the page of `hairnet-data fix` shows and writes: portraits with findings, and lines of `corrections.csv`."""

from __future__ import annotations

import datetime
import io
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from hairnet_data.audit.finding import TITLES
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import COLOURS, NAMES, UNLABELLED
from hairnet_data.core.errors import BuildError, PictureError, SourceError, UsageError, unreadable
from hairnet_data.core.near_misses import near_misses
from hairnet_data.core.storage.atomic import write_atomic
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.sources.folder import corrections
from hairnet_data.sources.folder.corrections import CORRECTIONS, REPAINTED, WITHDRAWN, Correction
from hairnet_data.sources.folder.source import Folder

AUDIT = "audit.json"
LONGEST_WHY = 500
"""Characters of a reason that somebody writes."""

_MOST_SIDE = 2048  # pixels: longer sides of photos are shown smaller
_MOST_AUDIT = 256 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Item:
    """A portrait to look at, and why.

    Attributes:
        id: of the portrait.
        reasons: each with the keys kind, title, reason and perhaps other (the id of another portrait).
    """

    id: str
    reasons: tuple[dict[str, str], ...] = ()


def read_items(source: Folder, audit: Path | None) -> list[Item]:
    """The portraits that an audit reports, as it orders them; without an audit all of a source's, as it lists them.

    Args:
        source: whose portraits they are.
        audit: `audit.json`, or the folder that it lies in.

    Raises:
        SourceError: the file cannot be read, or is about portraits that the source does not have.
    """
    ids = [entry.id for entry in source.catalogue().entries]
    if audit is None:
        return [Item(id) for id in ids]
    file = audit / AUDIT if audit.is_dir() else audit
    try:
        found = json.loads(read_bytes(file, _MOST_AUDIT))["findings"]
        findings = [
            {"kind": str(each["kind"]), "id": str(each["id"]), "reason": str(each["reason"])}
            | ({"other": str(each["other"])} if each.get("other") else {})
            for each in found
        ]
    except OSError as error:
        raise SourceError(str(file), unreadable(error), "name the --out of hairnet-data audit") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(str(file), "is no report of an audit", "name the --out of hairnet-data audit") from error
    known, reasons = set(ids), dict[str, list[dict[str, str]]]()
    for finding in findings:
        id = finding.pop("id")
        if id not in known:
            raise SourceError(str(file), f"reports {id!r}, which is not in the source", near_misses(id, known))
        reasons.setdefault(id, []).append({"title": TITLES.get(finding["kind"], finding["kind"]), **finding})
    return [Item(id, tuple(some)) for id, some in reasons.items()]


class Session:
    """The portraits of a folder with what was decided of each; threads may share it.

    Args:
        folder: of the portraits, on this machine.
        items: that are shown.
        source: the same folder without corrections.
        who: does it, as `corrections.csv` says.
    """

    def __init__(self, folder: Path, items: Sequence[Item], source: Folder, who: str) -> None:
        self._folder, self.items, self._source, self._who = folder, tuple(items), source, who
        self._lock = threading.Lock()
        self._lines = corrections.read_lines(folder)

    def describe(self) -> dict[str, Any]:
        """What the page needs to begin, as JSON values."""
        last = {line.portrait: line for line in self._lines}
        return {
            "folder": self._folder.name,
            "who": self._who,
            "classes": [
                {"value": number, "name": name, "colour": "#{:02x}{:02x}{:02x}".format(*COLOURS[number])}
                for number, name in enumerate(NAMES)
            ],
            "unlabelled": UNLABELLED,
            "items": [
                {"id": item.id, "reasons": item.reasons, "action": _action(last.get(item.id))} for item in self.items
            ],
        }

    def photo(self, number: int) -> bytes:
        """A photo as JPEG, its longer side at most `_MOST_SIDE` pixels. Raises PictureError or IndexError."""
        image = self._source.load(self._id(number)).image
        height, width = image.shape[:2]
        scale = min(1.0, _MOST_SIDE / max(height, width))
        if scale < 1:
            size = max(1, round(width * scale)), max(1, round(height * scale))
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "JPEG", quality=95, subsampling=0)
        return buffer.getvalue()

    def mask(self, number: int, original: bool = False) -> Pixels:
        """A mask, uint8 (h, w): the corrected one where there is one, unless the original is asked for."""
        id = self._id(number)
        file = "" if original else self._painted(id)
        if file and (self._folder / file).is_file():
            return corrections.read_corrected(self._folder / file, file)
        return self._source.load(id).mask

    def decide(self, number: int, action: str, why: str) -> dict[str, str]:
        """Writes that a mask is right (`ACCEPTED`), a portrait left out (`LEFT_OUT`), or neither (`WITHDRAWN`).

        Raises:
            IndexError: there is no such item.
            UsageError: the action is none of these.
            HairnetError: the portrait cannot be read, or the file not be written.
        """
        if action not in corrections.ACTIONS or action == REPAINTED:
            raise UsageError("action", f"is {action!r}", f"known are {', '.join(corrections.ACTIONS)}")
        id = self._id(number)
        return self._write(Correction(id, action, "", self._who, _now(), _why(why), self._source.digest(id)))

    def repaint(self, number: int, mask: Pixels, why: str) -> dict[str, str]:
        """Writes a corrected mask beside the original, and a line about it.

        Args:
            number: of the item.
            mask: uint8 (h, w) of class ids and 255, of the size of the original.
            why: in words.

        Raises:
            IndexError: there is no such item.
            PictureError: the mask has another size, or other values.
            HairnetError: the portrait cannot be read, or a file not be written.
        """
        id = self._id(number)
        original = self._source.load(id).mask
        if mask.shape != original.shape or not np.isin(np.unique(mask), (*range(len(NAMES)), UNLABELLED)).all():
            what = f"is {mask.shape[1]} x {mask.shape[0]} pixels, or holds what is no class"
            raise PictureError(id, what, f"its mask has {original.shape[1]} x {original.shape[0]}")
        files = self._source.files(id)
        name = corrections.corrected_name(files.photo, files.masks)
        if name in (files.photo, *files.masks.values()):
            raise BuildError(name, "is the original", "rename it")
        before = self._source.digest(id)
        buffer = io.BytesIO()
        Image.fromarray(mask).save(buffer, "PNG")
        write_atomic(self._folder / name, buffer.getvalue())
        after = self._source.digest(id, name)
        return self._write(Correction(id, REPAINTED, name, self._who, _now(), _why(why), before, after))

    def _write(self, line: Correction) -> dict[str, str]:
        with self._lock:
            lines = [*corrections.read_lines(self._folder), line]  # somebody else may have added to it
            write_atomic(self._folder / CORRECTIONS, corrections.to_csv(lines))
            self._lines = lines
        return {"action": _action(line), "file": line.file}

    def _id(self, number: int) -> str:
        if not 0 <= number < len(self.items):
            raise IndexError(number)
        return self.items[number].id

    def _painted(self, id: str) -> str:
        last = next((line for line in reversed(self._lines) if line.portrait == id), None)
        return last.file if last else ""


def _action(line: Correction | None) -> str:
    return "" if line is None or line.action == WITHDRAWN else line.action


def _why(text: str) -> str:
    return " ".join(text.split())[:LONGEST_WHY]


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
