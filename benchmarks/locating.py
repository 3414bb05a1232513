"""What locating buys: heads of several sizes in pictures of 640 x 480, plain portraits, and pictures of nobody.

python benchmarks/locating.py                                                     drawn portraits in drawn scenes
python benchmarks/locating.py --source-dir LFW --negatives WALLS --rooms rooms_   LFW's portraits in rooms

A composite is a portrait of the test pool, cut out by its mask (hair and face) and scaled so that the mask is so many
pixels high, at a random position in a background of the test pool; the same ones in every run. A face is found if the
IoU of the predicted face with the true one, within the true head's box and a tenth of it around, is 0.5 or more. Hair
F1 is pooled over all pixels. A picture of nobody has a false blob if `metrics.BLOB` of it is called hair or face.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.sources.base import Portrait, PortraitSource
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model import Segmenter
from hairnet_model.evaluation import metrics
from hairnet_model.inference import composite

WIDTH, HEIGHT = 640, 480
HEADS = (230, 185, 140, 90, 58)
"""Heights of hair and face together, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Composite:
    """A picture with heads.

    Attributes:
        image: uint8 (480, 640, 3) RGB.
        mask: uint8 (480, 640) of class ids.
        boxes: (x, y, width, height) of every head.
    """

    image: Pixels
    mask: Pixels
    boxes: tuple[tuple[int, int, int, int], ...]


def covered(picture: Pixels) -> Pixels:
    """The middle of a background, scaled to cover 640 x 480."""
    scale = max(WIDTH / picture.shape[1], HEIGHT / picture.shape[0])
    size = max(WIDTH, round(picture.shape[1] * scale)), max(HEIGHT, round(picture.shape[0] * scale))
    made = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    top, left = (made.shape[0] - HEIGHT) // 2, (made.shape[1] - WIDTH) // 2
    return np.asarray(made[top : top + HEIGHT, left : left + WIDTH], np.uint8).copy()


def cut_out(portrait: Portrait, high: int) -> tuple[Pixels, Pixels] | None:
    """Photo and mask of a head that is `high` pixels high; None where it would not fit."""
    mask = portrait.mask
    if mask.shape != portrait.image.shape[:2]:
        mask = cv2.resize(mask, portrait.image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    mask = np.where(mask < 3, mask, 0).astype(np.uint8)
    if not (mask == FACE).any() or not (mask == HAIR).any():
        return None
    _, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8))
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    left, top, wide, tall, _ = stats[largest]
    mask = np.where(labels == largest, mask, 0).astype(np.uint8)[top : top + tall, left : left + wide]
    image = portrait.image[top : top + tall, left : left + wide]
    size = max(1, round(wide * high / tall)), high
    if size[0] > WIDTH // 2:
        return None
    way = cv2.INTER_AREA if high < tall else cv2.INTER_LINEAR
    made = cv2.resize(image, size, interpolation=way)
    return np.asarray(made, np.uint8), np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def paste(image: Pixels, mask: Pixels, head: tuple[Pixels, Pixels], left: int, top: int) -> None:
    """Puts a head into a picture and its mask, with an edge a pixel wide."""
    pixels, classes = head
    tall, wide = classes.shape
    share = cv2.GaussianBlur((classes > 0).astype(np.float32), (0, 0), 0.7)[..., None]
    part = image[top : top + tall, left : left + wide]
    part[...] = np.rint(part * (1 - share) + pixels * share)
    there = mask[top : top + tall, left : left + wide]
    there[classes > 0] = classes[classes > 0]


def composites(
    portraits: PortraitSource, rooms: Sequence[Pixels], pool: str, high: int, people: int, most: int
) -> Iterator[Composite]:
    """Heads in rooms; the same ones for the same arguments."""
    rng = np.random.default_rng((high, people))
    heads = [entry.id for entry in portraits.catalogue().entries if entry.pool == pool]
    rng.shuffle(heads)
    cuts = (cut_out(portraits.load(id), high) for id in heads)
    fitting = [cut for cut in cuts if cut is not None]
    for number in range(min(most, len(fitting) // people)):
        image = covered(rooms[number % len(rooms)])
        mask, boxes = np.zeros((HEIGHT, WIDTH), np.uint8), []
        for at in range(people):
            pixels, classes = fitting[number * people + at]
            room = WIDTH // people
            left = at * room + int(rng.integers(0, max(1, room - classes.shape[1])))
            top = int(rng.integers(0, HEIGHT - high + 1))
            paste(image, mask, (pixels, classes), left, top)
            boxes.append((left, top, classes.shape[1], classes.shape[0]))
        yield Composite(image, mask, tuple(boxes))


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source-dir", type=Path, help="LFW Part Labels, as hairnet-data takes it")
    parser.add_argument("--negatives", type=Path, help="photographs with nobody in them")
    parser.add_argument("--rooms", default="", help="only backgrounds with this in their name get heads, e.g. rooms_")
    parser.add_argument("--pool", default="test", choices=["validation", "test"])
    parser.add_argument("--most", type=int, default=200, help="pictures of each kind")
    parser.add_argument("--model", help="a .tflite or .keras file, or a run's folder")
    arguments = parser.parse_args()
    segmenter, most, pool = Segmenter.load(arguments.model), arguments.most, arguments.pool
    with tempfile.TemporaryDirectory() as folder:
        portraits: PortraitSource = Drawn(1, 60, 60)
        if arguments.source_dir:
            portraits = LfwParts.open(arguments.source_dir, Path(folder))
        backgrounds = PhotoFolder(arguments.negatives) if arguments.negatives else DrawnBackgrounds(1, 40, 80, size=640)
        ids = [entry.id for entry in backgrounds.catalogue().entries if entry.pool == pool]
        rooms = [backgrounds.load(id) for id in ids if arguments.rooms in id]
        nobody = [backgrounds.load(id) for id in ids]
        plain = [portraits.load(entry.id) for entry in portraits.catalogue().entries if entry.pool == pool]
        print(f"{machine()}; pool {pool}\n")
        rows = []
        for people, high in [*((1, high) for high in HEADS), (2, 140), (4, 58)]:
            made = list(composites(portraits, rooms, pool, high, people, most))
            name = f"a head of {high} pixels" if people == 1 else f"{people} heads of {high} pixels"
            rows.append([name, len(made), *_compared(segmenter, made)])
        head = ["picture", "n", "faces found", "with", "hair F1", "with", "passes with", "ms", "with"]
        print(table(head, rows))
        one = [float(row[6]) for row in rows[: len(HEADS)]]
        print(f"\npasses a photo with one head, mean of the {len(one)} heights: {np.mean(one):.1f}")
    print()
    print(table(["plain portraits", "pixel accuracy", "hair F1", "face F1", "passes"], _plain(segmenter, plain)))
    print()
    print(
        table(
            ["nobody", "pictures with a false blob", "pixels called hair or face", "passes"], _none(segmenter, nobody)
        )
    )


def _looked(segmenter: Segmenter, image: Pixels, locate: bool) -> tuple[Pixels, int, float]:
    """Mask, passes and milliseconds."""
    before = time.perf_counter()
    located = next(segmenter.look([image], locate))
    mask = composite.class_ids(located)
    return mask, located.passes, 1000 * (time.perf_counter() - before)


def _compared(segmenter: Segmenter, made: Sequence[Composite]) -> list[str]:
    cells: dict[str, list[str]] = {"found": [], "f1": [], "passes": [], "ms": []}
    for locate in (False, True):
        found, passes, times, counted = 0, 0, [], np.zeros((3, 3), np.int64)
        for each in made:
            mask, seen, taken = _looked(segmenter, each.image, locate)
            found += sum(_is_found(mask, each.mask, box) for box in each.boxes)
            counted += metrics.confusion(each.mask, mask)
            passes += seen
            times.append(taken)
        cells["found"].append(f"{100 * found / sum(len(each.boxes) for each in made):.1f} %")
        cells["f1"].append(f"{100 * metrics.f1(counted)[HAIR]:.1f}")
        cells["passes"].append(f"{passes / len(made):.1f}")
        cells["ms"].append(f"{np.median(times):.0f}")
    return [*cells["found"], *cells["f1"], cells["passes"][1], *cells["ms"]]


def _is_found(mask: Pixels, truth: Pixels, box: tuple[int, int, int, int]) -> bool:
    x, y, wide, tall = box
    rows = slice(max(0, y - tall // 10), y + tall + tall // 10)
    columns = slice(max(0, x - wide // 10), x + wide + wide // 10)
    one, other = mask[rows, columns] == FACE, truth[rows, columns] == FACE
    return bool((one & other).sum() >= 0.5 * (one | other).sum())


def _plain(segmenter: Segmenter, portraits: Sequence[Portrait]) -> list[list[str]]:
    rows = []
    for locate in (False, True):
        counted, passes = np.zeros((3, 3), np.int64), 0
        for portrait in portraits:
            mask, seen, _ = _looked(segmenter, portrait.image, locate)
            truth = portrait.mask
            if truth.shape != mask.shape:
                truth = np.asarray(cv2.resize(truth, mask.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
            counted += metrics.confusion(truth, mask)
            passes += seen
        f1 = metrics.f1(counted)
        accuracy = np.trace(counted) / counted.sum()
        cells = [f"{100 * value:.2f}" for value in (accuracy, f1[HAIR], f1[FACE])]
        rows.append(["with" if locate else "without", *cells, f"{passes / len(portraits):.2f}"])
    return rows


def _none(segmenter: Segmenter, pictures: Sequence[Pixels]) -> list[list[str]]:
    rows = []
    for locate in (False, True):
        looked = [_looked(segmenter, picture, locate) for picture in pictures]
        blobs = sum(metrics.has_blob(mask) for mask, _, _ in looked)
        share = np.mean([(mask > 0).mean() for mask, _, _ in looked])
        passes = np.mean([seen for _, seen, _ in looked])
        name = "with" if locate else "without"
        rows.append([name, f"{blobs} of {len(looked)}", f"{100 * share:.3f} %", f"{passes:.1f}"])
    return rows


if __name__ == "__main__":
    main()
