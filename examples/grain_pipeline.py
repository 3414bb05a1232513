"""Feeds a Grain pipeline from a prepared dataset, without TensorFlow.

```
pip install grain
python examples/grain_pipeline.py data/hairnet_synthetic/drawn/1.6.0
```

Grain shuffles by index and reads nothing twice, so the pipeline can stop and resume anywhere
(`iterator.get_state`, `iterator.set_state`).
"""

from __future__ import annotations

import argparse
import time

import grain

from hairnet_data.dataset.data_source import Examples


def batches(dataset: str, split: str = "train", size: int = 32, seed: int = 0, threads: int = 2) -> grain.IterDataset:
    """Shuffled batches of a split, one pass: `image` uint8 (N, S, S, 3) RGB, `mask` uint8 (N, S, S) of class ids."""
    examples = Examples.open(dataset, split, features=["image", "mask"])
    shuffled = grain.MapDataset.source(examples).shuffle(seed=seed)
    read = shuffled.to_iter_dataset(grain.ReadOptions(num_threads=threads, prefetch_buffer_size=4 * size))
    return read.batch(size)


def main() -> None:
    """Reads a split once and says how fast it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help="a prepared dataset's folder")
    parser.add_argument("--split", default="train")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    began, seen = time.perf_counter(), 0
    for batch in batches(arguments.dataset, arguments.split, threads=arguments.threads):
        seen += len(batch["image"])
    print(f"{seen:,} examples, {seen / (time.perf_counter() - began):,.0f} a second")


if __name__ == "__main__":
    main()
