"""A video to its masks and to videos of other pictures: decoded, segmented and encoded at once, part by part."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import FACE, HAIR
from hairnet_data.core.errors import BuildError, HairnetError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.atomic import install_folder, write_atomic
from hairnet_data.core.version import __version__
from hairnet_model.inference import composite
from hairnet_model.inference.axes import draw_axes
from hairnet_model.inference.cuts import Located
from hairnet_model.inference.looks import Dye
from hairnet_model.inference.posing import with_poses
from hairnet_model.inference.prediction_report import VideoResult, head_from_json
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.video import parts, resuming, writing
from hairnet_model.inference.video.reading import Frame, VideoError, VideoReader
from hairnet_model.inference.video.resuming import State
from hairnet_model.inference.video.steadying import Steadier
from hairnet_model.inference.video.tracking import Tracker

FRAMES_A_PART = 150
"""Frames after which the state is kept: so many are done again at most."""


@dataclass(frozen=True, slots=True)
class VideoOutputs:
    """What is made of a video.

    Attributes:
        overlay: the video with hair and face tinted, and its sound.
        sequence: the masks as PNGs in a folder; False for a video of them.
        locate: look for small heads and follow them; False sees each frame once.
        steady: average over time what hardly changes.
        dye: the video with its hair recoloured, and its sound.
        bald: the video without the hair above the eyes, and its sound.
        pose: the poses of the heads in a table, and their axes on the overlay.
    """

    overlay: bool = False
    sequence: bool = False
    locate: bool = True
    steady: bool = True
    dye: Dye | None = None
    bald: bool = False
    pose: bool = False

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of the videos of pictures beside the masks: of `VIDEO_overlay.mp4`, "overlay"."""
        asked = {"overlay": self.overlay, "recoloured": self.dye is not None, "bald": self.bald}
        return tuple(name for name, wanted in asked.items() if wanted)


def segment_videos(
    videos: Sequence[tuple[Path, Path]],
    segmenter: Segmenter,
    outputs: VideoOutputs = VideoOutputs(),
    progress: Progress = silent,
) -> tuple[list[VideoResult], list[HairnetError]]:
    """Writes the masks of videos, one after another.

    Args:
        videos: the file of each, and the name of what is written.
        segmenter: see `segment_video`, as of all that follow.
        outputs: what is made.
        progress: called with how many frames of each are done.

    Returns:
        What was found, and what was wrong with those that could not be used.

    Raises:
        BuildError: the outputs cannot be written.
        HairnetError: the network puts out what is no number.
    """
    results: list[VideoResult] = []
    errors: list[HairnetError] = []
    for path, name in videos:
        try:
            result, wrong = segment_video(path, name, segmenter, outputs, progress)
        except VideoError as error:
            errors.append(error)
        else:
            results.append(result)
            errors += wrong
    return results, errors


def segment_video(
    path: Path, name: Path, segmenter: Segmenter, outputs: VideoOutputs = VideoOutputs(), progress: Progress = silent
) -> tuple[VideoResult, list[HairnetError]]:
    """Writes the masks of a video: `NAME.mkv`, grey values that are class ids, without loss; or PNGs in `NAME_frames`.

    What is not complete is in a hidden folder beside it, `.NAME.part`, and the same call goes on with that. What is
    there already, of the same video by the same model in the same way, is not made again. `NAME.json` says what was
    found; videos of pictures are `NAME_overlay.mp4`, `NAME_recoloured.mp4` and `NAME_bald.mp4`, the table of the poses
    `NAME_poses.csv`, see `parts.POSE_COLUMNS`.

    Args:
        path: the video.
        name: of what is written, without an ending.
        segmenter: finds the classes.
        outputs: what is made, and how.
        progress: called with how many frames are done.

    Returns:
        What was found, and what was wrong with the video if it could be used all the same.

    Raises:
        VideoError: it cannot be read, or has no frames.
        BuildError: the outputs cannot be written.
        HairnetError: the network puts out what is no number.
    """
    with VideoReader(path) as video:
        job = _job(path, segmenter, outputs)
        masks = name.with_name(name.name + ("_frames" if outputs.sequence else writing.MASKS.ending))
        pictures = {each: name.with_name(f"{name.name}_{each}{writing.PICTURES.ending}") for each in outputs.pictures}
        report = name.with_name(f"{name.name}.json")
        poses = name.with_name(f"{name.name}_poses.csv") if outputs.pose else None
        done = _done(report, job, [masks, *pictures.values(), *([poses] if poses else [])])
        if done:
            progress(path.name, done.frames, done.frames)
            return done, []
        if outputs.sequence:
            parts.refuse_others(masks)
        draft = name.with_name(f".{name.name}.part")
        state = State(Tracker(segmenter.of_frames, segmenter.size, outputs.locate), Steadier())
        resuming.open_draft(draft, job, state)
        with _errors(draft):
            _segment(video, draft, job, state, outputs, segmenter, progress)
            _put_together(video, draft, state, masks, pictures)
            if poses:
                texts = (parts.poses_file(draft, number).read_bytes() for number in range(state.counted.parts))
                write_atomic(poses, b"".join([",".join(parts.POSE_COLUMNS).encode() + b"\n", *texts]))
        counted = state.counted
        pixels = counted.frames * counted.width * counted.height
        shares = counted.hair / pixels, counted.face / pixels
        result = VideoResult(
            path, masks, counted.width, counted.height, *shares, counted.heads, counted.seconds, counted.frames,
            round(float(video.rate), 3),
        )  # fmt: skip
        write_atomic(report, json.dumps({**result.to_json(), "job": job}, indent=2).encode())
        shutil.rmtree(draft, ignore_errors=True)
        errors: list[HairnetError] = []
        if video.damaged:
            what = f"{video.damaged:,} packets cannot be decoded and were left out"
            errors.append(VideoError(str(path), what, "check that it plays; the file may be incomplete"))
        return result, errors


def _segment(
    video: VideoReader,
    draft: Path,
    job: str,
    state: State,
    outputs: VideoOutputs,
    segmenter: Segmenter,
    progress: Progress,
) -> None:
    """Makes the parts that are missing."""
    poser = segmenter.poses if outputs.pose else None
    counted = state.counted
    began = time.perf_counter() - counted.seconds
    progress(video.path.name, counted.frames, max(video.frames, counted.frames, 1))
    with ThreadPoolExecutor(1) as decoder, ThreadPoolExecutor(1) as encoder:
        written: Future[None] | None = None
        part: parts.Part | None = None

        def keep(part: parts.Part) -> None:
            if written is not None:
                written.result()
            part.close()
            counted.parts, counted.seconds = counted.parts + 1, time.perf_counter() - began
            resuming.save(draft, job, state)

        for frame in _ahead(video.read(counted.frames, counted.time), decoder):
            if part is None:
                counted.height, counted.width = frame.pixels.shape[:2]
                part = parts.Part(
                    draft, counted.parts, (counted.height, counted.width), video.rate, video.time_base, video.aspect,
                    outputs.pictures, outputs.sequence, outputs.pose,
                )  # fmt: skip
            seconds = float(frame.time * video.time_base)
            located = state.tracker.follow(frame.pixels, seconds)
            if poser is not None:
                # One look each: the frames before and after steady it.
                located = with_poses(frame.pixels, located, None, poser, scales=())
                heads = state.poses.steady(located.heads, seconds) if outputs.steady else located.heads
                located = replace(located, heads=heads)
            if outputs.steady:
                located = state.steadier.steady(located, frame.pixels)
            mask = composite.class_ids(located)
            counted.frames, counted.time = frame.number + 1, frame.time
            counted.hair += int(np.count_nonzero(mask == HAIR))
            counted.face += int(np.count_nonzero(mask == FACE))
            counted.heads = max(counted.heads, located.heads, key=len)
            if written is not None:
                written.result()
            written = encoder.submit(_write, part, frame, mask, located, seconds, outputs, state)
            if counted.frames % FRAMES_A_PART == 0:
                keep(part)
                part, written = None, None
            progress(video.path.name, counted.frames, max(video.frames, counted.frames + 1))
        if part is not None:
            keep(part)
    if not counted.frames:
        shutil.rmtree(draft, ignore_errors=True)
        raise VideoError(str(video.path), "has no frames that can be decoded", "check that it plays")
    progress(video.path.name, counted.frames, counted.frames)


def _write(
    part: parts.Part, frame: Frame, mask: Pixels, located: Located, seconds: float, outputs: VideoOutputs, state: State
) -> None:
    """Makes and writes what there is of a frame; frames come here one after another."""
    pictures = {}
    if outputs.overlay:
        tinted = parts.tinted(frame.pixels, mask)
        pictures["overlay"] = draw_axes(tinted, located.heads) if outputs.pose else tinted
    if outputs.dye:
        pictures["recoloured"] = state.dyer.dyed(frame.pixels, located, outputs.dye, seconds)
    if outputs.bald:
        pictures["bald"] = state.shaver.shaved(frame.pixels, located, seconds)
    part.write(frame, mask, pictures, located.heads)


def _ahead(frames: Iterator[Frame], decoder: ThreadPoolExecutor) -> Iterator[Frame]:
    """Has the next frame decoded while this one is segmented."""
    coming = decoder.submit(next, frames, None)
    while (frame := coming.result()) is not None:
        coming = decoder.submit(next, frames, None)
        yield frame


def _put_together(video: VideoReader, draft: Path, state: State, masks: Path, pictures: dict[str, Path]) -> None:
    """Gives what is complete its own name."""

    def files(name: str) -> list[Path]:
        return [parts.part_file(draft, number, name) for number in range(state.counted.parts)]

    if masks.suffix == writing.MASKS.ending:
        writing.join(files(parts.MASK), masks)
    elif parts.png_folder(draft).exists():  # else an earlier run got so far
        install_folder(parts.png_folder(draft), masks)
    for name, file in pictures.items():
        writing.join(files(name), file, video.path if video.has_sound else None)


def _job(path: Path, segmenter: Segmenter, outputs: VideoOutputs) -> str:
    """All that the outputs depend on: the file as it is, the model by what it says of a pattern, and the settings."""
    side = segmenter.size
    pattern = (np.arange(side * side * 3) * 37 % 251).astype(np.uint8).reshape(1, side, side, 3)
    poser = segmenter.poses if outputs.pose else None
    said = np.round(segmenter.of_frames(pattern), 3)
    if poser is not None:
        said = np.append(said, np.round(poser.with_poses(pattern)[1].numbers(), 2))
    about = path.stat()
    settings = [__version__, about.st_size, about.st_mtime_ns, hashlib.sha256(said.tobytes()).hexdigest()]
    return hashlib.sha256(json.dumps([*settings, asdict(outputs)]).encode()).hexdigest()


def _done(report: Path, job: str, files: list[Path]) -> VideoResult | None:
    """What an earlier run found, if it did all this."""
    try:
        values: dict[str, Any] = json.loads(report.read_bytes())
        if values.pop("job") != job or not all(file.exists() for file in files):
            return None
        heads = tuple(map(head_from_json, values["heads"]))
        return VideoResult(**{**values, "file": Path(values["file"]), "mask": files[0], "heads": heads})
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def _errors(draft: Path) -> Iterator[None]:
    """Errors of the system as ours."""
    try:
        yield
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(draft.parent), what, "check its permissions and the room left on the disk") from error
