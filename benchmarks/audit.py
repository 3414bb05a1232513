"""Whether an audit finds what is planted: damages 2 % of a source in each of ten ways, all at once.

python benchmarks/audit.py lfw_parts --source-dir LFW
python benchmarks/audit.py folder --source-dir CELEBAMASK
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import machine, table

from hairnet_data.audit.audit import Audit, audit
from hairnet_data.audit.finding import TITLES
from hairnet_data.audit.predictions import installed_network
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.core.progress import progress_bar
from hairnet_data.sources.base import POOLS, Catalogue, Portrait, PortraitSource
from hairnet_data.sources.registry import open_sources

Rng = np.random.Generator
Change = Callable[[Pixels, Pixels, Rng], tuple[Pixels, Pixels]]


def _moved(mask: Pixels, x: float, y: float, scale: float = 1.0) -> Pixels:
    height, width = mask.shape
    matrix = np.array([[scale, 0, (1 - scale) * width / 2 + x], [0, scale, (1 - scale) * height / 2 + y]])
    flags = {"flags": cv2.INTER_NEAREST, "borderMode": cv2.BORDER_REPLICATE}
    return np.asarray(cv2.warpAffine(mask, matrix, (width, height), **flags), np.uint8)


def _shift(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    angle, far = rng.uniform(0, 2 * np.pi), _SHIFT * mask.shape[0]
    return image, _moved(mask, far * np.cos(angle), far * np.sin(angle))


def _scale(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    return image, _moved(mask, 0, 0, 1.04 if rng.random() < 0.5 else 1 / 1.04)


def _mirror(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    return image, np.ascontiguousarray(mask[:, ::-1])


def _exchange(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    return image, np.where(mask == HAIR, FACE, np.where(mask == FACE, HAIR, mask)).astype(np.uint8)


def _spots(mask: Pixels, rng: Rng, where: Pixels, value: int, apart: bool) -> Pixels:
    """Three spots of a value, each with a radius of 2 to 3 % of the side, where a map is not 0."""
    side = mask.shape[0]
    room = cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, 5)
    damaged = mask.copy()
    for _ in range(3):
        radius = rng.uniform(0.02, 0.03) * side
        rows, columns = (room > radius + 2 * apart).nonzero()
        if len(rows):
            at = int(rng.integers(len(rows)))
            cv2.circle(damaged, (int(columns[at]), int(rows[at])), round(radius), value, -1)
    return damaged


def _islands(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    return image, _spots(mask, rng, mask == BACKGROUND, HAIR, True)


def _holes(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    return image, _spots(mask, rng, (mask == HAIR) | (mask == FACE), BACKGROUND, True)


def _no_hair(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    return image, np.where(mask == HAIR, BACKGROUND, mask).astype(np.uint8)


def _spoilt(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    """Blurred by 1.2 % of the side, or a fifth as light."""
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.012 * image.shape[0]), np.uint8), mask
    return (image * 0.2).astype(np.uint8), mask


def _copy(image: Pixels, mask: Pixels, rng: Rng) -> tuple[Pixels, Pixels]:
    """Cropped to 70 to 90 % of its sides, mirrored half of the time, resized by up to 1 %, JPEG of 60 to 95."""
    height, width = mask.shape
    share = rng.uniform(0.7, 0.9)
    top, left = (int(rng.uniform(0, 1 - share) * side) for side in (height, width))
    rows, columns = slice(top, top + int(share * height)), slice(left, left + int(share * width))
    image, mask = image[rows, columns], mask[rows, columns]
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    size = [round(side * rng.uniform(0.99, 1.0)) for side in (mask.shape[1], mask.shape[0])]
    image = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(np.ascontiguousarray(mask), size, interpolation=cv2.INTER_NEAREST)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 95))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), np.asarray(mask, np.uint8)


_SHIFT = 4 / 250  # of the side: 4 pixels of LFW's photos

CHANGES: dict[str, Change] = {
    "shifted": _shift,
    "scaled": _scale,
    "mirrored": _mirror,
    "exchanged": _exchange,
    "wrong_photo": lambda image, mask, rng: (image, mask),  # `Damaged.load` takes another's mask
    "missing": _no_hair,
    "islands": _islands,
    "holes": _holes,
    "copies": _copy,
    "outliers": _spoilt,
}
GEOMETRIC = ("shifted", "scaled", "mirrored", "wrong_photo")


@dataclass(frozen=True)
class Damage:
    """What is done to a portrait: a key of `CHANGES`, the number of its random stream, and whose mask it gets."""

    kind: str
    seed: int
    other: str = ""


class Damaged:
    """A source, some of whose portraits are damaged, with copies of some of them."""

    def __init__(self, source: PortraitSource, damages: dict[str, Damage], catalogue: Catalogue) -> None:
        self._source, self._damages, self._catalogue = source, damages, catalogue
        self.name, self.people_apart, self.knows_coverage = source.name, source.people_apart, source.knows_coverage

    def settings(self) -> dict[str, Any]:
        return self._source.settings()

    def catalogue(self) -> Catalogue:
        return self._catalogue

    def content(self, id: str) -> str:
        return self._source.content(id)

    def load(self, id: str) -> Portrait:
        damage = self._damages.get(id)
        if damage is None:
            return self._source.load(id)
        portrait = self._source.load(damage.other if damage.kind == "copies" else id)
        image, mask = portrait.image, portrait.mask
        if damage.kind == "wrong_photo":
            mask = self._source.load(damage.other).mask
            mask = np.asarray(cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
        image, mask = CHANGES[damage.kind](image, mask, np.random.default_rng(damage.seed))
        return Portrait(image, mask)


def damage(source: PortraitSource, share: float, seed: int) -> tuple[Damaged, dict[str, Damage]]:
    """Damages a share of a source in every way; no portrait in two ways."""
    rng = np.random.default_rng(seed)
    entries = list(source.catalogue().entries)
    count = max(1, round(share * len(entries)))
    order = [entries[number] for number in rng.permutation(len(entries))]
    damages: dict[str, Damage] = {}
    for kind in CHANGES:
        if kind == "copies":
            continue
        planted = 0
        while planted < count:
            entry = order.pop()
            if _shows(source.load(entry.id), kind):
                other = order[int(rng.integers(len(order)))].id if kind == "wrong_photo" else ""
                damages[entry.id] = Damage(kind, int(rng.integers(1 << 30)), other)
                planted += 1
    for number in range(count):
        entry = order.pop()
        pool = POOLS[(POOLS.index(entry.pool) + 1 + number % 2) % 3]
        copy = replace(entry, id=f"copy_{number:03}", pool=pool)
        entries.append(copy)
        damages[copy.id] = Damage("copies", int(rng.integers(1 << 30)), entry.id)
    catalogue = replace(source.catalogue(), entries=tuple(sorted(entries, key=lambda entry: entry.id)))
    return Damaged(source, damages, catalogue), damages


def _shows(portrait: Portrait, kind: str) -> bool:
    """Whether the damage would change enough: a bald head has no hair to erase, an even one is its own mirror image."""
    mask = portrait.mask
    if kind in ("missing", "exchanged"):
        return np.count_nonzero(mask == HAIR) >= 0.03 * mask.size
    if kind == "mirrored":
        head, other = mask != BACKGROUND, mask[:, ::-1] != BACKGROUND
        return np.count_nonzero(head & other) < 0.9 * np.count_nonzero(head | other)
    return True


def precision(found: Audit, damages: dict[str, Damage], kind: str) -> tuple[int, list[str]]:
    """Of as many findings as were planted, the first: how many are planted ones, and the ids of the others."""
    planted = {id for id, damaged in damages.items() if damaged.kind == kind}
    first = found.findings[kind][: len(planted)]
    wrong = [finding.id for finding in first if not {finding.id, finding.other} & planted]
    return len(first) - len(wrong), wrong


def main() -> None:
    """Prints the precision of every kind, and what is found in the untouched source."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", choices=("lfw_parts", "folder"))
    parser.add_argument("--source-dir", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--wrong", action="store_true", help="Name what was found and not planted.")
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder, progress_bar() as progress:
        source = open_sources(arguments.source, arguments.source_dir, None, Path(folder)).portraits
        damaged, damages = damage(source, arguments.share, arguments.seed)
        network = installed_network()
        began = time.perf_counter()
        found = audit(damaged, network, arguments.workers, progress)
        seconds = time.perf_counter() - began
        untouched = audit(source, network, arguments.workers, progress)
    planted = Counter(damaged.kind for damaged in damages.values())
    rows = []
    for kind in CHANGES:
        right, wrong = precision(found, damages, kind)
        share, goal = right / planted[kind], 0.9 if kind in GEOMETRIC else 0.7
        names = ", ".join(f"{id} ({damages[id].kind if id in damages else 'untouched'})" for id in wrong)
        columns = [kind, planted[kind], f"{share:.2f}", goal, len(found.reported(kind)), len(untouched.reported(kind))]
        rows.append([*columns, names] if arguments.wrong else columns)
    head = ["kind", "planted", "precision", "at least", "reported", "in the untouched set"]
    print(table([*head, "not planted"] if arguments.wrong else head, rows))
    others = {kind: len(untouched.reported(kind)) for kind in TITLES if kind not in CHANGES}
    print(f"{found.portraits:,} portraits in {seconds:.0f} s; also in the untouched set: {others}")


if __name__ == "__main__":
    main()
