"""What a dataset is named, and whether the existing one of that name is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hairnet_data.building.plan import Plan, default_examples, fingerprint
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import BuildError, DatasetError, UsageError
from hairnet_data.core.storage.paths import is_remote
from hairnet_data.core.version import __version__
from hairnet_data.dataset.dataset_metadata import read_identity
from hairnet_data.rendering.versions import library_versions
from hairnet_data.sources.registry import SOURCES
from hairnet_data.sources.traits_file import SETTING as TRAITS
from hairnet_data.sources.without_people import SETTING as WITHOUT


def config_name(plan: Plan) -> str:
    """The source's name where everything is at its default, else one that its settings and content decide."""
    source = plan.portraits.name
    is_default = (
        source != "folder"
        and plan.backgrounds.name == "drawn"
        and replace(plan.settings, train_examples=None) == BuildSettings()
        and plan.identity["train_examples"] == default_examples(plan.portraits, plan.pools)
        and plan.portraits.settings().get("split_by", "official") == "official"
        and not {TRAITS, WITHOUT} & plan.portraits.settings().keys()
        and not plan.skipped
    )
    return source if is_default else f"{source}-{plan.fingerprint[:8]}"


def resolve_name(plan: Plan, name: str | None) -> str:
    """The given name, or else the plan's own. Raises UsageError for another source's or default settings' name."""
    own = config_name(plan)
    # TFDS reads these with the features of default settings.
    if name in SOURCES and name != "folder" and name != own:
        raise UsageError(
            "--name", f"{name!r} stands for {name} with default settings", "choose another, or leave it out"
        )
    return name or own


def staging_name(plan: Plan, name: str) -> str:
    """The name of a build's staging directory.

    Its 8 digits stand for everything that decides the bytes of the shards, also for what a dataset's identity leaves
    out: the libraries, this package's version and the ranges. Shards under one such name belong together.
    """
    ranges = [[part.split.name, part.count, part.per_shard] for part in plan.splits]
    deciding = {"identity": plan.identity, "libraries": library_versions(), "version": __version__, "ranges": ranges}
    return f"{name}-{fingerprint(deciding)[:8]}"


def is_built(path: Path, plan: Plan) -> bool:
    """Whether the same dataset is at the path. Raises BuildError where another one is."""
    if not path.exists():
        return False
    if is_remote(path) and not (path / "metadata.json").exists() and not (path / "dataset_info.json").exists():
        return False  # a build was stopped while it copied its files, see `publish`
    try:
        existing = read_identity(path)
    except DatasetError as error:
        what = "holds something that this program did not make"
        raise BuildError(str(path), what, "choose another --name, or --overwrite") from error
    others = [
        f"{field} {json.dumps(there)} there, {json.dumps(now)} now"
        for field, there, now in differences(existing, plan.identity)
    ]
    if others:
        what = f"was built with other settings ({', '.join(others[:4])})"
        raise BuildError(str(path), what, "choose another --name, or --overwrite")
    return True


def differences(existing: Any, planned: Any, field: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two identities (or parts of them) differ.

    Yields:
        The setting, its keys joined by dots, and both its values; None for one that is missing.
    """
    if isinstance(existing, dict) and isinstance(planned, dict):
        for key in sorted({*existing, *planned}):
            yield from differences(existing.get(key), planned.get(key), f"{field}.{key}" if field else key)
    elif existing != planned:
        yield field, existing, planned
