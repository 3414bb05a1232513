"""Commands about the formats of other tools."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def import_annotations(
    kind: Annotated[
        str, typer.Argument(metavar="FORMAT", help="coco, cvat, labelme, masks, supervisely, voc or yolo.")
    ],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file or folder that the tool exported.")],
    out: Annotated[Path, typer.Option(help="A new folder, which the source `folder` reads.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="LABEL=CLASS", help="background, hair, face or ignore; can be given again."),
    ] = None,
    person: Annotated[str, typer.Option(help="Expression that finds the person in a name.", show_default=False)] = "",
    classes: Annotated[
        str, typer.Option(help="For masks: a classes.toml, or the name of a public set.", show_default=False)
    ] = "",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on without faulty pictures.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier import.")] = False,
) -> None:
    """Turns what a labelling tool exported into photos, masks and a classes.toml."""
    from hairnet_data.interchange.class_names import parse_map
    from hairnet_data.interchange.import_set import import_set

    report = import_set(kind, path, out, parse_map(mapping or []), person, skip_bad, overwrite, classes)
    for line in report.lines():
        print(line, file=sys.stderr)
    print(out)
