"""The folders of builds under way: one that ends with its build, one that stays until the dataset is complete.

Beside the datasets are, while builds run or where they were stopped:

    .scratch-XXXXXXXX         what can be computed again; once its build has ended, the next build removes it
    .incomplete-NAME-DIGITS   the staging directory: finished shards of one build, for the same command to resume

Both hold a file `lock` that is locked as long as their build runs, however it ends. Where several builds could look at
or change these folders at once, each holds `.lock` beside them for a moment. Before a folder is removed its lock is
given back, because Windows removes no open file. In a store there are no locks, and scratch directories are in this
machine's own temporary folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hairnet_data.core.errors import BuildError
from hairnet_data.core.storage.locks import exclusive, is_free, try_lock
from hairnet_data.core.storage.paths import bytes_in, is_folder, is_remote, remove

_SCRATCH, _INCOMPLETE, _LOCK = ".scratch-", ".incomplete-", "lock"


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
        """A manifest of every finished shard, and its rows of the table of examples."""
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
    """The staging directory of a build that was stopped, and how many bytes are in it."""

    path: Path
    size: int


@contextlib.contextmanager
def scratch_directory(home: Path) -> Iterator[Path]:
    """Makes a folder for a build's temporary files, and removes it.

    The scratch directories of builds that have ended are removed, and datasets that such builds had moved aside get
    their paths back.

    Args:
        home: the folder of all datasets; made when needed.

    Raises:
        BuildError: it cannot be made.
    """
    if is_remote(home):  # in a store it would be slow, and of no use to anyone
        with tempfile.TemporaryDirectory(prefix="hairnet-") as temporary:
            yield Path(temporary)
        return
    new = [folder for folder in (home, *home.parents) if not folder.exists()]
    lock = contextlib.ExitStack()
    try:
        scratch = _locked_scratch(home, lock)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(home.parent), what, "choose another --data-dir") from error
    try:
        yield scratch
    finally:
        lock.close()
        shutil.rmtree(scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            for folder in new:
                folder.rmdir()  # only if it is empty: a failed first build leaves nothing behind


def _locked_scratch(home: Path, lock: contextlib.ExitStack) -> Path:
    for _ in range(20):
        # What another build removes meanwhile, its own folder or an empty `home`, is no reason to stop.
        with contextlib.suppress(FileNotFoundError):
            home.mkdir(parents=True, exist_ok=True)
            with exclusive(home):
                _clean_up(home)
                # A name of its own, never used twice: workers and caches know their files by path.
                scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=home))
                lock.enter_context(try_lock(scratch / _LOCK))
                return scratch
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(home))


def _clean_up(home: Path) -> None:
    """Removes or restores what builds have left that have ended."""
    for scratch in home.glob(_SCRATCH + "*"):
        if is_free(scratch / _LOCK):
            shutil.rmtree(scratch, ignore_errors=True)
    for folder in home.glob(_INCOMPLETE + "*"):
        if not _is_locked(folder):
            with contextlib.suppress(OSError):
                _restore_old(StagingDirectory(folder), home)


def staging_path(home: Path, name: str) -> Path:
    """The folder of the build that `identity.staging_name` named."""
    return home / (_INCOMPLETE + name)


def find_unfinished(home: Path, besides: Path) -> tuple[Unfinished, ...]:
    """The builds that were stopped, but for one."""
    folders = [folder for folder in sorted(home.glob(_INCOMPLETE + "*")) if folder != besides]
    found = [Unfinished(folder, _bytes_below(folder)) for folder in folders if not _is_locked(folder)]
    return tuple(left for left in found if is_folder(left.path))  # a build that just ended has removed its own


@contextlib.contextmanager
def claim_staging(folder: Path, resume: bool) -> Iterator[StagingDirectory]:
    """A build's own staging directory, as an earlier run of the same build left it.

    It is removed when the context ends well. Otherwise it stays if any shard is finished.

    Args:
        folder: made by `staging_path`; its parent exists, and has other files.
        resume: whether finished shards are kept.

    Raises:
        BuildError: a build of that dataset is under way.
    """
    if is_remote(folder):
        with _claimed_in_store(folder, resume) as staging:
            yield staging
        return
    home = folder.parent
    with contextlib.ExitStack() as lock:
        with exclusive(home):
            # Builds of one name and other settings have other folders, and would still replace each other.
            for other in home.glob(f"{_INCOMPLETE}*"):
                if _dataset_of(other) == _dataset_of(folder) and _is_locked(other):
                    raise _under_way(folder)
            folder.mkdir(exist_ok=True)
            if lock.enter_context(try_lock(folder / _LOCK)) is False:
                raise _under_way(folder)
        staging = StagingDirectory(folder)
        staging = replace(staging, published=resume and staging.manifests.exists() and not staging.shards.exists())
        try:
            _remove_unfinished(staging, resume)
            yield staging
        except BaseException:
            with contextlib.suppress(OSError), exclusive(home):
                _restore_old(staging, home)
                if any(staging.manifests.glob("*.json")):
                    _remove_unfinished(staging, resume=True)
                else:
                    lock.close()
                    shutil.rmtree(folder, ignore_errors=True)
            raise
        with exclusive(home):  # else another build could lock the folder that is just being removed
            lock.close()
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _claimed_in_store(folder: Path, resume: bool) -> Iterator[StagingDirectory]:
    """The same in a store, which has no locks: whether another build is under way cannot be told there."""
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
    """Removes the staging directory of a build whose dataset is complete, unless a build is at work in it."""
    if is_remote(folder):
        remove(folder)
    elif folder.exists():
        with exclusive(folder.parent):
            if is_free(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)


def _dataset_of(folder: Path) -> str:
    return folder.name.rpartition("-")[0]


def _under_way(folder: Path) -> BuildError:
    dataset = _dataset_of(folder).removeprefix(_INCOMPLETE)
    return BuildError(dataset, "another build of this dataset is under way", "wait for it, or choose another --name")


def _remove_unfinished(staging: StagingDirectory, resume: bool) -> None:
    """Removes everything that an earlier run left but did not finish; with `resume` false, all that it left."""
    shutil.rmtree(staging.metadata, ignore_errors=True)
    for folder in (staging.shards, staging.manifests):
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        for draft in folder.glob("*.part"):
            draft.unlink(missing_ok=True)


def _restore_old(staging: StagingDirectory, home: Path) -> None:
    """Gives a dataset that was moved aside and then not replaced its path back."""
    for old in staging.old.glob("*/*"):
        path = home / old.relative_to(staging.old)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            old.rename(path)


def _bytes_below(folder: Path) -> int:
    if is_remote(folder):
        return bytes_in(folder / "shards") if is_folder(folder / "shards") else 0
    size = 0
    for parent, _, names in os.walk(folder):  # unlike `rglob`, it goes on where a folder is gone meanwhile
        for name in names:
            with contextlib.suppress(OSError):
                size += os.stat(os.path.join(parent, name)).st_size
    return size


def _is_locked(folder: Path) -> bool:
    return not is_remote(folder) and is_free(folder / _LOCK) is False
