"""How much memory `export --format` and `import` take, by the number of records. Prints a table.

hairnet-data build --train-examples 5000 --eval-examples 20 --name five_thousand --data-dir data
python benchmarks/interchange.py data/hairnet_synthetic/five_thousand/1.6.0
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FORMATS = ("coco", "cvat", "voc")

_RUN = """
import resource, sys
from pathlib import Path
from hairnet_data.dataset.reader import open_prepared
from hairnet_data.interchange.export_set import export_set
from hairnet_data.interchange.import_set import import_set

what, kind, source, out, records = sys.argv[1:]
if what == "export":
    export_set(open_prepared(Path(source)), Path(out), kind, ["train"], list(range(int(records))))
else:
    import_set(kind, Path(source), Path(out))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measured(what: str, kind: str, source: Path, out: Path, records: int) -> str:
    """Peak memory in MB and seconds of one run in a process of its own."""
    began = time.monotonic()
    command = [sys.executable, "-c", _RUN, what, kind, str(source), str(out), str(records)]
    peak = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return f"{peak:.0f} MB, {time.monotonic() - began:.1f} s"


def main() -> None:
    """Prints a line for each format and number of records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--records", type=int, nargs="+", default=[50, 500, 5000])
    arguments = parser.parse_args()
    print("| format | records | export | import |\n|---|---|---|---|")
    for kind in FORMATS:
        for records in arguments.records:
            with tempfile.TemporaryDirectory() as folder:
                there, back = Path(folder, "there"), Path(folder, "back")
                exported = measured("export", kind, arguments.dataset, there, records)
                imported = measured("import", kind, there, back, records)
            print(f"| {kind} | {records:,} | {exported} | {imported} |", flush=True)


if __name__ == "__main__":
    main()
