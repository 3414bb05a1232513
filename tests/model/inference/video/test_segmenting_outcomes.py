"""Videos that are damaged, among photos, through the command, and in a process that is stopped."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.progress import silent
from hairnet_model.inference import predict
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.video import segmenting
from hairnet_model.inference.video.reading import VideoError
from hairnet_model.inference.video.segmenting import VideoOutputs, segment_video
from tests.model.inference.test_locate import with_heads
from tests.support import colours, videos
from tests.support.command import Command
from tests.support.short_videos import COUNT, masks, names

pytestmark = pytest.mark.usefixtures("short_parts")


def test_damage_is_told_and_the_rest_is_used(tmp_path: Path, segmenter: Segmenter) -> None:
    path = videos.write(tmp_path / "a.mkv", map(colours.painted, masks()), codec="ffv1")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    result, errors = segment_video(path, tmp_path / "out" / "a", segmenter)
    assert 0 < result.frames <= COUNT
    assert all("\n" not in str(error) and "cannot be decoded" in str(error) for error in errors)


def test_a_video_without_frames(
    tmp_path: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch, video: Path
) -> None:
    monkeypatch.setattr(segmenting.VideoReader, "read", lambda *args: iter(()))
    with pytest.raises(VideoError, match=r"a\.mkv: has no frames that can be decoded"):
        segment_video(video, tmp_path / "out" / "a", segmenter)
    assert not names(tmp_path / "out")


def test_folders_that_cannot_be_made(tmp_path: Path, segmenter: Segmenter, video: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BuildError, match=r"file: the folder cannot be made .*--out"):
        segment_video(video, tmp_path / "file" / "a", segmenter)
    (tmp_path / "out" / "a.mkv").mkdir(parents=True)
    with pytest.raises(BuildError, match=r"a\.mkv: cannot be written"):
        segment_video(video, tmp_path / "out" / "a", segmenter)
    (tmp_path / "out" / "b_frames").mkdir()
    (tmp_path / "out" / "b_frames" / "mine.txt").write_bytes(b"")
    with pytest.raises(BuildError, match=r"b_frames: holds mine\.txt"):
        segment_video(video, tmp_path / "out" / "b", segmenter, VideoOutputs(sequence=True))


# Through `predict`


def run(given: list[Path], out: Path, segmenter: Segmenter, **outputs):
    return predict.predict(given, out, segmenter, predict.Outputs(**outputs), silent)


def test_photos_and_videos_in_one_folder(tmp_path: Path, segmenter: Segmenter, video: Path) -> None:
    folder = tmp_path / "in"
    Image.fromarray(colours.painted(masks()[0])).save(folder / "a.png")
    videos.write(folder / "sub" / "b.MP4", map(colours.painted, masks(3)))
    (folder / "broken.webm").write_bytes(b"nothing")
    outcome = run([folder], tmp_path / "out", segmenter, overlay=True, cutouts=("hair",))
    assert [photo.mask.relative_to(tmp_path / "out").as_posix() for photo in outcome.photos] == [
        "a.png",
        "a.mkv",
        "sub/b.mkv",
    ]
    assert [str(error).split(": ")[1][:14] for error in outcome.errors] == ["cannot be read"]
    assert set(names(tmp_path / "out")) == {
        "a.png", "a_overlay.png", "a_hair.png", "a.mkv", "a.json", "a_overlay.mp4", "predictions.csv",
        "sub", "sub/b.mkv", "sub/b.json", "sub/b_overlay.mp4",
    }  # fmt: skip
    with open(tmp_path / "out" / "predictions.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["mask"].rpartition("/")[2] for row in rows] == ["a.png", "a.mkv", "b.mkv", ""]
    assert [row["heads"] for row in rows] == ["1", "1", "1", ""]


def test_what_is_for_photos_alone(tmp_path: Path, segmenter: Segmenter, video: Path) -> None:
    for outputs in ({"panels": True}, {"cutouts": ("hair",)}):
        with pytest.raises(UsageError, match="is for photos"):
            run([video], tmp_path / "out", segmenter, **outputs)
    with pytest.raises(UsageError, match="pictures are read from"):
        run([video], tmp_path / "in", segmenter)


def test_the_command(model_command: Command, tmp_path: Path, video: Path) -> None:
    out = tmp_path / "out"
    status, printed, said = model_command("predict", video, "--out", out, "--overlay", "--json", "--strict")
    assert status in (0, 1), said
    (found,) = json.loads(printed)["photos"]
    assert (found["frames"], found["mask"]) == (COUNT, str(out / "a.mkv"))
    status, _, said = model_command("predict", video, "--out", out, "--sequence", "--no-steady", "--no-locate")
    assert status == 0
    assert "a.mkv: 11 of 11" in said
    assert "frames/s" in said
    (tmp_path / "b.mp4").write_bytes(b"")
    status, _, said = model_command("predict", tmp_path / "b.mp4", "--out", out, "--quiet")
    assert status == 1
    assert said.count("\n") == 1
    assert "b.mp4: cannot be read" in said


COUNT_STOPPED = 10

STOPPED = """
import os, sys, time
from hairnet_model.cli.app import main
from hairnet_model.inference import composite
from hairnet_model.inference.video import segmenting

segmenting.FRAMES_A_PART = 4
frames, class_ids = [], composite.class_ids

def waiting(located):
    frames.append(None)
    if len(frames) == 7 and "WAITING" in os.environ:
        time.sleep(60)  # in the second part, to be stopped there
    return class_ids(located)

composite.class_ids = waiting
sys.argv = ["hairnet-model", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_is_stopped(tmp_path: Path, sent: signal.Signals) -> None:
    frames = [colours.painted(with_heads(240, 320, (20, 20 + number % 50, 100))) for number in range(COUNT_STOPPED)]
    video = videos.write(tmp_path / "a.mp4", frames)
    out = tmp_path / "out"
    command = [sys.executable, "-c", STOPPED, "predict", str(video), "--out", str(out), "--overlay", "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "WAITING": "1"})
    for _ in range(600):
        if (out / ".a.part" / "state.npz").exists():
            break
        time.sleep(0.05)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert not [name for name in names(out) if not name.startswith(".a.part")]
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert said.count("\n") == 1
        assert "the same command goes on with a video" in said
    subprocess.run(command, check=True, timeout=300)
    assert names(out) == ["a.json", "a.mkv", "a_overlay.mp4", "predictions.csv"]
    assert len(videos.read(out / "a.mkv", "gray")) == COUNT_STOPPED
