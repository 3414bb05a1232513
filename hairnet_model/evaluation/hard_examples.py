"""The pictures with the largest errors, as a contact sheet: it shows what to improve next, which a mean does not."""

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
"""Cases shown per split: with truth and prediction side by side they fill a row of a screen."""

LEAST = 0.02
"""The least share of the picture that a head counts as: a sliver at the frame is easily entirely wrong."""

_SPARE = 5  # times as many are kept per split as are shown: some of them are shown in another split
_SIDE = 224
_BLUE = (64, 128, 255)  # for the background, as light as the lines of the other two
_PAPER, _MARGIN = 244, 28
_KEY = (
    "Left, the picture with its true outlines. Right, the predicted outlines, and every wrong pixel in the colour of "
    "the predicted class: red hair, green face, blue background."
)


def error(case: Case) -> float:
    """The error of a prediction, 0 to 1.

    For a portrait, the share of wrong pixels among those that truth or prediction labels hair or face. It treats a
    small head like a large one, which a share of all pixels would not; and the smaller class does not dominate it,
    as it would the mean F1 of hair and face: there every shaven head with a few hairs comes out worst.
    For a negative, the share of its pixels predicted as hair or face. Pixels without a label are left out.
    """
    matrix = case.counts.confusion
    labelled = int(matrix.sum())
    if not labelled:
        return 0.0
    wrong = labelled - int(np.trace(matrix))
    if case.kind == "negative":
        return wrong / labelled
    head = labelled - int(matrix[BACKGROUND, BACKGROUND])
    return wrong / max(head, LEAST * labelled)


def check_sheet_path(path: Path) -> None:
    """Checks, before a long evaluation, that a sheet can be saved there.

    Raises:
        UsageError: it does not end in .png, or its folder is missing.
    """
    if path.suffix.lower() != ".png":
        raise UsageError("--worst", f"{path.name!r} is not a .png", "end it in .png")
    if not path.parent.is_dir():
        raise UsageError("--worst", f"the folder {path.parent} is missing", "make it first")


def mistakes(case: Case) -> tuple[str, ...]:
    """Captions: the scores of a portrait, and the confusion with the most wrong pixels."""
    matrix = case.counts.confusion.copy()
    scores = metrics.f1(matrix)
    np.fill_diagonal(matrix, 0)
    truth, predicted = divmod(int(matrix.argmax()), len(NAMES))
    most = f"{matrix[truth, predicted] / max(1, matrix.sum()):.0%} {NAMES[truth]} taken for {NAMES[predicted]}"
    if case.kind == "negative":
        return (most,)
    hair, face = ("none" if np.isnan(scores[number]) else f"{scores[number]:.2f}" for number in (HAIR, FACE))
    return f"F1 hair {hair}, face {face}", most


class HardExamples:
    """Keeps the cases with the largest errors of every split: `evaluate(..., watch=hard_examples.add)`.

    Args:
        each: cases shown per split.
    """

    def __init__(self, each: int = EACH) -> None:
        self._each = each
        self._kept: dict[str, dict[tuple[str, str], tuple[float, Case]]] = {}
        self._errors: dict[tuple[str, str], list[float]] = {}

    def add(self, case: Case) -> None:
        """Keeps a case if it is among the worst of its split."""
        case_error = error(case)
        kept = self._kept.setdefault(case.split, {})
        self._errors.setdefault((case.split, case.kind), []).append(case_error)
        subject = (case.kind, case.source_id)
        if case_error <= 0 or (subject in kept and kept[subject][0] >= case_error):
            return
        if subject not in kept and len(kept) == self._each * _SPARE:
            mildest = min(kept, key=lambda other: kept[other][0])
            if kept[mildest][0] >= case_error:
                return
            del kept[mildest]
        # The arrays are views of a batch, which would stay in memory with them.
        copies = {name: getattr(case, name).copy() for name in ("image", "truth", "predicted")}
        kept[subject] = case_error, replace(case, **copies)

    def rows(self) -> dict[str, list[tuple[float, Case]]]:
        """The worst cases of each split with their errors, the largest first.

        A portrait or background is shown once, in the first split where it is among the worst: one that is hard
        unchanged is also hard shifted, rotated and half hidden, and would fill the sheet.
        """
        rows: dict[str, list[tuple[float, Case]]] = {}
        shown: set[tuple[str, str]] = set()
        for split, kept in self._kept.items():
            fresh = [subject for subject in kept if subject not in shown]
            worst = sorted(fresh, key=lambda subject: (-kept[subject][0], kept[subject][1].index))[: self._each]
            shown.update(worst)
            rows[split] = [kept[subject] for subject in worst]
        return rows

    def sheet(self) -> Pixels:
        """Draws them: uint8 (H, W, 3) RGB, a row per split, truth and prediction side by side."""
        parts = [self._row(split, worst) for split, worst in self.rows().items()]
        parts = parts or [contact_sheet([], 1, "no case was added")]
        width = max(part.shape[1] for part in parts)
        return np.concatenate([_key(width), *(_widened(part, width) for part in parts)])

    def save(self, path: Path) -> None:
        """Saves the sheet as a PNG.

        Raises:
            BuildError: it cannot be written.
        """
        save_png(path, self.sheet())

    def _row(self, split: str, worst: list[tuple[float, Case]]) -> Pixels:
        cells = [cell for case_error, case in worst for cell in _pair(case_error, case)]
        kinds = {kind: errors for (name, kind), errors in self._errors.items() if name == split}
        pictures = sum(map(len, kinds.values()))
        medians = ", ".join(f"of a {kind} {statistics.median(errors):.1%}" for kind, errors in kinds.items())
        worse = sum(case_error > worst[-1][0] for case_error, _ in self._kept[split].values()) if worst else 0
        others = " not shown above" if worse >= len(worst) > 0 else ""
        title = f"{split}: the worst {len(worst)} of {pictures:,}{others} (median error {medians})"
        return contact_sheet(cells, 2 * self._each, title, _SIDE)


def _pair(case_error: float, case: Case) -> tuple[Cell, Cell]:
    """The truth, and the prediction beside it."""
    subject = (case.source_id, *(f"{name} {value}" for name, value in case.traits.items()))
    title = f"predicted, {case_error:.1%} false" if case.kind == "negative" else f"predicted, {case_error:.0%} wrong"
    left = Cell(case.image, case.truth, f"{case.split} {case.index}", (", ".join(subject),))
    return left, Cell(_painted(case), case.predicted, title, mistakes(case))


def _painted(case: Case) -> Pixels:
    """The picture in grey, wrong pixels in the colour of the predicted class."""
    grey = case.image.mean(-1, keepdims=True).repeat(3, -1) * 0.7 + 40
    colours = np.array([LINES.get(number, _BLUE) for number in range(len(NAMES))], np.float64)[case.predicted]
    wrong = ((case.truth != case.predicted) & (case.truth < UNSURE))[..., None]
    return np.asarray(np.where(wrong, 0.35 * grey + 0.65 * colours, grey), np.uint8)


def _key(width: int) -> Pixels:
    """The legend, at the top of the sheet."""
    strip = Image.new("RGB", (width, 40), (_PAPER,) * 3)
    ImageDraw.Draw(strip).text((_MARGIN, 32), _KEY, fill=(106, 106, 118), font=ImageFont.load_default(15), anchor="ls")
    return np.array(strip)


def _widened(part: Pixels, width: int) -> Pixels:
    page = np.full((part.shape[0], width, 3), _PAPER, np.uint8)
    page[:, : part.shape[1]] = part
    return page
