"""The command `hairnet-model`. Each command is a few lines over functions that a program can call.

What a command needs is imported inside it: `--help` answers at once.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from hairnet_data.core import cli
from hairnet_data.core.errors import UsageError, one_line
from hairnet_model.cli import dataset_commands, evaluate_command, folds_command, pose_commands, tryon_command
from hairnet_model.cli.options import ModelPath, PoseHeadPath, Quiet, parse_dataset

app = cli.new_app("hairnet-model", "Trains, measures and uses networks that find hair and face in pictures.")

app.command(epilog="Example: hairnet-model train mine --out run --steps 2000", groups=dataset_commands.TRAIN_GROUPS)(
    dataset_commands.train
)
app.command("train-pose", epilog="Example: hairnet-model train-pose mine --out pose-run")(pose_commands.train_pose)
app.command(epilog="Example: hairnet-model folds mine --photos mine/images --out seen", groups=folds_command.GROUPS)(
    folds_command.folds
)
app.command(epilog="Example: hairnet-model evaluate drawn")(evaluate_command.evaluate)


@app.command(
    epilog="Example: hairnet-model predict photos --out masks --overlay",
    groups={
        "Network": ("model", "engine", "locate"),
        "Also written": ("overlay", "cutout", "panels", "truth", "recolour", "strength", "beard", "bald", "pose"),
        "Videos": ("sequence", "steady"),
    },
)
def predict(
    photos: Annotated[
        list[Path],
        typer.Argument(
            metavar="PHOTO_OR_DIR...", help="Photos, videos, folders, patterns; `-` reads a list, a path a line."
        ),
    ],
    out: Annotated[Path, typer.Option(help="A folder for the masks.")],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="A .tflite or .keras file, a run's folder, or hairnet or drawn, which ship.",
            show_default="hairnet",
        ),
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="litert or keras, for the shipped weights.", show_default="litert")
    ] = None,
    locate: Annotated[
        bool, typer.Option("--locate/--no-locate", help="Look for small heads; --no-locate sees each photo once.")
    ] = True,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also the photo with the mask over it.")] = False,
    cutout: Annotated[
        list[str] | None, typer.Option(help="Also hair, face or head cut out (RGBA); may be repeated.")
    ] = None,
    panels: Annotated[
        bool, typer.Option("--panels", help="Also panels: hair and face cut out, removed, bald.")
    ] = False,
    truth: Annotated[
        Path | None,
        typer.Option(help="A folder of true masks, for the panels: class ids, or as its classes.toml says."),
    ] = None,
    sequence: Annotated[
        bool, typer.Option("--sequence", help="Masks of a video as PNGs in a folder, not as a video.")
    ] = False,
    steady: Annotated[
        bool, typer.Option("--steady/--no-steady", help="Average masks of a video over time, so that none flickers.")
    ] = True,
    recolour: Annotated[
        str | None,
        typer.Option(
            metavar="COLOUR",
            help='Also photo or video with other hair: a name such as copper or "platinum roots", "#rrggbb".',
        ),
    ] = None,
    strength: Annotated[float | None, typer.Option(help="Of --recolour, 0 to 1.", show_default="1")] = None,
    beard: Annotated[bool, typer.Option("--beard", help="With --recolour, dye the beard too.")] = False,
    bald: Annotated[bool, typer.Option("--bald", help="Also photo or video without the hair above the eyes.")] = False,
    pose: Annotated[
        bool, typer.Option("--pose", help="Also the photo with the axes of every head; its pose is in --json.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a photo or video shows no head.")] = False,
    quiet: Quiet = False,
) -> None:
    """Finds hair and face in photos and videos.

    Writes PNG masks of class ids (mode L) in the photos' own sizes, the same of videos as lossless videos, and
    predictions.csv. The same command again goes on with a video that was not done.
    """
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.inference.engines import engine_for
    from hairnet_model.inference.photo_paths import listed

    if engine_for(model, engine) == "keras":
        from hairnet_model.networks.start import start_quietly

        start_quietly()
    from hairnet_model.inference.looks import dye
    from hairnet_model.inference.predict import Outputs
    from hairnet_model.inference.predict import predict as predict_photos
    from hairnet_model.inference.prediction_report import to_json
    from hairnet_model.inference.segmenter import Segmenter
    from hairnet_model.inference.video.reading import is_video

    selected = [path for given in photos for path in (listed(sys.stdin.read()) if str(given) == "-" else [given])]
    outputs = Outputs(
        overlay, panels, truth, tuple(cutout or ()), locate, sequence, steady, dye(recolour, strength, beard), bald,
        pose,
    )  # fmt: skip
    unit = "frames" if all(map(is_video, selected)) else "pictures"
    with progress_bar(quiet or as_json, unit) as progress:
        result = predict_photos(selected, out, Segmenter.load(model, engine), outputs, progress)
    if as_json:
        print(json.dumps(to_json(result.photos, result.left_out), indent=2))
    for error in result.errors:
        print(f"hairnet-model: {error}", file=sys.stderr)
    for file, reason in result.passed_over:
        print(f"hairnet-model: {one_line(file)}: {reason}", file=sys.stderr)
    if result.companions and not quiet:
        print(f"hairnet-model: other files in the folders: {result.companions}", file=sys.stderr)
    for photo in result.without_head:
        print(f"hairnet-model: {one_line(str(photo.file))}: no head found", file=sys.stderr)
    for bare in result.not_bald:
        print(f"hairnet-model: {one_line(str(bare))}: no face is seen, --bald changes nothing", file=sys.stderr)
    if result.errors or (strict and result.without_head):
        raise typer.Exit(1)


app.command(epilog="Example: hairnet-model tryon photos --style bob --out tried")(tryon_command.tryon)


@app.command(epilog="Example: hairnet-model export --quantize float16 --out hairnet.tflite")
def export(
    out: Annotated[Path, typer.Option(help="A .tflite or .onnx file, or a new folder for a SavedModel.")],
    form: Annotated[
        str | None, typer.Option("--format", help="litert, saved_model or onnx.", show_default="by the ending of --out")
    ] = None,
    quantize: Annotated[str | None, typer.Option(help="float16 or int8, for litert.", show_default="float32")] = None,
    model: ModelPath = None,
    image_size: Annotated[
        int | None, typer.Option(help="Side of the square that the file takes.", show_default="that of the training")
    ] = None,
    pose: PoseHeadPath = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=parse_dataset,
            help="A prepared dataset to calibrate and compare on.",
            show_default="drawn samples",
        ),
    ] = None,
) -> None:
    """Writes a model for another runtime, and compares its outputs there with those of the Keras model."""
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.evaluation.report import agreement_line
    from hairnet_model.export.calibration import drawn, pictures
    from hairnet_model.export.pipeline import Exported, choose_format
    from hairnet_model.export.pipeline import export as export_model
    from hairnet_model.export.pose import ExportedPose, export_pose
    from hairnet_model.model_io import model_file

    form = choose_format(out, form)  # before anything is loaded
    loaded = model_file.load(model).at_size(image_size)
    if data:
        from hairnet_model.data.prepared_dataset import open_dataset

        calibration, images = pictures(open_dataset(data))
    else:
        calibration = images = drawn(loaded.image_size)
    if pose:
        from hairnet_model.model_io import pose_file

        head = pose_file.load(pose_file.resolve(pose), loaded)
        exported: Exported = export_pose(loaded, head, out, images, quantize, form)
    else:
        exported = export_model(loaded, out, images, form, quantize, calibration)
    print(agreement_line(exported.agreement.iou, exported.agreement.pictures, exported.size), file=sys.stderr)
    if isinstance(exported, ExportedPose):
        print(exported.pose.line(), file=sys.stderr)
    print(exported.path)


@app.command(epilog="Example: hairnet-model web --serve")
def web(
    out: Annotated[Path | None, typer.Option(help="Write the site into this folder.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Serve it on this machine, and open it.")] = False,
    port: Annotated[int, typer.Option(help="To serve on.", show_default="any free one")] = 0,
    browse: Annotated[bool, typer.Option("--browse/--no-browse", help="Whether --serve opens a browser.")] = True,
    model: ModelPath = None,
) -> None:
    """Writes or serves the web page: hair and face live, in the browser, on the user's own machine."""
    from hairnet_model import web_site

    if out is None and not serve:
        raise UsageError("web", "has nothing to do", "give --out SITE, or --serve")
    if model:
        from hairnet_model.networks.start import start_quietly

        start_quietly()
    with web_site.folder(out, model) as written:
        if out:
            print(written, flush=True)
        if serve:
            server = web_site.server(written, port)
            print(f"{web_site.address(server)} (Ctrl-C ends it)", flush=True)
            with suppress(KeyboardInterrupt):  # the way to end it
                web_site.serve(server, browse)


@app.command(epilog="Example: hairnet-model about run")
def about(
    model: Annotated[
        str,
        typer.Argument(
            metavar="[MODEL]",
            help="hairnet or drawn, which ship, a .keras or .tflite file, a run, or a SavedModel.",
            show_default=True,
        ),
    ] = "hairnet",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prints what a model says of itself: architecture, data, and the terms of the pictures that it was trained on."""
    from hairnet_data.core.ledger import lines, to_json
    from hairnet_model.model_io.about import read_about

    found = read_about(model)
    if as_json:
        print(json.dumps({**found.values, "people": found.people, "ledger": to_json(found.ledger)}, indent=2))
        return
    values = found.values
    size = values.get("image_size", "unknown")
    print(f"{found.file.name}: {values.get('architecture', 'unknown')}, pictures of {size} pixels")
    for dataset in values.get("data", ()):
        print(f"trained on {dataset['name']}: {dataset['examples']:,} examples, share {dataset['shares']:g}")
    if found.people:
        print(f"showing {found.people:,} people, as the sources name them")
    for line in lines(found.ledger):
        print(line)
    if not found.ledger:
        print("it does not say which pictures it was trained on, nor under which terms they came")


app.command(epilog="Example: hairnet-model pack drawn --out drawn.npz")(dataset_commands.pack)


def main() -> None:
    """Runs the command line; see `core.cli.run` for its exit status."""
    try:
        cli.run(
            app,
            "no file is incomplete; the same command goes on with a video, --resume with a training",
            "try a smaller --batch",
        )
    except ModuleNotFoundError as error:
        if str(error.name).startswith("hairnet_"):
            raise
        hint = "pip install hairnet without --no-deps; requirements-inference.txt is for predict with LiteRT alone"
        print(f"hairnet-model: this command needs {error.name}, which is not installed; {hint}", file=sys.stderr)
        sys.exit(1)
