"""The page recolours and makes bald as Python does, on the same pictures and probabilities."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hairnet_data.core.arrays import Pixels
from hairnet_model.effects import oklab
from hairnet_model.effects.bald import bald
from hairnet_model.effects.colours import target
from hairnet_model.effects.recolour import recolour
from tests.model.effects.conftest import Found
from tests.model.effects.test_bald import lit_head
from tests.model.effects.test_beards import head
from tests.support import page_modules

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

RUN = """
import {readFileSync, writeFileSync} from "node:fs";
const {width, height, rgba, hair, face, made, dye} = given;
const data = new Uint8ClampedArray(readFileSync(rgba));
const plane = (file) => new Float32Array(new Uint8Array(readFileSync(file)).buffer);
const planes = {width, height, hair: plane(hair), face: plane(face)};
(module.recolour ?? module.bald)({width, height, data}, planes, dye);
writeFileSync(made, data);
"""

MEANS = """
import {readFileSync, writeFileSync} from "node:fs";
const codes = new Float32Array(new Uint8Array(readFileSync(given.codes)).buffer);
for (let at = 0; at < codes.length; at += 3) codes.set(module.fromCodes(...codes.subarray(at, at + 3), []), at);
writeFileSync(given.made, new Uint8Array(codes.buffer));
"""


class Way(NamedTuple):
    colour: str
    strength: float = 1.0
    beard: bool = False


WAYS = (Way("jet black"), Way("platinum"), Way("copper", 0.6), Way("blue roots"), Way("honey-blond ombre"))
HIGHLIGHTS = Way("golden blond highlights", 0.9)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page_modules.bundle("recolour/recolour.ts", tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def bundled_bald(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page_modules.bundle("bald.ts", tmp_path_factory.mktemp("bundle"))


def by_page(
    bundled: Path, folder: Path, image: Pixels, hair: NDArray[np.float32], face: NDArray[np.float32], way: Way
) -> Pixels:
    height, width = hair.shape
    np.concatenate([image, np.full((height, width, 1), 255, np.uint8)], 2).tofile(folder / "rgba")
    hair.tofile(folder / "hair")
    face.tofile(folder / "face")
    wanted = target(way.colour)
    dye = {"colour": wanted.rgb, "pattern": wanted.pattern, "strength": way.strength, "beard": way.beard}
    files = {name: str(folder / name) for name in ("rgba", "hair", "face", "made")}
    page_modules.call(bundled, RUN, {"width": width, "height": height, "dye": dye, **files})
    made = np.fromfile(folder / "made", np.uint8).reshape(height, width, 4)
    assert (made[..., 3] == 255).all()
    return made[..., :3]


def check(
    bundled: Path, folder: Path, image: Pixels, hair: NDArray[np.float32], face: NDArray[np.float32], way: Way
) -> None:
    made = by_page(bundled, folder, image, hair, face, way).astype(int)
    expected = recolour(image, hair, face, target(way.colour), way.strength, way.beard)
    assert (expected != image).any()
    assert np.abs(made - expected).max() <= 2
    assert np.abs(made - expected).mean() < 0.1
    if not way.beard:
        np.testing.assert_array_equal(made[hair < 0.05], image[hair < 0.05])


@pytest.mark.parametrize("way", [*WAYS, HIGHLIGHTS], ids=lambda way: way.colour)
@pytest.mark.parametrize("kind", ["black", "blond", "coiled"])
def test_portraits(bundled: Path, tmp_path: Path, portraits: dict[str, Found], kind: str, way: Way) -> None:
    image, _, hair, face = portraits[kind]
    check(bundled, tmp_path, image, hair, face, way)


@pytest.mark.parametrize("shape", [(151, 613), (700, 333)], ids=["wide", "tall"])
def test_shapes(bundled: Path, tmp_path: Path, portraits: dict[str, Found], shape: tuple[int, int]) -> None:
    image, _, hair, face = portraits["red"]
    resized = [cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in (image, hair, face)]
    check(bundled, tmp_path, resized[0], resized[1], resized[2], Way("ash blond"))


@pytest.mark.parametrize("beard", [False, True])
def test_beards(bundled: Path, tmp_path: Path, beard: bool) -> None:
    image, hair, face, _ = head(hanging=True)
    check(bundled, tmp_path, image, hair, face, Way("silver", beard=beard))


def test_a_speck_of_hair(bundled: Path, tmp_path: Path) -> None:
    image = np.random.default_rng(5).integers(0, 256, (40, 30, 3), np.uint8)
    hair = np.full((40, 30), 0.01, np.float32)
    hair[20:23, 11:14] = 0.7
    check(bundled, tmp_path, image, hair, np.zeros_like(hair), Way("teal"))


def test_nothing_to_dye(bundled: Path, tmp_path: Path) -> None:
    image = np.random.default_rng(6).integers(0, 256, (9, 7, 3), np.uint8)
    hair = np.full((9, 7), 0.4, np.float32)
    for way, plane in ((Way("teal"), hair), (Way("teal", 0.0), hair * 2)):
        np.testing.assert_array_equal(by_page(bundled, tmp_path, image, plane, hair, way), image)


@pytest.mark.parametrize("kind", ["black", "brown", "blond", "red", "grey", "coiled", "bearded"])
def test_bald(bundled_bald: Path, tmp_path: Path, portraits: dict[str, Found], kind: str) -> None:
    if kind == "bearded":
        image, *sharp = lit_head(0.2)
        hair, face = (cv2.GaussianBlur(plane, (0, 0), 1.3) for plane in sharp)  # as a network says it
    else:
        image, _, hair, face = portraits[kind]
    made = by_page(bundled_bald, tmp_path, image, hair, face, WAYS[0]).astype(int)
    expected = bald(image, hair, face)
    assert (expected != image).any()
    apart = np.abs(made - expected).max(-1)
    # Rounding adds up where ground and scalp meet behind half-transparent hair: a few pixels in ten thousand.
    assert apart.max() <= 3
    assert (apart > 2).mean() < 0.0005


def test_means_in_oklab(tmp_path: Path) -> None:
    dark = np.linspace(0, 12, 1000)
    codes = np.concatenate([np.stack([dark, dark, dark], 1), np.random.default_rng(7).uniform(0, 255, (3000, 3))])
    codes[-1] = 255
    codes.astype(np.float32).tofile(tmp_path / "codes")
    given = {name: str(tmp_path / name) for name in ("codes", "made")}
    page_modules.call(page_modules.bundle("recolour/oklab.ts", tmp_path / "bundle"), MEANS, given)
    made = np.fromfile(tmp_path / "made", np.float32).reshape(-1, 3)
    # What lies on one side of a bound in Python must not lie on the other: one cell at the hairline moves a patch.
    np.testing.assert_allclose(made, oklab.from_codes(codes.astype(np.float32)), rtol=0, atol=2e-6)
