"""The sources a prepared dataset was made from, opened again: by its metadata and the folders that are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairnet_data.core.errors import HairnetError, SourceError, UsageError
from hairnet_data.dataset.reader import Prepared
from hairnet_data.recipes.recipe import asset_id
from hairnet_data.sources.base import BackgroundSource, PortraitSource
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.scenes.source import DrawnBackgrounds


@dataclass(frozen=True, slots=True)
class AvailableSources:
    """What can be opened; None for what cannot."""

    portraits: PortraitSource | None
    backgrounds: BackgroundSource | None


def open_available_sources(
    dataset: Prepared, source_dir: Path | None, negatives: Path | None, keep_in: Path
) -> AvailableSources:
    """Opens what the metadata names: drawn sources always, others where their folder is given.

    Args:
        dataset: the prepared dataset.
        source_dir: the folder of its portraits, if at hand.
        negatives: the folder of its backgrounds, if at hand.
        keep_in: where archives are unpacked.

    Raises:
        UsageError: a folder is given for drawn portraits or backgrounds.
        SourceError: a folder cannot be used, or holds no source of these settings.
    """
    known = dataset.metadata["identity"]
    source, ground = dict(known["source"]), dict(known["backgrounds"])
    portraits: PortraitSource | None = None
    backgrounds: BackgroundSource | None = None
    if source["name"] == "drawn":
        if source_dir:
            raise UsageError("--source-dir", "the dataset's portraits are drawn", "leave it out")
        portraits = Drawn(**_counts(source))
        _same_drawing(portraits.settings(), source)
    elif source_dir:
        if source["name"] == "lfw_parts":
            portraits = LfwParts.open(source_dir, keep_in, source.get("split_by", "official"))
        else:
            portraits = Folder.open(source_dir)
    if ground["name"] == "drawn":
        if negatives:
            raise UsageError("--negatives", "the dataset's backgrounds are drawn", "leave it out")
        backgrounds = DrawnBackgrounds(**_counts(ground))
        _same_drawing(backgrounds.settings(), ground)
    elif negatives:
        backgrounds = PhotoFolder(negatives)
    return AvailableSources(portraits, backgrounds)


def _counts(settings: dict[str, Any]) -> dict[str, int]:
    return {name: settings[name] for name in ("train", "validation", "test", "size")}


def _same_drawing(now: dict[str, Any], then: dict[str, Any]) -> None:
    if any(then.get(name) != value for name, value in now.items()):
        raise SourceError("drawn", "this version draws other portraits than the dataset's", "build it again")


def content_fault(source: PortraitSource | BackgroundSource, asset: str) -> str:
    """Says if an asset is gone or no longer what it was when its recipe was drawn, "" if neither."""
    id = asset_id(asset)
    try:
        content = source.content(id)
    except (HairnetError, OSError, KeyError):
        return f"{id} is not in the source at hand"
    return "" if asset == f"{id}@{content}" else f"{id} has changed since the dataset was built"
