"""What runs a network: LiteRT, which imports neither Keras nor TensorFlow, or Keras."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import HairnetError, UsageError, unreadable
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.model_io import shipped
from hairnet_model.model_io.errors import ModelError
from hairnet_model.networks import outputs
from hairnet_model.networks.pose_outputs import NUMBERS, Poses, decode

if TYPE_CHECKING:
    from hairnet_model.model_io.model_file import Model
    from hairnet_model.model_io.pose_file import PoseHead

ENGINES = ("litert", "keras")

THREADS = min(4, os.cpu_count() or 1)
"""Of LiteRT. The network is small: more than four were no faster."""

_MOST_BYTES = 1 << 30


class Engine(Protocol):
    """A network that can be run."""

    @property
    def image_size(self) -> int:
        """Side S of the squares it sees, in pixels."""

    def __call__(self, frames: Pixels) -> Probabilities:
        """From squares, uint8 (N, S, S, 3) RGB, N from 1, to probabilities, float32 (N, S, S, 3)."""


class PoseEngine(Engine, Protocol):
    """A network with a pose head."""

    def with_poses(self, frames: Pixels) -> tuple[Probabilities, Poses]:
        """Probabilities as `Engine` has them, bit for bit, and the pose of the largest head in each of the squares."""


class KerasEngine:
    """A Keras model.

    Args:
        model: of `model_file.load`, or made in memory.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.image_size = model.image_size

    def __call__(self, frames: Pixels) -> Probabilities:
        """See `Engine`."""
        results = np.asarray(self.model.network.predict_on_batch(_two(frames)))[: len(frames)]
        return outputs.probabilities(_finite(results))


class KerasPoseEngine(KerasEngine):
    """A Keras model and its pose head.

    Args:
        model: of `model_file.load`.
        head: of `pose_file.load`.
    """

    def __init__(self, model: Model, head: PoseHead) -> None:
        from hairnet_model.networks import pose_head

        super().__init__(model)
        self.trunk, self.head = pose_head.trunk(model.network), head

    def with_poses(self, frames: Pixels) -> tuple[Probabilities, Poses]:
        """See `PoseEngine`."""
        features = self.trunk.predict_on_batch(_two(frames))
        numbers = np.asarray(self.head.network.predict_on_batch(features))[: len(frames)]
        return self(frames), decode(_finite(numbers))


def _two(frames: Pixels) -> Pixels:
    """One picture is run as two: for a batch of one, TensorFlow chooses ways to multiply whose last bits differ."""
    return np.concatenate([frames, frames]) if len(frames) == 1 else frames


class LiteRTEngine:
    """A LiteRT file, run by XNNPACK one picture after the other: it has one fixed size and a batch of one.

    An engine belongs to one thread at a time.

    Args:
        content: the file's bytes.
        where: what errors call it.
        threads: that share one picture.

    Raises:
        ModelError: it is damaged, or no network from one uint8 picture to three probabilities a pixel.
    """

    def __init__(self, content: bytes, where: str = "the model", threads: int = THREADS) -> None:
        from ai_edge_litert.interpreter import Interpreter

        hint = "give a file that `hairnet-model export` made"
        try:
            with _without_greetings():
                self._interpreter = Interpreter(model_content=content, num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:  # all that LiteRT raises on damage
            what = f"is no LiteRT model ({' '.join(str(error).split())[:100]})"
            raise ModelError(where, what, hint) from error
        inputs, results = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        # The largest output first: the converter gives several of them an order of its own.
        results = sorted(results, key=lambda end: -int(np.prod(end["shape"])))
        ends = [(tuple(int(n) for n in end["shape"]), np.dtype(end["dtype"]).name) for end in (*inputs, *results)]
        side = ends[0][0][1] if ends and len(ends[0][0]) == 4 else 0
        plain = [((1, side, side, 3), "uint8"), ((1, side, side, len(NAMES)), "float32")]
        if ends not in (plain, [*plain, ((1, 1, 1, NUMBERS), "float32")]):
            said = ", ".join(f"{kind} {shape}" for shape, kind in ends)
            raise ModelError(where, f"is another kind of network ({said})", hint)
        self.image_size = side
        self._input, self._outputs = inputs[0]["index"], [end["index"] for end in results]

    @property
    def has_poses(self) -> bool:
        """Whether the file has a pose head, so that `with_poses` works."""
        return len(self._outputs) == 2

    def __call__(self, frames: Pixels) -> Probabilities:
        """See `Engine`."""
        results = np.empty((*frames.shape[:3], len(NAMES)), np.float32)
        for number, frame in enumerate(frames):
            self._run(frame)
            results[number] = self._interpreter.get_tensor(self._outputs[0])[0]
        return np.asarray(_finite(results), np.float32)

    def with_poses(self, frames: Pixels) -> tuple[Probabilities, Poses]:
        """See `PoseEngine`; only where `has_poses`."""
        results = np.empty((*frames.shape[:3], len(NAMES)), np.float32)
        numbers = np.empty((len(frames), NUMBERS), np.float32)
        for number, frame in enumerate(frames):
            self._run(frame)
            results[number] = self._interpreter.get_tensor(self._outputs[0])[0]
            numbers[number] = self._interpreter.get_tensor(self._outputs[1]).reshape(NUMBERS)
        return np.asarray(_finite(results), np.float32), decode(_finite(numbers))

    def _run(self, frame: Pixels) -> None:
        self._interpreter.set_tensor(self._input, frame[None])
        self._interpreter.invoke()


def _finite(values: Any) -> Any:
    if not np.isfinite(values).all():
        hint = "its training went astray: train it anew"
        raise HairnetError("the model", "puts out values that are no numbers", hint)
    return values


def engine_for(path: Path | str | None, engine: str | None = None) -> str:
    """Which engine runs a model: the one that was asked for, else LiteRT for shipped names and `.tflite` files.

    Raises:
        UsageError: there is no such engine, or it does not run such files.
    """
    if engine not in (None, *ENGINES):
        raise UsageError("--engine", f"no {engine!r}", f"choose from {', '.join(ENGINES)}")
    if shipped.find(path):
        return engine or "litert"
    its_own = "litert" if Path(str(path)).suffix == ".tflite" else "keras"
    if engine not in (None, its_own):
        raise UsageError("--engine", f"{engine} does not run {path}", f"{its_own} does; leave --engine out")
    return its_own


def open_engine(path: Path | str | None = None, engine: str | None = None) -> Engine:
    """Opens a model.

    Args:
        path: a shipped network's name ("hairnet", also None; "drawn"), a `.tflite` or `.keras` file, or a run's folder.
        engine: "litert" or "keras"; None for what fits the file.

    Raises:
        ModelError: it is missing, damaged, or no model of three classes.
        UsageError: see `engine_for`.
    """
    own = shipped.find(path)
    if engine_for(path, engine) == "litert":
        file = own.litert if own else Path(str(path))
        return LiteRTEngine(_read(file), str(file))
    try:
        from hairnet_model.model_io import model_file
    except ImportError as error:
        hint = "pip install hairnet without --no-deps, or give a .tflite file of `hairnet-model export`"
        raise ModelError(str(path or shipped.DEFAULT), f"needs Keras ({error})", hint) from error
    return KerasEngine(model_file.load(path))


def finer_engine(path: Path | str | None = None) -> Callable[[], Engine] | None:
    """What opens the finer network that a shipped one comes with, on LiteRT; None for all others.

    Args:
        path: as for `open_engine`.
    """
    own = shipped.find(path)
    file = own.finer if own else None
    return (lambda: LiteRTEngine(_read(file), str(file))) if file else None


def open_pose_engine(path: Path | str | None = None, engine: str | None = None) -> PoseEngine | None:
    """Opens the same model with its pose head; None if it has none.

    Args:
        path: as for `open_engine`. The pose head of a `.tflite` file is in the file itself, that of a run is
            `pose.keras` in its folder.
        engine: as for `open_engine`.

    Raises:
        ModelError: it is damaged, or the head of another network.
    """
    own = shipped.find(path)
    if engine_for(path, engine) == "litert":
        file = own.pose_litert if own else Path(str(path))
        if file is None or not file.is_file():
            return None
        opened = LiteRTEngine(_read(file), str(file))
        return opened if opened.has_poses else None
    from hairnet_model.model_io import model_file, pose_file

    beside = pose_file.beside(path)
    if beside is None:
        return None
    model = model_file.load(path)
    return KerasPoseEngine(model, pose_file.load(beside, model))


def _read(file: Path) -> bytes:
    hint = "give a .tflite or .keras file, or a folder that `hairnet-model train` made"
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ModelError(str(file), f"has more than {_MOST_BYTES:,} bytes", hint)
        return file.read_bytes()
    except FileNotFoundError:
        raise ModelError(str(file), "is missing", hint) from None
    except OSError as error:
        raise ModelError(str(file), unreadable(error), hint) from error


@contextlib.contextmanager
def _without_greetings() -> Iterator[None]:
    """LiteRT says on standard error, from C++, which delegate it made: of no use to anyone."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
