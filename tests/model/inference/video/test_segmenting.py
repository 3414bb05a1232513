"""A video to masks and overlay: exact, and resumed wherever it was stopped."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_model.effects.colours import target
from hairnet_model.inference.looks import Dye
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.video.segmenting import VideoOutputs, segment_video
from tests.support import colours, videos
from tests.support.short_videos import COUNT, Counting, Stop, masks, names, outside_edges

pytestmark = pytest.mark.usefixtures("short_parts")
BOTH = VideoOutputs(overlay=True)
ALL = VideoOutputs(overlay=True, dye=Dye(target("blue")), bald=True)


def test_recoloured_and_bald_videos_have_the_sound_and_the_times(tmp_path: Path, segmenter: Segmenter) -> None:
    frames = [colours.painted(mask).copy() for mask in masks()]
    for one, mask in zip(frames, masks(), strict=True):  # eyes: without them no face is seen
        rows, columns = np.nonzero(mask == 2)
        top, middle = rows.min(), int(columns.mean())
        high = (rows.max() - top) // 3
        for eye in (middle - 5, middle + 2):
            one[top + high : top + high + 3, eye : eye + 4] //= 2
    video = videos.write(tmp_path / "in" / "a.mkv", frames, sound="flac")
    segment_video(video, tmp_path / "out" / "a", segmenter, ALL)
    assert names(tmp_path / "out") == ["a.json", "a.mkv", "a_bald.mp4", "a_overlay.mp4", "a_recoloured.mp4"]
    hair = np.array(masks()) == 1
    before = np.array(videos.read(video)).astype(int)
    for name in ("recoloured", "bald"):
        path = tmp_path / "out" / f"a_{name}.mp4"
        assert videos.tone(path)[0] == "flac"
        assert videos.times(path) == pytest.approx(videos.times(video), abs=2e-3)
        made = np.array(videos.read(path)).astype(int)
        assert np.abs(made - before)[hair].mean() > 30
    recoloured = np.array(videos.read(tmp_path / "out" / "a_recoloured.mp4")).astype(int)
    assert recoloured[hair][:, 2].mean() > recoloured[hair][:, 0].mean() + 30, "red hair is blue"


def test_a_recoloured_video_that_was_stopped_goes_on(tmp_path: Path, segmenter: Segmenter) -> None:
    # It becomes darker, so that what was estimated before has a say in every frame.
    darker = [(colours.painted(mask) * (1 - 0.04 * number)).astype(np.uint8) for number, mask in enumerate(masks())]
    video = videos.write(tmp_path / "in" / "a.mkv", darker)

    def stop(what: str, done: int, total: int, note: str = "") -> None:
        if done == 9:
            raise Stop

    with pytest.raises(Stop):
        segment_video(video, tmp_path / "out" / "a", segmenter, ALL, stop)
    assert not (tmp_path / "out" / "a_recoloured.mp4").exists()
    for folder in ("out", "whole"):
        segment_video(video, tmp_path / folder / "a", segmenter, ALL)
    for name in ("a_recoloured.mp4", "a_bald.mp4"):
        np.testing.assert_array_equal(*(videos.read(tmp_path / folder / name) for folder in ("out", "whole")))


def test_masks_and_overlay(tmp_path: Path, segmenter: Segmenter, video: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    result, errors = segment_video(video, tmp_path / "out" / "a", segmenter, BOTH, lambda *args: seen.append(args))
    assert not errors
    assert names(tmp_path / "out") == ["a.json", "a.mkv", "a_overlay.mp4"]
    got = videos.read(tmp_path / "out" / "a.mkv", "gray")
    assert outside_edges(got) == 0
    overlay = videos.read(tmp_path / "out" / "a_overlay.mp4")
    assert len(overlay) == COUNT
    assert overlay[0].shape == (72, 96, 3)
    assert videos.tone(tmp_path / "out" / "a_overlay.mp4")[0] == "flac"
    assert videos.times(tmp_path / "out" / "a.mkv") == pytest.approx(videos.times(video), abs=2e-3)
    assert (result.frames, result.rate, result.width, result.height, len(result.heads)) == (COUNT, 10, 96, 72, 1)
    assert result.hair == pytest.approx(np.mean([mask == 1 for mask in got]))
    assert result.face == pytest.approx(np.mean([mask == 2 for mask in got]))
    assert seen[0][:2] == ("a.mkv", 0)
    assert [done for _, done, _ in seen] == [*range(COUNT + 1), COUNT]
    assert seen[-1] == ("a.mkv", COUNT, COUNT)
    report = json.loads((tmp_path / "out" / "a.json").read_text())
    assert (report["frames"], report["heads"][0]["box"]) == (COUNT, list(result.heads[0].box))


def test_a_sequence_of_pngs(tmp_path: Path, segmenter: Segmenter, video: Path) -> None:
    segment_video(video, tmp_path / "out" / "a", segmenter, VideoOutputs(sequence=True))
    files = sorted((tmp_path / "out" / "a_frames").iterdir())
    assert [file.name for file in files] == [f"{number:06}.png" for number in range(COUNT)]
    with Image.open(files[0]) as image:
        assert (image.mode, image.size) == ("L", (96, 72))
    as_video = tmp_path / "out2" / "a"
    segment_video(video, as_video, segmenter)
    np.testing.assert_array_equal(
        [np.asarray(Image.open(file)) for file in files], videos.read(Path(f"{as_video}.mkv"), "gray")
    )
    assert names(tmp_path / "out")[0] == "a.json"
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize("sequence", [False, True])
@pytest.mark.parametrize("stopped", [(0,), (1,), (4,), (5,), (7, 9), (3, 3), (COUNT,)])
def test_what_was_stopped_goes_on(
    tmp_path: Path, segmenter: Counting, video: Path, stopped: tuple[int, ...], sequence: bool
) -> None:
    outputs = VideoOutputs(overlay=True, sequence=sequence)
    name = tmp_path / "out" / "a"
    for at in stopped:

        def stop(what: str, done: int, total: int, note: str = "", at: int = at) -> None:
            if done == at:
                raise Stop

        with pytest.raises(Stop):
            segment_video(video, name, segmenter, outputs, stop)
        assert names(tmp_path / "out")[0] == ".a.part"
        assert not [file for file in names(tmp_path / "out") if not file.startswith(".a.part")], "nothing half-written"
    segmenter.squares = 0
    segment_video(video, name, segmenter, outputs)
    resumed = segmenter.squares
    segmenter.squares = 0
    segment_video(video, tmp_path / "whole" / "a", segmenter, outputs)
    kept = stopped[-1] // 4 * 4 if stopped[-1] < COUNT else 8
    assert resumed < segmenter.squares - kept + 1, "what was kept is not done again"
    assert names(tmp_path / "out") == names(tmp_path / "whole")
    for file in names(tmp_path / "out"):
        if file.endswith((".mkv", ".png")):
            once, again = (tmp_path / folder / file for folder in ("whole", "out"))
            np.testing.assert_array_equal(videos.read(once, "gray"), videos.read(again, "gray"))
    overlays = [videos.read(tmp_path / folder / "a_overlay.mp4") for folder in ("whole", "out")]
    np.testing.assert_array_equal(*overlays)


def test_other_settings_begin_anew(tmp_path: Path, segmenter: Counting, video: Path) -> None:
    def stop(what: str, done: int, total: int, note: str = "") -> None:
        if done == 9:
            raise Stop

    for steady in (True, False):
        with pytest.raises(Stop):
            segment_video(video, tmp_path / "out" / "a", segmenter, VideoOutputs(steady=steady), stop)
    segment_video(video, tmp_path / "out" / "a", segmenter, VideoOutputs(steady=False))
    segment_video(video, tmp_path / "whole" / "a", segmenter, VideoOutputs(steady=False))
    got = [videos.read(tmp_path / folder / "a.mkv", "gray") for folder in ("out", "whole")]
    np.testing.assert_array_equal(*got)


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_state_begins_anew(tmp_path: Path, segmenter: Segmenter, video: Path, damage: bytes | None) -> None:
    def stop(what: str, done: int, total: int, note: str = "") -> None:
        if done == 6:
            raise Stop

    with pytest.raises(Stop):
        segment_video(video, tmp_path / "out" / "a", segmenter, VideoOutputs(), stop)
    state = tmp_path / "out" / ".a.part" / "state.npz"
    state.write_bytes(state.read_bytes()[:-99] if damage is None else damage)
    segment_video(video, tmp_path / "out" / "a", segmenter)
    assert outside_edges(videos.read(tmp_path / "out" / "a.mkv", "gray")) == 0


def test_what_is_done_is_not_done_again(tmp_path: Path, segmenter: Counting, video: Path) -> None:
    first, _ = segment_video(video, tmp_path / "out" / "a", segmenter, BOTH)
    segmenter.squares = 0
    again, _ = segment_video(video, tmp_path / "out" / "a", segmenter, BOTH)
    assert segmenter.squares == 1, "to tell the model"
    assert (again.frames, again.heads, again.mask) == (first.frames, first.heads, first.mask)
    (tmp_path / "out" / "a_overlay.mp4").unlink()
    segment_video(video, tmp_path / "out" / "a", segmenter, BOTH)
    assert segmenter.squares > COUNT
    os.utime(video, (1, 1))
    segmenter.squares = 0
    segment_video(video, tmp_path / "out" / "a", segmenter, BOTH)
    assert segmenter.squares > COUNT


def test_steadying_and_locating_can_be_left_out(tmp_path: Path, segmenter: Counting) -> None:
    rng = np.random.default_rng(0)
    frames = [np.clip(rng.normal(128, 40, (72, 96, 3)), 0, 255).astype(np.uint8) for _ in range(COUNT)]
    path = videos.write(tmp_path / "noise.mkv", frames)
    changes = {}
    for steady in (True, False):
        name = tmp_path / str(steady)
        segment_video(path, name, segmenter, VideoOutputs(steady=steady, locate=False))
        got = np.stack(videos.read(name.with_suffix(".mkv"), "gray"))
        changes[steady] = np.mean(np.diff(got.astype(int), axis=0) != 0)
    assert 0 < changes[True] < changes[False]
    segmenter.squares = 0
    segment_video(path, tmp_path / "once", segmenter, VideoOutputs(locate=False))
    assert segmenter.squares == COUNT + 1
