"""Records per second of several ways to read a prepared dataset: shuffled batches of pictures and masks.

    python benchmarks/feeding.py DIR [--records 4000] [--threads 2]

Ways whose package is not installed are left out. Each runs in a separate process, after a first pass that is not
counted. "Of one core" divides by the processor time of all its threads and processes, which is fairer on a machine
that is busy.
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
    """PyTorch, reading in the main process, on one thread: more would only wait for each other."""
    import torch
    from torch_loader import batches

    torch.set_num_threads(1)
    return batches(dataset, size=SIZE, workers=0)


def examples_loop(dataset: str, threads: int) -> Iterable[Any]:
    """`Examples` in a loop, one thread, in order."""
    from hairnet_data.dataset.data_source import Examples

    examples = iter(Examples.open(dataset, "train", ["image", "mask"]))
    return iter(lambda: list(itertools.islice(examples, SIZE)), [])


WAYS: dict[str, tuple[str, Callable[[str, int], Iterable[Any]]]] = {
    "`tf.data`": ("tensorflow", tf_data),
    "Grain": ("grain", grain),
    "PyTorch, worker processes": ("torch", torch_workers),
    "PyTorch, none": ("torch", torch_alone),
    "`Examples`, a loop": ("hairnet_data", examples_loop),
}


def rate(name: str, dataset: str, records: int, threads: int) -> tuple[float, float]:
    """Records per second, and per second of one core; start-up is not counted."""
    read = WAYS[name][1]
    for _ in range(2):  # the second pass counts
        started, started_cpu = time.perf_counter(), _processor_seconds()
        batches = iter(read(dataset, threads))
        seen = sum(SIZE for _ in itertools.islice(batches, records // SIZE))
        del batches  # ends worker processes: their time is known only then
    return seen / (time.perf_counter() - started), seen / (_processor_seconds() - started_cpu)


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--threads", type=int, default=2, help="or worker processes")
    arguments = parser.parse_args()
    print("| way | records a second | of one core |\n|---|---|---|")
    for name, (package, _) in WAYS.items():
        if importlib.util.find_spec(package):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
                wall, cpu = executor.submit(
                    rate, name, arguments.dataset, arguments.records, arguments.threads
                ).result()
            print(f"| {name} | {wall:,.0f} | {cpu:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
