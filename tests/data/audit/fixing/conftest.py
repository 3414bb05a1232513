"""A folder of portraits, what an audit found in it, and a server of that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hairnet_data.audit.fixing.server import make_server
from hairnet_data.audit.fixing.session import Session, read_items
from hairnet_data.core.classes import BACKGROUND, FACE, HAIR
from hairnet_data.sources.folder.source import Folder
from tests.support.chromium import serving
from tests.support.portraits import CLASSES_TOML, in_colours, save_picture

SIDE = 64
IDS = ("aa_0", "bb_0", "cc_0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three portraits: a square of face on background, with a square of hair in its upper left corner."""
    mask = np.full((SIDE, SIDE), BACKGROUND, np.uint8)
    mask[16:48, 16:48], mask[:8, :8] = FACE, HAIR
    for number, id in enumerate(IDS):
        photo = np.full((2 * SIDE, 2 * SIDE, 3), 60 * (number + 1), np.uint8)
        save_picture(tmp_path / "mine/images" / f"{id}.png", photo)
        save_picture(tmp_path / "mine/masks" / f"{id}.png", in_colours(mask))
    (tmp_path / "mine/classes.toml").write_text(CLASSES_TOML.replace("0.6, 0.2, 0.2", "1, 0, 0"))
    findings = [
        {"kind": "islands", "id": "bb_0", "score": 2.0, "reason": "1 piece of hair"},
        {"kind": "copies", "id": "aa_0", "score": 1.5, "reason": "resized", "other": "cc_0"},
        {"kind": "labels", "id": "bb_0", "score": 1.0, "reason": "quality <0.1>"},
    ]
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit/audit.json").write_text(json.dumps({"findings": findings}))
    return tmp_path / "mine"


@pytest.fixture
def server(folder: Path) -> Iterator[Any]:
    """A server of the findings, in a thread."""
    source = Folder.open(folder, corrected=False)
    made = make_server(Session(folder, read_items(source, folder.parent / "audit"), source, "ann"))
    with serving(made):
        yield made
