"""Exports a trained network to other runtimes, and verifies each export against the Keras model."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.errors import UsageError
from hairnet_model.export import litert, onnx, saved_model
from hairnet_model.export.graph import inference_graph
from hairnet_model.export.model_card import describe
from hairnet_model.export.parity import Agreement, ExportError, Run, check_agreement, compare
from hairnet_model.model_io.model_file import Model
from hairnet_model.networks.outputs import probabilities

FORMATS = ("litert", "saved_model", "onnx")
QUANTIZED = ("float16", "int8")

_FORMAT_OF_ENDING = {".tflite": "litert", ".onnx": "onnx"}
_OTHER_MODELS = (".keras", ".h5", ".hdf5", ".pb", ".pt", ".pth", ".safetensors")


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written.

    Attributes:
        path: the file or folder.
        size: bytes.
        agreement: with the Keras model.
    """

    path: Path
    size: int
    agreement: Agreement


def export(
    model: Model,
    path: Path,
    images: Pixels,
    form: str | None = None,
    quantize: str | None = None,
    calibration: Pixels | None = None,
) -> Exported:
    """Writes a model for another runtime, loads it back and compares it with the Keras model.

    Args:
        model: what to export.
        path: a file, or for "saved_model" a new folder.
        images: uint8 (N, S, S, 3) RGB of the model's size, to compare on.
        form: one of `FORMATS`, or None for the format of the path's ending, see `choose_format`. "litert" takes one
            picture, has built-in operations only, and runs in XNNPACK but for the cast of its input; "saved_model"
            takes any number of any size, "onnx" any number of the model's size.
        quantize: None or one of `QUANTIZED`, for "litert".
        calibration: pictures like `images` that determine the ranges of "int8"; None for `images`.

    Raises:
        UsageError: no such format or quantization, the path does not fit the format, pictures of another size, or
            SavedModel's folder exists.
        ExportError: the file does not agree with the model (`parity.check_agreement`), has operations that XNNPACK
            does not run, or cannot be written. Nothing is written then.
    """
    form = choose_format(path, form)
    if quantize is not None and quantize not in QUANTIZED:
        raise UsageError("--quantize", f"no {quantize!r}", f"choose from {', '.join(QUANTIZED)}")
    if quantize and form != "litert":
        raise UsageError("--quantize", f"{form} is written in float32 alone", "leave it out, or use --format litert")
    size = model.image_size
    if images.shape[1:] != (size, size, 3) or not len(images):
        what = f"the pictures are {images.shape}, and the model was trained on {size} x {size}"
        raise UsageError("--data", what, f"build a dataset with --image-size {size}")
    if form == "saved_model" and path.exists():
        raise UsageError("--out", f"{path} exists", "name a new folder")
    if form == "onnx":
        onnx.check_installed()
    about = describe(model, quantize)
    with draft_file(path) as draft:
        if form == "litert":
            ranges = images if calibration is None else calibration
            content = litert.convert(inference_graph(model.network, size), quantize, ranges, about)
            draft.write_bytes(content)
            run = litert.Runtime(draft.read_bytes())
            outside = run.outside_xnnpack()
            if outside != ["CAST"]:
                raise ExportError(str(path), f"XNNPACK does not run {', '.join(outside)}", "report it")
            agreement = compare(_keras_runner(model), run, images)
        elif form == "saved_model":
            saved_model.write(inference_graph(model.network), draft, about)
            agreement = compare(_keras_runner(model), saved_model.load(draft), images)
        else:
            onnx.write(inference_graph(model.network), draft, size, about)
            agreement = compare(_keras_runner(model), onnx.load(draft), images)
        check_agreement(agreement, quantize, str(path))
    return Exported(path, _size_bytes(path), agreement)


def choose_format(path: Path, form: str | None) -> str:
    """The format of an export: the given one, which the path's ending must not contradict, or that of the ending.

    Args:
        path: `.tflite` is LiteRT, `.onnx` is ONNX, and a name without an ending is the folder of a SavedModel.
        form: one of `FORMATS`, or None.

    Raises:
        UsageError: no such format, another one than the ending's, or an ending that names none or a kind of
            model that is not written.
    """
    if form is not None and form not in FORMATS:
        raise UsageError("--format", f"no {form!r}", f"choose from {', '.join(FORMATS)}")
    of_ending = _FORMAT_OF_ENDING.get(path.suffix.lower())
    if form is None and of_ending is None and path.suffix:
        hint = "end it in .tflite or .onnx, give a folder's name without an ending, or name the --format"
        raise UsageError("--out", f"the ending of {path.name} names no format", hint)
    if path.suffix.lower() in _OTHER_MODELS:
        what = f"{path.name} ends like a model of another kind, which {form} is not"
        raise UsageError("--out", what, "end it in .tflite or .onnx, or give a folder's name")
    if form is not None and of_ending not in (None, form):
        hint = f"end it otherwise, or use --format {of_ending}"
        raise UsageError("--out", f"{path.name} ends like a file of {of_ending}, and --format is {form}", hint)
    return form or of_ending or "saved_model"


def _keras_runner(model: Model) -> Run:
    def run(images: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return probabilities(np.asarray(model.network.predict_on_batch(images)))

    return run


@contextmanager
def draft_file(path: Path) -> Iterator[Path]:
    """Yields a temporary name in the same folder, renamed to `path` on success and removed after an error."""
    # With the same ending, which tf2onnx checks.
    draft = path.with_name(f".{path.stem[:60]}-{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
        yield draft
        os.replace(draft, path)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise ExportError(str(path), what, "choose another --out, or check the disk") from error
    finally:
        with suppress(OSError):
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink()


def _size_bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
