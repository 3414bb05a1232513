"""Which file a mask goes to: named like its photo, beside no other, over nothing that was read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.images.photos import read_photo
from hairnet_model.inference import photo_paths
from tests.support import colours
from tests.support.predicting import below, portrait, put, read, run


def test_a_folder_keeps_its_structure(tmp_path, segmenter):
    for place in ("a.jpg", "x/a.jpg", "x/y/B.PNG", "x/notes.txt", ".hidden.png", "._a.jpg", ".git/c.png"):
        (tmp_path / "in" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / place).write_bytes(b"text")
        if not place.endswith("txt"):
            put(tmp_path / "in" / place, colours.painted(colours.head(20, 20)))
    outcome = run([tmp_path / "in"], tmp_path / "out", segmenter, overlay=True, panels=True)
    assert outcome.masks == 3
    masks = ["a.png", "x/a.png", "x/y/B.png"]
    more = [mask.replace(".png", end) for mask in masks for end in ("_overlay.png", "_panels.png")]
    assert below(tmp_path / "out") == sorted(masks + more)


def test_no_two_photos_share_a_mask(tmp_path, segmenter):
    names = [
        "in/a.png",
        "in/a.bmp",
        "in/b.png",
        "in/b_overlay.png",
        "in/C.png",
        "in/c.png",
        "other/b.png",
        "other/a.png",
    ]
    for number, name in enumerate(names):
        portrait(tmp_path / name, 40 + number, 40)
    outcome = run(
        [tmp_path / "in", tmp_path / "other", tmp_path / "in" / "a.bmp"], tmp_path / "out", segmenter, overlay=True
    )
    assert outcome.masks == len(names)
    made = below(tmp_path / "out")
    assert len(made) == 2 * len(names)
    assert len({name.casefold() for name in made}) == len(made)
    assert {"a.bmp.png", "a.png.png"} <= set(made)  # neither is just "a": which of the two it were could not be told
    sizes = sorted(read_photo(tmp_path / "out" / name).shape[0] for name in made)
    assert sizes == sorted([40 + number for number in range(len(names))] * 2)


@settings(max_examples=200)
@given(st.lists(st.from_regex(r"\A[aA]?b?(_overlay|_panels|-2)?\.(png|jpg)\Z"), min_size=1, max_size=12))
def test_names_never_meet(names):
    places = [(Path(f"{number}/{name}"), Path(name)) for number, name in enumerate(names)]
    made = [
        (photo.name.as_posix() + ending).casefold()
        for photo in photo_paths._named(places)
        for ending in photo_paths.ENDINGS
    ]
    assert len(set(made)) == len(made)


def test_odd_names(tmp_path, segmenter):
    folder = tmp_path / "in"
    for name in ("ü ö.png", "a.b.c.png", "line\nbreak.png", "x" * 246 + "1.png", "x" * 246 + "2.png", "头发.png"):
        portrait(folder / name, 20, 20)
    outcome = run([folder], tmp_path / "out", segmenter, overlay=True, panels=True)
    assert outcome.masks == 6
    assert len(below(tmp_path / "out")) == 18
    assert (tmp_path / "out" / "a.b.c.png").is_file()


def test_a_photo_named_twice_is_segmented_once(tmp_path, segmenter):
    portrait(tmp_path / "in" / "a.png")
    twice = [tmp_path / "in", tmp_path / "in" / "a.png", tmp_path / "in" / ".." / "in" / "a.png"]
    assert run(twice, tmp_path / "out", segmenter).masks == 1
    assert below(tmp_path / "out") == ["a.png"]


def test_masks_in_a_subfolder_are_not_taken_for_photos(tmp_path, segmenter):
    portrait(tmp_path / "a.png")
    for _ in range(2):
        assert run([tmp_path], tmp_path / "masks", segmenter, overlay=True).masks == 1
    assert below(tmp_path) == ["a.png", "masks/a.png", "masks/a_overlay.png"]


def test_no_photo_is_overwritten(tmp_path, segmenter):
    """a.png in the photos' own folder would replace a photo."""
    portrait(tmp_path / "in" / "a.png")
    portrait(tmp_path / "in" / "x" / "b.png")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    before = (tmp_path / "in" / "a.png").read_bytes()
    for photos, out in (
        ([tmp_path / "in"], tmp_path / "in"),
        ([tmp_path / "in" / "a.png"], tmp_path / "in" / "." / "x" / ".."),
        ([tmp_path / "in"], tmp_path / "link"),
        ([tmp_path / "in" / "x" / "b.png", tmp_path / "in" / "a.png"], tmp_path / "in"),
    ):
        with pytest.raises(UsageError, match="pictures are read from"):
            run(photos, out, segmenter)
    assert below(tmp_path / "in") == ["a.png", "x/b.png"]
    assert (tmp_path / "in" / "a.png").read_bytes() == before


def test_no_true_mask_is_overwritten(tmp_path, segmenter):
    mask = portrait(tmp_path / "in" / "a.jpg")
    put(tmp_path / "truth" / "a.png", mask)
    for truth in (tmp_path / "truth", tmp_path / "truth" / "a.png"):
        with pytest.raises(UsageError, match="pictures are read from"):
            run([tmp_path / "in"], tmp_path / "truth", segmenter, panels=True, truth=truth)
    assert below(tmp_path / "truth") == ["a.png"]


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_out_that_cannot_be_made(tmp_path, segmenter, out):
    portrait(tmp_path / "a.png")
    (tmp_path / "file").write_text("x")
    with pytest.raises(BuildError, match="file") as caught:
        run([tmp_path / "a.png"], tmp_path / out, segmenter)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "file").read_text() == "x"


def test_a_full_disk_leaves_nothing_half_written(tmp_path, segmenter, monkeypatch):
    portrait(tmp_path / "in" / "a.png")
    portrait(tmp_path / "in" / "b.png")

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(BuildError, match="No space left"):
        run([tmp_path / "in"], tmp_path / "out", segmenter)
    assert below(tmp_path / "out") == []


def test_an_older_mask_is_replaced(tmp_path, segmenter):
    mask = portrait(tmp_path / "a.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_bytes(b"older")
    run([tmp_path / "a.png"], tmp_path / "out", segmenter)
    np.testing.assert_array_equal(read(tmp_path / "out" / "a.png"), mask)
