"""LFW Part Labels whose lists, archives or pictures are missing or wrong."""

import numpy as np
import pytest

from hairnet_data.core.classes import COLOURS
from hairnet_data.core.errors import PictureError
from hairnet_data.sources.lfw.source import LfwParts
from tests.support.lfw_kit import ARCHIVES, distribute, files, jpeg, labels, photo, ppm, refused


@pytest.mark.parametrize(
    ("gone", "word"),
    [("lfw_funneled/Bo/Bo_0001.jpg", "jpg"), ("parts_lfw_funneled_gt_images/Bo_0001.ppm", "ppm")],
)
@pytest.mark.parametrize("archives", [(), tuple(ARCHIVES)], ids=["extracted", "archives"])
def test_a_listed_portrait_that_is_not_there_is_an_error(tmp_path, cache, gone, word, archives):
    content = {name: data for name, data in files().items() if name != gone}
    catalogue = LfwParts.open(distribute(tmp_path / "set", content, archives), cache).catalogue()
    assert len(catalogue.entries) == 9
    (error,) = catalogue.errors
    assert str(error).startswith(f"Bo_0001: {gone} missing")


@pytest.mark.parametrize("line", ["<p>", "Bo", "Bo one", "../Bo 1", "a/b 1", "Bo 12345", "Bo 1 2", "..  1"])
def test_a_line_that_names_no_portrait_is_an_error(public, cache, line):
    with open(public / "parts_validation.txt", "a") as file:
        file.write(f"\n{line}\n")
    catalogue = LfwParts.open(public, cache).catalogue()
    assert len(catalogue.entries) == 10
    (error,) = catalogue.errors
    assert str(error).startswith("parts_validation.txt, line 4: is ")


def test_a_portrait_in_two_lists_is_an_error(public, cache):
    with open(public / "parts_test.txt", "a") as file:
        file.write("Bo 1\n")
    catalogue = LfwParts.open(public, cache).catalogue()
    assert [entry.pool for entry in catalogue.entries if entry.id == "Bo_0001"] == ["train"]
    assert "line 5: names Bo_0001, which is listed before" in str(catalogue.errors[0])


def test_line_ends_and_blank_lines_do_not_matter(public, cache):
    (public / "parts_test.txt").write_bytes(b"\xef\xbb\xbfAnn_Lee\t3\r\n\r\nDee  2\r\nEve 1\r\n  Eve 4")
    catalogue = LfwParts.open(public, cache).catalogue()
    assert catalogue.errors == ()
    assert len(catalogue.entries) == 10


@pytest.mark.parametrize("content", [b"<html>\nMoved\n</html>", b"\xff\xfe\0x"])
def test_a_list_that_is_none(public, cache, content):
    (public / "parts_test.txt").write_bytes(content)
    assert "parts_test.txt" in refused(public, cache)


def test_missing_files_are_named_with_where_to_get_them(public, cache, tmp_path):
    (public / "lfw-funneled.tgz").unlink()
    (public / "parts_test.txt").unlink()
    text = refused(public, cache)
    assert "has no parts_test.txt, lfw-funneled.tgz" in text
    assert "http://vis-www.cs.umass.edu/lfw/lfw-funneled.tgz" in text
    assert "is not a folder" in refused(tmp_path / "none", cache)
    assert "is not a folder" in refused(public / "parts_train.txt", cache)


def test_a_truncated_archive_is_refused_and_nothing_is_left(public, cache):
    archive = public / "lfw-funneled.tgz"
    archive.write_bytes(archive.read_bytes()[:-200])
    assert "lfw-funneled.tgz: is truncated" in refused(public, cache)
    assert list(cache.iterdir()) == []


def damaged(tmp_path, cache, name, data):
    folder = distribute(tmp_path / "set", files() | {name: data})
    with pytest.raises(PictureError) as caught:
        LfwParts.open(folder, cache).load("Bo_0001")
    return str(caught.value)


def test_a_fourth_colour_is_named(tmp_path, cache):
    pixels = np.array(COLOURS, np.uint8)[labels(2)]
    pixels[3, 4:7] = (254, 0, 0)
    name = "parts_lfw_funneled_gt_images/Bo_0001.ppm"
    text = damaged(tmp_path, cache, name, b"P6 20 20 255\n" + pixels.tobytes())
    assert f"{name}: has colour #fe0000 (3 pixels) in no class" in text


def test_a_mask_of_another_size_and_damaged_pictures(tmp_path, cache):
    name = "parts_lfw_funneled_gt_images/Bo_0001.ppm"
    other = ppm(labels(0)[:10])
    assert "is 20 x 10 pixels, its photo 20 x 20" in damaged(tmp_path, cache, name, other)
    assert f"{name}: " in damaged(tmp_path, cache, name, ppm(labels(0))[:-1])
    name = "lfw_funneled/Bo/Bo_0001.jpg"
    assert f"{name}: is truncated" in damaged(tmp_path, cache, name, jpeg(photo(0))[:-50])
