"""Hairstyles by the page's own modules, in a page of Chromium, beside those by Python."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.sources.drawn.source import Drawn
from hairnet_model import Segmenter
from hairnet_model.inference import composite
from hairnet_model.inference.cuts import Located
from hairnet_model.tryon import catalogue, trying
from hairnet_model.tryon.colour import decoded
from hairnet_model.tryon.layers import Layer
from hairnet_model.tryon.rendering import hair_layer
from hairnet_model.tryon.shading import Light, Tint
from hairnet_model.tryon.style_file import STYLES
from hairnet_model.tryon.view import View
from tests.support import chromium, page_modules

SIDE = 256
POSES = ((0, 0, 0), (25, 5, -10), (-45, -8, 5), (70, 0, 0), (10, 15, 20))
"""Yaw, pitch and roll of heads that hair is painted on over nothing."""

PORTRAITS = {"front": 8, "to a side": 4, "half": 36, "tilted": 25, "profile": 49}
"""Numbers of drawn portraits of the pool test, by how they are turned."""

_ENTRY = "\n".join(
    f'export * from "{page_modules.WEB / "src" / "tryon" / name}.ts";'
    for name in ("style", "thicken", "renderer", "head", "painting", "trying", "ground", "fitting")
)

_PAINT = """async ({style, level, view, light, tint, side}) => {
  const module = await import("./module.js");
  globalThis.renderer ??= new module.Renderer(module.parseHead(await (await fetch("styles/head.json")).json()));
  const read = module.parseStyle(new Uint8Array(await (await fetch("styles/" + style)).arrayBuffer()));
  const hair = {groups: module.thicken(read, level), cap: read.cap};
  const layer = globalThis.renderer.draw(hair, view, light, tint, side, side);
  let text = "";
  for (let at = 0; at < layer.length; at += 8192) text += String.fromCharCode(...layer.subarray(at, at + 8192));
  return btoa(text);
}"""

_TRY = """async ({picture, hair, face, width, height, heads, hairstyle, colour}) => {
  const module = await import("./module.js");
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const text = (data) => {
    let made = "";
    for (let at = 0; at < data.length; at += 8192) made += String.fromCharCode(...data.subarray(at, at + 8192));
    return btoa(made);
  };
  const drawn = [];
  const draw = module.Renderer.prototype.draw;
  module.Renderer.prototype.draw = function (...given) {
    const [, view, light, tint, width, height] = given;
    const layer = draw.apply(this, given);
    const share = layer.filter((_, at) => at % 4 === 3);
    drawn.push({view, light, tint, width, height, share: text(share)});
    return layer;
  };
  globalThis.tryOn ??= new module.TryOn(location.href, new module.Painting());
  const shown = {width, height, data: new Uint8ClampedArray(bytes(picture))};
  const [own, skin] = [hair, face].map((plane) => new Float32Array(bytes(plane).buffer));
  const planes = {width, height, hair: own, face: skin};
  const settings = {hairstyle, ownColour: !colour, colour: colour ?? "#000000"};
  const why = await globalThis.tryOn.apply(shown, planes, {picture: {width, height}, heads}, settings, false);
  module.Renderer.prototype.draw = draw;
  return {why, drawn, picture: text(shown.data)};
}"""


@dataclass(frozen=True)
class Tried:
    """A photo with other hair, and how the hair was painted.

    Attributes:
        picture: uint8 (H, W, 3).
        view: fitted to the masks, in pixels of the part that was worked on.
        light: on the face.
        tint: of the hair.
        share: of the hair in every pixel of the part, 0..1, before it is blurred.
    """

    picture: Pixels
    view: View
    light: Light
    tint: Tint
    share: np.ndarray


def bundled(folder: Path) -> Path:
    """The page's modules in one file in a folder."""
    entry = folder / "entry.ts"
    entry.write_text(_ENTRY)
    return page_modules.bundle(str(entry), folder)


@contextmanager
def opened(folder: Path, browser: Any) -> Iterator[Any]:
    """A page that can paint hair, served from a folder in which the modules are bundled."""
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "styles").mkdir()
    for file in STYLES.iterdir():
        (folder / "styles" / file.name).write_bytes(file.read_bytes())
    with chromium.serving(chromium.file_server(folder)) as address:
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        yield page


def by_page(page: Any, style: str, level: int, view: View, light: Light, tint: Tint) -> np.ndarray:
    """The hair's layer as the page paints it over nothing, float (SIDE, SIDE, 4)."""
    given = {
        "style": f"{style}.hair",
        "level": level,
        "view": {name: getattr(view, name) for name in View.__slots__},
        "light": {"level": light.level, "slope": light.slope.tolist()},
        "tint": {"colour": tint.colour.tolist(), "contrast": tint.contrast, "bend": tint.bend.tolist()},
        "side": SIDE,
    }
    raw = base64.b64decode(page.evaluate(_PAINT, json.loads(json.dumps(given))))
    return np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE, 4).astype(float)


def agreement(
    page: Any, style: str, level: int, pose: tuple[int, int, int], file: Path | None = None
) -> tuple[float, float]:
    """IoU of the silhouettes, and the mean difference in levels of the blurred pictures over grey, where there is hair.

    Both pictures are written to `file`.
    """
    view = View(*pose, SIDE / 2, SIDE * 0.45, SIDE / 40, 1.03, 0.4)
    light = Light(0.9, np.array((0.15, -0.2, 0.2), np.float32))
    tint = Tint(np.array((0.16, 0.08, 0.04), np.float32), 1.6, np.array((0.95, 1.0, 1.1), np.float32))
    made = by_page(page, style, level, view, light, tint)
    layer = hair_layer(catalogue.hair(style, level), view, light, tint, SIDE, SIDE)
    expected = np.dstack([layer.colour, 255 * layer.share])
    there, here = (each[..., 3] > 127 for each in (expected, made))
    shown = [128 * (1 - each[..., 3:] / 255) + each[..., :3] for each in (expected, made)]
    if file:
        Image.fromarray(np.clip(np.hstack(shown), 0, 255).astype(np.uint8)).save(file)
    return iou(there, here), apart(*shown, there | here)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Of two silhouettes, bool (H, W)."""
    return float((one & other).sum() / max(1, (one | other).sum()))


def apart(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> float:
    """Mean difference in levels of two pictures, blurred by 2 pixels, in some of their pixels."""
    pictures = [cv2.GaussianBlur(each.astype(np.float64), (0, 0), 2) for each in (one, other)]
    return float(np.abs(pictures[0] - pictures[1])[where].mean())


def detail(picture: Pixels, where: np.ndarray) -> float:
    """Standard deviation of what a blur takes from a picture, strands and noise, in some of its pixels; levels."""
    sharp = picture.astype(np.float64)
    return float((sharp - cv2.GaussianBlur(sharp, (0, 0), 1))[where].std())


@cache
def photographed(number: int, side: int = 360, noise: float = 3.0) -> tuple[Pixels, Located]:
    """A drawn portrait with noise, and what the network finds in it."""
    image = Drawn(0, 0, 100, size=side).load(f"test_{number:05d}").image
    grains = np.random.default_rng(number).normal(0, noise, image.shape)
    photo = np.clip(np.rint(image + grains), 0, 255).astype(np.uint8)
    return photo, next(iter(Segmenter.load().look([photo], poses=True)))


def tried_by_python(photo: Pixels, located: Located, style: str, colour: str | None = None) -> Tried:
    """A photo of one head with a style; `colour` is #rrggbb."""
    drawn: list[tuple[View, Light, Tint, Layer]] = []

    def recorded(hair: Any, view: View, light: Light, tint: Tint, height: int, width: int) -> Layer:
        layer = hair_layer(hair, view, light, tint, height, width)
        drawn.append((view, light, tint, layer))
        return layer

    linear = None if colour is None else _linear(colour)
    with mock.patch.object(trying, "hair_layer", recorded):
        made = trying.try_on(photo, located, partial(catalogue.hair, style), linear)
    ((view, light, tint, layer),) = drawn
    return Tried(made, view, light, tint, layer.share)


def tried_by_page(page: Any, photo: Pixels, located: Located, style: str, colour: str | None = None) -> Tried:
    """The same by the page, from the same masks and pose."""
    likely = composite.probabilities(located)
    height, width = photo.shape[:2]
    given = {
        "picture": _text(np.dstack([photo, np.full((height, width), 255, np.uint8)])),
        "hair": _text(likely[..., 1]),
        "face": _text(likely[..., 2]),
        "width": width,
        "height": height,
        "heads": [
            {
                **dict(zip(("x", "y", "width", "height"), map(int, head.box), strict=True)),
                "pose": head.pose and asdict(head.pose),
            }
            for head in located.heads
        ],
        "hairstyle": style,
        "colour": colour,
    }
    answer = page.evaluate(_TRY, given)
    assert answer["why"] is None
    (drawn,) = answer["drawn"]
    picture = np.frombuffer(base64.b64decode(answer["picture"]), np.uint8).reshape(height, width, 4)[..., :3]
    share = np.frombuffer(base64.b64decode(drawn["share"]), np.uint8).reshape(drawn["height"], drawn["width"]) / 255
    view = View(**{name: drawn["view"][name] for name in View.__slots__})
    light = Light(drawn["light"]["level"], np.array(drawn["light"]["slope"], np.float32))
    tint = drawn["tint"]
    return Tried(picture, view, light, Tint(np.array(tint["colour"]), tint["contrast"], np.array(tint["bend"])), share)


def _text(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def _linear(colour: str) -> np.ndarray:
    return decoded(np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32))
