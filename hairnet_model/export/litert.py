"""LiteRT files (`.tflite`): conversion, quantization, and what runs where."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.export.model_card import KEY

_FLOAT_OPS = ["EXP", "DIV", "MINIMUM", "MAXIMUM"]  # of the softmax: its powers span too much for 8 bits


def convert(network: keras.Model, quantize: str | None, calibration: Pixels, about: dict[str, Any]) -> bytes:
    """Makes a LiteRT file.

    Args:
        network: of `graph.plain` with a size.
        quantize: None; "float16", weights in 16 bits; or "int8", weights and activations in 8, the softmax in float32.
        calibration: uint8 (N, S, S, 3) RGB, whose activations set the ranges of "int8".
        about: written into the file's metadata.

    Returns:
        The file's bytes.
    """
    size = network.inputs[0].shape[1]
    archive = keras.export.ExportArchive()
    archive.track(network)
    # A signature of one picture, frozen by the converter: with an open batch XNNPACK runs a third as fast.
    picture = tf.TensorSpec((1, size, size, 3), tf.uint8, name="image")
    archive.add_endpoint("serve", network.call, input_signature=[picture])
    with tempfile.TemporaryDirectory(prefix="hairnet-") as folder, _quietly():
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if quantize == "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        if quantize == "int8":
            made = _int8(converter, calibration, _softmax_names(converter.convert()))
        else:
            made = converter.convert()
    return _with_metadata(made, about)


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
    """What the softmax divides: the powers, and their sums, which a convolution makes that must not be in 8 bits."""
    interpreter = _interpreter(content)
    names = {tensor["index"]: tensor["name"] for tensor in interpreter.get_tensor_details()}
    divisions = [op for op in interpreter._get_ops_details() if op["op_name"] == "DIV"]
    return [names[at] for at in divisions[-1]["inputs"]] if divisions else []


def _interpreter(content: bytes, threads: int = 1) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=threads)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """The converter talks of its own affairs on every stream it finds, some of it from C++."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere, warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            logger.setLevel(level)


def _with_metadata(content: bytes, about: dict[str, Any]) -> bytes:
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(json.dumps(about).encode(), np.uint8)
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = KEY, len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def metadata(content: bytes) -> dict[str, Any]:
    """What `convert` wrote into a file about the model. Raises KeyError where there is nothing."""
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    for entry in model.metadata or []:
        if entry.name == KEY.encode():
            said: dict[str, Any] = json.loads(bytes(model.buffers[entry.buffer].data))
            return said
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
        (self._output,) = self._interpreter.get_output_details()

    def __call__(self, image: Pixels) -> NDArray[np.float32]:
        """Probabilities (1, S, S, 3) of one picture, uint8 (1, S, S, 3)."""
        self._interpreter.set_tensor(self._input["index"], image)
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output["index"]))

    def outside_xnnpack(self) -> list[str]:
        """The operations that XNNPACK does not run, by name, in the order from the output back to the input."""
        made_by: dict[int, Any] = {}
        for operation in self._interpreter._get_ops_details():  # delegates come last, and replace what they took over
            for tensor in operation["outputs"]:
                made_by[tensor] = operation
        outside, seen, waiting = [], set(), [self._output["index"]]
        while waiting:
            operation = made_by.get(waiting.pop())
            if operation is None or operation["index"] in seen:
                continue
            seen.add(operation["index"])
            if operation["op_name"] != "DELEGATE":
                outside.append(str(operation["op_name"]))
            waiting.extend(int(tensor) for tensor in operation["inputs"])
        return outside
