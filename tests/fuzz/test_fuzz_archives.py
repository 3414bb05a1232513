"""Spoiled archives: the members asked for are unpacked completely or not at all, and nothing beside it."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hairnet_data.core.errors import SourceError
from hairnet_data.sources.lfw.archives import unpack
from tests.fuzz.answers import asked, times
from tests.fuzz.mutations import inputs

MEMBERS = {"a/b.jpg": b"photo" * 300, "a/c.jpg": b"x", "d.ppm": b""}


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, to: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, to, len(data)
    return info, data


def tar(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


GOOD = [member(name, data) for name, data in MEMBERS.items()]
LONG = [member("n" * 300, b"1"), member("ü/" * 60 + "x", b"2"), *GOOD]
PLAIN = [tar(*GOOD), tar(*LONG), tar(*LONG, form=tarfile.GNU_FORMAT), tar(*GOOD, form=tarfile.USTAR_FORMAT)]
WORDS = [
    b"../../x",
    b"/etc/x",
    b"a/b.jpg\0",
    *(bytes([kind]) for kind in b"0123456gxLKS"),
    b"7777777\0",
    b"\x80" + b"\xff" * 11,
]


def with_sums(data: bytes) -> bytes:
    """The same archive with sound checksums of its headers, so that what they say is believed."""
    patched = bytearray(data)
    for at in range(0, len(patched) - 511, 512):
        if patched[at + 257 : at + 262] == b"ustar":
            patched[at + 148 : at + 156] = b" " * 8
            patched[at + 148 : at + 156] = b"%06o\0 " % sum(patched[at : at + 512])
    return bytes(patched)


SPOILED = st.builds(
    lambda data, sums, pack: (
        gzip.compress(with_sums(data) if sums else data, 1) if pack else with_sums(data) if sums else data
    ),
    inputs(PLAIN, WORDS),
    st.booleans(),
    st.booleans(),
)


@times(1000)
@given(SPOILED | inputs([gzip.compress(data, 6, mtime=0) for data in PLAIN], WORDS))
def test_archives(tmp_path_factory, data: bytes) -> None:
    home = tmp_path_factory.mktemp("archive")
    (home / "public.tgz").write_bytes(data)
    folder = asked(lambda: unpack(home / "public.tgz", home / "cache", MEMBERS), SourceError)
    created = {path for path in home.rglob("*") if not path.is_dir() or path.is_symlink()} - {home / "public.tgz"}
    if folder is None:
        assert not created
    else:
        assert all(path.is_relative_to(folder) and not path.is_symlink() for path in created)
        assert {path.relative_to(folder).as_posix() for path in created} <= set(MEMBERS)
    shutil.rmtree(home)


def test_whole_ones_are_read(tmp_path: Path) -> None:
    for number, data in enumerate(PLAIN):
        (tmp_path / f"{number}.tar").write_bytes(with_sums(data))
        folder = unpack(tmp_path / f"{number}.tar", tmp_path / "cache", MEMBERS)
        assert {name: (folder / name).read_bytes() for name in MEMBERS} == MEMBERS


def test_a_bomb_of_a_gigabyte_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    """A member that was not asked for is never held, however large; one that was is refused by its header."""
    zeros = gzip.compress(bytes(1 << 20), 9)
    for name, word in (("other", None), ("a/b.jpg", "more than the limit")):
        info = tarfile.TarInfo(name)
        info.size = 512 << 20
        (tmp_path / "bomb.tgz").write_bytes(gzip.compress(info.tobuf()) + zeros * 512 + gzip.compress(tar(*GOOD)))
        if word is None:
            folder = asked(lambda: unpack(tmp_path / "bomb.tgz", tmp_path / "cache", MEMBERS))
            assert folder is not None
            assert (folder / "a/b.jpg").read_bytes() == MEMBERS["a/b.jpg"]
        else:
            assert asked(lambda: unpack(tmp_path / "bomb.tgz", tmp_path / "cache", MEMBERS), SourceError) is None
