"""Writes a prepared dataset as image files and a table, in the layout that the source `folder` reads."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

import numpy as np

from hairnet_data.core.classes import BACKGROUND, NAMES, UNLABELLED
from hairnet_data.core.errors import BuildError, DatasetError, UsageError
from hairnet_data.core.head.pose import to_numbers
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.records.example import Features
from hairnet_data.core.storage.atomic import install_folder
from hairnet_data.dataset.dataset_metadata import DatasetMetadata
from hairnet_data.dataset.example_columns import COLUMNS, Value, csv_values, table_row
from hairnet_data.dataset.reader import Prepared, decode_pose
from hairnet_data.sources.folder.mattes import MATTES
from hairnet_data.sources.poses_file import COLUMNS as POSE_COLUMNS
from hairnet_data.sources.poses_file import POSES

TABLE = "recipes.csv"
PERSON = "^[^-]+-[0-9]+_(.+)$"
"""Finds the person in a name that `file_stem` made."""

_CONFIG = "classes.toml"
_LICENCE = "LICENSE"
_EXTENSIONS = {b"\xff\xd8": ".jpg", b"\x89P": ".png"}
_MAX_NAME_BYTES = 120  # of a person in a file name, which file systems limit to 255 bytes
_FOLDERS = {"portrait": ("images", "masks"), "group": ("images", "masks"), "negative": ("negatives", "negative_masks")}
_PROGRESS_STEP = 200  # records


def export(
    prepared: Prepared,
    out: Path,
    splits: Sequence[str] | None = None,
    indices: Sequence[int] | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> int:
    """Writes records as files: the stored bytes of every image and mask, without encoding them again.

    ```
    OUT/images/train-00007_ann.jpg        OUT/masks/train-00007_ann.png        portraits, and masks of class ids
    OUT/negatives/train-00008_wall.jpg    OUT/negative_masks/...               negatives, and empty masks
    OUT/classes.toml                      what the masks mean, and how a file name tells the person
    OUT/mattes/train-00007_ann.png        their mattes, where they are known
    OUT/poses.csv                         the poses that are known of the portraits in `images`, if any
    OUT/recipes.csv                       a line per record: `example_columns.COLUMNS`, and the paths of image and mask
    ```

    Args:
        prepared: the dataset.
        out: a new or empty folder. It is written under another name and renamed, so it is never incomplete.
        splits: names of splits; None for all.
        indices: of the records of one split; None for all its records.
        overwrite: whether the result of an earlier export is replaced.
        progress: called with the number of records that are done.

    Returns:
        How many records were written.

    Raises:
        UsageError: no such split or index, or indices of several splits.
        DatasetError: a record is damaged.
        BuildError: the folder holds something, or cannot be written.
    """
    splits = list(prepared.shards) if splits is None else list(dict.fromkeys(splits))
    for split in splits:
        if split not in prepared.shards:
            raise UsageError("--split", f"no split named {split!r}", f"choose from {', '.join(prepared.shards)}")
    if indices is not None and len(splits) != 1:
        raise UsageError("--index", "counts within one split", "name it with --split")
    indices = None if indices is None else list(dict.fromkeys(indices))
    _check_free(out, overwrite)
    draft = out.with_name(f".{out.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir(parents=True)
        written = _write(prepared, splits, indices, draft, progress)
        install_folder(draft, out)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(out), what, "check its permissions and the space left on the disk") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return written


def _check_free(out: Path, overwrite: bool) -> None:
    """Raises BuildError where the folder holds something: only an earlier export is replaced, and only if asked for."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    is_export = (out / TABLE).is_file() and (out / _CONFIG).is_file()
    if not (overwrite and is_export):
        hint = "choose another, or --overwrite" if is_export and not overwrite else "choose a new folder"
        raise BuildError(str(out), "is there already", hint)


def _write(
    prepared: Prepared, splits: Sequence[str], indices: Sequence[int] | None, out: Path, progress: Progress
) -> int:
    total = len(indices) if indices is not None else sum(prepared.records(split) for split in splits)
    progress("exporting", 0, total)
    for folder in sorted(set(sum(_FOLDERS.values(), ()))):
        (out / folder).mkdir()
    written = 0
    with open(out / TABLE, "w", encoding="utf-8", newline="") as file:
        table, poses = _Table(file), _PoseTable()
        for split in splits:
            for record in _records(prepared, split, indices):
                image, mask, row = _write_pair(split, record, out)
                table.add(image, mask, row)
                if row["kind"] != "negative":
                    poses.add(Path(image).stem, record)
                    _write_matte(record, out / MATTES / f"{Path(image).stem}.png")
                written += 1
                if written % _PROGRESS_STEP == 0 or written == total:
                    progress("exporting", written, total)
    for folder in _FOLDERS["negative"]:
        if not any((out / folder).iterdir()):
            (out / folder).rmdir()
    (out / _CONFIG).write_text(_config(prepared.metadata), encoding="utf-8")
    poses.write(out / POSES)
    if (prepared.path / _LICENCE).is_file():
        shutil.copyfile(prepared.path / _LICENCE, out / _LICENCE)
    return written


def _records(prepared: Prepared, split: str, indices: Sequence[int] | None) -> Iterator[Features]:
    if indices is None:
        yield from prepared.read(split)
    else:
        for index in indices:
            yield prepared.record(split, index)


class _Table:
    """Writes the CSV file, a line per record."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(["image", "mask", *COLUMNS])

    def add(self, image: str, mask: str, row: dict[str, Value]) -> None:
        self._writer.writerow([image, mask, *csv_values(row)])


def _write_matte(record: Features, path: Path) -> None:
    """Writes a record's matte if it has a known one; its folder is made when needed."""
    data = record.get("alpha")
    if isinstance(data, bytes) and record.get("has_alpha"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


class _PoseTable:
    """Collects the rows of `poses.csv`: the stored numbers, in as few digits as they need."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []

    def add(self, portrait: str, record: Features) -> None:
        """Adds a portrait's row if its pose is known."""
        if pose := decode_pose(record["pose"]):
            self._rows.append([portrait, *(str(np.float32(number)) for number in to_numbers(pose))])

    def write(self, path: Path) -> None:
        """Writes the file, or none where no pose is known."""
        if self._rows:
            with open(path, "w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([POSE_COLUMNS, *self._rows])


def _write_pair(split: str, record: Features, out: Path) -> tuple[str, str, dict[str, Value]]:
    """Writes image and mask; returns their paths within `out`, and the record's row of the table."""
    row = table_row(split, record)
    index = row["index"]
    assert isinstance(index, int)
    stem = file_stem(split, index, str(row["person"] or row["source_id"]))
    where = f"{split} {index}"
    if row["kind"] not in _FOLDERS:
        raise DatasetError(where, f"is of the kind {row['kind']!r}", "run hairnet-data verify")
    paths = []
    for feature, folder in zip(("image", "mask"), _FOLDERS[str(row["kind"])], strict=True):
        data = record.get(feature)
        if not isinstance(data, bytes) or data[:2] not in _EXTENSIONS:
            raise DatasetError(where, f"has no {feature}", "run hairnet-data verify")
        paths.append(f"{folder}/{stem}{_EXTENSIONS[data[:2]]}")
        (out / paths[-1]).write_bytes(data)
    return paths[0], paths[1], row


def file_stem(split: str, index: int, person: str) -> str:
    """Forms a file name without extension: `SPLIT-INDEX_PERSON`, with %XX for characters that file systems may refuse.

    A long person is cut, and ends in a part of its SHA-256, so that different people have different names.
    """
    name = re.sub(r"[^\w.-]", lambda match: quote(match[0], safe=""), person)
    if len(name.encode()) > _MAX_NAME_BYTES:
        cut = name.encode()[: _MAX_NAME_BYTES - 17].decode(errors="ignore")
        name = f"{cut}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"{split}-{index:05d}_{name}"


def _config(metadata: DatasetMetadata) -> str:
    """The text of `classes.toml`: masks hold class ids, and the end of a file name is the person.

    Where nobody is known, it is what is shown; so the source `folder` has nobody in two of its pools.
    """
    # A class that the source never labels is in no mask, and would be reported as missing. Background is, as fill.
    labelled = {NAMES[BACKGROUND], *metadata.labelled}
    values = {name: number for number, name in enumerate(NAMES) if name in labelled}
    values |= {"ignore": UNLABELLED} if metadata.unlabelled else {}
    lines = ["[indices]", *(f"{name} = {value}" for name, value in values.items()), "", "[options]"]
    lines.append(f"person = '{PERSON}'")
    if 0 < len(metadata.unlabelled) < len(NAMES):
        lines.append(f"ignored = {json.dumps([NAMES[number] for number in metadata.unlabelled])}")
    return "\n".join(lines) + "\n"
