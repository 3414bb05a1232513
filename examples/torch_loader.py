"""Feeds a PyTorch DataLoader from a prepared dataset, without TensorFlow.

```
pip install torch
python examples/torch_loader.py data/hairnet_synthetic/drawn/1.6.0
```
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable

import torch
from torch.utils.data import DataLoader

from hairnet_data.dataset.data_source import Examples


def batches(
    dataset: str, split: str = "train", size: int = 32, seed: int = 0, workers: int = 0
) -> Iterable[dict[str, torch.Tensor]]:
    """Shuffled batches of a split, one pass each time it is gone through.

    `image` is uint8 (N, S, S, 3) RGB and `mask` uint8 (N, S, S) of class ids. A network wants them as
    `image.permute(0, 3, 1, 2) / 255` and `mask.long()`. Make them so there, a batch at a time: an int64 mask takes
    eight times the bytes on its way from a worker process.
    """
    examples = Examples.open(dataset, split, features=["image", "mask"])  # a map-style dataset as it is
    order = torch.Generator().manual_seed(seed)
    return DataLoader(examples, batch_size=size, shuffle=True, generator=order, num_workers=workers)


def main() -> None:
    """Reads a split once and says how fast it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help="a prepared dataset's folder")
    parser.add_argument("--split", default="train")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    began, seen = time.perf_counter(), 0
    for batch in batches(arguments.dataset, arguments.split, workers=arguments.workers):
        seen += len(batch["image"])
    print(f"{seen:,} examples, {seen / (time.perf_counter() - began):,.0f} a second")


if __name__ == "__main__":
    main()
