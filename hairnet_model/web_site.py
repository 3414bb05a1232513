"""The web page: writes it as a static site, and serves it on this machine.

The page itself is TypeScript under `web/`, built by `make web` into `web/dist`, which the wheel contains.
"""

from __future__ import annotations

import functools
import http.server
import json
import secrets
import shutil
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from hairnet_data.core.classes import NAMES
from hairnet_data.core.errors import HairnetError, UsageError
from hairnet_data.core.local_server import LocalServer, open_port
from hairnet_data.core.storage.atomic import install_folder
from hairnet_model.data.padding import PAD
from hairnet_model.model_io import shipped
from hairnet_model.tryon.style_file import STYLES
from hairnet_model.web_delivery import Handler, compress

BUILT = Path(__file__).parent / "web" / "dist"
"""The page as built by Vite, without a model."""

_CARD = Path("model", "model.json")
_WORKER = "service-worker.js"
_NO_FILES = 'const SITE = { version: "", files: {}, later: [] };'
_LATER = ("*_pose.tflite", "styles/*.hair", "styles/head.json")  # what only those load who ask for it


class SiteError(HairnetError):
    """A site cannot be written or served."""


def write(out: Path, model: Path | None = None, compressed: bool = False) -> Path:
    """Writes a site that any file server can serve.

    Args:
        out: its folder; a site that `write` wrote there before is replaced once the new one is complete.
        model: a shipped network's name, or a `.keras` file or a run's folder, which is exported; `hairnet` unless
            given.
        compressed: write NAME.br and NAME.gz beside what compresses, which takes some seconds.

    Returns:
        The folder.

    Raises:
        UsageError: `out` is neither empty nor a site of ours.
        SiteError: the page is not built, or the site cannot be written.
        ModelError: the model cannot be read.
        ExportError: the model cannot be exported.
    """
    if not (BUILT / "index.html").is_file():
        hint = "run `make web` in the checkout; it needs Node 20 or newer"
        raise SiteError(str(BUILT), "the page is not built", hint)
    if out.exists() and not _replaceable(out):
        raise UsageError("--out", f"{out} is neither an empty folder nor a site of ours", "name another folder")
    draft = out.with_name(f".{out.name}-{secrets.token_hex(4)}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(BUILT, draft)
        _add_model(draft / _CARD.parent, model)
        _add_styles(draft / "styles")
        _fill_worker(draft)
        if compressed:
            compress(draft)
        install_folder(draft, out)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise SiteError(str(out), what, "choose another --out, or check the disk") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out


@contextmanager
def folder(out: Path | None, model: Path | None = None) -> Iterator[Path]:
    """Writes a site as `write` does, compressed; or, without a folder, into a temporary one that is removed afterwards.

    The latter is for this machine alone, where nothing is gained by fewer bytes.
    """
    if out is not None:
        yield write(out, model, compressed=True)
        return
    with tempfile.TemporaryDirectory(prefix="hairnet-") as scratch:
        yield write(Path(scratch) / "site", model)


def _replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / _CARD).is_file() or not any(out.iterdir()))


def _add_model(folder: Path, model: Path | None) -> None:
    """Adds the model to the site, and a JSON file that describes it to the page."""
    folder.mkdir()
    file = folder / "hairnet.tflite"
    own = shipped.find(model)
    size, name = _copy_shipped(own, file) if own else _export(Path(str(model)), file)
    card: dict[str, Any] = {
        "name": name,
        "file": file.name,
        "classes": list(NAMES),
        "size": size,
        "pad": PAD,
        "bytes": file.stat().st_size,
    }
    if own and own.finer:
        card["finer"] = {"file": own.finer.name, "size": 448}
        _copy(own.finer, folder / own.finer.name)
    if own and own.pose_litert:
        card["pose"] = {"file": own.pose_litert.name}
        _copy(own.pose_litert, folder / own.pose_litert.name)
    (folder / _CARD.name).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _add_styles(folder: Path) -> None:
    """Adds the hairstyles, and the head that they are worn on."""
    folder.mkdir(exist_ok=True)
    for file in (*STYLES.glob("*.hair"), STYLES / "head.json"):
        _copy(file, folder / file.name)


def _fill_worker(folder: Path) -> None:
    """Tells the script that keeps the site in browsers what there is: any other file makes another script."""
    script = folder / _WORKER
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != script)
    files = {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}
    version = sha256(json.dumps(files).encode()).hexdigest()[:16]
    later = [path for path in files if any(PurePosixPath(path).match(pattern) for pattern in _LATER)]
    text = script.read_text(encoding="utf-8")
    site = json.dumps({"version": version, "files": files, "later": later}, indent=1)
    script.write_text(text.replace(_NO_FILES, f"const SITE = {site};"), encoding="utf-8")


def _copy_shipped(network: shipped.ShippedNetwork, file: Path) -> tuple[int, str]:
    _copy(network.litert, file)
    return 224, network.litert.stem


def _copy(weights: Path, file: Path) -> None:
    if not weights.is_file():
        raise SiteError(str(weights), "is missing", "name a model with --model, or install the package again")
    shutil.copyfile(weights, file)


def _export(model: Path, file: Path) -> tuple[int, str]:
    from hairnet_model.export import calibration
    from hairnet_model.export.pipeline import export
    from hairnet_model.model_io import model_file

    loaded = model_file.load(model)
    export(loaded, file, calibration.drawn(loaded.image_size), "litert", "float16")
    return loaded.image_size, model.name or "hairnet"


def server(folder: Path, port: int = 0) -> LocalServer:
    """Creates a server of a site for this machine only; it does not serve yet.

    Args:
        folder: a site that `write` wrote.
        port: 0 for any free one.

    Raises:
        UsageError: the port is outside 0..65535.
        SiteError: the port is taken or may not be used.
    """
    handler = functools.partial(Handler, directory=str(folder))
    return open_port(lambda free: LocalServer(free, handler), port, SiteError)


def address(site_server: http.server.HTTPServer) -> str:
    """The URL of a server; browsers allow cameras there as on https."""
    return f"http://127.0.0.1:{site_server.server_address[1]}/"


def serve(site_server: LocalServer, browse: bool = True) -> None:
    """Serves until Ctrl-C.

    Args:
        site_server: created by `server`.
        browse: whether to open the page in the user's browser.
    """
    with site_server:
        if browse:
            webbrowser.open(address(site_server))
        site_server.serve_forever(poll_interval=0.2)
