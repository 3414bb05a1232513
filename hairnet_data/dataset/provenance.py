"""Opens the sources that a prepared dataset was built from, by its metadata and the folders that the user gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import HairnetError, SourceError, UsageError
from hairnet_data.dataset.reader import Prepared
from hairnet_data.recipes.recipe import asset_id
from hairnet_data.sources.base import POOLS, BackgroundSource, PortraitSource
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.scenes.source import DrawnBackgrounds


@dataclass(frozen=True, slots=True)
class AvailableSources:
    """The sources that can be opened; None for those that cannot."""

    portraits: PortraitSource | None
    backgrounds: BackgroundSource | None


def open_available_sources(
    dataset: Prepared,
    source_dir: Path | None,
    negatives: Path | None,
    cache_dir: Path,
    poses: Path | None = None,
) -> AvailableSources:
    """Opens the sources that the metadata names: drawn ones always, others where their folder is given.

    Args:
        dataset: the prepared dataset.
        source_dir: the folder of its portraits, or None.
        negatives: the folder of its backgrounds, or None.
        cache_dir: where archives are unpacked.
        poses: the file of their poses, where it is not in their folder.

    Raises:
        UsageError: a folder or poses are given for drawn portraits or backgrounds, or poses without portraits.
        SourceError: a folder cannot be used, or this version draws other portraits or backgrounds.
    """
    identity = dataset.metadata.identity
    source_settings, background_settings = identity.source, identity.backgrounds
    portraits: PortraitSource | None = None
    backgrounds: BackgroundSource | None = None
    if poses and not source_dir:
        what = "says nothing without the portraits' folder"
        drawn = source_settings["name"] == "drawn"
        raise UsageError("--poses", what, "leave it out" if drawn else "give --source-dir too")
    if source_settings["name"] == "drawn":
        if source_dir:
            raise UsageError("--source-dir", "the dataset's portraits are drawn", "leave it out")
        portraits = Drawn(**_counts(source_settings))
        _check_drawing(portraits.settings(), source_settings)
    elif source_dir:
        if source_settings["name"] == "lfw_parts":
            portraits = LfwParts.open(source_dir, cache_dir, source_settings.get("split_by", "official"), poses=poses)
        else:
            portraits = Folder.open(source_dir, poses)
    if background_settings["name"] == "drawn":
        if negatives:
            raise UsageError("--negatives", "the dataset's backgrounds are drawn", "leave it out")
        backgrounds = DrawnBackgrounds(**_counts(background_settings))
        _check_drawing(backgrounds.settings(), background_settings)
    elif negatives:
        backgrounds = PhotoFolder(negatives)
    return AvailableSources(portraits, backgrounds)


def _counts(settings: Mapping[str, Any]) -> dict[str, int]:
    return {name: settings[name] for name in (*POOLS, "size")}


def _check_drawing(current: dict[str, Any], stored: Mapping[str, Any]) -> None:
    """Raises SourceError where this version's settings of a drawn source differ from the dataset's."""
    if any(stored.get(name) != value for name, value in current.items()):
        raise SourceError("drawn", "this version draws other portraits than the dataset's", "build it again")


def asset_error(source: PortraitSource | BackgroundSource, asset: str) -> str:
    """Says whether an asset is missing from its source, or has changed since a recipe named it.

    Args:
        source: the source of the asset.
        asset: as a recipe names it: id and content hash, `ID@HASH`.

    Returns:
        What is wrong, "" if nothing is.
    """
    id = asset_id(asset)
    try:
        content = source.content(id)
    except (HairnetError, OSError, KeyError):
        return f"{id} is not in the given source"
    return "" if asset == f"{id}@{content}" else f"{id} has changed since the dataset was built"
