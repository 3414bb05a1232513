"""Spoiled `.npz` files, packed datasets and states of a training: refused in one line, or read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.errors import DatasetError
from hairnet_model.data.packed_feed import Encoded, PackedFeed, write_packed
from hairnet_model.training import checkpoint
from hairnet_model.training.checkpoint import RunError, State
from tests.fuzz.answers import asked, times
from tests.fuzz.mutations import inputs
from tests.fuzz.zip_members import members, packed


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feed") / "a.npz"
    image = b"P6 8 8 255\n" + bytes(192)
    mask = b"P5 8 8 255\n" + bytes(64)
    about = {"name": "n", "fingerprint": "f", "image_size": 8, "people": ["p"]}
    example = Encoded(image, mask, [0.0] * 6)
    write_packed(path, about, {"train": [example] * 2, "validation": [example]})
    return path


def passes(path: Path) -> None:
    feed = PackedFeed(path)
    for images, masks in [*feed.training(1, 0, 2, 0), *feed.validation()]:
        assert images.shape[1:] == (8, 8, 3)
        assert masks.max(initial=0) < 3


NPZ_WORDS = [
    b"|O",
    b"<f8",
    b"<i8",
    b"'shape': (",
    b"999999999999",
    b"\x93NUMPY",
    b"image_size",
    b"-1",
    b"\xff" * 8,
    b"PK\x05\x06",
]


def arrays(path: Path, **other: Any) -> Path:
    with np.load(path) as held:
        arrays = {name: held[name] for name in held.files} | other
    np.savez(path.with_name("other.npz"), **arrays)
    return path.with_name("other.npz")


@times(60)
@given(st.data())
def test_packed_datasets(feed: Path, data: st.DataObject) -> None:
    path = feed.with_name("spoiled.npz")
    held = members(feed)
    name = data.draw(st.sampled_from(["", *held]))
    if name:
        packed(path, held | {name: data.draw(inputs([held[name]], NPZ_WORDS))})
    else:
        path.write_bytes(data.draw(inputs([feed.read_bytes()], NPZ_WORDS)))
    asked(lambda: passes(path), DatasetError)


ABOUT = {"name": "n", "fingerprint": "f", "image_size": 8, "people": [], "classes": ["background", "hair", "face"]}


@pytest.mark.parametrize(
    "other",
    [
        {"train_offsets": np.array([0.0, 1.5, 2.0])},
        {"train_offsets": np.array([0, -5, 10])},
        {"train_offsets": np.array([0, 1, 1 << 60])},
        {"train_offsets": np.array([[0]])},
        {"train_offsets": np.array([], np.int64)},
        {"about": np.array(json.dumps(ABOUT | {"image_size": 10**9}))},
        {"about": np.array(json.dumps(ABOUT | {"image_size": -1}))},
        {"about": np.array(json.dumps(ABOUT | {"people": [["p"]], "name": None, "classes": 3}))},
        {"about": np.array({"a": "pickle"}, dtype=object)},
    ],
    ids=str,
)
def test_packed_datasets_that_are_none(feed: Path, other: dict[str, Any]) -> None:
    assert asked(lambda: passes(feed) or True) is True
    assert asked(lambda: passes(arrays(feed, **other)) or True, DatasetError) is None


def test_a_packed_bomb(feed: Path) -> None:
    with np.load(feed) as held:
        np.savez_compressed(feed.with_name("bomb.npz"), **{**held, "train_bytes": np.zeros(1 << 29, np.uint8)})
    assert asked(lambda: passes(feed.with_name("bomb.npz")), DatasetError) is None


@times(60)
@given(st.data())
def test_states(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    run = tmp_path_factory.mktemp("run")
    checkpoint.write(run, State([np.ones(3)], [np.ones(2)], 4, [{"loss": 1.0}], {"seed": 0}, 2, 0.5, 1.0))
    held = members(run / "state.npz")
    name = data.draw(st.sampled_from(sorted(held)))
    packed(run / "state.npz", held | {name: data.draw(inputs([held[name]], NPZ_WORDS))})
    state = asked(lambda: checkpoint.read(run), RunError)
    if state is not None:
        assert all(isinstance(array, np.ndarray) for array in [*state.variables, *state.average])
        assert all(isinstance(row, dict) for row in state.history)
