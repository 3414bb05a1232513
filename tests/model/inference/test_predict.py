"""Photos to masks: from files of every kind to files that are there whole, or a line that says why not."""

from __future__ import annotations

import csv
import io
import shutil
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from hairnet_data.core.errors import PictureError, UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_model.inference import photo_paths, predict
from tests.support import colours
from tests.support.predicting import SIZE, below, lines, portrait, put, read, run


def png(width, height, depth, colour, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# From photo to mask


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(height=st.integers(1, 400), width=st.integers(1, 400), overlay=st.booleans())
@example(height=30, width=2000, overlay=True)
@example(height=1, width=1, overlay=True)
@example(height=1, width=103, overlay=False)
@example(height=300, width=1, overlay=True)
@example(height=64, width=64, overlay=False)
def test_the_mask_has_the_photos_size_and_its_classes(tmp_path, segmenter, height, width, overlay):
    mask = portrait(tmp_path / "in" / "a.png", height, width)
    outcome = run([tmp_path / "in"], tmp_path / "out", segmenter, overlay=overlay)
    assert (outcome.masks, outcome.errors, outcome.exit_code) == (1, (), 0)
    got = read(tmp_path / "out" / "a.png")
    assert got.shape == (height, width)
    assert colours.wrong(got, mask, within=max(height, width) / SIZE * 1.5 + 1) == 0
    if overlay:
        assert read_photo(tmp_path / "out" / "a_overlay.png").shape == (height, width, 3)
    shutil.rmtree(tmp_path / "out")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp"])
def test_exif_is_honoured(tmp_path, segmenter, orientation, ending):
    """The mask fits the photo as every viewer shows it: a turned 48 x 96 file has a mask of 96 x 48."""
    mask = colours.head(96, 48)
    picture = colours.painted(mask)
    # What a camera stores: by the standard, 6 is shown turned clockwise, 8 the other way.
    stored = {
        1: picture,
        2: picture[:, ::-1],
        3: picture[::-1, ::-1],
        4: picture[::-1],
        5: picture.transpose(1, 0, 2),
        6: np.rot90(picture, 1),
        7: picture[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(picture, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {".webp": {"lossless": True}, ".jpg": {"quality": 98, "subsampling": 0}}.get(ending, {})
    put(tmp_path / f"turned{ending}", stored, exif=exif.tobytes(), **options)
    outcome = run([tmp_path / f"turned{ending}"], tmp_path / "out", segmenter)
    assert outcome.exit_code == 0
    got = read(tmp_path / "out" / "turned.png")
    assert got.shape == mask.shape
    assert colours.wrong(got, mask, within=3) == 0


def test_other_kinds_of_pixels(tmp_path, segmenter):
    folder = tmp_path / "in"
    mask = portrait(folder / "rgb.png", 80, 60)
    rgb = colours.painted(mask)
    put(folder / "clear.png", Image.fromarray(np.dstack([rgb, np.where(mask, 255, 0).astype(np.uint8)]), "RGBA"))
    put(folder / "palette.png", Image.fromarray(rgb).quantize(8))
    put(folder / "grey.png", rgb[..., 0] // 2)
    put(folder / "bilevel.png", Image.fromarray(mask * 100).convert("1"))
    put(folder / "cmyk.tif", Image.fromarray(rgb).convert("CMYK"))
    deep = np.zeros((80, 60, 3), ">u2")
    deep[...] = rgb.astype(np.uint16) * 256 + 77
    (folder / "deep.png").write_bytes(png(60, 80, 16, 2, b"".join(b"\0" + row.tobytes() for row in deep)))
    put(folder / "deepgrey.png", (rgb[..., 0].astype(np.uint16) * 100))
    outcome = run([folder], tmp_path / "out", segmenter, overlay=True, panels=True)
    assert outcome.masks == 8
    assert not lines(outcome)
    coloured = {"rgb", "clear", "palette", "cmyk", "deep"}
    for file in folder.iterdir():
        got = read(tmp_path / "out" / f"{file.stem}.png")
        assert got.shape == (80, 60)
        expected = mask if file.stem in coloured else np.zeros_like(mask)
        assert colours.wrong(got, expected, within=3) == 0, file.stem


def test_many_photos_each_get_their_own_mask(tmp_path, segmenter):
    """More than a batch, of all sizes: none is mistaken for its neighbour."""
    masks = {}
    for number in range(2 * segmenter.batch + 5):
        masks[f"p{number:02d}"] = portrait(tmp_path / "in" / f"p{number:02d}.png", 30 + 3 * number, 130 - 3 * number)
    told = []
    outcome = run(
        [tmp_path / "in"],
        tmp_path / "out",
        segmenter,
        progress=lambda what, done, total, note="": told.append((done, total)),
    )
    assert outcome.masks == len(masks)
    for name, mask in masks.items():
        assert colours.wrong(read(tmp_path / "out" / f"{name}.png"), mask, within=4) == 0
    assert told[0] == (0, len(masks))
    assert told[-1] == (len(masks), len(masks))
    assert told == sorted(told)


def test_large_photos_are_not_all_held_at_once(tmp_path, segmenter, monkeypatch):
    for number in range(6):
        portrait(tmp_path / "in" / f"{number}.png", 50, 50)
    monkeypatch.setattr(predict, "_HELD", 2 * 2500 - 1)
    found = photo_paths.find([tmp_path / "in"], tmp_path / "out").photos
    assert [len(batch) for batch in predict._batches(found, segmenter)] == [2, 2, 2]


def test_an_overlay_shows_the_classes_where_they_are(tmp_path, segmenter, monkeypatch):
    monkeypatch.setattr(predict, "_BAND", 1000)  # several bands, the last one short
    mask = portrait(tmp_path / "a.png")
    run([tmp_path / "a.png"], tmp_path / "out", segmenter, overlay=True)
    photo, made = colours.painted(mask), read_photo(tmp_path / "out" / "a_overlay.png")
    np.testing.assert_array_equal((made != photo).any(-1), mask > 0)
    assert below(tmp_path / "out") == ["a.png", "a_overlay.png"]


# Bad photos


def test_bad_photos_are_named_and_passed_over(tmp_path, segmenter):
    folder = tmp_path / "in"
    mask = portrait(folder / "b_good.png")
    stream = io.BytesIO()
    Image.fromarray(colours.painted(mask)).save(stream, "JPEG")
    (folder / "a_truncated.jpg").write_bytes(stream.getvalue()[:-200])
    (folder / "c_text.jpg").write_text("no picture at all")
    (folder / "d_empty.png").write_bytes(b"")
    (folder / "e_folder.png").mkdir()
    outcome = run([folder, tmp_path / "none.jpg"], tmp_path / "out", segmenter, overlay=True, panels=True)
    assert (outcome.masks, outcome.exit_code) == (1, 1)
    told = lines(outcome)
    assert len(told) == 4
    for line, name in zip(told, ("none.jpg", "a_truncated.jpg", "c_text.jpg", "d_empty.png"), strict=True):
        assert name in line
    assert below(tmp_path / "out") == ["b_good.png", "b_good_overlay.png", "b_good_panels.png"]
    np.testing.assert_array_equal(read(tmp_path / "out" / "b_good.png"), mask)


def test_a_mistyped_path_writes_nothing(tmp_path, segmenter):
    with pytest.raises(PictureError, match="nowhere: is missing; check the path"):
        run([tmp_path / "nowhere"], tmp_path / "out", segmenter)
    assert not (tmp_path / "out").exists()


def test_every_file_of_a_folder_is_named_or_counted(tmp_path, segmenter):
    folder = tmp_path / "in"
    portrait(folder / "b.png")
    portrait(folder / "a" / "c.png")
    portrait(tmp_path / "elsewhere" / "linked.png")
    (folder / "linked.png").symlink_to(tmp_path / "elsewhere" / "linked.png")
    (folder / "album").symlink_to(tmp_path / "elsewhere")
    for name in ("raw.DNG", "a/c.nef", "clip.swf", "a/noend", "notes.txt", "a/t.csv", ".DS_Store"):
        (folder / name).write_bytes(b"x")
    (folder / "heic.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(80))
    for _ in range(2):  # the second time with a folder of masks beside the photos
        outcome = run([folder], folder / "masks", segmenter)
        names = [photo.file.relative_to(folder).as_posix() for photo in outcome.photos]
        assert names == ["b.png", "linked.png", "a/c.png"], "files come before subfolders, and links are followed"
        assert [error.where for error in outcome.errors] == [
            str(folder / name) for name in ("album", "raw.DNG", "heic.HEIC")
        ]
        assert outcome.passed_over == (
            (str(folder / "a" / "c.nef"), "is a raw photo (.nef); c.png beside it is read"),
            (str(folder / "a" / "noend"), "is no picture by the ending of its name"),
            (str(folder / "clip.swf"), "is no picture by the ending of its name"),
        )
        assert outcome.companions == "1 .csv, 1 .txt, 1 hidden"
    listed = list(csv.DictReader((folder / "masks" / "predictions.csv").open()))
    assert len(listed) == 3 + 3 + 3
    assert all(bool(row["mask"]) != bool(row["left_out"]) for row in listed)


def test_only_bad_photos(tmp_path, segmenter):
    (tmp_path / "a.jpg").write_bytes(b"x")
    told = []
    outcome = run(
        [tmp_path / "a.jpg"], tmp_path / "out", segmenter, progress=lambda what, done, total, note="": told.append(done)
    )
    assert (outcome.masks, outcome.exit_code, told[-1]) == (0, 1, 1)


def test_no_photo_at_all(tmp_path, segmenter):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(PictureError, match="holds no pictures"):
        run([tmp_path], tmp_path / "out", segmenter)
    with pytest.raises(UsageError, match="nothing was given"):
        run([], tmp_path / "out", segmenter)
    (tmp_path / "empty").mkdir()
    portrait(tmp_path / "a.png")
    outcome = run([tmp_path / "a.png", tmp_path / "empty"], tmp_path / "out", segmenter)
    assert (outcome.masks, outcome.exit_code) == (1, 1)
    assert "empty: holds no pictures" in lines(outcome)[0]
