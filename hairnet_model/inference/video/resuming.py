"""What is kept of a video that is not done yet: finished parts, and all that the next frame depends on."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.atomic import atomic_writer
from hairnet_model.effects.bald import Scalp
from hairnet_model.effects.recolour import Fit
from hairnet_model.effects.tone import Tone
from hairnet_model.inference.components import Head
from hairnet_model.inference.cuts import Cut, Located
from hairnet_model.inference.prediction_report import head_from_json, head_to_json
from hairnet_model.inference.squares import Square
from hairnet_model.inference.video.dyeing import Dyer
from hairnet_model.inference.video.pose_filter import PoseSteadier
from hairnet_model.inference.video.shaving import Followed, Shaver
from hairnet_model.inference.video.steadying import Steadier
from hairnet_model.inference.video.tracking import Track, Tracker

_STATE = "state.npz"


@dataclass(slots=True)
class Counted:
    """What was found so far.

    Attributes:
        parts: finished ones.
        frames: in these.
        time: of the last of these, in the video's steps.
        hair: pixels of hair in them.
        face: pixels of face.
        heads: of the frame that shows the most.
        seconds: of work.
        height: rows of the frames.
        width: columns.
    """

    parts: int = 0
    frames: int = 0
    time: int | None = None
    hair: int = 0
    face: int = 0
    heads: tuple[Head, ...] = ()
    seconds: float = 0.0
    height: int = 0
    width: int = 0


@dataclass(slots=True)
class State:
    """A job between two parts."""

    tracker: Tracker
    steadier: Steadier
    poses: PoseSteadier = field(default_factory=PoseSteadier)
    dyer: Dyer = field(default_factory=Dyer)
    shaver: Shaver = field(default_factory=Shaver)
    counted: Counted = field(default_factory=Counted)


def open_draft(folder: Path, job: str, state: State) -> None:
    """Makes the folder of a job's parts, or goes on with what an earlier run of the same job left there.

    Args:
        folder: hidden, beside what is to be written.
        job: all that the parts depend on; those of another job are removed.
        state: filled from the folder.

    Raises:
        BuildError: the folder cannot be made.
    """
    file = folder / _STATE
    try:
        if file.is_file() and _restored(file, job, state):
            return
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        what = f"the folder cannot be made ({error.strerror or error})"
        raise BuildError(str(folder.parent), what, "name another folder with --out") from error


def save(folder: Path, job: str, state: State) -> None:
    """Writes the state, after another part is there whole.

    Raises:
        OSError: it cannot be written.
    """
    tracker, counted, before = state.tracker, state.counted, state.steadier.before
    values: dict[str, Any] = {
        "job": job,
        "counted": {**asdict(counted), "heads": None},
        "heads": [head_to_json(head) for head in counted.heads],
        "poses": state.poses.to_json(),
        "tracks": [[_list(track.square), track.box, track.is_head] for track in tracker.tracks],
        "plain": tracker.plain,
        "dyer": asdict(state.dyer),
        "shaver": asdict(state.shaver),
        "searched": [tracker.searched, tracker.rested, tracker.lost],
        "cuts": [[_list(cut.square), cut.box] for cut in before.cuts] if before else [],
        "shape": [before.height, before.width] if before else None,
    }
    arrays: dict[str, Any] = (
        {f"cut{number}": cut.probabilities for number, cut in enumerate(before.cuts)} if before else {}
    )
    if before is not None:
        arrays["whole"] = before.whole
    if tracker.doubted is not None:
        arrays["doubted"] = tracker.doubted
    if state.steadier.grey is not None:
        arrays["grey"] = state.steadier.grey
    with atomic_writer(folder / _STATE, sync=True) as file:
        np.savez(file, about=np.array(json.dumps(values)), **arrays)


def _list(square: Square) -> list[int]:
    return [square.left, square.top, square.side]


def _restored(file: Path, job: str, state: State) -> bool:
    """Fills the state; False if the file is another job's or damaged."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            values = json.loads(str(stored["about"]))
            if values["job"] != job:
                return False
            heads = tuple(map(head_from_json, values["heads"]))
            counted = Counted(**{**values["counted"], "heads": heads})
            tracks = [Track(Square(*square), _box(box), is_head) for square, box, is_head in values["tracks"]]
            dyer = Dyer(_fit(values["dyer"]["mean"]), values["dyer"]["time"])
            shaver = _shaver(values["shaver"])
            before = None
            if values["shape"] is not None:
                cuts = tuple(
                    Cut(Square(*square), stored[f"cut{number}"], _box(box))
                    for number, (square, box) in enumerate(values["cuts"])
                )
                height, width = values["shape"]
                before = Located(height, width, stored["whole"], cuts, (), 0)
                state.steadier.grey = stored["grey"]
            doubted = stored.get("doubted")
            state.poses.restore(values["poses"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return False
    state.counted, state.dyer, state.shaver = counted, dyer, shaver
    state.tracker.tracks = tracks
    state.tracker.plain = [_box(box) for box in values["plain"]]
    state.tracker.searched, state.tracker.rested, state.tracker.lost = values["searched"]
    state.tracker.doubted = doubted
    state.steadier.before = before
    return True


def _fit(values: dict[str, Any] | None) -> Fit | None:
    return None if values is None else Fit(Tone(**values["curve"]), values["top"], values["end"])


def _shaver(values: dict[str, Any]) -> Shaver:
    before = [
        Followed(Scalp(**{**head["scalp"], "light": tuple(head["scalp"]["light"])}), tuple(head["speed"]))
        for head in values["before"]
    ]
    return Shaver(before, values["time"])


def _box(values: list[float]) -> tuple[float, float, float, float]:
    x, y, width, height = values
    return x, y, width, height
