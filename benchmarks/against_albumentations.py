"""The build compared with Albumentations in a GeneratorBasedBuilder of TFDS, the usual way.

    pip install albumentations
    python benchmarks/against_albumentations.py --source-dir LFW --negatives FOLDER

The usual way, in one process as TFDS runs it: read photo and mask, `Affine`, one `CoarseDropout` hole in
both, `HorizontalFlip`, yield arrays; TFDS encodes the picture as JPEG and the mask as PNG. Both write records to
disk, and both are timed from the first example on.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import albumentations
import cv2
import numpy as np
import tensorflow_datasets as tfds
from build_speed import rate_of_build, train_pairs
from common import machine, options, table
from reference_loop import SIZE

from hairnet_data.building.settings import BuildSettings
from hairnet_data.sources.registry import open_sources

WORK: dict[str, Any] = {}


class Usual(tfds.core.GeneratorBasedBuilder):
    """A builder as one would write it in an afternoon."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(SIZE, SIZE, 3), encoding_format="jpeg"),
                    "mask": tfds.features.Image(shape=(SIZE, SIZE, 1), encoding_format="png"),
                }
            ),
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        return {"train": self._generate_examples()}

    def _generate_examples(self) -> Iterator[tuple[int, dict[str, Any]]]:
        rng = random.Random(0)
        transform = albumentations.Compose(
            [
                albumentations.HorizontalFlip(p=0.5),
                albumentations.Affine(scale=(0.75, 1.25), translate_percent=(-0.5, 0.5), rotate=(-45, 45), p=1),
                albumentations.CoarseDropout(
                    num_holes_range=(1, 1),
                    hole_height_range=(0.1, 0.4),
                    hole_width_range=(0.1, 0.4),
                    fill_mask=0,
                    p=0.6,
                ),
                albumentations.Resize(SIZE, SIZE),
            ]
        )
        WORK["started"] = time.perf_counter()
        for index in range(WORK["count"]):
            photo, labels = rng.choice(WORK["pairs"])
            image = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
            colours = cv2.imread(str(labels))
            mask = np.where(colours[..., 2] > 127, 1, np.where(colours[..., 1] > 127, 2, 0)).astype(np.uint8)
            augmented = transform(image=image, mask=mask)
            yield index, {"image": augmented["image"], "mask": augmented["mask"][..., None]}


def main() -> None:
    """Prints the table."""
    parser = options(__doc__)
    parser.add_argument("--examples", type=int, default=4000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sources = open_sources("lfw_parts", arguments.source_dir, arguments.negatives, Path(folder) / "cache")
        WORK.update(pairs=train_pairs(sources.portraits), count=arguments.examples)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            Usual(data_dir=Path(folder) / "usual").download_and_prepare()
        usual = arguments.examples / (time.perf_counter() - WORK["started"])
        settings = BuildSettings(train_examples=5 * arguments.examples)
        ours = rate_of_build(sources, settings, Path(folder) / "ours", workers=2)
    print(f"{machine()}, Albumentations {albumentations.__version__}\n")
    rows = [
        ["Albumentations + GeneratorBasedBuilder", f"{usual:,.0f}", "1.00", ""],
        ["hairnet-data build, 2 workers", f"{ours:,.0f}", f"{ours / usual:.2f}", "4"],
    ]
    print(table(["what", "records/s", "ratio", "at least"], rows))


if __name__ == "__main__":
    main()
