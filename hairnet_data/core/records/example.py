"""A record's features as a serialised `tf.train.Example`, without TensorFlow."""

from __future__ import annotations

from tensorflow_datasets.proto import tf_example_generated_pb2 as tf_example


def serialize(features: dict[str, bytes | str | int]) -> bytes:
    """Serialises features as a tf.train.Example. The same features, the same bytes; not so with TFDS's own writer."""
    example = tf_example.Example()
    target = example.features.feature
    for name, value in features.items():
        if isinstance(value, int):
            target[name].int64_list.value.append(value)
        else:
            target[name].bytes_list.value.append(value.encode() if isinstance(value, str) else value)
    return bytes(example.SerializeToString(deterministic=True))


def parse(data: bytes) -> dict[str, bytes | int]:
    """Reads `serialize`'s features back. Raises ValueError for bytes that are no such record."""
    try:
        example = tf_example.Example.FromString(data)
    except Exception as error:  # protobuf's DecodeError has no stable home
        raise ValueError("it is no tf.train.Example") from error
    features: dict[str, bytes | int] = {}
    for name, feature in example.features.feature.items():
        values = feature.int64_list.value or feature.bytes_list.value
        if len(values) != 1:
            raise ValueError(f"{name} has {len(values)} values")
        features[name] = values[0]
    return features
