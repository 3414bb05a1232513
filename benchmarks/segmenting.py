"""From nothing to a mask: import to first mask, pictures a second, memory; LiteRT, Keras, and other people's files.

python benchmarks/segmenting.py [--peers FOLDER]     the folder holds .tflite files with one float32 picture as input

Each engine runs in a process of its own: `first mask` is from the start of Python to the mask of one picture of
224 x 224. Then 64 drawn pictures of 224 x 224 are segmented in batches, once each (no locating), and one picture of
640 x 480 with locating. Memory is the most the process ever held. Peers run beside our file, one process, two threads.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, table

ONE = """
import json, resource, sys, time
began = float(sys.argv[2])
import numpy as np
from hairnet_model import Segmenter
photo = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
segmenter = Segmenter.load(engine=sys.argv[1])
segmenter.segment(photo, locate=False)
first = time.time() - began
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
photos = np.stack([photo] * 64)
rates = {}
for batch in (1, 16, 64):
    before = time.perf_counter()
    for start in range(0, 64, batch):
        segmenter.segment(photos[start : start + batch], locate=False)
    rates[batch] = 64 / (time.perf_counter() - before)
room = np.full((480, 640, 3), 120, np.uint8)
before = time.perf_counter()
for _ in range(5):
    segmenter.segment(room)
searched = (time.perf_counter() - before) / 5
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"first": first, "memory": memory, "rates": rates, "searched": searched, "most": most}))
"""


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="a folder of other .tflite files")
    parser.add_argument("--runs", type=int, default=3, help="processes an engine; the median is printed")
    arguments = parser.parse_args()
    print(f"{machine()}\n")
    head = ["engine", "first mask", "memory then", "pictures/s, batch 1", "16", "64", "a search of 640 x 480", "memory"]
    print(table(head, [_row(engine, arguments.runs) for engine in ("litert", "keras")]))
    if arguments.peers:
        from hairnet_model.model_io import shipped

        files = [shipped.NETWORKS["hairnet"].litert, *sorted(arguments.peers.glob("*.tflite"))]
        print("\n" + table(["file", "input", "median", "least"], _in_turns(files)))


def _row(engine: str, runs: int) -> list[str]:
    measured = sorted((_process(engine) for _ in range(runs)), key=lambda each: each["first"])
    middle = measured[len(measured) // 2]
    rates = [f"{rate:.0f}" for rate in middle["rates"].values()]
    searched = f"{1000 * middle['searched']:.0f} ms"
    return [
        engine,
        f"{middle['first']:.2f} s",
        f"{middle['memory']:.0f} MB",
        *rates,
        searched,
        f"{middle['most']:.0f} MB",
    ]


def _process(engine: str) -> dict[str, Any]:
    command = [sys.executable, "-c", ONE, engine, str(time.time())]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=quiet)
    measured: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return measured


def _in_turns(files: list[Path], rounds: int = 5, runs: int = 20) -> list[list[str]]:
    """Milliseconds a picture of every file, in turns, so that a slow minute of the machine slows all."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    opened = []
    for file in files:
        interpreter = Interpreter(model_content=file.read_bytes(), num_threads=2)
        interpreter.allocate_tensors()
        (given, *_) = interpreter.get_input_details()
        interpreter.set_tensor(given["index"], np.zeros(given["shape"], given["dtype"]))
        opened.append((file.name, tuple(int(n) for n in given["shape"]), interpreter))
    times: dict[str, list[float]] = {name: [] for name, _, _ in opened}
    for turn in range(rounds + 1):
        for name, _, interpreter in opened:
            for _ in range(runs):
                before = time.perf_counter()
                interpreter.invoke()
                times[name] += [1000 * (time.perf_counter() - before)] if turn else []
    return [
        [name, str(shape), f"{np.median(times[name]):.1f} ms", f"{min(times[name]):.1f} ms"]
        for name, shape, _ in opened
    ]


if __name__ == "__main__":
    main()
