"""What a dataset is named, and whether the one of that name is the one that is wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hairnet_data.building.plan import Plan, default_examples, fingerprint
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.errors import BuildError, UsageError
from hairnet_data.core.storage.paths import is_remote
from hairnet_data.core.version import __version__
from hairnet_data.rendering.versions import library_versions
from hairnet_data.sources.registry import SOURCES


def config_name(plan: Plan) -> str:
    """The source's name where everything is at its default, else one that its settings and content decide."""
    source = plan.portraits.name
    given = plan.identity["train_examples"]
    default = (
        source != "folder"
        and plan.backgrounds.name == "drawn"
        and replace(plan.settings, train_examples=None) == BuildSettings()
        and given == default_examples(plan.portraits, plan.pools)
        and plan.portraits.settings().get("split_by", "official") == "official"
        and not plan.skipped
    )
    return source if default else f"{source}-{plan.fingerprint[:8]}"


def resolve_name(plan: Plan, wanted: str | None) -> str:
    """The name wanted or the plan's own. Raises UsageError for another source's or default settings' name."""
    own = config_name(plan)
    # TFDS reads these with the features of default settings.
    if wanted in SOURCES and wanted != "folder" and wanted != own:
        raise UsageError(
            "--name", f"{wanted!r} stands for {wanted} with default settings", "choose another, or leave it out"
        )
    return wanted or own


def staging_name(plan: Plan, name: str) -> str:
    """What a build of that name goes by while it is unfinished.

    Its 8 digits stand for all that decides the bytes of the shards, also what a dataset's identity leaves out: the
    libraries, this package's version and the ranges. Shards under one such name fit together.
    """
    ranges = [[part.split.name, part.count, part.per_shard] for part in plan.splits]
    decides = {"identity": plan.identity, "libraries": library_versions(), "version": __version__, "ranges": ranges}
    return f"{name}-{fingerprint(decides)[:8]}"


def is_built(path: Path, plan: Plan) -> bool:
    """Whether the very dataset is there. Raises BuildError where another has its name."""
    if not path.exists():
        return False
    known = path / "metadata.json"
    if is_remote(path) and not known.exists() and not (path / "dataset_info.json").exists():
        return False  # a build was stopped while it copied, see `publish`
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
