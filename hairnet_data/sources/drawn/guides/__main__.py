"""Grows styles and writes them where the try-on reads them."""

from __future__ import annotations

import argparse
from pathlib import Path

from hairnet_data.core.storage.atomic import write_atomic
from hairnet_data.sources.drawn.guides.catalogue import COMMAND, STYLES, style_bytes
from hairnet_data.sources.drawn.guides.hair_file import encode_head
from hairnet_data.sources.drawn.guides.mean_head import surfaces


def main() -> None:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Grow hair styles for trying on, see docs/tryon.md.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="styles to grow, by default all; head: the head's file"
    )
    parser.add_argument("--out", type=Path, default=Path("hairnet_model/tryon/styles"), help="folder to write them to")
    options = parser.parse_args()
    known = (*STYLES, "head")
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"there is no style {unknown[0]!r}; there are {', '.join(known)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or known:
        path = options.out / ("head.json" if name == "head" else f"{name}.hair")
        data = encode_head(surfaces()) if name == "head" else style_bytes(name)
        write_atomic(path, data)
        print(f"{path}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
