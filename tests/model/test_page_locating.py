"""The page finds the heads that Python finds, and follows those of a film: its modules in Node, beside Python's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.core.arrays import Pixels
from hairnet_model.inference import composite
from hairnet_model.inference.engines import KerasEngine
from hairnet_model.inference.finer import look_finer, wants_finer
from hairnet_model.inference.locate import locate
from hairnet_model.inference.squares import cut_out, framed_square
from tests.model.inference.test_locate import BY_COLOUR, SIZE, faint, near_sighted, with_heads
from tests.model.inference.test_second_look import from_near, one_sided, patch, unsure
from tests.support import colours, page_modules

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

# The networks of `test_locate` and `test_second_look`, of 64 pixels.
NETWORK = """
import {readFileSync, writeFileSync} from "node:fs";
const size = 64;
const byColour = async (framed) => {
  const made = new Float32Array(framed.length);
  for (let at = 0; at < made.length; at += 3) {
    const logits = [framed[at + 2] / 8 + 1, framed[at] / 8, framed[at + 1] / 8];
    const most = Math.max(...logits), powers = logits.map((value) => Math.exp(value - most));
    const sum = powers[0] + powers[1] + powers[2];
    powers.forEach((power, number) => { made[at + number] = power / sum; });
  }
  return made;
};
const nearSightedBut = (trace) => async (framed) => {
  const made = await byColour(framed);
  const rows = [];
  for (let at = 0; at < size * size; at++) {
    if (Math.max(made[at * 3 + 1], made[at * 3 + 2]) > made[at * 3]) rows.push(Math.floor(at / size));
  }
  if (!rows.length || rows.at(-1) - rows[0] + 1 >= 0.4 * size) return made;
  return made.map((value, at) => trace * value + (at % 3 ? 0 : 1 - trace));
};
const oneSided = async (framed) => {
  const made = await byColour(framed);
  let left = 0;
  for (let at = 0; at < size * size; at++) {
    if (Math.max(made[at * 3 + 1], made[at * 3 + 2]) > made[at * 3]) left += at % size < size / 2 ? 1 : -1;
  }
  if (left < 0) for (let at = 0; at < made.length; at += 3) made.set([1, 0, 0], at);
  return made;
};
const unsure = async (framed) => {
  const made = await byColour(framed);
  let faces = 0;
  for (let at = 0; at < made.length; at += 3) if (made[at + 2] > Math.max(made[at], made[at + 1])) faces++;
  if (faces > 0.9 * size * size) for (let at = 0; at < made.length; at += 3) made.set([1, 0, 0], at);
  return made.map((value, at) => 0.85 * value + (at % 3 ? 0 : 0.15));
};
const networks = {near: nearSightedBut(0.005), faint: nearSightedBut(0.2), colour: byColour, side: oneSided, unsure};
let passes = 0;
const run = async (framed) => { passes++; return networks[given.network](framed); };
const pictureOf = (file, {width, height}) => ({width, height, data: new Uint8ClampedArray(readFileSync(file))});
const framed = (picture) => module.cutOut(picture, module.framedSquare(picture), size, 96);
"""
LOCATE = """
const picture = pictureOf(given.rgba, given);
let located = await module.locate(picture, await run(framed(picture)), size, 96, run);
if (given.finer && module.wantsFiner(located)) {
  located = await module.lookFiner(picture, located, {size: 2 * size, run: byColour}, 96);
}
const wanted = {width: given.width * given.times, height: given.height * given.times};
writeFileSync(given.made, Buffer.concat([...module.classBands(located, wanted)]));
writeFileSync(given.told, JSON.stringify({heads: located.heads, passes: located.passes, ran: passes}));
"""
FOLLOW = """
const tracker = new module.Tracker(size, 96, run);
const told = [];
for (const [index, file] of given.films.entries()) {
  const picture = pictureOf(file, given);
  passes = 0;
  const located = await tracker.next(picture, framed(picture), index * 33);
  writeFileSync(`${given.made}${index}`, Buffer.concat([...module.classBands(located, picture)]));
  told.push({heads: located.heads, passes: located.passes, ran: passes});
}
writeFileSync(given.told, JSON.stringify(told));
"""


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    names = ("locate", "composite", "squares", "tracking", "finer")
    entry = folder / "entry.ts"
    entry.write_text("\n".join(f'export * from "{page_modules.WEB / "src" / name}.ts";' for name in names))
    return page_modules.bundle(str(entry), folder)


def written(path: Path, photo: Pixels) -> str:
    np.concatenate([photo, np.full((*photo.shape[:2], 1), 255, np.uint8)], 2).tofile(path)
    return str(path)


def boxes(told: dict[str, Any]) -> list[tuple[int, ...]]:
    return [(box["x"], box["y"], box["width"], box["height"]) for box in told["heads"]]


MASKS = {
    "nobody": np.zeros((225, 300), np.uint8),
    "large": with_heads(225, 300, (20, 60, 180)),
    "one": with_heads(240, 320, (40, 30, 75)),
    "small, at a corner": with_heads(240, 320, (190, 5, 40)),
    "three": with_heads(240, 320, (20, 10, 60), (150, 150, 60), (30, 230, 55)),
    "two who touch": with_heads(200, 150, (60, 5, 66), (60, 56, 66)),
    "large and small, upright": with_heads(640, 480, (20, 0, 350), (420, 300, 110)),
    "thin": np.tile(np.array([[0, 0, 0, 1, 1, 2]], np.uint8), (40, 100)),
    "many pixels": with_heads(600, 800, (60, 60, 450)),
    "many pixels in a cut": with_heads(700, 500, (400, 100, 140)),
    "hair alone": patch(),
    "a face from near": from_near(),
    "noise": np.random.default_rng(4).choice(3, (150, 200), p=(0.8, 0.1, 0.1)).astype(np.uint8),
}


NETWORKS = {"near": near_sighted, "faint": faint, "colour": BY_COLOUR, "side": one_sided, "unsure": unsure}


@pytest.mark.parametrize(
    ("name", "network"),
    [(name, network) for name in MASKS for network in ("near", "faint", "colour")]
    + [("hair alone", "side"), ("large", "side"), ("large", "unsure"), ("a face from near", "unsure")],
)
def test_a_photo_has_the_heads_and_the_mask_of_python(bundled: Path, tmp_path: Path, name: str, network: str) -> None:
    photo = colours.painted(MASKS[name])
    height, width = photo.shape[:2]
    run = NETWORKS[network]
    expected = locate(photo, run(cut_out(photo, framed_square(height, width), SIZE)[None])[0], run)
    files = {"rgba": written(tmp_path / "rgba", photo), "made": str(tmp_path / "made"), "told": str(tmp_path / "told")}
    given = {**files, "width": width, "height": height, "network": network, "times": 1}
    page_modules.call(bundled, NETWORK + LOCATE, given)
    told = json.loads((tmp_path / "told").read_text())
    assert boxes(told) == [head.box for head in expected.heads]
    assert told["passes"] == told["ran"] == expected.passes
    mask = np.fromfile(tmp_path / "made", np.uint8).reshape(height, width)
    wanted = composite.class_ids(expected)
    for number in range(3):
        here, there = mask == number, wanted == number
        assert (here & there).sum() >= 0.99 * (here | there).sum(), number


FINER = KerasEngine(colours.by_colour(2 * SIZE))


@pytest.mark.parametrize("name", ["nobody", "large", "large and small, upright", "many pixels", "many pixels in a cut"])
def test_a_finer_look_has_the_mask_of_python(bundled: Path, tmp_path: Path, name: str) -> None:
    photo = colours.painted(MASKS[name])
    height, width = photo.shape[:2]
    first = locate(photo, near_sighted(cut_out(photo, framed_square(height, width), SIZE)[None])[0], near_sighted)
    expected = look_finer(photo, first, FINER) if wants_finer(first) else first
    assert wants_finer(first) == (name != "nobody")
    files = {"rgba": written(tmp_path / "rgba", photo), "made": str(tmp_path / "made"), "told": str(tmp_path / "told")}
    given = {**files, "width": width, "height": height, "network": "near", "times": 1, "finer": True}
    page_modules.call(bundled, NETWORK + LOCATE, given)
    assert json.loads((tmp_path / "told").read_text())["passes"] == expected.passes
    mask = np.fromfile(tmp_path / "made", np.uint8).reshape(height, width)
    assert (mask != composite.class_ids(expected)).mean() < 0.0002
    assert name == "nobody" or (mask != composite.class_ids(first)).mean() > 0.0004


def test_a_mask_of_another_size_shows_the_same(bundled: Path, tmp_path: Path) -> None:
    truth = MASKS["three"]
    files = {"rgba": written(tmp_path / "rgba", colours.painted(truth)), "made": str(tmp_path / "made")}
    given = {**files, "told": str(tmp_path / "told"), "width": 320, "height": 240, "network": "near", "times": 2}
    page_modules.call(bundled, NETWORK + LOCATE, given)
    mask = np.fromfile(tmp_path / "made", np.uint8).reshape(480, 640)
    assert colours.wrong(mask, np.kron(truth, np.ones((2, 2), np.uint8)), within=8) == 0


def test_heads_of_a_film_are_followed(bundled: Path, tmp_path: Path) -> None:
    """A head wanders and leaves: a pass over the frame and one over its square, and a search when it is lost."""
    masks = [with_heads(240, 320, (80, 30 + 4 * frame, 70)) for frame in range(12)] + [
        np.zeros((240, 320), np.uint8)
    ] * 8
    films = [written(tmp_path / f"film{index}", colours.painted(mask)) for index, mask in enumerate(masks)]
    files = {"films": films, "made": str(tmp_path / "made"), "told": str(tmp_path / "told")}
    page_modules.call(bundled, NETWORK + FOLLOW, {**files, "width": 320, "height": 240, "network": "colour"})
    told = json.loads((tmp_path / "told").read_text())
    for frame in range(12):
        (box,) = boxes(told[frame])
        assert abs(box[0] + box[2] / 2 - (30 + 4 * frame + 28)) < 12, frame
        mask = np.fromfile(tmp_path / f"made{frame}", np.uint8).reshape(240, 320)
        assert colours.wrong(mask, masks[frame], within=6) == 0, frame
        assert told[frame]["ran"] == (1 + 1 + 6 if frame == 0 else 2), frame
    assert [boxes(frame) for frame in told[12:]] == [[]] * 8
    assert [frame["ran"] for frame in told[12:]] == [2, 1 + 6, *[1] * 6]


def test_what_a_search_of_a_film_did_not_believe_stays_away(bundled: Path, tmp_path: Path) -> None:
    films = [written(tmp_path / f"film{index}", colours.painted(patch(left=6 + index // 4))) for index in range(12)]
    files = {"films": films, "made": str(tmp_path / "made"), "told": str(tmp_path / "told")}
    page_modules.call(bundled, NETWORK + FOLLOW, {**files, "width": 60, "height": 60, "network": "side"})
    told = json.loads((tmp_path / "told").read_text())
    assert [boxes(frame) for frame in told] == [[]] * 12
    assert [frame["ran"] for frame in told] == [4, *[1] * 11]
    assert not any(np.fromfile(tmp_path / f"made{index}", np.uint8).any() for index in range(12))
