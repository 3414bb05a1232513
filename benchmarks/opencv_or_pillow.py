"""OpenCV compared with Pillow, operation by operation, on drawn pictures.

python benchmarks/opencv_or_pillow.py
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import cv2
import numpy as np
from common import machine, table
from PIL import Image, ImageFilter

from hairnet_data.dataset.codec import encode_image, encode_mask
from hairnet_data.geometry import warp
from hairnet_data.sources.drawn.source import Drawn

SIZE = 224


def main() -> None:
    """Prints the table."""
    cv2.setNumThreads(1)
    portrait = Drawn(size=250).load("train_00000")
    image, mask = Image.fromarray(portrait.image), Image.fromarray(portrait.mask)
    matrix = warp.unit_matrix(SIZE, 250, 250, 1.1, (0.1, 0.1), 20, False)
    padded = warp.pad_edges(portrait.image)
    flat = (matrix * 250).ravel()
    small = np.asarray(image.resize((SIZE, SIZE)))
    labels = np.asarray(mask.resize((SIZE, SIZE), Image.Resampling.NEAREST))
    jpeg = encode_image(small, "jpeg")

    def coordinates() -> warp.Coordinates:
        return warp.coordinates(matrix, (0, 0, SIZE, SIZE), 250, 250)

    def saved(picture: np.ndarray, **how: object) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, **how)  # type: ignore[arg-type]
        return buffer.getvalue()

    cases: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        (
            "bilinear warp 250 to 224, RGB",
            lambda: warp.sample_image(padded, coordinates()),
            lambda: image.transform((SIZE, SIZE), Image.Transform.AFFINE, flat, Image.Resampling.BILINEAR),
        ),
        (
            "nearest warp of the mask",
            lambda: warp.sample_mask(portrait.mask, coordinates()),
            lambda: mask.transform((SIZE, SIZE), Image.Transform.AFFINE, flat, Image.Resampling.NEAREST),
        ),
        (
            "JPEG q95 4:2:0",
            lambda: encode_image(small, "jpeg"),
            lambda: saved(small, format="JPEG", quality=95, subsampling=2),
        ),
        ("mask as PNG", lambda: encode_mask(labels), lambda: saved(labels, format="PNG")),
        (
            "JPEG decoded",
            lambda: cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR),
            lambda: np.asarray(Image.open(io.BytesIO(jpeg))),
        ),
        (
            "Gaussian blur, sigma 1",
            lambda: cv2.GaussianBlur(small, (0, 0), 1.0),
            lambda: Image.fromarray(small).filter(ImageFilter.GaussianBlur(1)),
        ),
    ]
    rows = []
    for name, with_opencv, with_pillow in cases:
        ours, theirs = _milliseconds(with_opencv), _milliseconds(with_pillow)
        rows.append([name, f"{ours:.3f}", f"{theirs:.3f}", f"{theirs / ours:.1f}"])
    print(f"{machine()}; medians of 300, coordinates included in the warps\n")
    print(table(["operation", "OpenCV, ms", "Pillow, ms", "ratio"], rows))


def _milliseconds(operation: Callable[[], object]) -> float:
    times = []
    for _ in range(300):
        started = time.perf_counter()
        operation()
        times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2] * 1e3


if __name__ == "__main__":
    main()
