"""Checks an untrusted `.keras` file before Keras opens it.

Keras's safe mode refuses Python code in a file, but still creates any class that the file names, of any size. Here
only layers of image networks pass, and only as many weights as the file really holds.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from typing import Any

import h5py

HAIRNET_JSON = "hairnet.json"

_WEIGHTS, _CONFIG = "model.weights.h5", "config.json"
_MEMBERS = {"metadata.json", _CONFIG, _WEIGHTS, HAIRNET_JSON}
_MOST_TEXT = 16 << 20  # bytes of a member other than the weights; the names of 100,000 people take 2 MB
_MOST_LAYERS = 500
_MOST_ITEMS = 20 * _MOST_LAYERS
_MOST = 1 << 16  # of any number that says how many or how large

_LAYERS = {
    *("Activation", "Add", "Average", "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv2D"),
    *("Conv2DTranspose", "DepthwiseConv2D", "Dropout", "GlobalAveragePooling2D", "InputLayer", "LayerNormalization"),
    *(
        "MaxPooling2D",
        "Multiply",
        "ReLU",
        "Rescaling",
        "SeparableConv2D",
        "Softmax",
        "SpatialDropout2D",
        "UpSampling2D",
    ),
    "ZeroPadding2D",
}
_PARTS = {
    "keras": {"DTypePolicy"},
    "keras.initializers": {"Constant", "GlorotUniform", "HeNormal", "HeUniform", "GlorotNormal", "Ones", "Zeros"},
    "keras.regularizers": {"L1", "L2", "L1L2"},
    "keras.layers": _LAYERS,
}
_OURS = ("StandardizedConv2D", "DepthToSpace", "AttentionPooling")
_REGISTERED = {f"hairnet>{name}": name for name in _OURS}
_OUR_MODULES = {"hairnet_model.networks.layers", "hairnet_model.layers"}  # now, and up to version 0.1.0
_ACTIVATIONS = {None, "linear", "relu", "relu6", "silu", "gelu", "elu", "leaky_relu", "sigmoid", "softmax", "tanh"}


def check(archive: zipfile.ZipFile) -> None:
    """Checks whether Keras may open a model.

    Args:
        archive: the `.keras` file.

    Raises:
        ValueError: it has other members than our models, names a class that is not allowed, or more weights than it
            holds; zipfile, json and h5py raise their own if it is damaged.
    """
    names = [info.filename for info in archive.infolist()]
    if set(names) != _MEMBERS or len(names) != len(_MEMBERS):
        raise ValueError(f"it holds {', '.join(sorted(names)[:6])}, not {', '.join(sorted(_MEMBERS))}")
    for info in archive.infolist():
        if info.filename != _WEIGHTS and info.file_size > _MOST_TEXT:
            raise ValueError(f"its {info.filename} has {info.file_size:,} bytes, more than {_MOST_TEXT:,}")
    weights = archive.getinfo(_WEIGHTS)
    if weights.compress_type != zipfile.ZIP_STORED or weights.file_size != weights.compress_size:
        raise ValueError("its weights are compressed, which Keras never does")
    config = json.loads(archive.read(_CONFIG))
    _check_network(config, weights.file_size)
    _check_weights(archive.read(_WEIGHTS))


def _check_network(config: Any, weight_bytes: int) -> None:
    """The root is a network of layers, each of an allowed class."""
    if config["class_name"] != "Functional" or config["module"] not in ("keras.src.models.functional", "keras"):
        raise ValueError(f"it is a {config['module']}.{config['class_name']}, not a network of layers")
    if config["registered_name"] not in (None, "Functional"):
        raise ValueError(f"it names {config['registered_name']!r}")
    layers = config["config"]["layers"]
    if not 0 < len(layers) <= _MOST_LAYERS:
        raise ValueError(f"it has {len(layers)} layers, not 1 to {_MOST_LAYERS}")
    _check_values({key: value for key, value in config.items() if key != "class_name"}, "")
    # A weight takes two bytes at least, so a config cannot ask for more than the file has.
    least = sum(_least_weights(layer) for layer in layers)
    if least * 2 > weight_bytes:
        raise ValueError(f"its layers need {least:,} weights and it holds {weight_bytes:,} bytes of them")


def _check_values(value: Any, key: str) -> None:
    """Every class that is named is an allowed one, every number small enough, every function one of Keras's."""
    if isinstance(value, dict):
        if "class_name" in value:
            _check_class(value)
        for name, inner in value.items():
            _check_values(inner, name)
    elif isinstance(value, list):
        for inner in value:
            _check_values(inner, key)
    elif isinstance(value, str):
        if (">" in value and value not in _REGISTERED) or (key == "activation" and value not in _ACTIVATIONS):
            raise ValueError(f"it names {value[:60]!r}, which no network here has")
    elif isinstance(value, int | float) and key not in ("shared_object_id", "seed") and not abs(value) <= _MOST:
        raise ValueError(f"its {key} is {value:.6g}, more than {_MOST:,}")


def _check_class(value: dict[str, Any]) -> None:
    name, module, registered = (value.get(key) for key in ("class_name", "module", "registered_name"))
    if name == "__keras_tensor__" and module is None and registered is None:
        return
    if registered in _REGISTERED and name == _REGISTERED[registered] and module in _OUR_MODULES:
        return
    if module in _PARTS and name in _PARTS[module] and registered in (None, name):
        return
    raise ValueError(f"it names {module}.{name} ({registered}), which no network here has"[:200])


def _least_weights(layer: dict[str, Any]) -> int:
    """A lower bound of the number of weights that a layer creates when it is built."""
    config, built = layer["config"], layer.get("build_config") or {}
    filters = config.get("filters")
    if layer["class_name"] in ("BatchNormalization", "LayerNormalization"):
        return 4 * int(built["input_shape"][-1])
    if filters is None and "depth_multiplier" not in config:
        return 0
    size = config.get("kernel_size", config.get("size"))
    window = math.prod(size) if isinstance(size, list) else size * size
    channels = built["input_shape"][-1]
    if "depth_multiplier" in config:
        depthwise = channels * config["depth_multiplier"]
        return int(window * depthwise + depthwise * (filters or 0))
    return int(window * channels * filters)


def _check_weights(data: bytes) -> None:
    """The weights are all in the file itself, and not larger than it."""
    total = seen = 0

    def visit(group: Any) -> None:
        nonlocal total, seen
        for name in group:
            seen += 1  # groups may link to each other, so that there are endlessly many paths
            if seen > _MOST_ITEMS:
                raise ValueError(f"its weights have more than {_MOST_ITEMS:,} parts")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"its weights have a link in place of {name}"[:200])
            item = group[name]
            if isinstance(item, h5py.Group):
                visit(item)
                continue
            contiguous = isinstance(item, h5py.Dataset) and item.chunks is None and not item.external
            if not contiguous or item.is_virtual or item.dtype.kind not in "biuf":
                raise ValueError(f"its weights {item.name} are not stored contiguously as numbers"[:200])
            total += item.nbytes
            if total > len(data):
                raise ValueError("its weights are larger than the file")

    with h5py.File(io.BytesIO(data), "r") as file:
        visit(file)
