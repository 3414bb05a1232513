"""Whether the labels of a source agree with a network, on a sample, and the likely cause where they do not.

A network is no judge of edges, but it knows hair from face. Labels that are exchanged, mirrored or assigned to the
wrong numbers agree with it hardly at all, and much better once that is undone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, NAMES
from hairnet_data.core.errors import HairnetError
from hairnet_data.recipes.paints import Paint
from hairnet_data.recipes.recipe import Affine, Recipe
from hairnet_data.rendering.renderer import render
from hairnet_data.sources.base import Portrait, PortraitSource

Predictor = Callable[[Pixels], NDArray[np.float32]]
"""From pictures, uint8 (N, S, S, 3) RGB, to probabilities of background, hair and face, float32 (N, S, S, 3)."""

PREDICTORS = "hairnet.predictors"
"""The entry-point group in which a package registers a function that takes nothing and returns a `Predictor`."""

SAMPLE = 32
"""Portraits that are looked at."""

SIZE = 224
"""Side of the pictures that a predictor gets, in pixels."""

_GOOD = 0.6  # mean IoU of hair and face from which labels are not questioned
_BETTER = 0.2  # by which another reading of the labels must agree better to be named
_FEW = 8  # portraits below which nobody can tell that masks belong to other photos
_OWN = 0.3  # share of portraits whose own mask must fit best
_COARSE = 4  # step in pixels at which masks of all portraits are compared with all
_MOST_MISLED = 0.7  # share of a class's pixels that must be seen as another class to say so


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """How far labels and predictions agree.

    Attributes:
        portraits: compared.
        iou: of each class that is labelled anywhere in the sample, by name, 0..1.
        suspicion: what is probably wrong with the labels, one sentence; "" where nothing better explains them.
    """

    portraits: int
    iou: dict[str, float]
    suspicion: str


def find_predictor() -> Predictor | None:
    """The first predictor that an installed package registers; None where there is none."""
    for entry in sorted(entry_points(group=PREDICTORS), key=lambda entry: entry.name):
        predictor: Predictor = entry.load()()
        return predictor
    return None


def check_labels(source: PortraitSource, predictor: Predictor, sample: int = SAMPLE) -> LabelCheck | None:
    """Compares the labels of portraits spread evenly over a source with predictions.

    Args:
        source: of portraits; those that cannot be loaded are passed over, as scanning the source names them.
        predictor: called with pictures of `SIZE` pixels a side.
        sample: how many portraits at most.

    Returns:
        None where no portrait can be loaded.
    """
    images, labels = [], []
    for portrait in _sample(source, sample):
        image, mask = framed_portrait(portrait, SIZE)
        images.append(image)
        labels.append(mask)
    if not images:
        return None
    predicted = predictor(np.stack(images)).argmax(axis=-1).astype(np.uint8)
    return compare_labels(np.stack(labels), predicted)


def framed_portrait(portrait: Portrait, size: int) -> tuple[Pixels, Pixels]:
    """The whole portrait in a square frame, as a network sees it; what is beside it is grey, and background.

    Args:
        portrait: of any size.
        size: side of the frame, in pixels.

    Returns:
        The photo, uint8 (size, size, 3), and its mask, uint8 (size, size).
    """
    recipe = Recipe(
        split="",
        index=0,
        size=size,
        kind="portrait",
        portrait="sample@",
        negative=None,
        affine=Affine(),
        fill=Paint("colour", ((127, 127, 127),)),
        occluders=(),
    )
    return render(recipe, portrait, _no_background)


def _sample(source: PortraitSource, count: int) -> Iterator[Portrait]:
    entries = source.catalogue().entries
    for number in range(min(count, len(entries))):
        try:
            yield source.load(entries[len(entries) * number // min(count, len(entries))].id)
        except HairnetError:
            continue


def _no_background(asset: str) -> Pixels:
    raise AssertionError(f"nothing is filled from {asset}")


def compare_labels(labels: Pixels, predicted: Pixels) -> LabelCheck:
    """Compares masks with predictions.

    Args:
        labels: uint8 (N, S, S) class ids; other values are unlabelled and left out.
        predicted: uint8 (N, S, S) class ids.
    """
    iou = _iou(labels, predicted)
    shown = {NAMES[number]: value for number, value in enumerate(iou) if not np.isnan(value)}
    return LabelCheck(len(labels), shown, _suspicion(labels, predicted, iou))


def _iou(labels: Pixels, predicted: Pixels) -> list[float]:
    """IoU of each class; NaN for a class that is labelled nowhere."""
    valid = labels < len(NAMES)
    values = []
    for number in range(len(NAMES)):
        labelled, seen = (labels == number) & valid, (predicted == number) & valid
        values.append(float((labelled & seen).sum() / (labelled | seen).sum()) if labelled.any() else float("nan"))
    return values


def _agreement(labels: Pixels, predicted: Pixels) -> float:
    """Mean IoU of hair and face, of those that are labelled anywhere; 0 where neither is."""
    iou = [value for number, value in enumerate(_iou(labels, predicted)) if number != BACKGROUND]
    defined = [value for value in iou if not np.isnan(value)]
    return sum(defined) / len(defined) if defined else 0.0


def _suspicion(labels: Pixels, predicted: Pixels, iou: Sequence[float]) -> str:
    agreement = _agreement(labels, predicted)
    worst = min((value for value in (iou[HAIR], iou[FACE]) if not np.isnan(value)), default=0.0)
    if agreement >= _GOOD and worst >= _GOOD / 2:
        return ""
    best, cause = max(_readings(labels, predicted), default=(0.0, ""))
    if best >= agreement + _BETTER:
        return f"{cause}: hair and face then agree by {best:.2f} instead of {agreement:.2f} (IoU)"
    if misled := _misled(labels, predicted):
        return misled
    if len(labels) >= _FEW and _share_of_best_fits(labels, predicted) < _OWN:
        return (
            "masks seem to belong to other photos: most predictions fit another portrait's mask better than their own"
        )
    return _misled(labels, predicted)


def _readings(labels: Pixels, predicted: Pixels) -> Iterator[tuple[float, str]]:
    """Other ways to read the labels, each with the agreement it would give."""
    for order in itertools.permutations(range(len(NAMES))):
        if order == tuple(range(len(NAMES))):
            continue
        table = np.arange(256, dtype=np.uint8)
        table[: len(NAMES)] = order
        changed = [number for number, other in enumerate(order) if number != other]
        pairs = ", ".join(f"{NAMES[number]} as {NAMES[order[number]]}" for number in changed)
        yield _agreement(table[labels], predicted), f"classes seem to be exchanged ({pairs})"
    turns: dict[str, Callable[[Pixels], Pixels]] = {
        "mirrored left to right": lambda masks: masks[:, :, ::-1],
        "upside down": lambda masks: masks[:, ::-1],
        "turned by 180 degrees": lambda masks: masks[:, ::-1, ::-1],
        "turned by 90 degrees": lambda masks: np.rot90(masks, 1, (1, 2)),
        "turned by 270 degrees": lambda masks: np.rot90(masks, 3, (1, 2)),
    }
    for name, turn in turns.items():
        yield _agreement(turn(labels), predicted), f"masks seem to be {name} against their photos"


def _share_of_best_fits(labels: Pixels, predicted: Pixels) -> float:
    """Share of the portraits to whose prediction no other portrait's mask fits better than its own."""
    small, seen = labels[:, ::_COARSE, ::_COARSE], predicted[:, ::_COARSE, ::_COARSE]
    fits = [
        int(np.argmax([_agreement(mask[None], prediction[None]) for mask in small])) == number
        for number, prediction in enumerate(seen)
    ]
    return sum(fits) / len(fits)


def _misled(labels: Pixels, predicted: Pixels) -> str:
    """What the network sees where a class is labelled, if that is mostly another class."""
    said = []
    for number in (HAIR, FACE):
        labelled = labels == number
        if not labelled.any():
            continue
        shares = np.bincount(predicted[labelled], minlength=len(NAMES)) / labelled.sum()
        seen = int(shares.argmax())
        if seen != number and shares[seen] >= _MOST_MISLED:
            said.append(f"{shares[seen]:.0%} of what is labelled {NAMES[number]} looks like {NAMES[seen]}")
    if said:
        return " and ".join(said) + ": check which value stands for which part"
    return ""


NO_PREDICTOR = "labels are not compared with a network: none is installed (--no-check leaves this line out)"


def check_lines(check: LabelCheck | None) -> Iterator[str]:
    """The check in words, a line each."""
    if check is None:
        return
    agreement = ", ".join(f"{name} {value:.2f}" for name, value in check.iou.items())
    yield f"labels against the network on {check.portraits} portraits (IoU): {agreement}"
    if check.suspicion:
        yield f"warning: {check.suspicion}; look at `hairnet-data preview`"
