"""Divides a prepared dataset's records into another number of shards. The records' bytes and order stay."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import BuildError, DatasetError, UsageError, unreadable
from hairnet_data.core.progress import Progress
from hairnet_data.core.records.dataset_info import MAX_JSON_BYTES, DatasetInfo, read_dataset_info
from hairnet_data.core.records.shard_file import shard_file_name, write_records
from hairnet_data.core.storage.atomic import install_folder, sync_to_disk
from hairnet_data.core.storage.bounded_read import read_bytes
from hairnet_data.core.storage.paths import digest_of, is_remote
from hairnet_data.dataset.checksums import SUMS, read_sums, write_sums
from hairnet_data.dataset.croissant import CROISSANT, describe
from hairnet_data.dataset.example_table import TABLE, encode_rows, write_table
from hairnet_data.dataset.reader import Prepared, ShardInfo, open_prepared, read_shard
from hairnet_data.dataset.shard_manifest import ShardManifest, write_rows
from hairnet_data.sources.terms import Terms

_INFO, _METADATA = "dataset_info.json", "metadata.json"
_MOST = 99_999  # of what TFDS numbers with five digits


def reshard(path: Path, shards: int, progress: Progress) -> None:
    """Divides every split of a dataset into so many shards, or as many as it has records if these are fewer.

    The dataset is written anew beside the old one and takes its place by two renames when it is complete. Whatever
    happens before, the old one stays as it is.

    Args:
        path: the dataset's folder.
        shards: of each split, 1..99,999. They hold the same number of records, or one more.
        progress: called with how many records are written.

    Raises:
        UsageError: `shards` is outside its range, or the dataset is in a bucket.
        DatasetError: the dataset is damaged; a shard does not have its sum.
        BuildError: the new one cannot be written.
    """
    if not 1 <= shards <= _MOST:
        raise UsageError("--shards", f"{shards} is outside 1..{_MOST:,}", "a few hundred records a shard are usual")
    if is_remote(path):
        raise UsageError(str(path), "is in a bucket", "reshard a copy on this machine, and copy that back")
    path = path.resolve()
    prepared, info = open_prepared(path), read_dataset_info(path)
    _check_sums(prepared)
    try:
        # Hidden, and on the same file system: TFDS does not take it for a version of the dataset.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".reshard-{path.name}-") as temporary:
            draft, manifests = Path(temporary) / "new", Path(temporary) / "manifests"
            draft.mkdir()
            manifests.mkdir()
            written = list(_write_shards(prepared, info, shards, draft, manifests, progress))
            _write_metadata(path, info, written, draft, manifests)
            for file in (*(file for file in draft.iterdir() if file.is_file()), draft):
                sync_to_disk(file)
            shutil.copystat(path, draft)
            install_folder(draft, path)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise BuildError(str(path), what, "make room, or check your rights there; nothing was changed") from error


def _check_sums(prepared: Prepared) -> None:
    """The new sums would hide damage to the old shards."""
    sums = read_sums(prepared.path)
    for shard in itertools.chain(*prepared.shards.values()):
        try:
            digest = digest_of(shard.path)
        except OSError as error:
            raise DatasetError(str(shard.path), unreadable(error), "build the dataset again") from error
        if digest != sums.get(shard.path.name):
            raise DatasetError(str(shard.path), f"does not have the sum in {SUMS}", "run hairnet-data verify")


def _write_shards(
    prepared: Prepared, info: DatasetInfo, shards: int, draft: Path, manifests: Path, progress: Progress
) -> Iterator[ShardManifest]:
    total, done = sum(prepared.records(split) for split in prepared.shards), 0
    for split, old in prepared.shards.items():
        lengths = _lengths(prepared.records(split), shards)
        records = _records(old)
        for number, length in enumerate(lengths):
            held = list(itertools.islice(records, length))
            file = draft / shard_file_name(info.name, split, info.file_format, number, len(lengths))
            size, sha256 = write_records(file, held, info.file_format)
            rows_sha256 = write_rows(encode_rows(split, file, held), file.name, manifests)
            payload = sum(map(len, held))
            yield ShardManifest(split, number, file.name, length, payload, Counter(), size, sha256, rows_sha256)
            done += length
            progress("writing", done, total)


def _records(shards: tuple[ShardInfo, ...]) -> Iterator[bytes]:
    for shard in shards:
        yield from read_shard(shard)


def _lengths(records: int, shards: int) -> list[int]:
    """How many records each shard holds: the same number, the first ones perhaps one more."""
    shards = min(shards, records)
    each, more = divmod(records, max(1, shards))
    return [each + (number < more) for number in range(shards)]


def _write_metadata(path: Path, info: DatasetInfo, shards: list[ShardManifest], draft: Path, manifests: Path) -> None:
    """Writes all that is said of the shards; what says nothing of them is copied."""
    of_shards = {name for split in info.splits for name in info.shard_names(split)}
    for file in path.iterdir():
        if file.name not in of_shards and file.name not in (TABLE, SUMS, CROISSANT, _INFO, _METADATA):
            (shutil.copytree if file.is_dir() else shutil.copy2)(file, draft / file.name)
    lengths: dict[str, list[int]] = {split.name: [] for split in info.splits}
    for shard in shards:
        lengths[shard.split].append(shard.records)
    tfds_info, metadata, croissant = (_read(path / name) for name in (_INFO, _METADATA, CROISSANT))
    for split in tfds_info["splits"]:
        split["shardLengths"] = [str(length) for length in lengths[split["name"]]]
    for name, split in metadata["splits"].items():
        split["examples_per_shard"] = max(lengths[name], default=1)
    (draft / _INFO).write_text(json.dumps(tfds_info, indent=2), encoding="utf-8")  # as protobuf writes it
    (draft / _METADATA).write_text(json.dumps(metadata), encoding="utf-8")
    table = write_table((shard.read_rows(manifests) for shard in shards), draft)
    licences = croissant.get("license", [])
    terms = Terms(
        citation=croissant.get("citeAs", ""),
        licences=tuple([licences] if isinstance(licences, str) else licences),
        homepage=croissant.get("url", ""),
    )
    name, description, version = (str(croissant.get(key, "")) for key in ("name", "description", "version"))
    (draft / CROISSANT).write_bytes(describe(name, description, version, terms, metadata, shards, table))
    write_sums(shards, draft)


def _read(file: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(read_bytes(file, MAX_JSON_BYTES))
    except (OSError, ValueError) as error:
        raise DatasetError(str(file), unreadable(error), "build the dataset again") from error
    return values
