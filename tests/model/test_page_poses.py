"""The page's poses of heads are Python's: its filter in Node, and its network in Chromium."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.axes import AXES
from hairnet_model import Segmenter, web_site
from hairnet_model.export import calibration
from hairnet_model.inference.components import Head, HeadPose
from hairnet_model.inference.video.pose_filter import PoseSteadier
from hairnet_model.networks import rotations
from tests.support import chromium, page_modules
from tests.support.chromium import wait_until

FOLLOW = """
import {writeFileSync} from "node:fs";
const steadier = new module.PoseSteadier();
const told = given.film.map(({heads, seconds}) => steadier.steady(heads, seconds).map(({pose}) => pose));
writeFileSync(given.told, JSON.stringify(told));
"""


def angles(pose: HeadPose | dict[str, float]) -> np.ndarray:
    values = pose if isinstance(pose, dict) else asdict(pose)
    return np.array([values[name] for name in ("yaw", "pitch", "roll")])


def as_json(head: Head) -> dict[str, Any]:
    """A head as the page has it."""
    assert head.pose is not None
    return {**dict(zip(("x", "y", "width", "height"), head.box, strict=True)), "pose": asdict(head.pose)}


def apart(one: HeadPose | dict[str, float], other: HeadPose | dict[str, float]) -> float:
    """Degrees between two poses."""
    return float(rotations.angle_between(*map(rotations.from_angles, map(angles, (one, other)))))


@pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")
def test_heads_of_a_film_are_steadied_as_in_python(tmp_path: Path) -> None:
    """Two heads that turn, one of them through half a turn, with a pause in which both are forgotten."""
    noise = np.random.default_rng(5)
    film = []
    for frame in range(40):
        heads = []
        for number, left in enumerate((20, 150)):
            yaw, pitch, roll = np.array([(170, 15)[number] + 3 * frame, 5, -20]) + noise.normal(0, 1.5, 3)
            x, y = np.array([left + 40 + frame, 70]) + noise.normal(0, 0.5, 2)
            pose = HeadPose((yaw + 180) % 360 - 180, pitch, roll, x, y, 3 * 1.01**frame, 0.97)
            heads.append(Head((left + frame, 20, 80, 100), 0.99, pose))
        seconds = 0.033 * frame + (1 if frame > 25 else 0)
        film.append((heads, seconds))
    steadier = PoseSteadier()
    expected = [[head.pose for head in steadier.steady(heads, seconds)] for heads, seconds in film]
    given = [{"seconds": seconds, "heads": [as_json(head) for head in heads]} for heads, seconds in film]
    bundled = page_modules.bundle("pose/filter.ts", tmp_path)
    page_modules.call(bundled, FOLLOW, {"film": given, "told": str(tmp_path / "told")})
    told = json.loads((tmp_path / "told").read_text())
    for frame, (page, python) in enumerate(zip(told, expected, strict=True)):
        for one, other in zip(page, python, strict=True):
            assert other is not None
            assert apart(one, other) < 1e-4, frame
            wanted = [other.x, other.y, other.size]
            np.testing.assert_allclose([one["x"], one["y"], one["size"]], wanted, rtol=1e-9, err_msg=str(frame))


browsed = [
    pytest.mark.skipif(chromium.CHROMIUM is None, reason="there is no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (web_site.BUILT / "index.html").is_file(), reason="the page is not built: make web"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="there is no playwright: pip install playwright")
    site = web_site.write(tmp_path_factory.mktemp("web") / "site")
    flags = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
    with chromium.serving(web_site.server(site)) as address, chromium.launched(*flags) as browser:
        context = browser.new_context(service_workers="block", permissions=["camera"])
        context.set_default_timeout(60_000)
        one = context.new_page()
        one.asked = []
        one.on("request", lambda request: one.asked.append(request.url.rsplit("/", 1)[-1]))
        one.goto(address)
        wait_until(one, lambda: shown(one) >= 0)
        yield one


def shown(page: Any) -> int:
    return int(page.evaluate("Number(document.documentElement.dataset.shown ?? -1)"))


def heads(page: Any) -> list[dict[str, Any]]:
    return list(json.loads(page.evaluate("document.documentElement.dataset.heads"))["heads"])


def open_photo(page: Any, file: Path, photo: Pixels) -> None:
    Image.fromarray(photo).save(file)
    before = shown(page)
    page.locator("#file").set_input_files(str(file))
    wait_until(page, lambda: shown(page) > before)


def in_axis_colours(page: Any) -> bool:
    """Whether all three axes are shown."""
    pixels = np.asarray(Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB"), int)
    return all((np.abs(pixels - colour).max(-1) < 12).sum() > 30 for colour in AXES.values())


def photos() -> dict[str, Pixels]:
    drawn = calibration.drawn(224)
    small = np.full((600, 800, 3), 90, np.uint8)
    small[200:424, 500:724] = drawn[3]
    return {
        "a": drawn[0],
        "wide": np.pad(drawn[1], ((0, 0), (60, 20), (0, 0)), mode="edge"),
        "turned": np.ascontiguousarray(np.rot90(drawn[2])),
        "small": small,
    }


@pytest.mark.skipif(*browsed[0].args, **browsed[0].kwargs)
@pytest.mark.skipif(*browsed[1].args, **browsed[1].kwargs)
def test_poses_come_when_they_are_asked_for_and_are_those_of_python(page: Any, tmp_path: Path) -> None:
    segmenter = Segmenter.load()
    pictures = photos()
    open_photo(page, tmp_path / "first.png", pictures["a"])
    assert "hairnet_pose.tflite" not in page.asked
    assert all("pose" not in head for head in heads(page))
    assert not in_axis_colours(page)
    page.locator("#developer summary").click()
    page.locator("#axes").check()
    wait_until(page, lambda: bool(heads(page)) and "pose" in heads(page)[0])
    assert page.asked.count("hairnet_pose.tflite") == 1
    wait_until(page, lambda: in_axis_colours(page))
    assert page.locator("#direction").inner_text().startswith("yaw ")
    found = 0
    for name, photo in pictures.items():
        open_photo(page, tmp_path / f"{name}.png", photo)
        expected = segmenter.heads(photo)
        assert len(heads(page)) == len(expected)
        for by_page, by_python in zip(heads(page), expected, strict=True):
            assert ("pose" in by_page) == (by_python.pose is not None), name
            if by_python.pose is None:
                continue
            found += 1
            assert apart(by_page["pose"], by_python.pose) < 0.5, name
            assert np.hypot(by_page["pose"]["x"] - by_python.pose.x, by_page["pose"]["y"] - by_python.pose.y) < 0.5, (
                name
            )
            assert by_page["pose"]["size"] == pytest.approx(by_python.pose.size, rel=0.01)
    assert found >= 3
    page.locator("#axes").uncheck()
    open_photo(page, tmp_path / "last.png", pictures["a"])
    assert all("pose" not in head for head in heads(page))
    assert page.locator("#direction-fact").is_hidden()
