"""Hair live: the last layer follows the head, strands are used once more, what the masks say is steadied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import page_modules

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

VIEW = {"yaw": 0, "pitch": 0, "roll": 0, "x": 20, "y": 20, "size": 2, "breadth": 1, "hairline": 0, "sure": 1}


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    names = ("moving", "reusing", "steadying")
    exports = [f'export * from "{page_modules.WEB / "src" / "tryon" / name}.ts";' for name in names]
    entry = folder / "entry.ts"
    entry.write_text("\n".join(exports))
    return page_modules.bundle(str(entry), folder)


def answer(bundled: Path, folder: Path, code: str, given: Any) -> Any:
    """What code says with `say`, made JSON."""
    file = folder / "said.json"
    head = f'import {{writeFileSync}} from "node:fs";\nconst say = (it) => writeFileSync({json.dumps(str(file))}, '
    page_modules.call(bundled, f"{head}JSON.stringify(it));\n{code}", given)
    return json.loads(file.read_text())


FOLLOW = """
const layer = new Float32Array(40 * 40 * 4);
for (let y = 10; y < 14; y++) for (let x = 12; x < 20; x++) layer.set([200, 100, 50, 1], (y * 40 + x) * 4);
const picture = {width: 80, height: 80, data: new Uint8ClampedArray(80 * 80 * 4)};
module.layMoved(picture, {layer, width: 40, height: 40, view: given.from, of: "bob"}, given.to);
const found = [];
for (let at = 0; at < 6400; at++) if (picture.data[at * 4] > 100) found.push([at % 80, Math.floor(at / 80)]);
const ends = (k) => [Math.min(...found.map((one) => one[k])), Math.max(...found.map((one) => one[k]))];
say([...ends(0), ...ends(1)]);
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [12, 19, 10, 13]),
        ({"x": 25, "y": 18}, [17, 24, 8, 11]),
        ({"size": 4}, [4, 19, 0, 7]),
        ({"roll": 90}, [26, 29, 12, 19]),
    ],
)
def test_the_last_hair_follows_the_head(bundled: Path, tmp_path: Path, change: dict[str, int], expected: Any) -> None:
    assert answer(bundled, tmp_path, FOLLOW, {"from": VIEW, "to": {**VIEW, **change}}) == expected


REUSE = """
const reused = new module.Reused();
const light = {level: 1, slope: [0, 0, 0]};
const draw = () => { const made = new Uint8Array(40 * 40 * 4); made[(20 * 40 + 20) * 4 + 3] = 255; return made; };
const ask = (view, at) => reused.next({of: "bob", view, light, width: 40, height: 40}, draw, at);
ask(given.from, 0);
const {layer, fresh} = ask(given.to, given.at);
const place = layer.indexOf(255) >> 2;
say([fresh, place % 40, Math.floor(place / 40)]);
"""


@pytest.mark.parametrize(
    ("change", "at", "expected"),
    [
        ({"x": 23, "y": 18, "yaw": 0.5}, 100, [False, 23, 18]),
        ({"yaw": 3}, 100, [True, 20, 20]),
        ({"size": 2.2}, 100, [True, 20, 20]),
        ({}, 5000, [True, 20, 20]),
    ],
)
def test_strands_of_a_head_that_hardly_turned_are_used_again(
    bundled: Path, tmp_path: Path, change: dict[str, float], at: int, expected: Any
) -> None:
    assert answer(bundled, tmp_path, REUSE, {"from": VIEW, "to": {**VIEW, **change}, "at": at}) == expected


STEADY = """
const steadier = new module.Steadier();
const found = (breadth) => ({...given, x: given.x + 4, breadth});
steadier.next(given, found(1.08), 0);
const once = steadier.next(given, found(1), 100).breadth;
for (let at = 1; at < 40; at++) steadier.next(given, found(1), 100 + 100 * at);
const last = steadier.next({...given, x: 50}, {...found(1), x: 54}, 4200);
say([once, last.breadth, last.x]);
"""


def test_what_the_masks_say_is_steadied(bundled: Path, tmp_path: Path) -> None:
    once, last, x = answer(bundled, tmp_path, STEADY, VIEW)
    assert 1.05 < once < 1.08
    assert last == pytest.approx(1, abs=0.001)
    assert x == pytest.approx(54, abs=0.01)
