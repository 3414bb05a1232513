"""Builds that are killed (signal 9) at chosen points, each in a process of its own.

    python -m tests.support.kill_points PORTRAITS NEGATIVES FOLDER

makes FOLDER/POINT, a data dir as the killed build left it, for every point, and prints what became of each build;
FOLDER/undisturbed is one that nobody killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hairnet_data.building import metadata, plan, publish, shard_writer, staging
from hairnet_data.building import pipeline as building
from hairnet_data.building.pipeline import build
from hairnet_data.building.settings import BuildOptions, BuildSettings
from hairnet_data.core.storage import atomic
from hairnet_data.dataset import croissant, shard_manifest
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.registry import Sources
from tests.support.wrapped_source import WrappedSource

SETTINGS = BuildSettings(image_size=40, train_examples=33)
OTHERS = replace(SETTINGS, seed=4)
PER_SHARD = 7
TRAIN_SHARDS = -(-33 // PER_SHARD)
LAST = TRAIN_SHARDS + len(EVALUATION_SPLITS)  # of the shards; each of the small splits has one


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str, call: int = 1) -> Callable[[], None]:
    """Dies when a function is called for the nth time."""
    real = getattr(module, name)  # here, so that a name that is gone is seen at once

    def patch() -> None:
        calls: list[Any] = []

        def deadly(*arguments: Any, **named: Any) -> Any:
            calls.append(arguments)
            if len(calls) == call:
                die()
            return real(*arguments, **named)

        setattr(module, name, deadly)

    return patch


def after(module: Any, name: str) -> Callable[[], None]:
    """Dies when a function has returned."""
    real = getattr(module, name)

    def patch() -> None:
        def deadly(*arguments: Any, **named: Any) -> Any:
            real(*arguments, **named)
            die()

        setattr(module, name, deadly)

    return patch


def at_rename(which: Callable[[Path], bool], call: int = 1) -> Callable[[], None]:
    """Dies before the nth rename of a path of some kind, whether it may replace another or not."""

    def patch() -> None:
        calls: list[Path] = []
        for name in ("rename", "replace"):
            real = getattr(os, name)

            def deadly(path: Any, to: Any, *, real: Any = real) -> None:
                if which(Path(path)):
                    calls.append(Path(path))
                    if len(calls) == call:
                        die()
                real(path, to)

            setattr(os, name, deadly)

    return patch


def in_the_middle_of_shard(number: int) -> Callable[[], None]:
    """Dies when half of a shard's records are on the disk."""

    def patch() -> None:
        opened: list[Path] = []

        def half(path: Path, mode: str) -> Any:
            file = open(path, mode)  # noqa: SIM115 - the caller closes it
            if of_a_shard(path):
                opened.append(path)
            if len(opened) < number:
                return file
            real, written = file.write, []

            def write(data: bytes) -> int:
                written.append(data)
                if len(written) == 3:
                    file.flush()
                    die()
                return real(data)

            return Writing(file, write)

        atomic.open = half  # type: ignore[attr-defined]

    return patch


class Writing:
    def __init__(self, file: Any, write: Callable[[bytes], int]) -> None:
        self.file, self.write = file, write

    def __enter__(self) -> Writing:
        return self

    def __exit__(self, *error: Any) -> None:
        self.file.close()


def of_a_shard(path: Path) -> bool:
    return path.suffix == ".part" and path.parent.name == "shards"


def of_a_manifest(path: Path) -> bool:
    return path.suffix == ".part" and path.parent.name == "manifests" and not of_rows(path)


def of_rows(path: Path) -> bool:
    return path.suffix == ".part" and ".rows.gz." in path.name


def of_metadata(path: Path) -> bool:
    return "metadata" in path.parts and path.suffix == ".json"


def is_shards(path: Path) -> bool:
    return path.name == "shards"


def in_tfds(when: Callable[[Any, str], Callable[[], None]]) -> Callable[[], None]:
    def patch() -> None:
        from tensorflow_datasets.core.dataset_info import DatasetInfo

        when(DatasetInfo, "write_to_directory")()

    return patch


def in_the_table() -> None:
    """Dies when half of the table's pieces are in it."""
    real, calls = shard_manifest.ShardManifest.read_rows, []

    def deadly(self: Any, manifests_dir: Path) -> bytes:
        calls.append(self)
        if len(calls) == LAST // 2:
            die()
        return real(self, manifests_dir)

    shard_manifest.ShardManifest.read_rows = deadly  # type: ignore[method-assign]


POINTS: dict[str, Callable[[], None]] = {
    "before the scan": before(building, "scan_sources"),
    "after the scan": before(building, "make_plan"),
    "before the estimate": before(building, "estimate"),
    "before its staging directory is claimed": before(building, "claim_staging"),
    "before finished shards are looked for": before(building, "finished_shards"),
    "before rendering": before(building, "write_shards"),
    "before the first shard": before(shard_writer, "write_shard"),
    "in the middle of the first shard": in_the_middle_of_shard(1),
    "before the first shard is on the disk": before(os, "fsync"),
    "between writing and renaming the first shard": at_rename(of_a_shard),
    "between the first shard and its rows": before(shard_writer, "write_rows"),
    "between writing and renaming the first rows": at_rename(of_rows),
    "between the first shard and its manifest": before(shard_writer, "write_manifest"),
    "between writing and renaming the first manifest": at_rename(of_a_manifest),
    "before the second shard": before(shard_writer, "write_shard", 2),
    "in the middle of the fifth shard": in_the_middle_of_shard(5),
    "between writing and renaming the last shard": at_rename(of_a_shard, LAST),
    "before the metadata": before(building, "write_metadata"),
    "before the Croissant": before(metadata, "write_croissant"),
    "in the middle of the table": in_the_table,
    "between the table and the Croissant": before(croissant, "croissant_json"),
    "before the sums": before(metadata, "write_sums"),
    "before TFDS writes": in_tfds(before),
    "after TFDS wrote": in_tfds(after),
    "after the metadata": before(building, "publish"),
    "while the metadata is moved": at_rename(of_metadata, 2),
    "before everything is on the disk": before(publish, "sync_to_disk"),
    "before the dataset is published": at_rename(is_shards),
    "when the dataset is published": after(building, "publish"),
    "while cleaning up": before(staging.shutil, "rmtree", 2),
}

REPLACING: dict[str, Callable[[], None]] = {
    "replacing, in the middle of a shard": in_the_middle_of_shard(3),
    "replacing, before the metadata": before(building, "write_metadata"),
    "replacing, between the two renames": at_rename(is_shards),
    "replacing, when the dataset is published": after(building, "publish"),
}


class Deadly(WrappedSource):
    """A source of portraits one of which ends the process that loads it, as long as a file says how."""

    def __init__(self, real: Folder, id: str, how: Path) -> None:
        super().__init__(real)
        self._id, self._how = id, how

    def arm(self, how: str) -> None:
        self._how.write_text(how)

    def load(self, id: str) -> Any:
        portrait = self.real.load(id)
        if id != self._id:
            return portrait
        if self._how.exists():
            how, _, once = self._how.read_text().partition(" ")
            if once:
                self._how.unlink()
            os._exit(3) if how == "exit" else os.kill(os.getpid(), getattr(signal, how))
        return replace(portrait, snapped=1)  # such a one is not kept as a file: rendering loads it too


def main() -> None:
    portraits, negatives, folder = map(Path, sys.argv[1:])
    sources = Sources(Folder.open(portraits), PhotoFolder(negatives))
    plan.records_per_shard = lambda count, settings: PER_SHARD
    build(sources, SETTINGS, folder / "undisturbed", BuildOptions(name="mine"))
    old = folder / "old"
    build(sources, OTHERS, old, BuildOptions(name="mine"))
    for point, patch in {**POINTS, **REPLACING}.items():
        data_dir = folder / point
        if point in REPLACING:
            shutil.copytree(old, data_dir)
        child = os.fork()
        if not child:
            patch()
            build(sources, SETTINGS, data_dir, BuildOptions(name="mine", overwrite=point in REPLACING))
            os._exit(0)
        print(f"{point}: {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")


if __name__ == "__main__":
    main()
