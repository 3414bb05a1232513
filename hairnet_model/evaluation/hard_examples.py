"""The pictures a model is worst at, as a sheet to look at: what to mend next is seen there, not in a mean."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR, NAMES
from hairnet_data.core.drawing.contact_sheet import Cell, contact_sheet
from hairnet_data.core.drawing.overlay import LINES, save_png
from hairnet_data.core.errors import UsageError
from hairnet_model.data.partial_labels import UNSURE
from hairnet_model.evaluation import metrics
from hairnet_model.evaluation.evaluate import Case

EACH = 4
"""Cases shown of a split: with truth and prediction side by side they fill a row of a screen."""

LEAST = 0.02
"""A head's share of the picture below which it counts as this large: a sliver at the frame is easily all wrong."""

_SPARE = 5  # times as many are kept of a split as are shown: some of them are shown in another one
_SIDE = 224
_BLUE = (64, 128, 255)  # the background's blue, lighter, like the lines of the other two
_PAPER, _MARGIN = 244, 28
_KEY = (
    "Left, the picture with its true outlines. Right, the predicted outlines, and every wrong pixel in the colour of "
    "the class it was taken for: red hair, green face, blue background."
)


def error(case: Case) -> float:
    """How wrong a prediction is, 0 to 1.

    A portrait's is the share of wrong pixels among those that truth or prediction calls hair or face. It treats a
    small head like a large one, which a share of all pixels would not; and it is not ruled by the smaller class,
    as the mean F1 of hair and face would be: there every shaven head with a few hairs comes out worst.
    A negative's is the share of its pixels called hair or face. Pixels without a label count nowhere.
    """
    matrix = case.counts.confusion
    everything = int(matrix.sum())
    if not everything:  # no pixel has a label
        return 0.0
    wrong = everything - int(np.trace(matrix))
    if case.kind == "negative":
        return wrong / everything
    head = everything - int(matrix[BACKGROUND, BACKGROUND])
    return wrong / max(head, LEAST * everything)


def checked(path: Path) -> Path:
    """The path of a sheet, if one can be saved there: better known before a long evaluation than after it.

    Raises:
        UsageError: it does not end in .png, or its folder is missing.
    """
    if path.suffix.lower() != ".png":
        raise UsageError("--worst", f"{path.name!r} is no .png", "end it in .png")
    if not path.parent.is_dir():
        raise UsageError("--worst", f"the folder {path.parent} is missing", "make it first")
    return path


def mistakes(case: Case) -> tuple[str, ...]:
    """Captions: the scores of one portrait, and which mistake makes up most of its wrong pixels."""
    matrix = case.counts.confusion.copy()
    scores = metrics.f1(matrix)
    np.fill_diagonal(matrix, 0)
    truth, guess = divmod(int(matrix.argmax()), len(NAMES))
    most = f"{matrix[truth, guess] / max(1, matrix.sum()):.0%} {NAMES[truth]} taken for {NAMES[guess]}"
    if case.kind == "negative":
        return (most,)
    hair, face = ("none" if np.isnan(scores[number]) else f"{scores[number]:.2f}" for number in (HAIR, FACE))
    return f"F1 hair {hair}, face {face}", most


class Worst:
    """Keeps the worst cases of every split while they are evaluated: `evaluate(..., watch=worst.add)`.

    Args:
        each: cases shown of a split.
    """

    def __init__(self, each: int = EACH) -> None:
        self._each = each
        self._kept: dict[str, dict[tuple[str, str], tuple[float, Case]]] = {}
        self._errors: dict[tuple[str, str], list[float]] = {}

    def add(self, case: Case) -> None:
        """Looks at one more case."""
        wrong = error(case)
        kept = self._kept.setdefault(case.split, {})
        self._errors.setdefault((case.split, case.kind), []).append(wrong)
        who = (case.kind, case.source_id)
        if wrong <= 0 or (who in kept and kept[who][0] >= wrong):
            return
        if who not in kept and len(kept) == self._each * _SPARE:
            mildest = min(kept, key=lambda other: kept[other][0])
            if kept[mildest][0] >= wrong:
                return
            del kept[mildest]
        # The arrays are views of a batch, which would stay in memory with them.
        own = {name: getattr(case, name).copy() for name in ("image", "truth", "predicted")}
        kept[who] = wrong, replace(case, **own)

    def rows(self) -> dict[str, list[tuple[float, Case]]]:
        """The worst cases of each split with their errors, the very worst first.

        A portrait or background is shown once, in the first split where it is among the worst: what is hard as it
        stands is hard shifted, turned and half hidden too, and would fill the sheet.
        """
        rows: dict[str, list[tuple[float, Case]]] = {}
        shown: set[tuple[str, str]] = set()
        for split, kept in self._kept.items():
            fresh = [who for who in kept if who not in shown]
            worst = sorted(fresh, key=lambda who: (-kept[who][0], kept[who][1].index))[: self._each]
            shown.update(worst)
            rows[split] = [kept[who] for who in worst]
        return rows

    def sheet(self) -> Pixels:
        """Lays them out: uint8 (H, W, 3) RGB, a row a split, truth and prediction side by side."""
        parts = [self._row(split, found) for split, found in self.rows().items()]
        parts = parts or [contact_sheet([], 1, "no case was added")]
        width = max(part.shape[1] for part in parts)
        return np.concatenate([_key(width), *(_widened(part, width) for part in parts)])

    def save(self, path: Path) -> None:
        """Saves the sheet as a PNG.

        Raises:
            BuildError: it cannot be written.
        """
        save_png(path, self.sheet())

    def _row(self, split: str, found: list[tuple[float, Case]]) -> Pixels:
        cells = [cell for wrong, case in found for cell in _pair(wrong, case)]
        kinds = {kind: errors for (of, kind), errors in self._errors.items() if of == split}
        pictures = sum(map(len, kinds.values()))
        usual = ", ".join(f"of a {kind} {statistics.median(errors):.1%}" for kind, errors in kinds.items())
        worse = sum(wrong > found[-1][0] for wrong, _ in self._kept[split].values()) if found else 0
        others = " not shown above" if worse >= len(found) > 0 else ""
        title = f"{split}: the worst {len(found)} of {pictures:,}{others} (median error {usual})"
        return contact_sheet(cells, 2 * self._each, title, _SIDE)


def _pair(wrong: float, case: Case) -> tuple[Cell, Cell]:
    """The truth, and the prediction beside it."""
    who = (case.source_id, *(f"{name} {value}" for name, value in case.traits.items()))
    told = f"predicted, {wrong:.1%} false" if case.kind == "negative" else f"predicted, {wrong:.0%} wrong"
    left = Cell(case.image, case.truth, f"{case.split} {case.index}", (", ".join(who),))
    return left, Cell(_painted(case), case.predicted, told, mistakes(case))


def _painted(case: Case) -> Pixels:
    """The picture in grey, wrong pixels in the colour of the class that they were taken for."""
    grey = case.image.mean(-1, keepdims=True).repeat(3, -1) * 0.7 + 40
    colours = np.array([LINES.get(number, _BLUE) for number in range(len(NAMES))], np.float64)[case.predicted]
    wrong = ((case.truth != case.predicted) & (case.truth < UNSURE))[..., None]
    return np.asarray(np.where(wrong, 0.35 * grey + 0.65 * colours, grey), np.uint8)


def _key(width: int) -> Pixels:
    """What the colours mean, at the head of the sheet."""
    strip = Image.new("RGB", (width, 40), (_PAPER,) * 3)
    ImageDraw.Draw(strip).text((_MARGIN, 32), _KEY, fill=(106, 106, 118), font=ImageFont.load_default(15), anchor="ls")
    return np.array(strip)


def _widened(part: Pixels, width: int) -> Pixels:
    page = np.full((part.shape[0], width, 3), _PAPER, np.uint8)
    page[:, : part.shape[1]] = part
    return page
