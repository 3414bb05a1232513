"""The folders of builds under way: one that ends with its build, one that outlives it until the dataset is complete.

Beside the datasets lie, while builds run or where they were stopped:

    .scratch-XXXXXXXX         what can be looked up again: nobody's, once its build is gone, and then removed
    .incomplete-NAME-DIGITS   finished shards of one build, kept for the same command to go on with

Both hold a file `lock` that is locked as long as their build lives, however it ends. In a store there are no locks, and
scratch lies in this machine's own temporary folder.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.paths import bytes_in, is_folder, is_remote, remove

_SCRATCH, _INCOMPLETE = ".scratch-", ".incomplete-"


@dataclass(frozen=True, slots=True)
class StagingDirectory:
    """A build's own folder; which of its parts exist tells how far the build is.

    Attributes:
        folder: `.incomplete-NAME-DIGITS`.
        published: whether an earlier run had already moved the dataset to its path, and had only to clean up.
    """

    folder: Path
    published: bool = False

    @property
    def shards(self) -> Path:
        """Becomes the dataset's folder."""
        return self.folder / "shards"

    @property
    def manifests(self) -> Path:
        """A manifest of every finished shard, and its piece of the table of examples."""
        return self.folder / "manifests"

    @property
    def metadata(self) -> Path:
        """Where the dataset's metadata is written."""
        return self.folder / "metadata"

    @property
    def old(self) -> Path:
        """The dataset that is being replaced, between two renames."""
        return self.folder / "old"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A build that was stopped: its folder, and how many bytes lie there."""

    path: Path
    size: int


@contextlib.contextmanager
def scratch_directory(home: Path) -> Iterator[Path]:
    """Makes a folder of its own for a build; those of dead builds are removed, and what they had moved aside goes back.

    Raises:
        BuildError: it cannot be made.
    """
    if is_remote(home):  # workers read and write much there, and in a store it would be of no use to anyone
        with tempfile.TemporaryDirectory(prefix="hairnet-") as elsewhere:
            yield Path(elsewhere)
        return
    new = [folder for folder in (home, *home.parents) if not folder.exists()]
    with contextlib.ExitStack() as held:
        try:
            scratch = _locked_scratch(home, held)
        except OSError as fault:
            what = f"cannot be written ({fault.strerror or fault})"
            raise BuildError(str(home.parent), what, "choose another --data-dir") from fault
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            with contextlib.suppress(OSError):
                for folder in new:
                    folder.rmdir()  # only if it is empty: a failed first build leaves nothing behind


def _locked_scratch(home: Path, held: contextlib.ExitStack) -> Path:
    for _ in range(20):
        # What another build removes meanwhile, its own folder or an empty `home`, is no reason to stop.
        with contextlib.suppress(FileNotFoundError):
            home.mkdir(parents=True, exist_ok=True)
            with _one_at_a_time(home):
                for left in home.glob(_SCRATCH + "*"):
                    with contextlib.suppress(OSError), _locked(left) as free:
                        if free:
                            shutil.rmtree(left, ignore_errors=True)
                for left in home.glob(_INCOMPLETE + "*"):
                    with contextlib.suppress(OSError):
                        if not _is_locked(left):
                            _restore_old(StagingDirectory(left), home)
                # A name of its own, never used twice: workers and caches know their files by path.
                scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=home))
                held.enter_context(_locked(scratch))
                return scratch
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(home))


def staging_path(home: Path, name: str) -> Path:
    """The folder of the build that `identity.work_name` named."""
    return home / (_INCOMPLETE + name)


def find_unfinished(home: Path, besides: Path) -> tuple[Unfinished, ...]:
    """The builds that were stopped, but for one."""
    folders = [folder for folder in sorted(home.glob(_INCOMPLETE + "*")) if folder != besides]
    return tuple(Unfinished(folder, _bytes_below(folder)) for folder in folders if not _is_locked(folder))


@contextlib.contextmanager
def claim_staging(folder: Path, resume: bool) -> Iterator[StagingDirectory]:
    """A build's own folder, as an earlier run of the same build left it.

    When all goes well it is removed in the end; else it stays if any shard is finished.

    Args:
        folder: made by `staging_path`; its parent exists, and has other files.
        resume: whether what is finished is kept.

    Raises:
        BuildError: a build of that dataset is under way.
    """
    if is_remote(folder):
        with _claimed_in_store(folder, resume) as staging:
            yield staging
        return
    home = folder.parent
    with contextlib.ExitStack() as held:
        with _one_at_a_time(home):
            # Builds of one name and other settings have other folders, and would still replace each other.
            for other in home.glob(f"{_INCOMPLETE}*"):
                if _dataset_of(other) == _dataset_of(folder) and _is_locked(other):
                    raise _under_way(folder)
            folder.mkdir(exist_ok=True)
            if held.enter_context(_locked(folder)) is False:
                raise _under_way(folder)
        staging = StagingDirectory(folder)
        staging = replace(staging, published=resume and staging.manifests.exists() and not staging.shards.exists())
        try:
            _remove_unfinished(staging, resume)
            yield staging
        except BaseException:
            with contextlib.suppress(OSError), _one_at_a_time(home):
                _restore_old(staging, home)
                if any(staging.manifests.glob("*.json")):
                    _remove_unfinished(staging, resume=True)
                else:
                    shutil.rmtree(folder, ignore_errors=True)
            raise
        with _one_at_a_time(home):  # else another build could lock what is just being removed
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _claimed_in_store(folder: Path, resume: bool) -> Iterator[StagingDirectory]:
    """The same in a store, which has no locks: nobody sees there whether another build is under way."""
    staging = StagingDirectory(folder)
    if not resume:
        remove(folder)
    try:
        yield staging
    except BaseException:
        with contextlib.suppress(Exception):
            if not any(staging.manifests.glob("*.json")):
                remove(folder)
        raise
    remove(folder)


def discard(folder: Path) -> None:
    """Removes what a build left that had got as far as the dataset."""
    if is_remote(folder):
        remove(folder)
    elif folder.exists():
        with contextlib.suppress(OSError), _one_at_a_time(folder.parent), _locked(folder) as free:
            if free:
                shutil.rmtree(folder, ignore_errors=True)


def _dataset_of(folder: Path) -> str:
    return folder.name.rpartition("-")[0]


def _under_way(folder: Path) -> BuildError:
    dataset = _dataset_of(folder).removeprefix(_INCOMPLETE)
    return BuildError(dataset, "another build of this dataset is under way", "wait for it, or choose another --name")


def _remove_unfinished(staging: StagingDirectory, resume: bool) -> None:
    """Takes away everything that an earlier run left but did not finish."""
    shutil.rmtree(staging.metadata, ignore_errors=True)
    for folder in (staging.shards, staging.manifests):
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        for left in folder.glob("*.part"):
            left.unlink(missing_ok=True)


def _restore_old(staging: StagingDirectory, home: Path) -> None:
    """A dataset that was moved aside and then not replaced goes back."""
    for old in staging.old.glob("*/*"):
        path = home / old.relative_to(staging.old)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            old.rename(path)


def _bytes_below(folder: Path) -> int:
    if is_remote(folder):
        return bytes_in(folder / "shards") if is_folder(folder / "shards") else 0
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            size += path.stat().st_size if path.is_file() else 0
    return size


@contextlib.contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Waits while another build tidies up: it would take a folder that is not locked yet for a dead build's."""
    folder = os.open(home, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems lock no folders
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool | None]:
    """Locks a folder: True, ours meanwhile; False, another's; None where the file system knows no locks."""
    with open(folder / "lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        except OSError:
            yield None
        else:
            yield True


def _is_locked(folder: Path) -> bool:
    if is_remote(folder):
        return False
    try:
        with open(folder / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
