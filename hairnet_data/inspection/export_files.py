"""Writes a prepared dataset as picture files and a table, in the layout that the source `folder` reads."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from hairnet_data.core.classes import BACKGROUND, NAMES, UNLABELLED, ids_of
from hairnet_data.core.errors import BuildError, DatasetError, UsageError
from hairnet_data.core.progress import Progress, silent
from hairnet_data.core.storage.atomic import install_folder
from hairnet_data.dataset.example_columns import COLUMNS, Value, as_cells, row
from hairnet_data.dataset.reader import Prepared

TABLE = "recipes.csv"
_CONFIG = "classes.toml"
_LICENCE = "LICENSE"
_ENDINGS = {b"\xff\xd8": ".jpg", b"\x89P": ".png"}
_LONGEST = 120  # of a person in a file's name: file systems stop at 255 bytes
_PLACES = {"portrait": ("images", "masks"), "negative": ("negatives", "negative_masks")}
_STEP = 200


def export(
    prepared: Prepared,
    out: Path,
    splits: Sequence[str] | None = None,
    indices: Sequence[int] | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> int:
    """Writes records as files: the stored bytes of every picture and mask, not encoded again.

    ```
    OUT/images/train-00007_ann.jpg        OUT/masks/train-00007_ann.png        portraits, and masks of class ids
    OUT/negatives/train-00008_wall.jpg    OUT/negative_masks/...               nobody in them
    OUT/classes.toml                      what the masks mean, and whom a name shows
    OUT/recipes.csv                       a line a record: `example_columns.COLUMNS`, and where picture and mask lie
    ```

    Args:
        prepared: the dataset.
        out: a new or empty folder; it is there whole or not at all.
        splits: which; None for all.
        indices: of the one split; None for all its records.
        overwrite: whether what an earlier export wrote there is replaced.
        progress: told how many records are done.

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
    except OSError as fault:
        what = f"cannot be written ({fault.strerror or fault})"
        raise BuildError(str(out), what, "check its rights and the room left on the disk") from fault
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return written


def _check_free(out: Path, overwrite: bool) -> None:
    """Nothing but an earlier export is ever replaced, and only if that is wished."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    ours = (out / TABLE).is_file() and (out / _CONFIG).is_file()
    if not (overwrite and ours):
        hint = "choose another, or --overwrite" if ours and not overwrite else "choose a new folder"
        raise BuildError(str(out), "is there already", hint)


def _write(
    prepared: Prepared, splits: Sequence[str], indices: Sequence[int] | None, out: Path, progress: Progress
) -> int:
    total = len(indices) if indices is not None else sum(prepared.records(split) for split in splits)
    progress("exporting", 0, total)
    for folder in sum(_PLACES.values(), ()):
        (out / folder).mkdir()
    written = 0
    with open(out / TABLE, "w", encoding="utf-8", newline="") as file:
        table = _Table(file)
        for split in splits:
            for record in _records(prepared, split, indices):
                table.add(*_write_pair(split, record, out))
                written += 1
                if written % _STEP == 0 or written == total:
                    progress("exporting", written, total)
    for folder in _PLACES["negative"]:
        if not any((out / folder).iterdir()):
            (out / folder).rmdir()
    (out / _CONFIG).write_text(_config(prepared.metadata), encoding="utf-8")
    if (prepared.path / _LICENCE).is_file():
        shutil.copyfile(prepared.path / _LICENCE, out / _LICENCE)
    return written


def _records(prepared: Prepared, split: str, indices: Sequence[int] | None) -> Iterator[dict[str, bytes | int]]:
    if indices is None:
        yield from prepared.read(split)
    else:
        for index in indices:
            yield prepared.record(split, index)


class _Table:
    """The CSV, a line a record."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(["image", "mask", *COLUMNS])

    def add(self, image: str, mask: str, values: dict[str, Value]) -> None:
        self._writer.writerow([image, mask, *as_cells(values)])


def _write_pair(split: str, record: dict[str, bytes | int], out: Path) -> tuple[str, str, dict[str, Value]]:
    """Writes picture and mask; returns their paths within `out`, and what the table says of them."""
    values = row(split, record)
    stem = file_stem(split, int(values["index"]), str(values["person"] or values["source_id"]))
    where = f"{split} {values['index']}"
    if values["kind"] not in _PLACES:
        raise DatasetError(where, f"is of the kind {values['kind']!r}", "run hairnet-data verify")
    paths = []
    for feature, folder in zip(("image", "mask"), _PLACES[str(values["kind"])], strict=True):
        data = record.get(feature)
        if not isinstance(data, bytes) or data[:2] not in _ENDINGS:
            raise DatasetError(where, f"has no {feature}", "run hairnet-data verify")
        paths.append(f"{folder}/{stem}{_ENDINGS[data[:2]]}")
        (out / paths[-1]).write_bytes(data)
    return paths[0], paths[1], values


def file_stem(split: str, index: int, person: str) -> str:
    """A file's name without its ending: `SPLIT-INDEX_PERSON`, every letter that could be amiss as %XX."""
    name = re.sub(r"[^\w.-]", lambda letter: quote(letter[0], safe=""), person)
    if len(name.encode()) > _LONGEST:
        cut = name.encode()[: _LONGEST - 17].decode(errors="ignore")
        name = f"{cut}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"{split}-{index:05d}_{name}"


def _config(metadata: Mapping[str, Any]) -> str:
    """`classes.toml`: masks of class ids. Nobody is in two pools, by the name's end: a person, else what is shown."""
    may_be = ids_of(metadata.get("unlabelled", []))
    # What the source never labels would be missing from every mask; background there is in any case, as fill.
    labelled = {NAMES[BACKGROUND], *metadata.get("labelled", NAMES)}
    values = {name: number for number, name in enumerate(NAMES) if name in labelled}
    values |= {"ignore": UNLABELLED} if may_be else {}
    lines = ["[indices]", *(f"{name} = {value}" for name, value in values.items()), "", "[options]"]
    lines.append("person = '^[^-]+-[0-9]+_(.+)$'")
    if may_be and len(may_be) < len(NAMES):
        lines.append(f"ignored = {json.dumps([NAMES[number] for number in may_be])}")
    return "\n".join(lines) + "\n"
