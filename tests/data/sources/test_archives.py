"""Unpacking: the members asked for alone, nothing outside, once, and never half."""

import gzip
import io
import os
import tarfile
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hairnet_data.core.errors import SourceError
from hairnet_data.sources.lfw import archives
from hairnet_data.sources.lfw.archives import checksum, unpack

CONTENT = {"a/one.jpg": b"1" * 700, "a/b/two.jpg": os.urandom(3000), "other.txt": b"not asked for"}
MEMBERS = {"a/one.jpg", "a/b/two.jpg"}


def member(name, data=b"", kind=tarfile.REGTYPE, link="", size=None):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data) if size is None else size
    return info, data


def packed(members, mode="w:gz"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


GOOD = [member(name, data) for name, data in CONTENT.items()]


@pytest.fixture
def archive(tmp_path):
    def write(data, name="set.tgz"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def unpacked(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(path, into, members=MEMBERS):
    with pytest.raises(SourceError) as caught:
        unpack(path, into, members)
    assert "\n" not in str(caught.value)
    assert not into.exists() or list(into.iterdir()) == [], "something was left behind"
    return str(caught.value)


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_only_what_is_wanted_is_unpacked(archive, tmp_path, mode):
    path = archive(packed(GOOD, mode))
    target = unpack(path, tmp_path / "cache" / "deep", MEMBERS)
    assert unpacked(target) == {name: CONTENT[name] for name in MEMBERS}
    assert checksum(path)[:16] in target.name
    assert list(target.parent.iterdir()) == [target]


def test_it_is_unpacked_once(archive, tmp_path):
    path = archive(packed(GOOD))
    target = unpack(path, tmp_path / "cache", MEMBERS)
    (target / "mark").touch()
    assert unpack(path, tmp_path / "cache", sorted(MEMBERS)) == target
    assert (target / "mark").exists()
    assert unpack(path, tmp_path / "cache", {"other.txt"}) != target
    path.write_bytes(packed(GOOD[:1]))
    assert unpack(path, tmp_path / "cache", MEMBERS) != target


def test_absent_members_are_the_callers_affair(archive, tmp_path):
    assert unpacked(unpack(archive(packed([])), tmp_path / "cache", MEMBERS)) == {}


def test_names_are_compared_without_their_dots(archive, tmp_path):
    path = archive(packed([member("./a//one.jpg", b"1")]))
    assert unpacked(unpack(path, tmp_path / "cache", MEMBERS)) == {"a/one.jpg": b"1"}


@pytest.mark.parametrize("name", ["../out.jpg", "a/../../out.jpg", "/etc/out.jpg", "a/.."])
def test_a_member_that_points_outside(archive, tmp_path, name):
    path = archive(packed([*GOOD, member(name, b"x")]))
    assert f"points outside ({name})" in refused(path, tmp_path / "cache")
    assert not (tmp_path / "out.jpg").exists()


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE],
)
def test_wanted_members_are_plain_files(archive, tmp_path, kind):
    path = archive(packed([member("a/one.jpg", kind=kind, link="/etc/passwd")]))
    assert "link or device" in refused(path, tmp_path / "cache")


def test_a_link_does_not_lead_a_later_member_outside(archive, tmp_path):
    (tmp_path / "victim").mkdir()
    link = member("a", kind=tarfile.SYMTYPE, link=str(tmp_path / "victim"))
    target = unpack(archive(packed([link, *GOOD])), tmp_path / "cache", MEMBERS)
    assert list((tmp_path / "victim").iterdir()) == []
    assert (target / "a/one.jpg").is_file()


def test_a_member_that_is_there_twice(archive, tmp_path):
    assert "twice" in refused(archive(packed([GOOD[0], GOOD[0]])), tmp_path / "cache")


def test_a_member_that_is_too_large(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBER", 2000)
    assert "more than the limit of 2,000" in refused(archive(packed(GOOD)), tmp_path / "cache")


def test_an_archive_that_is_too_large(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL", 100_000)
    monkeypatch.setattr(archives, "MAX_MEMBER", 70_000)
    bomb = member("unwanted", bytes(1_000_000))
    assert "more than the limit of 100,000" in refused(archive(packed([bomb, *GOOD])), tmp_path / "cache")
    tail = packed(GOOD, "w") + bytes(1_000_000)
    assert "more than the limit of 100,000" in refused(archive(gzip.compress(tail)), tmp_path / "cache")


def test_a_header_of_absurd_length(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBER", 10_000)
    name = member("long", bytes(50_000), kind=tarfile.GNUTYPE_LONGNAME)
    assert "absurd" in refused(archive(packed([name, *GOOD])), tmp_path / "cache")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>This page has moved</html>" * 50,
        gzip.compress(b"hello" * 1000, mtime=0),
        b"\x1f\x8b",
        b"PK\3\4" * 300,
    ],
)
def test_what_is_no_archive(archive, tmp_path, data):
    assert "set.tgz" in refused(archive(data), tmp_path / "cache")


def test_a_missing_archive(tmp_path):
    assert "No such file" in refused(tmp_path / "none.tgz", tmp_path / "cache")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True))
def test_a_truncated_archive_leaves_nothing(archive, tmp_path, share):
    data = packed(GOOD)
    refused(archive(data[: int(len(data) * share)]), tmp_path / "cache")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0), st.integers(0, 255))
def test_a_damaged_archive_is_refused_or_harmless(archive, tmp_path, index, value):
    data = bytearray(packed(GOOD))
    data[index % len(data)] = value
    try:
        target = unpack(archive(bytes(data)), tmp_path / "cache", MEMBERS)
    except SourceError as error:
        text = str(error)
    else:
        text = ""
        assert unpacked(target) == {name: CONTENT[name] for name in MEMBERS}
    assert "\n" not in text


def test_a_wrong_checksum_inside_is_seen(archive, tmp_path):
    data = bytearray(packed(GOOD))
    data[-6] ^= 1  # gzip's own CRC
    assert "damaged" in refused(archive(bytes(data)), tmp_path / "cache")


def test_a_folder_that_cannot_be_written(archive, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(SourceError, match="cannot be written"):
        unpack(archive(packed(GOOD)), tmp_path / "cache", MEMBERS)


def test_a_full_disk_is_one_line_and_leaves_nothing(archive, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full, raising=True)
    path = tmp_path / "set.tgz"
    with open(path, "wb") as file:
        file.write(packed(GOOD))
    assert "No space left on device" in refused(path, tmp_path / "cache")


def test_a_run_that_was_killed_is_not_taken_for_whole(archive, tmp_path, monkeypatch):
    path, cache = archive(packed(GOOD)), tmp_path / "cache"

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archives, "_unpack", killed)
        with pytest.raises(KeyboardInterrupt):
            unpack(path, cache, MEMBERS)
    assert list(cache.iterdir()) == []
    target = unpack(path, cache, MEMBERS)
    leftover = cache / f".{target.name}.1-1"  # as kill -9 leaves it
    target.rename(leftover)
    assert unpacked(unpack(path, cache, MEMBERS)) == {name: CONTENT[name] for name in MEMBERS}
    assert leftover.exists()  # perhaps another run is at it
    old = time.time() - 2 * 24 * 3600
    os.utime(leftover, (old, old))
    target.rename(cache / "elsewhere")
    unpack(path, cache, MEMBERS)
    assert not leftover.exists()


def test_two_runs_at_once(archive, tmp_path, monkeypatch):
    path, cache = archive(packed(GOOD)), tmp_path / "cache"
    unpack_members = archives._unpack

    def slowly(*args):
        unpack_members(*args)
        monkeypatch.setattr(archives, "_unpack", unpack_members)
        unpack(path, cache, MEMBERS)  # the other run is done first

    monkeypatch.setattr(archives, "_unpack", slowly)
    target = unpack(path, cache, MEMBERS)
    assert list(cache.iterdir()) == [target]
    assert unpacked(target) == {name: CONTENT[name] for name in MEMBERS}
