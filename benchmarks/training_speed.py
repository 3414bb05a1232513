"""A training step of `hairnet` compared with one of `fcn8s_2019`, and reading records with training on them.

python benchmarks/training_speed.py DIR     (a prepared dataset)
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

from hairnet_model.data.prepared_dataset import open_dataset

BATCH, STEPS, ROUNDS = 32, 6, 3


def main() -> None:
    """Prints two tables."""
    import numpy as np

    from hairnet_model.data import tfds_records
    from hairnet_model.data.augment import augment
    from hairnet_model.networks.flops import multiply_adds
    from hairnet_model.training.config import TrainingConfig
    from hairnet_model.training.trainer import Trainer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    dataset = open_dataset(parser.parse_args().dataset)
    images, masks = next(tfds_records.training_batches([dataset], BATCH, 0, 1, 0))

    def stepper(arch: str, precision: str) -> tuple[Callable[[], None], Trainer]:
        trainer = Trainer(TrainingConfig(arch=arch, precision=precision, steps=1000), None, None)
        trainer.network.train_on_batch(images, masks)  # traces
        return lambda: trainer.network.train_on_batch(images, masks) and None, trainer

    steps = {
        (arch, kind): stepper(arch, kind) for arch in ("fcn8s_2019", "hairnet") for kind in ("float32", "bfloat16")
    }
    best: dict[tuple[str, str], float] = {}
    for _ in range(ROUNDS):  # in turns: if the machine slows down, it slows all of them
        for name, (step, _) in steps.items():
            started = time.perf_counter()
            for _ in range(STEPS):
                step()
            seconds = (time.perf_counter() - started) / STEPS
            best[name] = min(seconds, best.get(name, seconds))
    rows = []
    for (arch, kind), (_, trainer) in steps.items():
        seconds = best[arch, kind]
        size = (
            f"{trainer.network.count_params():,}",
            f"{multiply_adds(trainer.network, dataset.image_size) / 1e6:.0f} M",
        )
        ratio = f"{best['fcn8s_2019', kind] / seconds:.2f} x"
        rows.append([arch, *size, kind, f"{1000 * seconds:.0f} ms", f"{BATCH / seconds:.0f}/s", ratio])
    print(f"{machine()}\n")
    head = [
        "network",
        "parameters",
        "multiply-adds",
        "computes in",
        f"step of {BATCH}",
        "pictures",
        "against fcn8s_2019",
    ]
    print(table(head, rows), end="\n\n")

    count = min(dataset.count("train") // BATCH, 100)
    stream = tfds_records.training_batches([dataset], BATCH, 0, count, 0)
    next(stream)
    started = time.perf_counter()
    remaining = sum(len(batch) for batch, _ in stream)
    reading = remaining / (time.perf_counter() - started)
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    for _ in range(10):
        augment(images, masks, rng)
    augmenting = 10 * BATCH / (time.perf_counter() - started)
    fastest = BATCH / min(best[name] for name in best if name[0] == "hairnet")
    rows = [
        ["reading: parse, decode, shuffle, batch", f"{reading:,.0f}/s", f"{reading / fastest:.1f} x"],
        ["mirror and colours, one thread", f"{augmenting:,.0f}/s", f"{augmenting / fastest:.1f} x"],
        ["training consumes (hairnet, its fastest)", f"{fastest:,.0f}/s", "1"],
    ]
    print(table(["alone on the machine", "pictures", "against training"], rows))


if __name__ == "__main__":
    main()
