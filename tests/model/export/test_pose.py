"""The export with a pose head: one pass gives both outputs, and the masks stay bit for bit."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from hairnet_data.core.errors import UsageError
from hairnet_model import Segmenter
from hairnet_model.export import calibration, litert
from hairnet_model.export import pose as pose_export
from hairnet_model.export.parity import ExportError
from hairnet_model.inference.engines import LiteRTEngine, open_engine, open_pose_engine
from hairnet_model.model_io import model_file, pose_file
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks import fcn, pose_head

SHIPPED = Segmenter.load()


def test_the_shipped_pose_file_has_the_masks_of_the_plain_one() -> None:
    frames = calibration.drawn(224)[:6]
    plain, posed = open_engine(), open_pose_engine()
    assert posed is not None
    likely, poses = posed.with_poses(frames)
    np.testing.assert_array_equal(likely, plain(frames))
    np.testing.assert_array_equal(posed(frames), likely)
    assert len(poses) == 6
    assert (poses.sure > 0.9).all()
    head = SHIPPED.heads(frames[0])[0]
    assert head.pose is not None


def test_the_shipped_files_agree_within_half_a_degree() -> None:
    model = model_file.load()
    head = pose_file.load(pose_file.resolve("hairnet"), model)
    run = litert.Runtime(pose_file.shipped.NETWORKS["hairnet"].pose_litert.read_bytes())
    agreement = pose_export.compare_poses(model, head, run, calibration.drawn(224)[:20])
    assert agreement.heads >= 15
    assert agreement.degrees <= pose_export.MOST_DEGREES


def test_what_cannot_be_written_is_said_before_anything_is(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = Model(fcn.create(), image_size=64)
    head = pose_file.PoseHead(pose_head.create(2), 64, model_file.weights_hash(model))
    images = np.zeros((1, 64, 64, 3), np.uint8)
    for name, quantize in (("pose.onnx", None), ("pose.tflite", "int8"), ("pose", None)):
        with pytest.raises(UsageError):
            pose_export.export_pose(model, head, tmp_path / name, images, quantize)
    assert not list(tmp_path.iterdir())


def test_rotations_that_differ_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_file.load()
    head = pose_file.load(pose_file.resolve("hairnet"), model)
    content = pose_file.shipped.NETWORKS["hairnet"].pose_litert.read_bytes()
    monkeypatch.setattr(litert, "to_bytes", lambda *_: content)
    kernel, bias = head.network.get_layer("pose").get_weights()
    head.network.get_layer("pose").set_weights([kernel, bias + 0.3])
    with pytest.raises(ExportError, match="degrees"):
        pose_export.export_pose(model, head, tmp_path / "pose.tflite", calibration.drawn(224)[:20])
    assert not list(tmp_path.iterdir())


def test_a_plain_file_has_no_poses() -> None:
    content = pose_file.shipped.NETWORKS["drawn"].litert.read_bytes()
    assert not LiteRTEngine(content).has_poses
    assert open_pose_engine("drawn") is None
