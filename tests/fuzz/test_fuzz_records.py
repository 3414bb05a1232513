"""Spoiled records: as bytes without TensorFlow, and as batches with it."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.errors import DatasetError
from hairnet_data.core.records.example import NUMBERS, SEQUENCES, parse
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset.codec import MAX_SIDE, decode_image, decode_mask
from hairnet_data.dataset.reader import open_prepared, recover_tfrecords
from hairnet_data.inspection.stats import count
from hairnet_data.recipes.recipe import Recipe
from hairnet_model.data import tfds_records
from hairnet_model.data.prepared_dataset import open_dataset
from tests.fuzz.answers import asked, times
from tests.fuzz.mutations import inputs

WORDS = [
    b"image",
    b"mask",
    b"recipe",
    b"\x0a",
    b"\x12\xff\xff\xff\xff\x0f",
    b"\x1a",
    b"\xff" * 12,
    b"\0" * 8,
    b"person",
]


@pytest.fixture(scope="module")
def shard(tiny_dataset: Path) -> bytes:
    (path,) = tiny_dataset.glob("*-test.tfrecord-*")
    return path.read_bytes()


@pytest.fixture(scope="module")
def seeds(tiny_dataset: Path) -> list[bytes]:
    return [record for path in sorted(tiny_dataset.glob("*.tfrecord-*")) for record in unframe(path.read_bytes())]


@pytest.fixture(scope="module")
def spoiled_records(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    return inputs(seeds, WORDS)


@pytest.fixture(scope="module")
def spoiled_shards(shard: bytes) -> st.SearchStrategy[bytes]:
    return inputs([shard], WORDS)


@pytest.fixture(scope="module")
def spoiled_pictures(seeds: list[bytes]) -> st.SearchStrategy[tuple[str, bytes]]:
    """Spoiled pictures of a record, each with the name of its feature."""
    record = parse(seeds[0])
    words = [b"IHDR", b"IDAT", b"\xff\xda", b"\xff\xc0", b"BM", b"II*\0", b"P6 9 9 255\n"]
    return st.one_of(*(st.tuples(st.just(name), inputs([record[name]], words)) for name in ("image", "mask")))


def read_record(data: bytes) -> None:
    """As the commands read a record; what each part may raise is said in its own docstring."""
    for name, value in parse(data).items():
        assert isinstance(value, list if name in SEQUENCES | NUMBERS else bytes | int)
        if not isinstance(value, bytes):
            continue
        if name == "image":
            picture = decode_image(value)
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
            assert max(picture.shape) <= MAX_SIDE
        elif name == "mask":
            mask = decode_mask(value)
            assert mask.dtype == np.uint8
            assert mask.ndim == 2
        elif name == "recipe":
            assert isinstance(Recipe.from_json(value), Recipe)


@times(2000)
@given(data=st.data())
def test_records(spoiled_records: st.SearchStrategy[bytes], data: st.DataObject) -> None:
    spoiled = data.draw(spoiled_records)
    asked(lambda: read_record(spoiled), (ValueError, DatasetError))


@times(1500)
@given(data=st.data())
def test_pictures_in_records(spoiled_pictures: st.SearchStrategy[tuple[str, bytes]], data: st.DataObject) -> None:
    name, spoiled = data.draw(spoiled_pictures)
    decode = {"image": decode_image, "mask": decode_mask}[name]
    picture = asked(lambda: decode(spoiled), ValueError)
    assert picture is None or picture.dtype == np.uint8


@times(1000)
@given(data=st.data())
def test_shards(spoiled_shards: st.SearchStrategy[bytes], data: st.DataObject) -> None:
    spoiled = data.draw(spoiled_shards)
    records = asked(lambda: unframe(spoiled), ValueError)
    if records is not None:
        assert b"".join(map(frame, records)) == spoiled
    for record, sound in asked(lambda: list(recover_tfrecords(spoiled))) or []:
        assert not sound or frame(record) in spoiled


@times(100)
@given(data=st.data())
def test_batches(
    tiny_dataset: Path,
    shard: bytes,
    spoiled_shards: st.SearchStrategy[bytes],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    """With sound checksums, so that what is wrong reaches the decoders, or without."""
    to = tmp_path_factory.mktemp("batches") / "1.6.0"
    shutil.copytree(tiny_dataset, to)
    (path,) = to.glob("*-test.tfrecord-*")
    if data.draw(st.booleans()):
        content = data.draw(spoiled_shards)
    else:
        content = frame(data.draw(inputs([unframe(shard)[0]], WORDS)))
    path.write_bytes(content)
    dataset = open_dataset(to)
    batches = asked(lambda: list(tfds_records.read(dataset, "test")), DatasetError)
    for batch in batches or []:
        assert batch.images.shape[1:] == (32, 32, 3)
        assert batch.masks.max(initial=0) < 3
    asked(lambda: tfds_records.people(dataset, "test"), DatasetError)
    asked(lambda: list(tfds_records.training_batches([dataset], 1, 0, 2, 0, "test")), DatasetError)
    asked(lambda: count(open_prepared(to), lambda *_: None), DatasetError)
    shutil.rmtree(to)


def test_a_record_of_four_gigabytes_is_refused_by_its_length() -> None:
    head = struct.pack("<Q", 1 << 32)
    crc = google_crc32c.value(head)
    head += struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
    assert asked(lambda: unframe(head + b"short"), ValueError) is None
