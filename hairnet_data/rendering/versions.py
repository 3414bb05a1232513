"""The versions that an example's pixels depend on, besides its recipe and the content of its source."""

from __future__ import annotations

import cv2
import numpy as np

RENDERER_VERSION = "1.6.0"
"""Changes whenever the pixels of a recipe or the features of a record do. It is also the dataset's version."""


def library_versions() -> dict[str, str]:
    """The versions of the libraries that an image depends on; masks are the same with any."""
    return {"numpy": np.__version__, "opencv": cv2.__version__}
