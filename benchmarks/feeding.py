"""How many records a second each way of reading a prepared dataset gives: shuffled batches of pictures and masks.

    python benchmarks/feeding.py DIR [--records 4000] [--threads 2]

Ways whose package is not installed are left out. Each runs in a process of its own, after a first pass that is not
counted. "Of one core" divides by the processor time of all its threads and processes: on a machine that does other
things too it is the fairer number.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import resource
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))

SIZE = 32


def tf_data(dataset: str, threads: int) -> Iterable[Any]:
    """`tf.data` over the shards, decoded as `hairnet_model` does."""
    import tensorflow as tf

    from hairnet_data.core.records import array_record
    from hairnet_data.dataset.reader import open_prepared

    features = {name: tf.io.FixedLenFeature((), tf.string) for name in ("image", "mask")}

    def decode(data: Any) -> tuple[Any, Any]:
        record = tf.io.parse_single_example(data, features)
        image = tf.io.decode_jpeg(record["image"], channels=3, dct_method="INTEGER_ACCURATE")
        return image, tf.io.decode_png(record["mask"], channels=1)[..., 0]

    files = {str(shard.path): shard.records for shard in open_prepared(Path(dataset)).shards["train"]}
    stored = tf.data.TFRecordDataset(list(files))
    if all(".array_record-" in file for file in files):
        kind = tf.TensorSpec([None], tf.string)
        blocks = partial(array_record.iter_batches, list(files.items()), 0, sum(files.values()))
        stored = tf.data.Dataset.from_generator(blocks, output_signature=kind).unbatch()
    stream = stored.shuffle(1000).map(decode, num_parallel_calls=threads)
    return stream.batch(SIZE).prefetch(2).as_numpy_iterator()


def grain(dataset: str, threads: int) -> Iterable[Any]:
    """Grain, reading in threads."""
    from grain_pipeline import batches

    return batches(dataset, size=SIZE, threads=threads)


def torch_workers(dataset: str, threads: int) -> Iterable[Any]:
    """PyTorch, reading in worker processes."""
    from torch_loader import batches

    return batches(dataset, size=SIZE, workers=threads)


def torch_alone(dataset: str, threads: int) -> Iterable[Any]:
    """PyTorch, reading in the program's own process, on one thread: more would only wait for one another."""
    import torch
    from torch_loader import batches

    torch.set_num_threads(1)
    return batches(dataset, size=SIZE, workers=0)


def plain(dataset: str, threads: int) -> Iterable[Any]:
    """`Examples` in a loop, one thread, in order."""
    from hairnet_data.dataset.data_source import Examples

    examples = iter(Examples.open(dataset, "train", ["image", "mask"]))
    return iter(lambda: list(itertools.islice(examples, SIZE)), [])


WAYS: dict[str, tuple[str, Callable[[str, int], Iterable[Any]]]] = {
    "`tf.data`": ("tensorflow", tf_data),
    "Grain": ("grain", grain),
    "PyTorch, worker processes": ("torch", torch_workers),
    "PyTorch, none": ("torch", torch_alone),
    "`Examples`, a loop": ("hairnet_data", plain),
}


def rate(name: str, dataset: str, records: int, threads: int) -> tuple[float, float]:
    """Records a second, and a second of one core; starting is not counted."""
    way = WAYS[name][1]
    for _ in range(2):  # the second pass counts
        began, spent = time.perf_counter(), _processor()
        batches = iter(way(dataset, threads))
        seen = sum(SIZE for _ in itertools.islice(batches, records // SIZE))
        del batches  # ends worker processes: only then is their time known
    return seen / (time.perf_counter() - began), seen / (_processor() - spent)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--threads", type=int, default=2, help="or worker processes")
    wanted = parser.parse_args()
    print("| way | records a second | of one core |\n|---|---|---|")
    for name, (needs, _) in WAYS.items():
        if importlib.util.find_spec(needs):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                told = apart.submit(rate, name, wanted.dataset, wanted.records, wanted.threads).result()
            print(f"| {name} | {told[0]:,.0f} | {told[1]:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
