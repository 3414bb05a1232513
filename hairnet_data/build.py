"""Builds a dataset on disk: beside the old one until it is complete, then in its place."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hairnet_data.crew import Crew
from hairnet_data.errors import BuildError, UsageError
from hairnet_data.generate import estimate
from hairnet_data.plan import DATASET, Plan, Settings, default_examples
from hairnet_data.prepare import plan_of
from hairnet_data.renderer import RENDERER_VERSION
from hairnet_data.sources import SOURCES, Sources
from hairnet_data.survey import Progress

_INCOMPLETE = ".incomplete-"
_OLD = "old"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build went.

    Attributes:
        path: of the dataset, whether made now or found.
        made: False where a dry run or a dataset that was already there made rendering needless.
        examples: in all splits.
        size: bytes on disk; for a dry run the estimate.
        seconds: of one core that rendering takes, estimated.
        skipped: faulty portraits left out.
        snapped: mask pixels that took the nearest class colour.
        plan: what was decided.
    """

    path: Path
    made: bool
    examples: int
    size: int
    seconds: float
    skipped: int
    snapped: int
    plan: Plan


def build(
    sources: Sources,
    settings: Settings,
    data_dir: Path,
    name: str | None = None,
    workers: int = 1,
    overwrite: bool = False,
    skip_bad: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda what, done, total: None,
    announce: Callable[[Outcome], None] = lambda estimated: None,
) -> Outcome:
    """Builds a dataset with TFDS, or finds that it is already there.

    With more than one worker the calling program needs a main guard, as for every use of `multiprocessing`.

    Args:
        sources: portraits and backgrounds.
        settings: what to make of them.
        data_dir: where TFDS keeps its datasets.
        name: of the configuration; None for the source's name or one made of the settings.
        workers: processes; 1 renders in this one.
        overwrite: whether a dataset of that name is replaced.
        skip_bad: whether faulty portraits are left out.
        dry_run: decide and estimate only.
        progress: told what is being done, how far it is, and how far it goes.
        announce: told, before rendering begins, what it will come to.

    Raises:
        BuildError: no room, no right to write, or another dataset has that name.
        SourceError: faulty portraits, an empty pool.
        UsageError: the name is one that stands for default settings, and these are others.
    """
    with _nowhere() if dry_run else _workplace(data_dir) as work, Crew(workers) as crew, _written(data_dir):
        scratch = work / "scratch"
        scratch.mkdir()
        plan = plan_of(sources, settings, crew, scratch, progress, skip_bad, keep=not dry_run)
        path = data_dir / DATASET / _name(name, plan) / RENDERER_VERSION
        examples = sum(part.count for part in plan.splits)
        if not overwrite and _is_there(path, plan):
            return Outcome(path, False, examples, _bytes_in(path), 0.0, plan.skipped, plan.snapped, plan)
        size, seconds = estimate(plan)
        outcome = Outcome(path, False, examples, size, seconds, plan.skipped, plan.snapped, plan)
        if dry_run:
            return outcome
        _check_room(data_dir, size)
        announce(outcome)
        made = _prepare(plan, path.parent.name, work / "made", scratch, crew, progress)
        _to_disk(made)
        _put_in_place(made, path, work)
        return replace(outcome, made=True, size=_bytes_in(path))


@contextlib.contextmanager
def _written(data_dir: Path) -> Iterator[None]:
    """Turns what a full or failing disk raises into one line."""
    try:
        yield
    except OSError as fault:
        what = f"cannot be written ({fault.strerror or fault})"
        raise BuildError(str(data_dir), what, "make room or choose another --data-dir") from fault


def _bytes_in(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir())


def checked_name(name: str | None) -> str | None:
    """The name, if it can be a folder's and a configuration's. Raises UsageError otherwise."""
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise UsageError("--name", f"{name!r} cannot name a dataset", "use letters, digits, '_', '-' and '.'")
    return name


def config_name(plan: Plan) -> str:
    """The source's name where everything is at its default, else one that its settings and content decide."""
    source = plan.portraits.name
    given = plan.identity["train_examples"]
    default = (
        source != "folder"
        and plan.backgrounds.name == "drawn"
        and replace(plan.settings, train_examples=None) == Settings()
        and given == default_examples(plan.portraits, plan.pools)
        and plan.portraits.settings().get("split_by", "official") == "official"
        and not plan.skipped
    )
    return source if default else f"{source}-{plan.fingerprint[:8]}"


def _name(name: str | None, plan: Plan) -> str:
    """The name wanted or the plan's own. Raises UsageError for another source's or default settings' name."""
    own = config_name(plan)
    # TFDS reads these with the features of default settings.
    if name in SOURCES and name != "folder" and name != own:
        raise UsageError(
            "--name", f"{name!r} stands for {name} with default settings", "choose another, or leave it out"
        )
    return name or own


def _is_there(path: Path, plan: Plan) -> bool:
    """Whether the very dataset is there. Raises BuildError where another has its name."""
    if not path.exists():
        return False
    known = path / "metadata.json"
    try:
        there: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))["identity"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        what = "holds something that this program did not make"
        raise BuildError(str(path), what, "choose another --name, or --overwrite") from fault
    differences = list(_differences("", there, plan.identity))
    if differences:
        what = f"was built with other settings ({', '.join(differences[:4])})"
        raise BuildError(str(path), what, "choose another --name, or --overwrite")
    return True


def _differences(place: str, there: Any, wanted: Any) -> Iterator[str]:
    if isinstance(there, dict) and isinstance(wanted, dict):
        for key in sorted({*there, *wanted}):
            yield from _differences(f"{place}.{key}" if place else key, there.get(key), wanted.get(key))
    elif there != wanted:
        yield f"{place} {json.dumps(there)} there, {json.dumps(wanted)} now"


@contextlib.contextmanager
def _workplace(data_dir: Path) -> Iterator[Path]:
    """A folder of its own beside the datasets, locked while in use; what dead builds left behind is removed."""
    home = data_dir / DATASET
    new = [folder for folder in (home, *home.parents) if not folder.exists()]
    with contextlib.ExitStack() as held:
        try:
            work = _locked_place(home, held)
        except OSError as fault:
            what = f"cannot be written ({fault.strerror or fault})"
            raise BuildError(str(data_dir), what, "choose another --data-dir") from fault
        try:
            yield work
        finally:
            _clear(work, home)
            with contextlib.suppress(OSError):
                for folder in new:
                    folder.rmdir()  # only if it is empty: a failed first build leaves nothing behind


def _locked_place(home: Path, held: contextlib.ExitStack) -> Path:
    """Makes the folder and removes those that are nobody's."""
    for _ in range(20):
        # What another build removes meanwhile, its own folder or an empty `home`, is no reason to stop.
        with contextlib.suppress(FileNotFoundError):
            home.mkdir(parents=True, exist_ok=True)
            with _one_at_a_time(home):
                for left in home.glob(_INCOMPLETE + "*"):
                    with contextlib.suppress(FileNotFoundError), _locked(left) as free:
                        if free:
                            _clear(left, home)
                # A name of its own, never used twice: workers and caches know their files by path.
                work = Path(tempfile.mkdtemp(prefix=_INCOMPLETE, dir=home))
                held.enter_context(_locked(work))
                return work
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(home))


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
def _nowhere() -> Iterator[Path]:
    """A folder elsewhere, for a dry run."""
    with tempfile.TemporaryDirectory(prefix="hairnet-") as folder:
        yield Path(folder)


def _clear(work: Path, home: Path) -> None:
    """Removes a build's folder; a dataset that it had moved aside without replacing it goes back first."""
    for old in work.glob(f"{_OLD}/*/*"):
        path = home / old.relative_to(work / _OLD)
        if not path.exists():
            old.rename(path)
    shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    with open(folder / "lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _check_room(data_dir: Path, size: int) -> None:
    free = shutil.disk_usage(data_dir).free
    if size * 1.1 > free:
        what = f"has {free / 1e9:.2f} GB free, and the dataset takes about {size / 1e9:.2f} GB"
        raise BuildError(str(data_dir), what, "make room, ask for fewer examples, or choose another --data-dir")


def _prepare(plan: Plan, name: str, root: Path, scratch: Path, crew: Crew, progress: Progress) -> Path:
    """Lets TFDS prepare the dataset under another root, and returns where it lies there."""
    # Imported here: this package knows the dataset only by its name until one is to be made.
    from hairnet_synthetic import Builder

    logging.getLogger("absl").setLevel(logging.ERROR)  # it warns of every configuration with a name of its own
    builder = Builder(
        plan=plan, crew=crew, progress=progress, scratch=scratch, config=Builder.config(name), data_dir=root
    )
    with contextlib.redirect_stdout(io.StringIO()):  # TFDS announces the temporary place; we say the final one
        builder.download_and_prepare()
    return Path(builder.data_dir)


def _to_disk(folder: Path) -> None:
    """Waits until everything is on the disk: a power cut must not leave names without content."""
    for path in folder.iterdir():
        with open(path, "rb") as file:
            os.fsync(file.fileno())


def _put_in_place(made: Path, path: Path, work: Path) -> None:
    """Two renames on one file system: for a moment there is none, never half a one, and `_clear` knows the way back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        old = work / _OLD / path.parent.name / path.name
        old.parent.mkdir(parents=True)
        path.rename(old)
    made.rename(path)
    default = made.parent.parent / ".config"
    if default.exists() and not (path.parent.parent / ".config").exists():
        default.rename(path.parent.parent / ".config")
