"""What may be behind hair: what is seen beside it, mirrored at the hair's edge, so that textures go on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects.grid import Plane


def continued(image: Pixels, known: NDArray[np.bool_], smooth: Plane, far: float) -> Plane:
    """The picture with what is not known filled in.

    A pixel that is not known takes the colour of its mirror image behind the nearest pixel that is known. With the
    distance from there, and where the mirror image is not known either, a smooth filling takes over.

    Args:
        image: uint8 (H, W, 3) RGB.
        known: bool (H, W).
        smooth: sRGB codes to fall back to, float32 (H, W, 3).
        far: distance in pixels at which it has taken over; it begins at half of that.

    Returns:
        float32 (H, W, 3), sRGB codes; the picture's own where it is known.
    """
    if known.all() or not known.any():
        return np.asarray(image if known.all() else smooth, np.float32)
    apart, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    height, width = known.shape
    of_label = np.zeros(int(labels.max()) + 1, np.int32)
    inside = np.flatnonzero(known)
    of_label[labels.ravel()[inside]] = inside
    rows, columns = np.nonzero(~known)
    edge_row, edge_column = np.divmod(of_label[labels[rows, columns]], width)
    row, column = 2 * edge_row - rows, 2 * edge_column - columns
    found = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    found[found] = known[row[found], column[found]]
    row, column = np.where(found, row, edge_row), np.where(found, column, edge_column)
    # The edge alone would be drawn out into streaks: where no mirror image is known, the filling is smooth.
    near = np.zeros(known.shape, np.float32)
    near[known] = 1
    near[rows, columns] = np.clip(2 - 2 * np.asarray(apart)[rows, columns] / np.float32(far), 0, 1) * found
    soft = cv2.GaussianBlur(near, (0, 0), max(0.5, far / 25))
    trust = np.minimum(near, 2 * np.maximum(0, np.asarray(soft) - 0.25))[rows, columns]
    made = image.astype(np.float32)
    mirrored = image[row, column].astype(np.float32)
    made[rows, columns] = smooth[rows, columns] + (mirrored - smooth[rows, columns]) * trust[:, None]
    return made
