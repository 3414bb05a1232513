"""A record's features as a serialised `tf.train.Example`, without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hairnet_data.core.records.example_message import Example

SEQUENCES = frozenset({"people", "source_ids"})
"""Features that are lists of texts."""

NUMBERS = frozenset({"pose"})
"""Features that are lists of float32; all that are in neither set have exactly one value."""

Features = dict[str, bytes | int | list[bytes] | list[float]]
"""What `parse` reads, by the feature's name."""


def serialize(features: Mapping[str, bytes | str | int | Sequence[str | bytes] | Sequence[float]]) -> bytes:
    """Serialises features as a tf.train.Example. The same features, the same bytes; not so with TFDS's own writer."""
    example = Example()
    target = example.features.feature
    for name, value in features.items():
        if isinstance(value, int):
            target[name].int64_list.value.append(value)
        elif isinstance(value, str | bytes):
            target[name].bytes_list.value.append(_encoded(value))
        elif name in NUMBERS:
            target[name].float_list.value.extend(value)
        else:
            target[name].bytes_list.value.extend(map(_encoded, value))  # type: ignore[arg-type]
    return bytes(example.SerializeToString(deterministic=True))


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def parse(data: bytes) -> Features:
    """Reads `serialize`'s features back: lists for `SEQUENCES` and `NUMBERS`.

    Raises:
        ValueError: the bytes are no such record.
    """
    try:
        example = Example.FromString(data)
    except Exception as error:  # protobuf's DecodeError has no stable home
        raise ValueError("it is no tf.train.Example") from error
    features: Features = {}
    for name, feature in example.features.feature.items():
        if name in SEQUENCES:
            features[name] = list(feature.bytes_list.value)
        elif name in NUMBERS:
            features[name] = list(feature.float_list.value)
        else:
            values = feature.bytes_list.value or feature.int64_list.value
            if len(values) != 1:
                raise ValueError(f"{name} has {len(values)} values")
            features[name] = values[0]
    return features


def pictures_of(data: bytes, names: Sequence[str]) -> list[bytes]:
    """The encoded pictures of a tf.train.Example of any dataset, by the names of their features.

    Raises:
        ValueError: it is none, or a feature is missing or not one text of bytes.
    """
    try:
        features = Example.FromString(data).features.feature
    except Exception as error:  # protobuf's DecodeError has no stable home
        raise ValueError("it is no tf.train.Example") from error
    pictures = []
    for name in names:
        values = list(features[name].bytes_list.value) if name in features else []
        if len(values) != 1:
            raise ValueError(f"{name} is no encoded picture")
        pictures.append(values[0])
    return pictures
