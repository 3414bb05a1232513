"""The command `tryon`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.core.errors import UsageError, one_line
from hairnet_model.cli.options import Quiet


def tryon(
    photos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PHOTO_OR_DIR...", help="Photos, folders, patterns; `-` reads a list, a path a line."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for the pictures.")] = None,
    style: Annotated[str | None, typer.Option(metavar="NAME", help="Of the hair, see --list.")] = None,
    colour: Annotated[
        str, typer.Option(metavar="COLOUR", help='own, a name such as copper, or "#rrggbb".', show_default=True)
    ] = "own",
    sheet: Annotated[bool, typer.Option("--sheet", help="Also all styles side by side with the photo.")] = False,
    list_styles: Annotated[bool, typer.Option("--list", help="Print the styles and the colours' names.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace pictures of an earlier run.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="A .tflite file with a pose head, or hairnet, which ships.", show_default="hairnet"
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tries hair on: gives every head in photos a hairstyle in three dimensions.

    Writes NAME_STYLE.png for every photo. A photo without a head is written as it is, and named.
    """
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.effects.colours import named
    from hairnet_model.inference.photo_paths import listed
    from hairnet_model.inference.segmenter import POSE_HINT, Segmenter
    from hairnet_model.tryon import catalogue
    from hairnet_model.tryon.photos import Wish, try_on_photos

    if list_styles:
        for name in catalogue.names():
            print(f"{name}: {catalogue.title(name)}")
        print(f"colours: own, {', '.join(named())}")
        return
    if not photos:
        raise UsageError("PHOTO_OR_DIR", "nothing was given", "name photos or folders, or add --list")
    if out is None:
        raise UsageError("--out", "is missing", "name a folder for the pictures")
    selected = [path for given in photos for path in (listed(sys.stdin.read()) if str(given) == "-" else [given])]
    segmenter = Segmenter.load(model)
    if segmenter.poses is None:
        raise UsageError("--model", "the model has no pose head", POSE_HINT)
    with progress_bar(quiet, "pictures") as progress:
        result = try_on_photos(selected, out, segmenter, Wish(style, colour, sheet, overwrite), progress)
    for error in result.errors:
        print(f"hairnet-model: {error}", file=sys.stderr)
    for photo in result.photos:
        for reason in photo.reasons:
            print(f"hairnet-model: {one_line(str(photo.file))}: {reason}; left as it is", file=sys.stderr)
    if result.errors:
        raise typer.Exit(1)
