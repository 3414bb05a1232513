"""Pictures, records and shards as bytes: exact where they must be, the same every time, checked when read."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.records.example import NUMBERS, SEQUENCES, parse, serialize
from hairnet_data.core.records.tfrecord import frame, unframe
from hairnet_data.dataset.codec import decode_image, decode_mask, encode_image, encode_mask
from tests.support import contract_scenes

FRAMED = "0700000000000000bbd79f11686169726e657467fde798"

seeds = st.integers(0, 2**32 - 1)
sides = st.one_of(st.integers(1, 40), st.integers(41, 512))


def mask_of(seed: int, side: int) -> Pixels:
    """Shapes, or for odd seeds noise, which no shortcut of a codec survives."""
    rng = np.random.default_rng(seed)
    if seed % 2:
        return rng.integers(0, 3, (side, side)).astype(np.uint8)
    return contract_scenes.painting(rng, side, side, 3)


# --- masks


@settings(max_examples=200)
@given(seeds, sides)
def test_point_9_a_mask_survives_bit_for_bit(seed: int, side: int) -> None:
    mask = mask_of(seed, side)
    data = encode_mask(mask)
    assert struct.unpack(">IIBB", data[16:26]) == (side, side, 8, 0)  # 8 bits of grey: mode L
    assert np.array_equal(decode_mask(data), mask)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "L"
        assert np.array_equal(np.asarray(picture), mask)
    assert encode_mask(mask.copy()) == data


@pytest.mark.slow
def test_point_9_a_mask_survives_tensorflow() -> None:
    import tensorflow as tf

    for seed in range(20):
        mask = mask_of(seed, 11 * seed + 8)
        read = tf.io.decode_png(encode_mask(mask), channels=1).numpy()
        assert np.array_equal(read[..., 0], mask)
    # Why it may never be a palette: its entries come back as the grey of their colours.
    picture = Image.fromarray(mask, "P")
    picture.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    into = io.BytesIO()
    picture.save(into, "PNG")
    assert set(np.unique(tf.io.decode_png(into.getvalue(), channels=1).numpy())) <= {29, 76, 149, 150}


def palette_png(mask: Pixels) -> bytes:
    picture = Image.fromarray(mask, "P")
    picture.putpalette([0, 0, 255, 255, 0, 0, 0, 255, 0])
    into = io.BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


def png(picture: Image.Image) -> bytes:
    into = io.BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"mask",
        encode_mask(mask_of(2, 30))[:40],
        palette_png(mask_of(2, 30)),
        png(Image.new("RGB", (30, 30))),
        png(Image.new("RGBA", (30, 30))),
        png(Image.new("I;16", (30, 30))),
    ],
    ids=["nothing", "text", "cut short", "palette", "colour", "alpha", "16 bits"],
)
def test_what_is_no_grey_picture_is_no_mask(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"decode|8-bit grey"):
        decode_mask(data)


# --- images


@settings(max_examples=50)
@given(seeds, sides)
def test_a_png_image_survives_bit_for_bit(seed: int, side: int) -> None:
    image = contract_scenes.photo(np.random.default_rng(seed), side, side)
    data = encode_image(image, "png")
    assert np.array_equal(decode_image(data), image)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "RGB"
        assert np.array_equal(np.asarray(picture), image)


def test_a_jpeg_image_is_in_red_green_blue_and_halves_colour_alone() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, :24] = (220, 40, 40)
    image[:, 24:] = (40, 40, 220)
    image[::2] -= 30  # lines of one pixel: brightness keeps its full resolution
    data = encode_image(image, "jpeg")
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        assert picture.mode == "RGB"
        layers = [layer[1:3] for layer in picture.layer]  # type: ignore[attr-defined]
        assert layers == [(2, 2), (1, 1), (1, 1)]  # 4:2:0
        assert np.abs(np.asarray(picture).astype(int) - image).mean() < 6
    assert np.abs(decode_image(data).astype(int) - image).mean() < 6


@pytest.mark.parametrize("image_format", ["jpeg", "png"])
def test_the_same_image_makes_the_same_bytes(image_format: str) -> None:
    image = contract_scenes.photo(np.random.default_rng(1), 70, 50)
    assert encode_image(image, image_format) == encode_image(image.copy(), image_format)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"no picture"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="decode"):
        decode_image(data)


# --- records

names = st.text(st.characters(codec="utf-8"), max_size=10).filter(lambda name: name not in SEQUENCES | NUMBERS)
features = st.dictionaries(
    names, st.one_of(st.binary(max_size=40), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=7
)


@given(features)
def test_a_record_reads_as_it_was_written(values: dict[str, bytes | int]) -> None:
    data = serialize(dict(values))
    assert parse(data) == values
    assert serialize(dict(reversed(values.items()))) == data  # whatever the order they came in


def test_text_is_written_as_utf_8() -> None:
    assert parse(serialize({"person": "Zoë", "index": 0, "empty": ""})) == {
        "person": "Zoë".encode(),
        "index": 0,
        "empty": b"",
    }


@given(st.binary(max_size=80))
def test_garbage_is_no_record_or_an_honest_one(data: bytes) -> None:
    try:
        values = parse(data)
    except ValueError:
        return
    assert all(isinstance(value, bytes | int) for value in values.values())


def test_lists_and_floats_are_no_record_of_ours() -> None:
    from tensorflow_datasets.proto import tf_example_generated_pb2 as tf_example

    for fill in (lambda f: f.int64_list.value.extend([1, 2]), lambda f: f.float_list.value.append(1.0), lambda f: None):
        example = tf_example.Example()
        fill(example.features.feature["index"])
        with pytest.raises(ValueError, match=r"index has [02] values"):
            parse(example.SerializeToString())


# --- shards

records = st.lists(st.binary(max_size=300), max_size=8)


@given(records)
def test_a_shard_reads_as_it_was_written(records: list[bytes]) -> None:
    assert unframe(b"".join(map(frame, records))) == records


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.data())
def test_a_flipped_bit_is_noticed(records: list[bytes], data: st.DataObject) -> None:
    shard = bytearray(b"".join(map(frame, records)))
    at = data.draw(st.integers(0, 8 * len(shard) - 1))
    shard[at // 8] ^= 1 << at % 8
    with pytest.raises(ValueError, match="record"):
        unframe(bytes(shard))


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.data())
def test_a_shard_cut_short_is_noticed_unless_it_ends_with_a_record(records: list[bytes], data: st.DataObject) -> None:
    framed = list(map(frame, records))
    shard = b"".join(framed)
    end = data.draw(st.integers(0, len(shard) - 1))
    ends = [sum(map(len, framed[:count])) for count in range(len(framed))]
    if end in ends:
        assert unframe(shard[:end]) == records[: ends.index(end)]
    else:
        with pytest.raises(ValueError, match="record"):
            unframe(shard[:end])


def test_a_record_is_framed_as_the_format_says() -> None:
    """By TensorFlow's own writer: tf.io.TFRecordWriter wrote these bytes for b"hairnet"."""
    assert frame(b"hairnet").hex() == FRAMED


@pytest.mark.slow
def test_tensorflow_reads_shards(tmp_path: Path) -> None:
    import tensorflow as tf

    rng = np.random.default_rng(0)
    records = [serialize({"index": k, "mask": encode_mask(mask_of(k, 20 + k)), "kind": "portrait"}) for k in range(9)]
    records.append(rng.bytes(100_000))
    path = tmp_path / "shard.tfrecord"
    path.write_bytes(b"".join(map(frame, records)))
    assert [record.numpy() for record in tf.data.TFRecordDataset(str(path))] == records
    example = tf.train.Example.FromString(records[4])
    assert example.features.feature["index"].int64_list.value[:] == [4]
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
    assert unframe(path.read_bytes()) == records


def test_opencv_reads_what_was_written_in_the_order_it_expects() -> None:
    """Blue comes first in OpenCV's arrays: that the channels are swapped once, not twice or never."""
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    raw = cv2.imdecode(np.frombuffer(encode_image(red, "png"), np.uint8), cv2.IMREAD_COLOR)
    assert raw is not None
    assert raw[0, 0].tolist() == [0, 0, 255]


def test_a_header_that_claims_more_than_its_bytes_can_hold() -> None:
    plain = np.zeros((4000, 4000), np.uint8)
    data = encode_mask(plain)
    assert np.array_equal(decode_mask(data), plain), "nothing shrinks to less"
    larger = bytearray(data)
    larger[16:24] = struct.pack(">II", 8000, 8000)
    larger[29:33] = struct.pack(">I", zlib.crc32(larger[12:29]))
    with pytest.raises(ValueError, match="bytes cannot hold 8000 x 8000 pixels"):
        decode_mask(bytes(larger))


def test_a_chunk_that_ends_beyond_the_picture() -> None:
    data = bytearray(encode_mask(np.zeros((32, 32), np.uint8)))
    assert data[37:41] == b"IDAT"
    data[33:37] = struct.pack(">I", 3_170_893_987)
    with pytest.raises(ValueError, match="a chunk of the PNG ends beyond it"):
        decode_mask(bytes(data))
