"""What an example's pixels depend on besides its recipe and the source's content."""

from __future__ import annotations

import cv2
import numpy as np

RENDERER_VERSION = "1.0.0"
"""Moves whenever the pixels made of a recipe move. It is the dataset's version too."""


def library_versions() -> dict[str, str]:
    """The libraries whose pixels an image depends on. Masks do not."""
    return {"numpy": np.__version__, "opencv": cv2.__version__}
