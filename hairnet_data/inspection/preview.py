"""Pictures to judge a dataset by: cells for a contact sheet or gallery, and one record step by step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.contact_sheet import Cell, contact_sheet
from hairnet_data.core.drawing.overlay import save_png
from hairnet_data.core.errors import DatasetError, SourceError, UsageError
from hairnet_data.dataset.codec import decode_image, decode_mask
from hairnet_data.dataset.provenance import AvailableSources, content_fault
from hairnet_data.dataset.reader import Prepared, text
from hairnet_data.inspection.gallery import write_gallery
from hairnet_data.recipes.caption import describe
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Recipe, asset_id
from hairnet_data.recipes.sampler import sample_recipe
from hairnet_data.recipes.splits import splits_for
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.renderer import Subject, render, steps
from hairnet_data.sources.base import Catalogue
from hairnet_data.sources.registry import Sources


def from_settings(sources: Sources, settings: BuildSettings, count: int) -> Iterator[Cell]:
    """Renders the first examples that a build with these settings would begin its training split with.

    Nothing is looked at beforehand: a faulty portrait is met when it is shown.

    Raises:
        SourceError: there is nothing to show.
        PictureError: a portrait is faulty.
    """
    split = splits_for(settings.policy, settings.seed)[0]
    pool = Pool(
        _unseen(sources.portraits.catalogue(), split.pool), _unseen(sources.backgrounds.catalogue(), split.pool)
    )
    if not pool.portraits or not pool.backgrounds:
        raise SourceError("the pool train", "is empty", "give more portraits or backgrounds")
    assets = Assets(sources.portraits, sources.backgrounds, settings.image_size)
    for index in range(count):
        recipe = sample_recipe(split, pool, index, settings.image_size)
        image, mask = render(recipe, assets.subject(recipe.portrait) if recipe.portrait else None, assets.background)
        yield _cell(recipe, image, mask)


def _unseen(catalogue: Catalogue, pool: str) -> tuple[Asset, ...]:
    return tuple(Asset(e.id, "", e.person, dict(e.traits)) for e in catalogue.entries if e.pool == pool)


def from_dataset(dataset: Prepared, split: str, count: int) -> Iterator[Cell]:
    """Reads examples spread evenly over a split of a prepared dataset.

    Raises:
        UsageError: no such split.
        DatasetError: a record cannot be read.
    """
    if split not in dataset.shards:
        raise UsageError("--split", f"no split named {split!r}", f"choose from {', '.join(dataset.shards)}")
    total = dataset.records(split)
    wanted = {total * place // min(count, total) for place in range(min(count, total))} if total else set()
    for index, record in enumerate(dataset.read(split)):
        if index in wanted:
            yield _cell(*_decoded(record, f"{split} {index}"))


def _decoded(record: dict[str, bytes | int], where: str) -> tuple[Recipe, np.ndarray, np.ndarray]:
    try:
        image, mask = record["image"], record["mask"]
        if not isinstance(image, bytes) or not isinstance(mask, bytes):
            raise ValueError("image or mask is no picture")
        return Recipe.from_json(text(record["recipe"])), decode_image(image), decode_mask(mask)
    except (KeyError, ValueError) as fault:
        raise DatasetError(where, f"cannot be read ({fault})", "run hairnet-data verify") from fault


def _cell(recipe: Recipe, image: np.ndarray, mask: np.ndarray) -> Cell:
    return Cell(image, mask, f"{recipe.split} {recipe.index}", (f"{recipe.kind} {recipe.source_id}", *describe(recipe)))


def show(cells: list[Cell], path: Path, title: str, summary: str = "") -> None:
    """Writes a contact sheet (.png) or a gallery (.html), whole or not at all.

    Raises:
        UsageError: another ending.
        BuildError: the file cannot be written.
    """
    checked_ending(path)
    if path.suffix.lower() == ".html":
        write_gallery(path, cells, title, summary)
    else:
        save_png(path, contact_sheet(cells, columns=min(6, max(1, len(cells))), title=title))


def checked_ending(path: Path, endings: tuple[str, ...] = (".png", ".html")) -> Path:
    """The path, if it ends in one of the endings. Raises UsageError otherwise."""
    if path.suffix.lower() not in endings:
        raise UsageError("--out", f"{path.name!r} is neither {' nor '.join(endings)}", f"end it in {endings[0]}")
    return path


def explain(dataset: Prepared, available: AvailableSources, split: str, index: int) -> tuple[list[Cell], list[str]]:
    """Shows one record beside its source, with each step of its way.

    Returns:
        The source, each step if all that it takes is at hand, and the record as it is stored; and what is missing.

    Raises:
        UsageError: no such split or index.
        SourceError: what the recipe names is gone or has changed.
    """
    recipe, image, mask = _decoded(dataset.record(split, index), f"{split} {index}")
    cells, missing = [], []
    portraits, backgrounds = recipe.assets()
    subject = None
    for name in portraits:
        if available.portraits:
            _still_there(content_fault(available.portraits, name))
            portrait = available.portraits.load(asset_id(name))
            height, width = portrait.image.shape[:2]
            subject = Subject(portrait)
            cells.append(Cell(portrait.image, portrait.mask, "source", (asset_id(name), f"{width} x {height}")))
        else:
            missing.append(f"the portrait {asset_id(name)} is not at hand: give its folder with --source-dir")
    grounds: dict[str, Pixels] = {}
    for name in dict.fromkeys(backgrounds):
        if available.backgrounds:
            _still_there(content_fault(available.backgrounds, name))
            ground = available.backgrounds.load(asset_id(name))
            grounds[name] = shrink_background(ground, recipe.size)
            cells.append(Cell(ground, None, "background", (asset_id(name),)))
        else:
            missing.append(f"the background {asset_id(name)} is not at hand: give its folder with --negatives")
    if not missing:
        for number, (what, now, where) in enumerate(steps(recipe, subject, grounds.__getitem__), 1):
            cells.append(Cell(now.copy(), where.copy(), f"{number}. {what}", ()))
    cells.append(Cell(image, mask, "as stored", (f"{split} {index}", *describe(recipe))))
    return cells, missing


def _still_there(fault: str) -> None:
    if fault:
        raise SourceError("source", fault, "give the folder the dataset was built from")
