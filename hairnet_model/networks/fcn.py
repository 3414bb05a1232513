"""The two fully convolutional networks: `hairnet`, and `fcn8s_2019` as the reference.

Both take uint8 RGB (N, H, W, 3) with H and W divisible by 32 and normalise inside the graph.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import UsageError
from hairnet_model.networks.layers import RELU_GAIN, DepthToSpace, StandardizedConv2D

ARCHITECTURES = ("hairnet", "fcn8s_2019")

HEADS = ("classes", "maps_2019")
"""The outputs of a network: three-class logits, or the two maps (face, hair) of 0..255 of 2019."""

STRIDE = 32
"""The sides of a network's input must be divisible by this."""

_BRANCH = 0.3 * RELU_GAIN  # initially, of a residual branch: the sum then nearly keeps its variance


def create(arch: str = "hairnet", head: str = "classes") -> keras.Model:
    """A network with fresh weights, drawn from Keras's global seed.

    Args:
        arch: one of `ARCHITECTURES`.
        head: one of `HEADS`; `hairnet` has "classes" only.

    Returns:
        A model from uint8 (N, H, W, 3) RGB to float32 (N, H, W, 3) logits, in the order of the class ids, or
        (N, H, W, 2) maps.

    Raises:
        UsageError: no such architecture or head.
    """
    if arch not in ARCHITECTURES:
        raise UsageError("--arch", f"no architecture named {arch!r}", f"choose from {', '.join(ARCHITECTURES)}")
    if head not in HEADS or (arch, head) == ("hairnet", "maps_2019"):
        raise UsageError("--loss", f"{arch} has no head named {head!r}", "maps_2019 belongs to fcn8s_2019")
    return _hairnet() if arch == "hairnet" else _fcn8s_2019(head)


def _input() -> tuple[Any, Any]:
    picture = keras.Input((None, None, 3), dtype="uint8", name="image")
    return picture, layers.Rescaling(1 / 64, -2.0, name="normalized")(picture)


def _conv(x: Any, filters: int, size: int = 3, stride: int = 1, **more: Any) -> Any:
    return StandardizedConv2D(filters, size, stride, **more)(x)


def _add(x: Any, y: Any) -> Any:
    return layers.ReLU()(layers.Add()([x, y]))


def _bottleneck(x: Any) -> Any:
    """A 3x3 convolution of half the channels between two 1x1, beside the identity (He et al. 2016)."""
    filters = x.shape[-1]
    y = _conv(_conv(x, filters // 2, 1), filters // 2)
    return _add(x, _conv(y, filters, 1, gain=_BRANCH, activation="linear"))


def _bottlenecks(x: Any, count: int) -> Any:
    for _ in range(count):
        x = _bottleneck(x)
    return x


def _up(x: Any, skip: Any, filters: int) -> Any:
    """Upsamples by 2 and adds a skip. Nearest, since a 3x3 convolution follows: bilinear took a third of a step."""
    side = _conv(skip, x.shape[-1], 1, activation="linear")
    return _conv(_add(layers.UpSampling2D(2)(x), side), filters)


def _hairnet() -> keras.Model:
    # One convolution per level where there are many pixels: in a browser the finest levels took two thirds of the time.
    picture, x = _input()
    half = _conv(x, 16, stride=2, gain=1.0)
    quarter = _conv(half, 24, stride=2)
    eighth = _bottlenecks(_conv(quarter, 48, stride=2), 2)
    sixteenth = _bottlenecks(_conv(eighth, 96, stride=2), 3)
    deep = _bottlenecks(_conv(sixteenth, 160, stride=2), 4)
    # Context of the entire picture: a texture that looks like hair is not hair if there is no head.
    scene = _conv(layers.GlobalAveragePooling2D(keepdims=True)(deep), 64, 1, activation="linear")
    x = _add(_conv(deep, 64, 1, activation="linear"), scene)
    x = _up(x, sixteenth, 64)
    x = _up(x, eighth, 32)
    x = _up(x, quarter, 16)
    x = layers.Add()([layers.UpSampling2D(2)(x), half])
    x = _conv(x, 4 * len(NAMES), gain=0.5, activation="linear")
    logits = DepthToSpace(dtype="float32", name="logits")(x)
    return keras.Model(picture, logits, name="hairnet")


def _fcn8s_2019(head: str) -> keras.Model:
    """The network of 2019, layer for layer; a member of the family of VOC-FCN8s (Long, Shelhamer, Darrell 2015).

    With "maps_2019" its input is raw 0..255, as it was then; with "classes" it is normalised like that of `hairnet`.
    """

    def conv(x: Any, filters: int, size: int = 3) -> Any:
        return layers.Conv2D(filters, size, padding="same", activation="relu")(x)

    def transposed(x: Any, filters: int, size: int = 3) -> Any:
        return layers.Conv2DTranspose(filters, size, padding="same", activation="relu")(x)

    picture, normalized = _input()
    x = normalized if head == "classes" else layers.Rescaling(1.0, name="raw")(picture)
    pooled = [x]
    for filters, times in ((8, 2), (16, 2), (32, 2), (64, 3), (128, 3)):
        for _ in range(times):
            x = conv(x, filters)
        x = layers.MaxPooling2D(2)(x)
        pooled.append(x)
    x = layers.Dropout(0.5)(conv(x, 512, 5))
    x = layers.Dropout(0.5)(conv(x, 512, 1))
    x = layers.Add()([transposed(x, 256, 1), conv(pooled[5], 256)])
    for level, filters, after in (
        (4, 256, ((32, 3),)),
        (3, 32, ((16, 3),)),
        (2, 16, ((8, 3), (8, 3))),
        (1, 8, ((8, 5), (8, 5))),
        (0, 8, ((4, 5), (4, 5))),
    ):
        x = layers.Add()([layers.UpSampling2D(2)(x), conv(pooled[level], filters)])
        for narrower, size in after:
            x = transposed(x, narrower, size)
    channels = len(NAMES) if head == "classes" else 2
    x = layers.Conv2DTranspose(channels, 5, padding="same", dtype="float32", name=head)(x)
    return keras.Model(picture, x, name="fcn8s_2019")
