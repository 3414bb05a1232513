"""LiteRT files (`.tflite`): conversion, quantization, and running them."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import NAMES
from hairnet_model.export import tflite_metadata
from hairnet_model.export.model_card import KEY
from hairnet_model.networks.start import quiet_stderr

_FLOAT_OPS = ["EXP", "DIV", "MINIMUM", "MAXIMUM"]  # of the softmax: the range of its powers is too large for 8 bits


def convert(network: keras.Model, quantize: str | None, calibration: Pixels, about: dict[str, Any]) -> bytes:
    """Converts a network to a LiteRT file.

    Args:
        network: an `inference_graph` with a size.
        quantize: None; "float16", weights in 16 bits; or "int8", weights and activations in 8, the softmax in float32.
        calibration: uint8 (N, S, S, 3) RGB, whose activations set the ranges of "int8".
        about: written into the file's metadata.

    Returns:
        The file's bytes.
    """
    size = network.inputs[0].shape[1]
    content = to_bytes(network, quantize, calibration)
    entries = {KEY: json.dumps(about).encode(), tflite_metadata.NAME: tflite_metadata.describe_tensors(size)}
    return tflite_metadata.with_labels(with_entries(content, entries), NAMES)


def to_bytes(network: keras.Model, quantize: str | None, calibration: Pixels | None = None) -> bytes:
    """Converts a network of one picture to a LiteRT file without metadata; see `convert`."""
    size = network.inputs[0].shape[1]
    archive = keras.export.ExportArchive()
    archive.track(network)
    # A signature of one picture, frozen by the converter: with a variable batch XNNPACK is three times slower.
    picture = tf.TensorSpec((1, size, size, 3), tf.uint8, name="image")
    archive.add_endpoint("serve", network.call, input_signature=[picture])
    with tempfile.TemporaryDirectory(prefix="hairnet-") as folder, _quietly():
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if quantize == "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        if quantize == "int8":
            assert calibration is not None
            return _int8(converter, calibration, _softmax_names(converter.convert()))
        return bytes(converter.convert())


def _int8(converter: Any, calibration: Pixels, in_float: list[str]) -> bytes:
    def pictures() -> Iterator[dict[str, Pixels]]:
        for picture in calibration:
            yield {"image": picture[None]}

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = pictures
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=_FLOAT_OPS, denylisted_nodes=in_float)
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=pictures, debug_options=options
    )
    return bytes(debugger.get_nondebug_quantized_model())


def _softmax_names(content: bytes) -> list[str]:
    """Names of what the softmax divides: powers, and their sums, from a convolution that must stay in float32."""
    interpreter = _interpreter(content)
    names = {tensor["index"]: tensor["name"] for tensor in interpreter.get_tensor_details()}
    divisions = [op for op in interpreter._get_ops_details() if op["op_name"] == "DIV"]
    return [names[index] for index in divisions[-1]["inputs"]] if divisions else []


def _interpreter(content: bytes, threads: int = 1) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=threads)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Silences the converter, which prints to every stream, also from C++."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with quiet_stderr(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def with_entries(content: bytes, entries: Mapping[str, bytes]) -> bytes:
    """The file with more metadata, by name."""
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    model.metadata = list(model.metadata or [])
    for name, data in entries.items():
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data, np.uint8)
        model.buffers.append(buffer)
        entry = schema.MetadataT()
        entry.name, entry.buffer = name, len(model.buffers) - 1
        model.metadata.append(entry)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def metadata(content: bytes) -> dict[str, Any]:
    """The metadata that `convert` wrote into a file. Raises KeyError if there is none."""
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    for entry in model.metadata or []:
        if entry.name == KEY.encode():
            about: dict[str, Any] = json.loads(bytes(model.buffers[entry.buffer].data))
            return about
    raise KeyError(KEY)


class Runtime:
    """A LiteRT file, run by XNNPACK on two threads.

    Args:
        content: the file's bytes.
    """

    def __init__(self, content: bytes) -> None:
        with _quietly():
            self._interpreter = _interpreter(content, threads=2)
            self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        # By the number of their values: the converter gives several outputs names and an order of its own.
        self._outputs = sorted(self._interpreter.get_output_details(), key=lambda each: -int(np.prod(each["shape"])))

    def __call__(self, image: Pixels) -> NDArray[np.float32]:
        """Probabilities (1, S, S, 3) of one picture, uint8 (1, S, S, 3)."""
        return self.outputs(image)[0]

    def outputs(self, image: Pixels) -> list[NDArray[np.float32]]:
        """All outputs for one picture, uint8 (1, S, S, 3), the largest first."""
        self._interpreter.set_tensor(self._input["index"], image)
        self._interpreter.invoke()
        return [np.asarray(self._interpreter.get_tensor(output["index"])) for output in self._outputs]

    def outside_xnnpack(self) -> list[str]:
        """The operations that XNNPACK does not run, by name, in the order from the outputs back to the input."""
        producers: dict[int, Any] = {}
        for operation in self._interpreter._get_ops_details():  # delegates come last, and replace what they run
            for tensor in operation["outputs"]:
                producers[tensor] = operation
        outside, seen, pending = [], set(), [output["index"] for output in self._outputs]
        while pending:
            operation = producers.get(pending.pop())
            if operation is None or operation["index"] in seen:
                continue
            seen.add(operation["index"])
            if operation["op_name"] != "DELEGATE":
                outside.append(str(operation["op_name"]))
            pending.extend(int(tensor) for tensor in operation["inputs"])
        return outside
