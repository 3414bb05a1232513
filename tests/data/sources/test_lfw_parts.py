"""LFW Part Labels: what is read from archives or folders, and how its people are divided."""

import io
import os
import pickle
import re
import subprocess
import sys
import tarfile
from collections import Counter

import numpy as np
import pytest

from hairnet_data.core.errors import UsageError
from hairnet_data.sources.base import PortraitSource
from hairnet_data.sources.lfw.source import LfwParts, Overlap
from tests.support.lfw_kit import ARCHIVES, LISTS, distribute, files, id_of, labels, photo, refused


@pytest.mark.parametrize("archives", [(), *([name] for name in ARCHIVES), tuple(ARCHIVES)], ids=str)
def test_archives_extracted_or_a_mix_are_the_same(tmp_path, cache, archives):
    folder = distribute(tmp_path / "set", files(), archives)
    before = sorted(folder.rglob("*"))
    source: PortraitSource = LfwParts.open(folder, cache)
    catalogue = source.catalogue()
    assert catalogue.errors == ()
    expected = sorted((id_of(line), pool, line.split()[0]) for pool in LISTS for line in LISTS[pool])
    assert [(entry.id, entry.pool, entry.person) for entry in catalogue.entries] == expected
    for seed, line in enumerate(line for lines in LISTS.values() for line in lines):
        portrait = source.load(id_of(line))
        np.testing.assert_array_equal(portrait.mask, labels(seed))
        assert portrait.mask.dtype == portrait.image.dtype == np.uint8
        assert np.abs(portrait.image.astype(int) - photo(seed)).mean() < 3
        assert portrait.snapped == 0
    assert sorted(folder.rglob("*")) == before, "the source folder was written to"


def test_only_listed_portraits_are_unpacked_and_only_once(public, cache):
    LfwParts.open(public, cache)
    unpacked = sorted(cache.rglob("*.*"))
    assert not any("Not_Listed" in path.name or path.name == "pairs.txt" for path in unpacked)
    stamps = [path.stat().st_ctime_ns for path in unpacked]
    source = LfwParts.open(public, cache)
    assert [path.stat().st_ctime_ns for path in unpacked] == stamps
    assert len(source.catalogue().entries) == 10


def test_longer_lists_unpack_more(public, cache):
    (public / "parts_test.txt").write_text("Eve 1\n")
    assert len(LfwParts.open(public, cache).catalogue().entries) == 7
    (public / "parts_test.txt").write_text("\n".join(LISTS["test"]))
    assert LfwParts.open(public, cache).catalogue().errors == ()


def test_archives_a_browser_has_renamed_or_unpacked(public, cache):
    data = (public / "lfw-funneled.tgz").rename(public / "lfw-funneled.tar.gz").read_bytes()
    assert len(LfwParts.open(public, cache).catalogue().entries) == 10
    (public / "lfw-funneled.tar.gz").unlink()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(public / "lfw-funneled.tar", "w") as new:
        for info in old:
            new.addfile(info, old.extractfile(info))
    assert LfwParts.open(public, cache).catalogue().errors == ()


def test_official_lists_say_whom_they_share(public, cache):
    source = LfwParts.open(public, cache)
    assert source.people_apart is False
    assert source.overlaps == (
        Overlap("validation", "train", people=1, portraits=1),
        Overlap("test", "train", people=1, portraits=1),
        Overlap("test", "validation", people=1, portraits=1),
    )
    assert source.settings() == {"split_by": "official"}


def test_lists_that_share_nobody_are_apart(tmp_path, cache):
    lists = {"train": ["A 1"], "validation": ["B 1"], "test": ["C 1"]}
    source = LfwParts.open(distribute(tmp_path / "set", files(lists), lists=lists), cache)
    assert source.people_apart is True
    assert source.overlaps == ()


def test_by_person_everybody_is_in_the_first_list_that_names_them(public, cache):
    source = LfwParts.open(public, cache, split_by="person")
    entries = source.catalogue().entries
    assert source.people_apart is True
    assert len(source.overlaps) == 3, "what the official lists share is still said"
    assert len(entries) == 10, "nobody is dropped"
    pools = {person: {e.pool for e in entries if e.person == person} for person in {e.person for e in entries}}
    assert pools == {
        "Ann_Lee": {"train"},
        "Bo": {"train"},
        "Cy_de_la_Cruz": {"train"},
        "Dee": {"validation"},
        "Eve": {"test"},
    }
    assert Counter(entry.pool for entry in entries) == {"train": 6, "validation": 2, "test": 2}


def test_another_way_to_split_is_refused(public, cache):
    assert refused(public, cache, split_by="name", error=UsageError).startswith("--split-by: is 'name'")


def test_it_survives_pickling(public, cache):
    source = LfwParts.open(public, cache)
    copy = pickle.loads(pickle.dumps(source))
    assert copy.catalogue() == source.catalogue()
    np.testing.assert_array_equal(copy.load("Eve_0001").mask, source.load("Eve_0001").mask)


def test_content_follows_the_bytes_of_photo_and_mask(tmp_path, cache):
    content = files()
    source = LfwParts.open(distribute(tmp_path / "set", content, ()), cache)
    before = {entry.id: source.content(entry.id) for entry in source.catalogue().entries}
    assert len(set(before.values())) == 10
    assert all(re.fullmatch("[0-9a-f]{16}", value) for value in before.values())
    again = LfwParts.open(distribute(tmp_path / "again", content), cache)
    assert {id: again.content(id) for id in before} == before, "archives or folders, the content is the same"
    for name in ("lfw_funneled/Bo/Bo_0001.jpg", "parts_lfw_funneled_gt_images/Bo_0002.ppm"):
        with open(tmp_path / "set" / name, "ab") as file:
            file.write(b"\0")
    after = {id: source.content(id) for id in before}
    assert {id for id in before if before[id] != after[id]} == {"Bo_0001", "Bo_0002"}


def test_importing_it_imports_no_tensorflow():
    modules = "hairnet_data.sources.lfw.source, hairnet_data.sources.folder.source"
    code = f"import sys, {modules}; print('tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert run.stdout.strip() == "False"
