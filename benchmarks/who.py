"""How long it takes to find a person in the table of a large dataset.

python benchmarks/who.py --table DIR/examples.jsonl.gz
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from pathlib import Path

from hairnet_data.dataset.example_table import TABLE
from hairnet_data.inspection.people import find_person

_ROWS = 2000  # of a shard
_PEOPLE = 5749  # as many as LFW has


def main() -> None:
    """Prints the time and what it was for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--table", type=Path, required=True, help="The examples.jsonl.gz whose rows are repeated.")
    arguments = parser.parse_args()
    with gzip.open(arguments.table, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for _, line in zip(range(_ROWS), file, strict=False)]
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / TABLE).open("wb") as table:
            for start in range(0, arguments.records, _ROWS):
                table.write(gzip.compress(_shard(rows, start, min(_ROWS, arguments.records - start)), 1))
        size = (Path(folder) / TABLE).stat().st_size
        began = time.perf_counter()
        found = find_person("Person_0007", [Path(folder)])
        seconds = time.perf_counter() - began
    (records,) = found.values()
    print(f"{arguments.records:,} records ({size / 1e6:.0f} MB): {len(records):,} found in {seconds:.1f} s")


def _shard(rows: list[dict[str, object]], start: int, count: int) -> bytes:
    lines = []
    for index in range(start, start + count):
        person = f"Person_{index * 7919 % _PEOPLE:04}"
        row = rows[index % len(rows)] | {"index": index, "person": person, "people": json.dumps([person])}
        lines.append(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n")
    return "".join(lines).encode()


if __name__ == "__main__":
    main()
