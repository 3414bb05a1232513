"""The network as a function of pictures: any size in, masks of that size out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_model.inference import composite, letterbox, posing
from hairnet_model.inference import locate as locating
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.engines import Engine, PoseEngine, finer_engine, open_engine, open_pose_engine
from hairnet_model.inference.finer import look_finer, wants_finer
from hairnet_model.inference.letterbox import Probabilities
from hairnet_model.inference.pictures import Pictures, pictures

BATCH = 16
"""Pictures the network sees at once, at 224 x 224; fewer where they are larger. More were no faster on a CPU."""

POSE_HINT = "use the shipped hairnet, or a .tflite file of `hairnet-model export --pose`"
"""What to do where a network has no pose head."""


class Segmenter:
    """Finds hair and face.

    A picture's result does not depend on which others it is given with: measured on CPUs, bit for bit.

    The methods take uint8 (N, H, W, 3) RGB; one picture, uint8 (H, W, 3); a path; a Pillow image; or a list of
    pictures of any sizes. They return one array for a batch, one picture's result for one, and a list for a list.
    They raise UsageError for anything else, PictureError for a file that cannot be read, and HairnetError where the
    network puts out what is no number.

    Args:
        engine: of `engines.open_engine`.
        finer: opens a network for larger squares, which looks again at heads of many pixels (`inference.finer`); it is
            called when there is the first such head.
        open_poses: opens the same network with its pose head, when poses are asked for first; None if it has none.

    Attributes:
        engine: the same.
        size: side of the square the network sees, in pixels.
        batch: squares it sees at once.
    """

    def __init__(
        self,
        engine: Engine,
        finer: Callable[[], Engine] | None = None,
        open_poses: Callable[[], PoseEngine | None] = lambda: None,
    ) -> None:
        self.engine = engine
        self._open_finer = functools.cache(finer) if finer else None
        self._open_poses = functools.cache(open_poses)
        self.size = engine.image_size
        self.batch = max(1, min(BATCH, BATCH * 224 * 224 // self.size**2))

    @classmethod
    def load(cls, path: Path | str | None = None, engine: str | None = None, finer: bool = True) -> Segmenter:
        """Opens a model.

        Args:
            path: the name of a shipped network ("hairnet"; also None) or a `.tflite` file, which LiteRT runs, without
                Keras and TensorFlow; or a `.keras` file of ours or a run's folder, which Keras runs.
            engine: "litert" or "keras", for a shipped network; None for what fits.
            finer: where the network comes with a finer one ("hairnet" does), let that look at heads of many pixels.

        Raises:
            ModelError: it is missing, damaged, or no model of three classes.
            UsageError: the engine does not run such files.
        """
        opened = open_engine(path, engine)
        return cls(opened, finer_engine(path) if finer else None, lambda: open_pose_engine(path, engine))

    @property
    def poses(self) -> PoseEngine | None:
        """The network with its pose head; None if it has none."""
        return self._open_poses()

    def segment(self, images: Any, locate: bool = True) -> Any:
        """Finds the class of every pixel.

        Args:
            images: see the class.
            locate: look for small heads too, and at each one closely (`inference.locate`, `inference.finer`); False
                sees every picture once.

        Returns:
            uint8 (N, H, W) of class ids; (H, W) for one picture; a list of those for a list.
        """
        given = pictures(images)
        if locate:
            return _as_given(
                given, images, [composite.class_ids(located) for located in self.look(given.photos)], np.uint8
            )
        return _as_given(given, images, self._once(given.photos, letterbox.class_ids), np.uint8)

    def probabilities(self, images: Any, locate: bool = True) -> Any:
        """Finds how likely each pixel is of each class; the most likely is what `segment` gives.

        Args:
            images: see the class.
            locate: see `segment`.

        Returns:
            float32 (N, H, W, 3) in the order of the class ids, 0..1, each pixel's sum 1; (H, W, 3) for one picture; a
            list of those for a list.
        """
        given = pictures(images)
        if locate:
            results = [composite.probabilities(located) for located in self.look(given.photos)]
        else:
            results = self._once(given.photos, letterbox.unframe)
        return _as_given(given, images, results, np.float32)

    def heads(self, images: Any, locate: bool = True) -> Any:
        """Finds the heads, and their poses where the network has a pose head (the shipped `hairnet` has).

        Args:
            images: see the class.
            locate: see `segment`.

        Returns:
            A list of `Head` for each picture, largest first: a list of lists, but a single list for one picture.
        """
        given = pictures(images)
        results = [list(located.heads) for located in self.look(given.photos, locate, self.poses is not None)]
        return results[0] if given.kind == "one" else results

    def look(self, photos: Sequence[Pixels], locate: bool = True, poses: bool = False) -> Iterator[Located]:
        """All that is found in photos, in their order, for `composite` to make masks of.

        Args:
            photos: each uint8 (H, W, 3) RGB, any H and W from 1.
            locate: see `segment`.
            poses: find the heads' poses too.

        Raises:
            UsageError: poses are asked for, and the network has no pose head.
        """
        poser = self.poses if poses else None
        if poses and poser is None:
            raise UsageError("--pose", "the model has no pose head", POSE_HINT)
        for start in range(0, len(photos), self.batch):
            some = photos[start : start + self.batch]
            frames = self._framed(some)
            seen, posed = (self.of_frames(frames), None) if poser is None else poser.with_poses(frames)
            for number, (photo, whole) in enumerate(zip(some, seen, strict=True)):
                if locate:
                    located = locating.locate(photo, whole, self.of_frames)
                else:
                    located = locating.look_once(photo.shape[0], photo.shape[1], whole)
                if poser is not None and posed is not None:
                    located = posing.with_poses(photo, located, posed[number], poser)
                yield self._finer(photo, located) if locate else located

    def _finer(self, photo: Pixels, located: Located) -> Located:
        if self._open_finer is None or not wants_finer(located):
            return located
        return look_finer(photo, located, self._open_finer())

    def of_frames(self, frames: Pixels) -> Probabilities:
        """Probabilities of pictures that are framed already.

        Args:
            frames: uint8 (N, S, S, 3) RGB, of `letterbox.frame`; N from 1, `batch` of them seen at once.

        Returns:
            float32 (N, S, S, 3).

        Raises:
            HairnetError: the network puts out what is no number.
        """
        starts = range(0, len(frames), self.batch)
        return np.concatenate([self.engine(frames[start : start + self.batch]) for start in starts])

    def _framed(self, photos: Sequence[Pixels]) -> Pixels:
        return np.stack([letterbox.frame(photo, self.size) for photo in photos])

    def _once(self, photos: Sequence[Pixels], to_photo: Callable[[Probabilities, int, int], Any]) -> list[Any]:
        results = []
        for start in range(0, len(photos), self.batch):
            some = photos[start : start + self.batch]
            said = self.of_frames(self._framed(some))
            results += [to_photo(seen, *photo.shape[:2]) for photo, seen in zip(some, said, strict=True)]
        return results


def _as_given(given: Pictures, images: Any, results: list[Any], kind: type) -> Any:
    """One result for one picture, an array for a batch, a list for a list."""
    if given.kind == "one":
        return results[0]
    if given.kind == "list":
        return results
    if results:
        return np.stack(results)
    shape = np.asarray(images).shape
    return np.empty(shape if kind is np.float32 else shape[:3], kind)
