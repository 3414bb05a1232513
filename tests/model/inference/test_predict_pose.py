"""`predict --pose`: the axes on a photo, the pose in the report, the table of a video, and a video that was stopped."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.errors import UsageError
from hairnet_model.inference.components import Head, HeadPose
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.predict import Outputs, predict
from hairnet_model.inference.prediction_report import head_from_json, head_to_json, to_json
from hairnet_model.inference.segmenter import Segmenter
from hairnet_model.inference.video import segmenting
from hairnet_model.inference.video.parts import POSE_COLUMNS
from hairnet_model.inference.video.segmenting import VideoOutputs, segment_video
from tests.model.inference.test_locate import with_heads
from tests.model.inference.test_posing import Engine
from tests.support import colours, videos

COUNT = 11
PLAIN = KerasEngine(colours.by_colour(64))
CHANGING = Engine(yaw_of=lambda frames: float(frames.sum()) % 17)


def posed(engine: Engine) -> Segmenter:
    return Segmenter(PLAIN, open_poses=lambda: engine)


def frames() -> list[np.ndarray]:
    return [colours.painted(with_heads(72, 96, (6, 6 + number, 40))) for number in range(COUNT)]


def test_a_photo_gets_axes_and_its_report_the_pose(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(frames()[0]).save(tmp_path / "in" / "anna.png")
    result = predict([tmp_path / "in"], tmp_path / "out", posed(Engine()), Outputs(pose=True))
    painted = np.asarray(Image.open(tmp_path / "out" / "anna_pose.png"))
    assert painted.shape == (72, 96, 3)
    assert (painted != frames()[0]).any()
    (photo,) = to_json(result.photos, ())["photos"]
    assert list(photo["heads"][0]["pose"]) == ["yaw", "pitch", "roll", "x", "y", "size", "sure"]
    # The mean of 40 degrees, and of 40 in each mirror image.
    angles = [photo["heads"][0]["pose"][name] for name in ("yaw", "pitch", "roll")]
    assert angles == pytest.approx([0, -10, 0], abs=0.1)
    assert "-0.0" not in json.dumps(photo)


def test_without_a_pose_head_nothing_is_written(tmp_path: Path) -> None:
    Image.fromarray(frames()[0]).save(tmp_path / "anna.png")
    with pytest.raises(UsageError, match="no pose head"):
        predict([tmp_path / "anna.png"], tmp_path / "out", Segmenter(PLAIN), Outputs(pose=True))
    assert not (tmp_path / "out").exists()


def test_heads_come_back_from_json() -> None:
    for pose in (None, HeadPose(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.75)):
        head = Head((1, 2, 3, 4), 0.5, pose)
        assert head_from_json(json.loads(json.dumps(head_to_json(head)))) == head


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_a_video_gets_a_table_of_steadied_poses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenting, "FRAMES_A_PART", 4)
    video = videos.write(tmp_path / "a.mkv", frames())
    asked = VideoOutputs(overlay=True, pose=True)
    segment_video(video, tmp_path / "out" / "a", posed(CHANGING), asked)
    rows = table(tmp_path / "out" / "a_poses.csv")
    assert tuple(rows[0]) == POSE_COLUMNS
    assert [int(row["frame"]) for row in rows] == list(range(COUNT))
    assert [float(row["seconds"]) for row in rows] == pytest.approx([number / 10 for number in range(COUNT)], abs=2e-3)
    segment_video(video, tmp_path / "raw" / "a", posed(CHANGING), VideoOutputs(overlay=True, pose=True, steady=False))
    raw = [float(row["yaw"]) for row in table(tmp_path / "raw" / "a_poses.csv")]
    assert np.std([float(row["yaw"]) for row in rows]) < 0.8 * np.std(raw)
    shown = videos.read(tmp_path / "out" / "a_overlay.mp4")
    segment_video(video, tmp_path / "plain" / "a", posed(CHANGING), VideoOutputs(overlay=True))
    assert not (tmp_path / "plain" / "a_poses.csv").exists()
    assert (np.abs(shown[0].astype(int) - videos.read(tmp_path / "plain" / "a_overlay.mp4")[0]) > 60).any()

    def stop(_stage: str, done: int, _total: int, _note: str = "") -> None:
        if done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        segment_video(video, tmp_path / "again" / "a", posed(CHANGING), asked, stop)
    assert not (tmp_path / "again" / "a_poses.csv").exists()
    segment_video(video, tmp_path / "again" / "a", posed(CHANGING), asked)
    assert (tmp_path / "again" / "a_poses.csv").read_text() == (tmp_path / "out" / "a_poses.csv").read_text()
