"""The command `hairnet-model`. Each command is a few lines over functions that a program can call.

What a command needs is imported inside it: `--help` answers at once.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hairnet_data.core import cli
from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import UsageError, one_line

if TYPE_CHECKING:
    from hairnet_model.data.feed import Feed
    from hairnet_model.model_io.model_file import Model

app = cli.new_app("hairnet-model", "Trains, measures and uses networks that find hair and face in pictures.")

ModelPath = Annotated[
    Path | None, typer.Option("--model", help="A .keras file or a run's folder.", show_default="the shipped weights")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """SIGTERM, with which schedulers and containers stop a job, raises KeyboardInterrupt."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@app.command()
@_sigterm_as_ctrl_c()
def train(
    data: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Prepared datasets, or one packed .npz.")],
    out: Annotated[Path, typer.Option(help="The run's folder.")],
    arch: Annotated[str, typer.Option(help="hairnet or fcn8s_2019.", show_default="hairnet")] = "",
    epochs: Annotated[float | None, typer.Option(help="Passes over the data.", show_default="10")] = None,
    steps: Annotated[int | None, typer.Option(help="Batches, instead of epochs.")] = None,
    batch: Annotated[int, typer.Option(help="Pictures per step.")] = 32,
    learning_rate: Annotated[
        float | None, typer.Option(help="The highest.", show_default="0.002; 0.0005 with --init")
    ] = None,
    weight_decay: Annotated[float, typer.Option(help="Of AdamW, for kernels.")] = 0.02,
    warmup: Annotated[int, typer.Option(help="Steps until the learning rate is at its highest.")] = 200,
    average: Annotated[
        float, typer.Option(help="Share of the averaged weights that an update keeps; 0 for none.")
    ] = 0.992,
    jitter: Annotated[float, typer.Option(help="Strength of the colour changes.")] = 1.0,
    cover: Annotated[float, typer.Option(help="Share of heads to hide in part.")] = 0.0,
    validate_every: Annotated[
        int | None, typer.Option(help="Steps between validations.", show_default="a tenth of the steps, 50 to 500")
    ] = None,
    patience: Annotated[int, typer.Option(help="Stop after so many validations without a better one; 0: never.")] = 0,
    precision: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    devices: Annotated[str, typer.Option(help="How many devices share every batch, or `all`.", metavar="N|all")] = "1",
    seed: Annotated[int, typer.Option(help="Of initial weights, order and augmentation.")] = 0,
    init: Annotated[
        str | None, typer.Option(help="Begin with this model's weights; `shipped`: those of the package.")
    ] = None,
    as_2019: Annotated[bool, typer.Option("--as-2019", help="fcn8s_2019 with its loss and optimizer of 2019.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Resume the run in --out.")] = False,
    quiet: Quiet = False,
) -> None:
    """Trains a network from prepared datasets.

    Several are mixed evenly; one that is given twice has two shares. Ctrl-C and SIGTERM stop it, --resume resumes it,
    also with more --steps or --epochs than before.
    """
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.evaluation.report import percent
    from hairnet_model.training import run_log
    from hairnet_model.training.config import TrainingConfig, as_2019_config, validation_interval
    from hairnet_model.training.train import train as train_network

    begun = run_log.read_info(out) if resume else None
    if begun and validate_every is None:
        validate_every = begun["settings"]["validate_every"]
    if begun and steps is None and epochs is None:
        steps = begun["settings"]["steps"]
    init_model = _load_init(init)
    feed = _open_feed(data)
    if steps is not None and epochs is not None:
        raise UsageError("--steps", "excludes --epochs", "give one of them")
    if epochs is not None and not 0 < epochs <= 1e6:
        raise UsageError("--epochs", f"{epochs:g} is outside 0..1000000", "10 is usual")
    if init_model and arch not in ("", init_model.about["architecture"]):
        raise UsageError("--arch", f"{arch} is not the architecture of the model of --init", "leave it out")
    if init_model and as_2019 and init_model.about["head"] != "maps_2019":
        raise UsageError("--as-2019", "the model of --init was not trained so", "leave one of them out")
    if steps is None:
        steps = max(1, round((epochs or 10) * feed.examples / max(1, 10 if as_2019 else batch)))
    settings = TrainingConfig(
        arch=init_model.about["architecture"] if init_model else arch or "hairnet",
        head=init_model.about["head"] if init_model else "classes",
        steps=steps,
        batch=batch,
        rate=learning_rate if learning_rate is not None else 5e-4 if init_model else 2e-3,
        decay=weight_decay,
        warmup=warmup,
        average=average,
        jitter=jitter,
        cover=cover,
        validate_every=validate_every if validate_every is not None else validation_interval(steps),
        patience=patience,
        precision=precision,
        seed=seed,
    )
    if as_2019:
        settings = as_2019_config(settings)
    if init_model:
        _warn(init_model.size_warning(feed.image_size))
    with progress_bar(quiet, "pictures") as progress:
        result = train_network(settings, feed, out, init_model, resume, progress, devices)
    if not quiet:
        best = result.best
        scores = (("mIoU", "miou"), ("hair F1", "hair_f1"), ("face F1", "face_f1"))
        print(
            f"{'stopped early; ' if result.stopped_early else ''}best validation at step {best['step']:.0f}: "
            + ", ".join(f"{label} {percent(best[name])}" for label, name in scores)
        )
    print(out / "best.keras")


@app.command()
def evaluate(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A prepared dataset.")],
    model: ModelPath = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated.", show_default="test*")
    ] = None,
    worst: Annotated[Path | None, typer.Option(help="A sheet of the worst cases (.png).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Measures a model on the test splits of a prepared dataset."""
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.data import tfds_records
    from hairnet_model.evaluation.evaluate import evaluate as evaluate_model
    from hairnet_model.evaluation.hard_examples import HardExamples, check_sheet_path
    from hairnet_model.evaluation.report import print_report
    from hairnet_model.model_io import model_file

    if worst:
        check_sheet_path(worst)
    prepared = tfds_records.open_dataset(dataset)
    loaded = model_file.load(model)
    _warn(loaded.size_warning(prepared.image_size))
    hard_examples = HardExamples()
    with progress_bar(quiet or as_json, "pictures") as progress:
        report = evaluate_model(loaded, prepared, split, progress=progress, watch=hard_examples.add)
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        print_report(report)
    if worst:
        hard_examples.save(worst)
        print(worst, file=sys.stderr)


@app.command()
def predict(
    photos: Annotated[
        list[Path],
        typer.Argument(metavar="PHOTO_OR_DIR...", help="Photos, folders, patterns; `-` reads a list, a path a line."),
    ],
    out: Annotated[Path, typer.Option(help="A folder for the masks.")],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="A .tflite or .keras file, or a run's folder.", show_default="the shipped weights"
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
        bool, typer.Option("--panels", help="Also six panels: hair and face cut out, removed, bald.")
    ] = False,
    truth: Annotated[Path | None, typer.Option(help="A folder of true masks (class ids), for the panels.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a photo shows no head.")] = False,
    quiet: Quiet = False,
) -> None:
    """Finds hair and face in photos.

    Writes PNG masks of class ids (mode L) in the photos' own sizes, and predictions.csv.
    """
    from hairnet_data.core.progress import progress_bar
    from hairnet_model.inference.engines import engine_for
    from hairnet_model.inference.photo_paths import listed

    if engine_for(model, engine) == "keras":
        from hairnet_model.networks.start import start_quietly

        start_quietly()
    from hairnet_model.inference.predict import Outputs
    from hairnet_model.inference.predict import predict as predict_photos
    from hairnet_model.inference.prediction_report import to_json
    from hairnet_model.inference.segmenter import Segmenter

    selected = [path for given in photos for path in (listed(sys.stdin.read()) if str(given) == "-" else [given])]
    outputs = Outputs(overlay, panels, truth, tuple(cutout or ()), locate)
    with progress_bar(quiet or as_json, "photos") as progress:
        result = predict_photos(selected, out, Segmenter.load(model, engine), outputs, progress)
    if as_json:
        print(json.dumps(to_json(result.photos, result.errors), indent=2))
    for error in result.errors:
        print(f"hairnet-model: {error}", file=sys.stderr)
    for photo in result.without_head:
        print(f"hairnet-model: {one_line(str(photo.file))}: no head found", file=sys.stderr)
    if result.errors or (strict and result.without_head):
        raise typer.Exit(1)


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="A .tflite or .onnx file, or a new folder for a SavedModel.")],
    form: Annotated[
        str | None, typer.Option("--format", help="litert, saved_model or onnx.", show_default="by the ending of --out")
    ] = None,
    quantize: Annotated[str | None, typer.Option(help="float16 or int8, for litert.", show_default="float32")] = None,
    model: ModelPath = None,
    data: Annotated[
        Path | None,
        typer.Option(help="A prepared dataset to calibrate and compare on.", show_default="drawn samples"),
    ] = None,
) -> None:
    """Writes a model for another runtime, and compares its outputs there with those of the Keras model."""
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.evaluation.report import agreement_line
    from hairnet_model.export.calibration import drawn, pictures
    from hairnet_model.export.pipeline import choose_format
    from hairnet_model.export.pipeline import export as export_model
    from hairnet_model.model_io import model_file

    form = choose_format(out, form)  # before anything is loaded
    loaded = model_file.load(model)
    if data:
        from hairnet_model.data import tfds_records

        calibration, images = pictures(tfds_records.open_dataset(data))
    else:
        calibration = images = drawn(loaded.image_size)
    exported = export_model(loaded, out, images, form, quantize, calibration)
    print(agreement_line(exported.agreement.iou, exported.agreement.pictures, exported.size), file=sys.stderr)
    print(exported.path)


@app.command()
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


@app.command()
def pack(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A prepared dataset.")],
    out: Annotated[Path, typer.Option(help="The .npz file.")],
    train_examples: Annotated[
        int | None, typer.Option(help="Only this many, from the first on.", show_default="all")
    ] = None,
) -> None:
    """Packs a dataset into one .npz file.

    `train` takes it where there is no TensorFlow.
    """
    from hairnet_model.networks.start import start_quietly

    start_quietly()
    from hairnet_model.data import tfds_records
    from hairnet_model.data.packed_feed import write_packed

    if out.suffix != ".npz":
        raise UsageError("--out", f"{out.name} does not end in .npz", "give a name that does")
    if train_examples is not None and train_examples < 1:
        raise UsageError("--train-examples", f"{train_examples} is less than 1", "give a number from 1 on")
    prepared = tfds_records.open_dataset(dataset)
    about = {
        "name": prepared.name,
        "fingerprint": prepared.fingerprint,
        "image_size": prepared.image_size,
        "people": sorted(tfds_records.people(prepared)),
        "unlabelled": [NAMES[number] for number in prepared.unlabelled],
    }
    splits = {
        "train": tfds_records.encoded(prepared, "train", train_examples),
        "validation": tfds_records.encoded(prepared, "validation"),
    }
    write_packed(out, about, splits)
    print(out)


def _warn(warning: str | None) -> None:
    if warning:
        print(f"hairnet-model: warning: {warning}", file=sys.stderr)


def _open_feed(paths: list[Path]) -> Feed:
    if any(path.suffix == ".npz" for path in paths):
        from hairnet_model.data.packed_feed import PackedFeed

        if len(paths) > 1:
            raise UsageError(
                "DIR", "a packed .npz cannot be mixed with others", "give it alone, or the datasets it was packed from"
            )
        return PackedFeed(paths[0])
    from hairnet_model.data.tfds_feed import RecordFeed
    from hairnet_model.data.tfds_records import open_dataset

    return RecordFeed([open_dataset(path) for path in paths])


def _load_init(path: str | None) -> Model | None:
    if path is None:
        return None
    from hairnet_model.model_io import model_file

    return model_file.load(None if path == "shipped" else Path(path))


def main() -> None:
    """Runs the command line; see `core.cli.run` for its exit status."""
    try:
        cli.run(app, "no file is incomplete; --resume resumes a training", "try a smaller --batch")
    except ModuleNotFoundError as error:
        if str(error.name).startswith("hairnet_"):
            raise
        hint = "pip install hairnet without --no-deps; requirements-inference.txt is for predict with LiteRT alone"
        print(f"hairnet-model: this command needs {error.name}, which is not installed; {hint}", file=sys.stderr)
        sys.exit(1)
