"""Writes the drawn samples that ship with the package, from the test splits of a prepared dataset of `drawn`.

python training/samples.py OUT/hairnet_synthetic/drawn/1.6.0
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import open_dataset
from hairnet_model.model_io import shipped

EACH, QUALITY = 12, 90

dataset = open_dataset(Path(sys.argv[1]))
assert dataset.source == "drawn", "only drawn portraits ship with the package"
files = []
for split in ("test", "test_shifted", "test_rotated", "test_occluded"):
    images = np.concatenate([batch.images for batch in tfds_records.read(dataset, split)])
    for image in images[:: max(1, len(images) // EACH)][:EACH]:
        encoded, file = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        assert encoded
        files.append(file.ravel())
np.savez(shipped.DRAWN_SAMPLES, content=np.concatenate(files), ends=np.cumsum([len(file) for file in files]))
print(f"{shipped.DRAWN_SAMPLES}: {len(files)} pictures, {shipped.DRAWN_SAMPLES.stat().st_size:,} bytes")
