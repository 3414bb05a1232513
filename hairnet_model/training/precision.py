"""The floating-point type that training computes in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import keras

_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


def policy_name(precision: str) -> str:
    """Keras's name of a policy for one of `config.PRECISIONS`.

    "auto" is bfloat16 if the hardware multiplies in it (a GPU or TPU, or a processor with the instructions), else
    float32. bfloat16 has float32's range, so the loss needs no scaling.
    """
    if precision == "auto":
        precision = "bfloat16" if _has_bfloat16() else "float32"
    return precision if precision == "float32" else f"mixed_{precision}"


@contextlib.contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Layers that are created inside have this policy; the global policy is restored afterwards."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _has_bfloat16() -> bool:
    with contextlib.suppress(Exception):  # a backend that cannot list its devices
        names = [str(device).lower() for device in keras.distribution.list_devices()]
        if any("gpu" in name or "tpu" in name for name in names):
            return True
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("flags", 2)[1].split("\n")[0]
    except (OSError, IndexError):
        return False
    return bool(_BFLOAT16_FLAGS & set(flags.split()))
