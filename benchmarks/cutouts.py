"""Are heads found because a rectangle ends around them? The same heads cut out, and pasted with their ground.

python benchmarks/cutouts.py                                      drawn portraits, drawn backgrounds
python benchmarks/cutouts.py --negatives WALLS                    drawn portraits, photographs with nobody in them
python benchmarks/cutouts.py --negatives WALLS --source-dir LFW   LFW's portraits

Every portrait of the test pool that shows a face is rendered three times at the same place before the same background:
as a rectangle, with a soft edge, and cut out: of drawn ones the person, of photographs the head. A face is found if the
IoU of the predicted face with the true one is 0.5 or more; hair F1 is pooled over all pixels.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_data.building.picture_scan import head_of
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.recipes.paints import Crop, Paint
from hairnet_data.recipes.pools import Asset, head_height
from hairnet_data.recipes.recipe import CUT_OUT, NO_EDGE, Affine, Edge, Recipe
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.renderer import render
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import PortraitSource
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_model import Segmenter
from hairnet_model.evaluation import metrics
from hairnet_model.inference import composite

SIZE = 448
HEADS = (0.5, 0.3, 0.15)
"""Heights of the head, in frames."""

EDGES = {"a rectangle": NO_EDGE, "a soft edge": Edge(width=0.05, radius=0.3), "cut out": CUT_OUT}

LEAST_FACE = 0.02
"""Share of a portrait's pixels that are face, below which nobody would say that it shows one."""


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--negatives", type=Path, help="photographs with nobody in them")
    parser.add_argument("--source-dir", type=Path, help="LFW Part Labels, as hairnet-data takes it")
    parser.add_argument("--most", type=int, default=80, help="portraits")
    parser.add_argument("--model", help="a shipped name, a .tflite or .keras file, or a run's folder")
    arguments = parser.parse_args()
    segmenter = Segmenter.load(arguments.model)
    with tempfile.TemporaryDirectory() as folder:
        source: PortraitSource = Drawn(0, 0, 2 * arguments.most)
        if arguments.source_dir:
            source = LfwParts.open(arguments.source_dir, Path(folder))
        tested = [entry.id for entry in source.catalogue().entries if entry.pool == "test"]
        shown = [(id, source.load(id)) for id in tested[: 2 * arguments.most]]
    backgrounds = PhotoFolder(arguments.negatives) if arguments.negatives else DrawnBackgrounds(1, 40, 80, size=512)
    walls = [entry.id for entry in backgrounds.catalogue().entries if entry.pool == "test"]
    faces = [(id, one) for id, one in shown if (one.mask == FACE).mean() > LEAST_FACE][: arguments.most]
    recipes = []
    for number, (id, one) in enumerate(faces):
        fill = Paint("background", crop=Crop(walls[number % len(walls)], 0.5, 0.5, 1.0, False))
        recipes.append((Recipe("test", number, SIZE, "portrait", f"{id}@", fill=fill), one))
    print(f"{machine()}; {len(faces)} portraits\n")
    rows = []
    for height in HEADS:
        for name, edge in EDGES.items():
            pictures = []
            for recipe, one in recipes:
                scale = round(height / head_height(Asset(recipe.portrait, "", head=head_of(one))), 4)
                placed = replace(recipe, affine=Affine(scale=scale), edge=edge)
                pictures.append(
                    render(placed, Subject(one), lambda asset: shrink_background(backgrounds.load(asset), SIZE))
                )
            rows.append([f"{height:.2f}", name, *_scores(segmenter, pictures)])
    head = ["head's height", "pasted as", "faces found, one pass", "located", "hair F1, one pass", "located"]
    print(table(head, rows))


def _scores(segmenter: Segmenter, pictures: Sequence[tuple[Pixels, Pixels]]) -> list[str]:
    found, scores = [], []
    for locate in (False, True):
        hits, counted = 0, np.zeros((3, 3), np.int64)
        for image, truth in pictures:
            mask = composite.class_ids(next(segmenter.look([image], locate)))
            one, other = mask == FACE, truth == FACE
            hits += bool((one & other).sum() >= 0.5 * (one | other).sum())
            counted += metrics.confusion(truth, mask)
        found.append(f"{100 * hits / len(pictures):.0f} %")
        scores.append(f"{100 * metrics.f1(counted)[HAIR]:.1f}")
    return [*found, *scores]


if __name__ == "__main__":
    main()
