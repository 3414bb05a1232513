"""The message `tf.train.Example`, declared anew: TensorFlow's or TFDS's own comes with all of either package."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_PACKAGE = "hairnet"
_ONE, _MANY = FieldDescriptorProto.LABEL_OPTIONAL, FieldDescriptorProto.LABEL_REPEATED
_LISTS = (
    ("BytesList", FieldDescriptorProto.TYPE_BYTES),
    ("FloatList", FieldDescriptorProto.TYPE_FLOAT),
    ("Int64List", FieldDescriptorProto.TYPE_INT64),
)


def _add_field(message: Any, name: str, number: int, kind: int | str, label: int = _ONE) -> Any:
    """Adds a field whose type is one of protobuf's, or a message by its name."""
    field = message.field.add(name=name, number=number, label=label)
    if isinstance(kind, str):
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    else:
        field.type = kind
    return field


def _declare() -> Any:
    """The class of the message: field by field as in TensorFlow's `example.proto` and `feature.proto`."""
    file = FileDescriptorProto(name="hairnet/example.proto", package=_PACKAGE, syntax="proto3")
    for name, kind in _LISTS:
        _add_field(file.message_type.add(name=name), "value", 1, kind, _MANY)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, name in enumerate(("bytes_list", "float_list", "int64_list"), start=1):
        _add_field(feature, name, number, _LISTS[number - 1][0]).oneof_index = 0
    features = file.message_type.add(name="Features")
    entry = DescriptorProto(name="FeatureEntry")
    entry.options.map_entry = True
    _add_field(entry, "key", 1, FieldDescriptorProto.TYPE_STRING)
    _add_field(entry, "value", 2, "Feature")
    features.nested_type.append(entry)
    _add_field(features, "feature", 1, "Features.FeatureEntry", _MANY)
    _add_field(file.message_type.add(name="Example"), "features", 1, "Features")
    pool = DescriptorPool()  # not the one that all of a process share
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Example"))


Example = _declare()
"""The message's class."""
