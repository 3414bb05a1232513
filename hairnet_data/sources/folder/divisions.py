"""A division into train, validation and test that a folder of photos has already: `images/train`, `images/val`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hairnet_data.core.errors import HairnetError, SourceError
from hairnet_data.sources.base import Entry
from hairnet_data.sources.folder.pairing import PortraitFiles

_POOLS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""The pool of a folder, by its name in lower case."""


def _pool_of(id: str) -> str | None:
    folder, _, rest = id.partition("/")
    return _POOLS.get(folder.lower()) if rest else None


def division_folders(ids: Iterable[str]) -> tuple[str, ...]:
    """The folders of two or three pools in which all photos lie, sorted; () where they do not."""
    ids = list(ids)
    pools = {_pool_of(id) for id in ids}
    if None in pools or len(pools) < 2:
        return ()
    return tuple(sorted({id.split("/")[0] for id in ids}))


def divided_by_folders(
    people: Mapping[str, str], files: Mapping[str, PortraitFiles], errors: list[HairnetError]
) -> tuple[Entry, ...]:
    """The portraits in the pools whose folders they lie in.

    Args:
        people: who is on each photo, by id, as "train/anna_1".
        files: their files, by id.
        errors: photos in no pool's folder, and those of people who are in another pool too, are added here.
    """
    pool_of_person: dict[str, str] = {}
    entries = []
    for id, person in people.items():
        pool = _pool_of(id)
        if pool is None:
            pools = ", ".join(dict.fromkeys(_POOLS.values()))
            errors.append(SourceError(files[id].photo, "lies in no folder of a pool", f"put it into one of {pools}"))
        elif pool_of_person.setdefault(person, pool) != pool:
            what = f"shows {person}, who is in the pool {pool_of_person[person]} too"
            errors.append(SourceError(files[id].photo, what, "move all photos of a person into one folder"))
        else:
            entries.append(Entry(id, pool, person))
    return tuple(entries)
