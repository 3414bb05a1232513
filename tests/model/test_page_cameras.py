"""Which way a camera looks, by what it says and by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import page_modules

pytestmark = pytest.mark.skipif(page_modules.MISSING, reason="the page's tools are not installed: make web")

CAMERAS = [
    (None, "", False),
    (None, "HD Webcam", False),
    (None, "Backlit Studio Cam", False),
    (None, "Back Camera", True),
    (None, "camera2 0, facing back", True),
    (None, "camera2 1, facing front", False),
    (None, "Rückkamera", True),
    (None, "Frontkamera", False),
    (None, "Cámara trasera", True),
    ("user", "Back Camera", False),
    ("environment", "HD Webcam", True),
]


def test_back_cameras_are_known_by_their_facing_or_their_name(tmp_path: Path) -> None:
    bundled = page_modules.bundle("facing.ts", tmp_path)
    code = """import {writeFileSync} from "node:fs";
    const told = given.cameras.map(([mode, label]) => module.facesAway(mode ?? undefined, label));
    writeFileSync(given.told, JSON.stringify(told));"""
    told = tmp_path / "told.json"
    page_modules.call(bundled, code, {"cameras": [camera[:2] for camera in CAMERAS], "told": str(told)})
    assert json.loads(told.read_text()) == [away for *_, away in CAMERAS]
