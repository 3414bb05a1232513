"""Network and pose head in one LiteRT file: one pass gives the probabilities and the pose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_model.export import litert
from hairnet_model.export.graph import as_convolution, inference_graph
from hairnet_model.export.model_card import KEY, describe
from hairnet_model.export.parity import ExportError, check_agreement, compare
from hairnet_model.export.pipeline import Exported, choose_format, draft_file
from hairnet_model.model_io.model_file import Model
from hairnet_model.model_io.pose_file import PoseHead
from hairnet_model.networks import pose_head, rotations
from hairnet_model.networks.layers import StandardizedConv2D
from hairnet_model.networks.outputs import probabilities
from hairnet_model.networks.pose_outputs import NUMBERS, SURE, decode

MOST_DEGREES = 0.5
"""The largest angle between a rotation of the file and that of the Keras model, where a head is there."""

QUANTIZED = (None, "float16")


@dataclass(frozen=True, slots=True)
class PoseAgreement:
    """How far the poses of a file and of the Keras model are apart.

    Attributes:
        heads: pictures in which the Keras model finds a head.
        degrees: the largest angle between their rotations.
        frames: the largest distance between their centres.
    """

    heads: int
    degrees: float
    frames: float

    def line(self) -> str:
        """In words, one line."""
        return (
            f"poses of {self.heads} heads differ from the Keras model's by at most {self.degrees:.2f} degrees and "
            f"{self.frames:.4f} frames"
        )


@dataclass(frozen=True, slots=True)
class ExportedPose(Exported):
    """An export with a pose head that was written."""

    pose: PoseAgreement


def pose_graph(network: keras.Model, head: keras.Model, size: int) -> keras.Model:
    """The inference graph of a network with its pose head.

    Args:
        network: of `hairnet`.
        head: trained on its features.
        size: side of the one picture it takes, in pixels.

    Returns:
        A model from uint8 (1, S, S, 3) RGB to float32 probabilities (1, S, S, 3), see `graph.inference_graph`, and the
        numbers of the head (1, 1, 1, 10), see `pose_outputs`.
    """
    graph = inference_graph(network, size)
    deep, sixteenth = (graph.get_layer(name).output for name in pose_head.taps(network))
    features = [deep, layers.AveragePooling2D(2, name="sixteenth_averaged")(sixteenth)]

    def clone(layer: Any) -> Any:
        if isinstance(layer, StandardizedConv2D):
            return as_convolution(layer)
        return layer.__class__.from_config({**layer.get_config(), "dtype": "float32"})

    inputs = [keras.Input(each.shape[1:], batch_size=1, name=f"feature_{i}") for i, each in enumerate(features)]
    cloned = keras.models.clone_model(head, input_tensors=inputs, clone_function=clone)
    for layer in head.layers:
        if isinstance(layer, layers.Conv2D):
            cloned.get_layer(layer.name).set_weights(layer.get_weights())
    return keras.Model(graph.inputs, [graph.outputs[0], cloned(features)], name="hairnet_pose")


def export_pose(
    model: Model, head: PoseHead, path: Path, images: Pixels, quantize: str | None = "float16", form: str | None = None
) -> ExportedPose:
    """Writes a `.tflite` file of network and pose head, loads it back and compares both outputs with the Keras models.

    Args:
        model: the network.
        head: its pose head.
        path: ends in `.tflite`.
        images: uint8 (N, S, S, 3) RGB to compare on.
        quantize: None or "float16".
        form: "litert" or None.

    Raises:
        UsageError: another ending or format, or quantization to 8 bits, which costs the rotation its accuracy.
        ExportError: the file does not agree with the models, has operations that XNNPACK does not run, or cannot be
            written. Nothing is written then.
    """
    if choose_format(path, form) != "litert":
        raise UsageError("--format", "a pose head is written for litert alone", "end --out in .tflite")
    if path.suffix.lower() != ".tflite":
        raise UsageError("--out", f"{path.name} does not end in .tflite", "a network with a pose head is written so")
    if quantize not in QUANTIZED:
        raise UsageError("--quantize", f"{quantize} does not go with --pose", "use float16")
    about = {
        **describe(model, quantize),
        "outputs": [
            "float32 probabilities of the classes, (1, S, S, 3)",
            "float32 numbers of the pose, (1, 1, 1, 10): two columns of the rotation before Gram-Schmidt, x and y in "
            "frames, ln(size / 0.028) with the size in frames per cm, logit of a head",
        ],
    }
    del about["output"]
    with draft_file(path) as draft:
        graph = pose_graph(model.network, head.network, model.image_size)
        content = litert.with_entries(litert.to_bytes(graph, quantize), {KEY: json.dumps(about).encode()})
        draft.write_bytes(content)
        run = litert.Runtime(draft.read_bytes())
        outside = run.outside_xnnpack()
        if outside != ["CAST"]:
            raise ExportError(str(path), f"XNNPACK does not run {', '.join(outside)}", "report it")
        agreement = compare(
            lambda picture: probabilities(np.asarray(model.network.predict_on_batch(picture))), run, images
        )
        check_agreement(agreement, quantize, str(path))
        pose = compare_poses(model, head, run, images)
        if not (pose.heads and pose.degrees <= MOST_DEGREES):
            what = (
                f"its rotations differ from the Keras model's by up to {pose.degrees:.2f} degrees of {pose.heads} heads"
            )
            raise ExportError(str(path), f"{what}; nothing was written", "give --data that shows heads, or report it")
    return ExportedPose(path, path.stat().st_size, agreement, pose)


def compare_poses(model: Model, head: PoseHead, run: litert.Runtime, images: Pixels) -> PoseAgreement:
    """Compares the poses of a file with those of the Keras models.

    Args:
        model: the network.
        head: its pose head.
        run: the file.
        images: uint8 (N, S, S, 3) RGB.
    """
    trunk = pose_head.trunk(model.network)
    wanted = decode(np.asarray(head.network.predict_on_batch(trunk.predict_on_batch(images))))
    seen = decode(np.concatenate([run.outputs(image[None])[1].reshape(1, NUMBERS) for image in images]))
    there = wanted.sure >= SURE
    if not there.any():
        return PoseAgreement(0, 0.0, 0.0)
    angles: NDArray[Any] = rotations.angle_between(wanted.rotation[there], seen.rotation[there])
    apart = np.linalg.norm(wanted.centre[there] - seen.centre[there], axis=-1)
    return PoseAgreement(int(there.sum()), float(angles.max()), float(apart.max()))
