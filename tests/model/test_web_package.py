"""The npm package as it is packed, on a page of one server with runtime and network on another."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_model import Segmenter, web_site
from hairnet_model.effects.colours import named, target
from hairnet_model.effects.recolour import recolour
from hairnet_model.evaluation import metrics
from hairnet_model.export import calibration
from hairnet_model.tryon.style_file import style_names
from tests.support import chromium, tryon_page

PACKAGE = Path(web_site.__file__).parent / "web" / "package"
RUNTIMES = [f"litert_wasm_{name}_internal.{ending}" for name in ("compat", "threaded") for ending in ("js", "wasm")]
NETWORKS = ("hairnet.tflite", "hairnet_448.tflite", "hairnet_pose.tflite")
ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="there is no Node"),
    pytest.mark.skipif(not (PACKAGE / "dist" / "hairnet.js").is_file(), reason="the package is not built: make web"),
]
browsed = pytest.mark.skipif(chromium.CHROMIUM is None, reason="there is no chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is in the file that `npm pack` writes."""
    folder = tmp_path_factory.mktemp("package")
    command = ["npm", "pack", "--ignore-scripts", "--pack-destination", str(folder)]  # a test builds nothing
    subprocess.run(command, cwd=PACKAGE, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member in archive.getmembers():  # extractall(filter=...) came with 3.11.4
            archive.extract(member, folder)
    return folder / "package"


def test_the_package_holds_what_it_needs_and_nothing_else(unpacked: Path, tmp_path: Path) -> None:
    files = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert files == {
        *("package.json", "README.md", "hairnet.d.ts", "example.html"),
        *("dist/hairnet.js", "dist/LICENSE.txt", "dist/THIRD_PARTY.txt"),
        *(f"dist/model/{name}" for name in (*NETWORKS, "model.json", "MODEL_CARD.md")),
        *(f"dist/runtime/{name}" for name in RUNTIMES),
        *(f"dist/styles/{name}.hair" for name in style_names()),
        "dist/styles/head.json",
    }
    about = json.loads((unpacked / "package.json").read_text())
    assert (unpacked / about["types"]).is_file()
    assert (unpacked / about["exports"]["."]["default"]).is_file()


def test_the_package_describes_its_network_as_the_page_does(unpacked: Path, tmp_path: Path) -> None:
    site = web_site.write(tmp_path / "site") / "model"
    for name in ("model.json", *NETWORKS):
        packed, written = (unpacked / "dist" / "model" / name).read_bytes(), (site / name).read_bytes()
        assert (json.loads(packed) == json.loads(written)) if name.endswith("json") else (packed == written)


def test_the_example_is_short() -> None:
    assert len((PACKAGE / "example.html").read_text().splitlines()) <= 20


@pytest.fixture(scope="module")
def page(browser: Any, unpacked: Path, tmp_path_factory: pytest.TempPathFactory, request: Any) -> Iterator[Any]:
    """The example and the module on one server; the runtime and the network on another one, which allows it."""
    example = tmp_path_factory.mktemp("example")
    (example / "dist").mkdir()
    shutil.copy(unpacked / "dist" / "hairnet.js", example / "dist")
    allowed = {"Access-Control-Allow-Origin": "*"}
    with (
        chromium.serving(chromium.file_server(unpacked / "dist", allowed)) as files,
        chromium.serving(chromium.file_server(example, request.param)) as address,
    ):
        text = (unpacked / "example.html").read_text()
        changed = text.replace('baseUrl: "./dist/"', f'baseUrl: "{files}"').replace(
            "const segmenter", "const segmenter = globalThis.segmenter"
        )
        assert changed.count(files) == 1
        (example / "example.html").write_text(changed)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(address + "example.html")
        chromium.wait_until(page, lambda: bool(faults) or page.locator("#file").is_enabled())
        assert faults == []
        page.files = files
        page.isolated = request.param == ISOLATED
        yield page
        page.close()


def png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def portrait() -> np.ndarray:
    return calibration.drawn(224)[0]


@browsed
@pytest.mark.parametrize("page", [{}, ISOLATED], ids=["plain", "isolated"], indirect=True)
def test_the_example_page_recolours(page: Any) -> None:
    assert page.evaluate("crossOriginIsolated") is page.isolated
    assert ("threads" in page.evaluate("segmenter.engine")) is page.isolated
    photo = portrait()
    page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(photo)})
    chromium.wait_until(page, lambda: page.title() == "1 found")
    made = base64.b64decode(page.evaluate("canvas.toDataURL()").partition(",")[2])  # a PNG
    by_page = np.asarray(Image.open(io.BytesIO(made)).convert("RGB")).astype(int)
    segmenter = Segmenter.load()
    likely = segmenter.probabilities(photo)
    expected = recolour(photo, likely[..., 1], likely[..., 2], target("copper"))
    assert np.abs(expected.astype(int) - photo).mean() > 2
    assert np.abs(by_page - expected).mean() < 0.5


FOUND = """async (bytes) => {
  const blob = new Blob([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], {type: "image/png"});
  let beats = 0;
  const heart = setInterval(() => beats++, 5), started = performance.now();
  const found = await segmenter.segment(blob);
  const took = performance.now() - started;
  clearInterval(heart);
  const {width, height, classIds, hair, face, heads} = found;
  const {heads: posed} = await segmenter.segment(blob, {poses: true});
  const plain = await segmenter.recolour(found, {colour: "blue", strength: 0});
  const bald = await segmenter.bald(found);
  const said = (promise) => promise.then(() => "none", (fault) => `${fault.name}: ${fault.message}`);
  const faults = [
    await said(segmenter.recolour(found, {colour: "mauve"})),
    await said(segmenter.recolour(found, {colour: "copper", strength: 2})),
    await said(segmenter.segment(new Blob(["no picture"]))),
  ];
  found.close();
  found.close();
  faults.push(await said(segmenter.recolour(found, {colour: "copper"})));
  const coded = {};
  for (const [name, values] of Object.entries({classIds, hair, face, plain: plain.data, bald: bald.data})) {
    coded[name] = btoa([...new Uint8Array(values.buffer)].map((one) => String.fromCharCode(one)).join(""));
  }
  return {width, height, heads, posed, beats, took, faults, ...coded};
}"""


@browsed
@pytest.mark.parametrize("page", [{}], ids=["plain"], indirect=True)
def test_segmentations_and_faults(page: Any) -> None:
    photo = np.pad(portrait(), ((0, 0), (40, 40), (0, 0)), mode="edge")
    height, width = photo.shape[:2]
    found = page.evaluate(FOUND, base64.b64encode(png(photo)).decode())
    assert (found["width"], found["height"]) == (width, height)

    def plane(name: str, kind: type = np.uint8, channels: int = 1) -> np.ndarray:
        return np.frombuffer(base64.b64decode(found[name]), kind).reshape(height, width, channels)

    ids = plane("classIds")[..., 0]
    segmenter = Segmenter.load()
    assert metrics.iou(metrics.confusion(segmenter.segment(photo)[None], ids[None])).min() >= 0.99
    hair, face = (plane(name, np.float32)[..., 0] for name in ("hair", "face"))
    np.testing.assert_array_equal(np.argmax([1 - hair - face, hair, face], 0), ids)
    (head,), (posed,), (expected,) = found["heads"], found["posed"], segmenter.heads(photo)
    np.testing.assert_allclose(list(head.values()), expected.box, atol=5)
    assert posed == {**head, "pose": posed["pose"]}
    np.testing.assert_allclose(list(posed["pose"].values()), list(asdict(expected.pose).values()), atol=0.5)
    plain, bald = (plane(name, channels=4)[..., :3].astype(int) for name in ("plain", "bald"))
    np.testing.assert_array_equal(plain, photo)
    assert np.abs(bald - photo)[ids == 1].mean() > 10
    assert found["beats"] > found["took"] / 30, "the page goes on meanwhile"
    for fault, said in zip(
        found["faults"],
        (
            r'No hair colour "mauve": give #rrggbb or a name of COLOURS, such as copper\.',
            r"The strength 2 is outside 0\.\.1\.",
            r"The source cannot be read as a picture \(.+\)\.",
            r"The segmentation was closed, or is of another segmenter\.",
        ),
        strict=True,
    ):
        assert re.fullmatch("HairnetError: " + said, fault)


TRIED = """async (bytes) => {
  const {STYLES} = await import("./dist/hairnet.js");
  const blob = new Blob([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], {type: "image/png"});
  const found = await segmenter.segment(blob);
  const coded = (picture) => {
    let text = "";
    for (let at = 0; at < picture.data.length; at += 8192) {
      text += String.fromCharCode(...picture.data.subarray(at, at + 8192));
    }
    return btoa(text);
  };
  const said = (promise) => promise.then(() => "none", (fault) => `${fault.name}: ${fault.message}`);
  const own = await segmenter.tryOn(found, {style: "bob"});
  const copper = await segmenter.tryOn(found, {style: "crew_cut", colour: "copper"});
  const faults = [
    await said(segmenter.tryOn(found, {style: "mullet"})),
    await said(segmenter.tryOn(found, {style: "bob", colour: "mauve"})),
  ];
  found.close();
  return {styles: [...STYLES], faults, own: coded(own), copper: coded(copper)};
}"""


@browsed
@pytest.mark.parametrize("page", [{}], ids=["plain"], indirect=True)
def test_hairstyles_are_those_of_python(page: Any) -> None:
    photo, located = tryon_page.photographed(8, side=256, noise=0)
    tried = page.evaluate(TRIED, base64.b64encode(png(photo)).decode())
    assert sorted(tried["styles"]) == style_names()
    for name, style, colour in (("own", "bob", None), ("copper", "crew_cut", dict(named())["copper"])):
        made = np.frombuffer(base64.b64decode(tried[name]), np.uint8).reshape(*photo.shape[:2], 4)[..., :3]
        expected = tryon_page.tried_by_python(photo, located, style, colour).picture
        there, here = ((each != photo).any(-1) for each in (expected, made))
        assert tryon_page.iou(there, here) >= 0.95
        assert tryon_page.apart(expected, made, there | here) <= 3
    assert tried["faults"] == [
        'HairnetError: No hairstyle "mullet": give a name of STYLES, such as bob.',
        'HairnetError: No hair colour "mauve": give #rrggbb or a name of COLOURS, such as copper.',
    ]


@browsed
@pytest.mark.parametrize("page", [{}], ids=["plain"], indirect=True)
def test_files_that_are_missing_and_a_segmenter_that_was_closed(page: Any) -> None:
    told = page.evaluate(
        """async (base) => {
      const {createSegmenter, COLOURS} = await import("./dist/hairnet.js");
      const said = (promise) => promise.then(() => "none", (fault) => `${fault.name}: ${fault.message}`);
      const missing = await said(createSegmenter({baseUrl: "./nowhere"}));
      const second = await createSegmenter({baseUrl: base});
      const late = said(second.segment(new ImageData(500, 500)));
      second.close();
      return [missing, await late, await said(second.segment(new ImageData(5, 5))), Object.keys(COLOURS)];
    }""",
        page.files,
    )
    assert told[0].startswith("HairnetError: The ")
    assert told[0].endswith("Check baseUrl, and that its server allows this page (CORS).")
    assert told[1:3] == ["HairnetError: The segmenter was closed."] * 2
    assert told[3] == list(named())
