"""Opens the sources of portraits and backgrounds by their names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from hairnet_data.core.errors import UsageError
from hairnet_data.core.ledger import Ledger
from hairnet_data.sources.base import BackgroundSource, PortraitSource
from hairnet_data.sources.disk_cache import LAYERS, CachedBackgrounds, CachedPortraits
from hairnet_data.sources.drawing_cache import DrawnOnceBackgrounds, DrawnOncePortraits, drawing_folder
from hairnet_data.sources.drawn.source import Drawn
from hairnet_data.sources.drawn.terms import TERMS as DRAWN_TERMS
from hairnet_data.sources.folder.backgrounds import PhotoFolder
from hairnet_data.sources.folder.source import Folder
from hairnet_data.sources.folder.terms import BACKGROUND_TERMS
from hairnet_data.sources.folder.terms import TERMS as FOLDER_TERMS
from hairnet_data.sources.lfw.source import LfwParts
from hairnet_data.sources.lfw.terms import TERMS as LFW_TERMS
from hairnet_data.sources.scenes.source import DrawnBackgrounds
from hairnet_data.sources.terms import Terms
from hairnet_data.sources.without_people import WithoutPeople

SOURCES = ("drawn", "lfw_parts", "folder")

FEWEST_DRAWN, MOST_DRAWN = 600, 6000
"""Bounds of how many portraits are drawn for training unless a number is given: three for every ten examples, while it
does not take minutes."""

FEWEST_SCENES, MOST_SCENES = 300, 6000
"""The same for drawn backgrounds, of which there is one for every ten examples: a network that sees each background a
hundred times knows it by heart, and finds hair in the next (docs/results.md, "Drawn portraits alone")."""


@dataclass(frozen=True, slots=True)
class Sources:
    """A source of portraits and one of backgrounds."""

    portraits: PortraitSource
    backgrounds: BackgroundSource


def open_sources(
    name: str,
    source_dir: Path | None,
    negatives: Path | None,
    cache_dir: Path,
    train_examples: int | None = None,
    split_by: str = "official",
    poses: Path | None = None,
    without: tuple[str, ...] = (),
    drawn: int | None = None,
    scenes: int | None = None,
) -> Sources:
    """Opens the sources a user named.

    Args:
        name: one of `SOURCES`.
        source_dir: the source's folder; needed for `folder`, optional for `lfw_parts`.
        negatives: a folder of backgrounds; drawn ones without it.
        cache_dir: a folder, made when needed, where archives are unpacked and drawings kept, for this build and later
            ones.
        train_examples: what the user asked for; decides how many portraits and backgrounds are drawn.
        split_by: "official" or "person", for `lfw_parts`.
        poses: a file of the portraits' poses, for `lfw_parts` and `folder`; `poses.csv` in `source_dir` without it.
        without: people whose portraits are left out.
        drawn: how many portraits `drawn` has for training; None lets `train_examples` decide.
        scenes: the same for drawn backgrounds.

    Raises:
        SourceError: the folder or its content cannot be used.
        UsageError: the name or the combination means nothing, or nobody has a name in `without`.
    """
    if split_by not in ("official", "person"):
        raise UsageError("--split-by", f"no division named {split_by!r}", "choose official or person")
    if split_by != "official" and name != "lfw_parts":
        raise UsageError("--split-by", f"means nothing for {name}, whose pools never share a person", "leave it out")
    if poses and name == "drawn":
        raise UsageError("--poses", "means nothing for drawn, which knows its poses", "leave it out")
    if drawn is not None and name != "drawn":
        raise UsageError("--portraits", f"means nothing for {name}, which has its own", "leave it out")
    if scenes is not None and negatives:
        raise UsageError("--scenes", "means nothing beside a folder of negatives", "leave one of them out")
    for option, number in (("--portraits", drawn), ("--scenes", scenes)):
        if number is not None and number < 1:
            raise UsageError(option, f"{number} is less than 1", "give an integer from 1")
    backgrounds: BackgroundSource
    if negatives:
        backgrounds = PhotoFolder(negatives)
    else:
        one_in_ten = min(max((train_examples or 0) // 10, FEWEST_SCENES), MOST_SCENES)
        backgrounds = DrawnOnceBackgrounds(DrawnBackgrounds(scenes or one_in_ten), drawing_folder(cache_dir))
    portraits = _portraits(name, source_dir, cache_dir, train_examples, split_by, poses, drawn)
    if without:
        portraits = WithoutPeople(portraits, without)
    if name == "drawn":
        portraits = DrawnOncePortraits(portraits, drawing_folder(cache_dir))
    return Sources(portraits, backgrounds)


def _portraits(
    name: str,
    source_dir: Path | None,
    cache_dir: Path,
    train_examples: int | None,
    split_by: str,
    poses: Path | None,
    drawn: int | None,
) -> PortraitSource:
    if name == "drawn":
        if source_dir:
            raise UsageError("--source-dir", "means nothing for drawn", "leave it out, or name lfw_parts or folder")
        few_a_portrait = 3 * (train_examples or 0) // 10
        return Drawn(train=drawn or min(max(few_a_portrait, FEWEST_DRAWN), MOST_DRAWN))
    if name == "lfw_parts":
        return LfwParts.open(source_dir, cache_dir, split_by, poses=poses)
    if name == "folder":
        if not source_dir:
            raise UsageError("--source-dir", "is missing", "give the folder that holds images, masks and classes.toml")
        return Folder.open(source_dir, poses)
    raise UsageError("SOURCE", f"no source named {name!r}", f"choose from {', '.join(SOURCES)}")


def terms_of(portraits: str, backgrounds: str, ledger: Ledger = ()) -> Terms:
    """What a dataset says of its sources: the terms of its portraits, and of backgrounds that are somebody's photos.

    Args:
        portraits: name of the source of portraits, one of `SOURCES`.
        backgrounds: name of the source of backgrounds, `drawn` or `folder`.
        ledger: of the dataset; the licences of a `folder` are in it.
    """
    terms = {"drawn": DRAWN_TERMS, "lfw_parts": LFW_TERMS, "folder": FOLDER_TERMS}[portraits]
    if portraits == "folder":
        terms = replace(terms, licences=_licences("portraits", ledger, terms.licences))
    if backgrounds == "drawn":
        return terms
    of_backgrounds = _licences("backgrounds", ledger, BACKGROUND_TERMS.licences)
    if portraits == "drawn":  # the whole is under the terms of the photos in it
        return replace(terms, licences=of_backgrounds)
    return replace(terms, licences=tuple(dict.fromkeys((*terms.licences, *of_backgrounds))))


def _licences(what: str, ledger: Ledger, unsaid: tuple[str, ...]) -> tuple[str, ...]:
    """The licences of a folder's pictures, without repetition; `unsaid` for those of which nobody said it."""
    of_pictures = [entry.terms.licence for entry in ledger if entry.what == what]
    said = [licence for licence in of_pictures if licence]
    return tuple(dict.fromkeys((*said, *(unsaid if len(said) < len(of_pictures) or not said else ()))))


MAX_CACHED = 8000
"""Sources with more entries are not cached: their files would take gigabytes."""


def cache_small(sources: Sources, folder: Path, layers: Collection[str] = LAYERS) -> Sources:
    """The same sources, whose small pictures are cached as files in a folder once they are drawn or decoded.

    Args:
        sources: portraits and backgrounds.
        folder: an existing one.
        layers: which of `disk_cache.LAYERS` portraits keep; the others are None from then on.
    """
    portraits, backgrounds = sources.portraits, sources.backgrounds
    if len(portraits.catalogue().entries) <= MAX_CACHED:
        portraits = CachedPortraits(portraits, folder, layers)
    if len(backgrounds.catalogue().entries) <= MAX_CACHED:
        backgrounds = CachedBackgrounds(backgrounds, folder)
    return Sources(portraits, backgrounds)
