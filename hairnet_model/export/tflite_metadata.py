"""TFLite metadata, with which MediaPipe's ImageSegmenter takes a file as it is: labels and how to prepare a picture.

Written without a library: `tflite-support` is unmaintained. The tables and the numbers of their fields are those of
`metadata_schema.fbs` (TensorFlow Lite Support, version 1.4.1). Labels are a file in a ZIP archive behind the model.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import flatbuffers

NAME = "TFLITE_METADATA"
"""The name of the model's metadata entry."""

LABELS = "labels.txt"
"""The name of the labels' file."""

_IDENTIFIER = b"M001"
_IMAGE_PROPERTIES = 2  # in the union ContentProperties
_NORMALIZATION = 1  # in the union ProcessUnitOptions
_RGB = 1  # of ColorSpaceType
_AXIS_LABELS = 2  # of AssociatedFileType
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a ZIP archive has: the same model gives the same bytes


def describe_tensors(size: int) -> bytes:
    """The metadata of a network from one uint8 picture to the probabilities of the classes, as a flat buffer.

    Args:
        size: side of the picture, in pixels.
    """
    build = flatbuffers.Builder(1024)
    zero, one = (_floats(build, [value] * 3) for value in (0.0, 1.0))
    normalization = _table(build, 2, {0: zero, 1: one})
    unit = _table(build, 2, {1: normalization}, bytes_={0: _NORMALIZATION})
    side = _table(build, 2, {}, numbers={0: size, 1: size})
    properties = _table(build, 2, {1: side}, bytes_={0: _RGB})
    content = _table(build, 3, {1: properties}, bytes_={0: _IMAGE_PROPERTIES})
    lowest, highest = (_floats(build, [value]) for value in (0.0, 255.0))
    stats = _table(build, 2, {0: highest, 1: lowest})
    image = _table(build, 7, {0: build.CreateString("image"), 3: content, 4: _vector(build, [unit]), 5: stats})
    labels = _table(build, 5, {0: build.CreateString(LABELS)}, bytes_={2: _AXIS_LABELS})
    likely = _table(build, 7, {0: build.CreateString("probabilities"), 6: _vector(build, [labels])})
    graph = _table(build, 10, {2: _vector(build, [image]), 3: _vector(build, [likely])})
    texts = {
        0: build.CreateString("HairNet"),
        1: build.CreateString("Finds hair and face in a picture."),
        3: _vector(build, [graph]),
        5: build.CreateString("Apache-2.0"),
        7: build.CreateString("1.0.0"),
    }
    build.Finish(_table(build, 8, texts), file_identifier=_IDENTIFIER)
    return bytes(build.Output())


def with_labels(content: bytes, names: Sequence[str]) -> bytes:
    """Puts the file of labels behind a model, stored without compression, as readers of TFLite metadata expect.

    Args:
        content: the model's bytes.
        names: of the classes, in the order of the channels.
    """
    whole = io.BytesIO(content)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(LABELS, _EPOCH), "".join(f"{name}\n" for name in names))
    return whole.getvalue()


def _table(
    build: Any,
    fields: int,
    offsets: Mapping[int, int],
    bytes_: Mapping[int, int] | None = None,
    numbers: Mapping[int, int] | None = None,
) -> int:
    """A table with some of its fields: offsets of what was built before, bytes and unsigned integers."""
    build.StartObject(fields)
    for number, offset in offsets.items():
        build.PrependUOffsetTRelativeSlot(number, offset, 0)
    for number, value in (numbers or {}).items():
        build.PrependUint32Slot(number, value, 0)
    for number, value in (bytes_ or {}).items():
        build.PrependUint8Slot(number, value, 0)
    return int(build.EndObject())


def _vector(build: Any, offsets: Sequence[int]) -> int:
    build.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        build.PrependUOffsetTRelative(offset)
    return int(build.EndVector())


def _floats(build: Any, values: Sequence[float]) -> int:
    build.StartVector(4, len(values), 4)
    for value in reversed(values):
        build.PrependFloat32(value)
    return int(build.EndVector())
