"""Reads the head that hair is worn on: `head.json`, as docs/tryon.md describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.errors import unreadable
from hairnet_model.tryon.style_file import STYLES, StyleError

NAMES = ("head", "left_ear", "right_ear", "neck", "shoulders")
"""Of the surfaces."""


def read_head(path: Path = STYLES / "head.json") -> Mapping[str, NDArray[np.float64]]:
    """The surfaces of the head by their `NAMES`: grids, float64 (rows, columns, 3), cm in the head's own axes.

    Quads join (r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c), seen from outside.

    Raises:
        StyleError: it cannot be read, or is not a head of this version.
    """
    try:
        head = json.loads(path.read_bytes())
    except OSError as error:
        raise StyleError(str(path), unreadable(error)) from None
    except (ValueError, RecursionError):
        raise StyleError(str(path), "is no JSON") from None
    try:
        if (head["format"], head["version"]) != ("head", 1):
            raise StyleError(str(path), f"is not a head of version 1, but {head['format']!r} {head['version']!r}")
        surfaces = {
            table["name"]: np.array(table["points"], np.float64).reshape(table["rows"], table["columns"], 3)
            * head["quantum"]
            for table in head["surfaces"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise StyleError(str(path), f"is no head ({error})") from None
    if missing := [name for name in NAMES if name not in surfaces]:
        raise StyleError(str(path), f"lacks the surface {missing[0]}")
    return MappingProxyType(surfaces)
