"""Checks that a build has the same bytes with any number of workers, in any order.

python benchmarks/same_bytes.py --source-dir LFW --negatives FOLDER
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from common import machine, options, program, table


def main() -> None:
    """Prints the table; exit status 1 if any differs."""
    parser = options(__doc__)
    parser.add_argument("--train-examples", type=int, default=2000)
    arguments = parser.parse_args()
    rows = []
    digests = set()
    for name, workers, seed in (
        ("1 worker", 1, "0"),
        ("2 workers", 2, "0"),
        ("a second run", 2, "0"),
        ("another PYTHONHASHSEED", 2, "12345"),
        ("4 workers: another order of completion", 4, "1"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            command = [
                *(program(), "build", "lfw_parts", "--source-dir", str(arguments.source_dir)),
                *("--negatives", str(arguments.negatives), "--train-examples", str(arguments.train_examples)),
                *("--workers", str(workers), "--data-dir", folder, "--quiet"),
            ]
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            ran = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
            digest = hashlib.sha256()
            shards = sorted(Path(ran.stdout.strip()).glob("*.tfrecord-*"))
            for shard in shards:
                digest.update(shard.name.encode() + hashlib.sha256(shard.read_bytes()).digest())
            digests.add(digest.hexdigest())
            rows.append([name, len(shards), digest.hexdigest()[:16]])
    print(f"{machine()}\n")
    print(table(["build", "shards", "SHA-256 over all"], rows))
    sys.exit(len(digests) > 1)


if __name__ == "__main__":
    main()
