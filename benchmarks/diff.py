"""How long it takes to compare two large datasets.

python benchmarks/diff.py --dataset DIR
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import tempfile
import time
from pathlib import Path

from hairnet_data.dataset.example_table import TABLE
from hairnet_data.inspection.dataset_diff import diff

_ROWS = 2000  # of a shard


def main() -> None:
    """Prints the time and what it was for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--dataset", type=Path, required=True, help="Whose training rows are repeated.")
    arguments = parser.parse_args()
    with gzip.open(arguments.dataset / TABLE, "rt", encoding="utf-8") as file:
        rows = [
            row for _, line in zip(range(_ROWS), file, strict=False) if (row := json.loads(line))["split"] == "train"
        ]
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for row in rows if row["split"] == "train"]
        paths = [_write(Path(folder) / name, arguments.dataset, rows, arguments.records, name) for name in "ab"]
        began = time.perf_counter()
        compared = diff(*paths)
        seconds = time.perf_counter() - began
    train = compared.splits["train"]
    print(f"{arguments.records:,} records each, {train.differing:,} differ: {seconds:.1f} s")


def _write(folder: Path, dataset: Path, rows: list[dict[str, object]], records: int, name: str) -> Path:
    """A dataset without shards. In the one named b every second recipe has another rotation."""
    folder.mkdir()
    shutil.copy(dataset / "metadata.json", folder)
    with (folder / TABLE).open("wb") as table:
        for start in range(0, records, _ROWS):
            lines = []
            for index in range(start, min(start + _ROWS, records)):
                row = rows[index % len(rows)] | {"index": index}
                if name == "b" and index % 2:
                    recipe = json.loads(str(row["recipe"]))
                    row["recipe"] = json.dumps(recipe | {"affine": recipe["affine"] | {"rotation": 99.0}})
                lines.append(json.dumps(row, ensure_ascii=False) + "\n")
            table.write(gzip.compress("".join(lines).encode(), 1))
    return folder


if __name__ == "__main__":
    main()
