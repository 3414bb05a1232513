"""Exported files say what MediaPipe asks for; its ImageSegmenter takes one as it is, in Chromium."""

from __future__ import annotations

import functools
import http.server
import io
import shutil
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.classes import NAMES
from hairnet_model import Segmenter, web_site
from hairnet_model.export import calibration, tflite_metadata
from hairnet_model.export.pipeline import Exported, export
from hairnet_model.model_io.model_file import Model
from tests.support.exports import check_litert

CHROMIUM = shutil.which("chromium")
MODULES = Path(web_site.__file__).parent / "web" / "node_modules" / "@mediapipe" / "tasks-vision"

PAGE = """<!doctype html><img id="photo" src="photo.png"><script type="module">
import {FilesetResolver, ImageSegmenter} from "./mediapipe/vision_bundle.mjs";
try {
  const files = await FilesetResolver.forVisionTasks("/mediapipe/wasm");
  const options = {baseOptions: {modelAssetPath: "/hair.tflite", delegate: "CPU"}, outputCategoryMask: true};
  const segmenter = await ImageSegmenter.createFromOptions(files, options);
  const photo = document.getElementById("photo");
  await photo.decode();
  const mask = segmenter.segment(photo).categoryMask;
  window.result = {labels: segmenter.getLabels(), mask: Array.from(mask.getAsUint8Array())};
} catch (error) {
  window.result = {error: String(error)};
}
</script>"""


@pytest.fixture(scope="module")
def export_of_it(shipped: Model, drawn: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(shipped, tmp_path_factory.mktemp("export") / "new" / "hair.tflite", drawn, quantize="float16")


@pytest.fixture(scope="module")
def exported(export_of_it: Exported) -> Path:
    return export_of_it.path


def test_litert_in_float16(export_of_it: Exported, shipped: Model, drawn: np.ndarray) -> None:
    check_litert(export_of_it, shipped, drawn, "float16", 1.55e6)


def test_labels_are_a_file_behind_the_model(exported: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        (entry,) = archive.infolist()
        assert (entry.filename, entry.compress_type) == (tflite_metadata.LABELS, zipfile.ZIP_STORED)
        assert archive.read(entry).decode().split() == list(NAMES)
    content = b"TFL3" * 50
    labelled = tflite_metadata.with_labels(content, ["a", "b"])
    assert labelled.startswith(content)
    assert labelled == tflite_metadata.with_labels(content, ["a", "b"])
    assert zipfile.ZipFile(io.BytesIO(labelled)).read(tflite_metadata.LABELS) == b"a\nb\n"


def test_the_metadata_is_a_flat_buffer_in_the_file(exported: Path) -> None:
    described = tflite_metadata.describe_tensors(224)
    assert described[4:8] == b"M001"
    assert tflite_metadata.LABELS.encode() in described
    content = exported.read_bytes()
    assert tflite_metadata.NAME.encode() in content
    assert described in content
    assert described != tflite_metadata.describe_tensors(448)


def test_an_exported_file_segments(exported: Path) -> None:
    images = calibration.drawn(224)[:4]
    found = Segmenter.load(exported).segment(images)
    assert (found == Segmenter.load().segment(images)).mean() > 0.999


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")
@pytest.mark.skipif(not MODULES.is_dir(), reason="MediaPipe is not installed: make web")
def test_mediapipe_takes_it_as_it_is(exported: Path, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")
    photo = calibration.drawn(224)[0]
    (tmp_path / "index.html").write_text(PAGE)
    Image.fromarray(photo).save(tmp_path / "photo.png")
    shutil.copy(exported, tmp_path / "hair.tflite")
    (tmp_path / "mediapipe").symlink_to(MODULES)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with playwright.sync_playwright() as started:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/index.html")
        page.wait_for_function("window.result", timeout=60_000)
        result = page.evaluate("window.result")
        browser.close()
    server.shutdown()
    server.server_close()
    assert result.get("error") is None
    assert result["labels"] == list(NAMES)
    mask = np.array(result["mask"], np.uint8).reshape(224, 224)
    assert (mask == Segmenter.load().segment(photo, locate=False)).mean() > 0.999
