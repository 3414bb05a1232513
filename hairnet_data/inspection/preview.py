"""Shows examples of a dataset, before or after it is built, and one record step by step."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hairnet_data.building.picture_scan import head_of
from hairnet_data.building.settings import BuildSettings
from hairnet_data.core.arrays import Pixels
from hairnet_data.core.drawing.contact_sheet import Cell, contact_sheet
from hairnet_data.core.drawing.overlay import save_png
from hairnet_data.core.errors import DatasetError, SourceError, UsageError, unreadable
from hairnet_data.core.head.pose import Pose
from hairnet_data.core.records.example import Features
from hairnet_data.dataset.codec import decode_image, decode_mask, decode_matte
from hairnet_data.dataset.provenance import AvailableSources, asset_error
from hairnet_data.dataset.reader import Prepared, decode_pose, decode_text
from hairnet_data.inspection.gallery import write_gallery
from hairnet_data.recipes.caption import describe, describe_pose
from hairnet_data.recipes.pools import Asset, Pool
from hairnet_data.recipes.recipe import Recipe, asset_id
from hairnet_data.recipes.sampler import main_portrait, sample_recipe
from hairnet_data.recipes.splits import splits_for
from hairnet_data.rendering.asset_cache import Assets
from hairnet_data.rendering.mattes import render_matte
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.poses import poses_of
from hairnet_data.rendering.renderer import render, steps
from hairnet_data.rendering.subject import Subject
from hairnet_data.sources.base import BackgroundSource, Catalogue, PortraitSource
from hairnet_data.sources.registry import Sources


def from_settings(sources: Sources, settings: BuildSettings, count: int) -> Iterator[Cell]:
    """Renders the first examples of the training split that a build with these settings would make.

    The sources are not scanned before: a faulty portrait is found when its example is rendered.

    Args:
        sources: of portraits and backgrounds.
        settings: of the build.
        count: how many examples.

    Raises:
        SourceError: there is nothing to show.
        PictureError: a portrait is faulty.
    """
    split = splits_for(settings.policy, settings.seed)[0]
    pool = Pool(
        _unscanned_assets(sources.portraits.catalogue(), split.pool, sources.portraits.knows_coverage),
        _unscanned_assets(sources.backgrounds.catalogue(), split.pool),
    )
    if not pool.portraits or not pool.backgrounds:
        raise SourceError("the pool train", "is empty", "give more portraits or backgrounds")
    if split.policy.needs_heads:
        pool = _with_heads(pool, [main_portrait(split, pool, index) for index in range(count)], sources)
    assets = Assets(sources.portraits, sources.backgrounds, settings.image_size, mattes=settings.matte)
    for index in range(count):
        recipe = sample_recipe(split, pool, index, settings.image_size)
        subjects = [assets.subject(portrait) for portrait in recipe.portraits]
        image, mask = render(recipe, subjects[0] if subjects else None, assets.background, subjects[1:])
        yield _cell(_with_poses(recipe, subjects), image, mask)
        if settings.matte:
            yield _matte_cell(recipe, *render_matte(recipe, subjects))


def _unscanned_assets(catalogue: Catalogue, pool: str, has_coverage: bool = False) -> tuple[Asset, ...]:
    """The assets of a pool without their content hashes, which a scan would compute."""
    return tuple(
        Asset(entry.id, "", entry.person, dict(entry.traits), has_coverage=has_coverage)
        for entry in catalogue.entries
        if entry.pool == pool
    )


def _with_heads(pool: Pool, shown: Collection[Asset], sources: Sources) -> Pool:
    """The pool with the maps of the heads that are shown, which a scan would have made of all."""
    shown_ids = {asset.id for asset in shown}
    return replace(
        pool,
        portraits=tuple(
            replace(asset, head=head_of(sources.portraits.load(asset.id))) if asset.id in shown_ids else asset
            for asset in pool.portraits
        ),
    )


def _with_poses(recipe: Recipe, subjects: Sequence[Subject]) -> Recipe:
    """The recipe with the poses of its portraits, which a scan would have learnt."""
    if not subjects:
        return recipe
    beside = zip(recipe.companions, subjects[1:], strict=True)
    companions = tuple(replace(companion, pose=subject.pose) for companion, subject in beside)
    return replace(recipe, pose=subjects[0].pose, companions=companions)


def from_dataset(dataset: Prepared, split: str, count: int) -> Iterator[Cell]:
    """Reads examples spread evenly over a split of a prepared dataset.

    Args:
        dataset: the prepared dataset.
        split: the split's name.
        count: how many examples; all where the split has fewer.

    Raises:
        UsageError: no such split.
        DatasetError: a record cannot be read.
    """
    if split not in dataset.shards:
        raise UsageError("--split", f"no split named {split!r}", f"choose from {', '.join(dataset.shards)}")
    total = dataset.records(split)
    count = min(count, total)
    indices = {total * number // count for number in range(count)}
    for index, record in enumerate(dataset.read(split)):
        if index in indices:
            recipe, image, mask, pose = _decode(record, f"{split} {index}")
            yield _cell(recipe, image, mask, [pose, *poses_of(recipe)[1:]])
            if dataset.metadata.identity.matte:
                yield _matte_cell(recipe, *_decode_alpha(record, f"{split} {index}"))


def _decode_alpha(record: Features, where: str) -> tuple[Pixels, bool]:
    """A record's matte, and whether it is known."""
    try:
        alpha = record["alpha"]
        if not isinstance(alpha, bytes):
            raise ValueError("the matte is no picture")
        return decode_matte(alpha), bool(record["has_alpha"])
    except (KeyError, ValueError) as error:
        raise DatasetError(where, unreadable(error), "run hairnet-data verify") from error


def _matte_cell(recipe: Recipe, alpha: Pixels, known: bool) -> Cell:
    """The matte of an example as a grey picture, white where all is hair."""
    title = f"{recipe.split} {recipe.index}, matte"
    soft = np.count_nonzero((alpha > 0) & (alpha < 255)) / alpha.size
    lines = (f"hair in part: {soft:.1%}",) if known else ("not known",)
    return Cell(np.repeat(alpha[..., None], 3, axis=-1), None, title, lines)


def _decode(record: Features, where: str) -> tuple[Recipe, Pixels, Pixels, Pose | None]:
    """A record's recipe, image, mask and pose."""
    try:
        image, mask = record["image"], record["mask"]
        if not isinstance(image, bytes) or not isinstance(mask, bytes):
            raise ValueError("image or mask is no picture")
        recipe, pose = Recipe.from_json(decode_text(record["recipe"])), decode_pose(record["pose"])
        return recipe, decode_image(image), decode_mask(mask), pose
    except (KeyError, ValueError) as error:
        raise DatasetError(where, unreadable(error), "run hairnet-data verify") from error


def _cell(recipe: Recipe, image: Pixels, mask: Pixels, poses: Sequence[Pose | None] = ()) -> Cell:
    """An example with the axes of its heads: of the given poses, or those of its recipe."""
    poses = poses or poses_of(recipe)
    looks = tuple(describe_pose(pose) for pose in poses[:1] if pose)
    return Cell(
        image,
        mask,
        f"{recipe.split} {recipe.index}",
        (f"{recipe.kind} {', '.join(recipe.source_ids)}", *looks, *describe(recipe)),
        tuple(pose for pose in poses if pose),
    )


def show(cells: list[Cell], path: Path, title: str, summary: str = "") -> None:
    """Writes a contact sheet (.png) or a gallery (.html) atomically.

    Args:
        cells: what to show, in order.
        path: the file; an older one is replaced.
        title: the headline.
        summary: what stands below it in a gallery, one paragraph per line.

    Raises:
        UsageError: the path has another extension.
        BuildError: the file cannot be written.
    """
    checked_ending(path)
    if path.suffix.lower() == ".html":
        write_gallery(path, cells, title, summary)
    else:
        save_png(path, contact_sheet(cells, columns=min(6, max(1, len(cells))), title=title))


def checked_ending(path: Path, endings: tuple[str, ...] = (".png", ".html")) -> Path:
    """Returns the path if it ends in one of the endings. Raises UsageError otherwise."""
    if path.suffix.lower() not in endings:
        raise UsageError("--out", f"{path.name!r} is neither {' nor '.join(endings)}", f"end it in {endings[0]}")
    return path


def explain(dataset: Prepared, available: AvailableSources, split: str, index: int) -> tuple[list[Cell], list[str]]:
    """Shows one record with its source and every step of its rendering.

    Args:
        dataset: the prepared dataset.
        available: its sources, as far as they can be opened.
        split: the split's name.
        index: of the record within the split.

    Returns:
        Cells: the source, every step if its portrait and backgrounds are available, and the record as it is stored.
        And lines that say what is not available.

    Raises:
        UsageError: no such split or index.
        DatasetError: the record cannot be read.
        SourceError: a portrait or background that the recipe names is missing or has changed.
    """
    recipe, image, mask, pose = _decode(dataset.record(split, index), f"{split} {index}")
    cells, missing = [], []
    portraits, backgrounds = recipe.assets()
    subjects: list[Subject] = []
    own_poses = [recipe.pose, *(companion.pose for companion in recipe.companions)]
    for name, own in zip(portraits, own_poses, strict=False):
        if available.portraits:
            _check_asset(available.portraits, name)
            portrait = available.portraits.load(asset_id(name))
            height, width = portrait.image.shape[:2]
            subjects.append(Subject(portrait))
            lines = (asset_id(name), f"{width} x {height}", *_pose_lines(own))
            cells.append(Cell(portrait.image, portrait.mask, "source", lines, (own,) if own else ()))
        else:
            missing.append(f"the portrait {asset_id(name)} is not available: give its folder with --source-dir")
    shrunk: dict[str, Pixels] = {}
    for name in dict.fromkeys(backgrounds):
        if available.backgrounds:
            _check_asset(available.backgrounds, name)
            background = available.backgrounds.load(asset_id(name))
            shrunk[name] = shrink_background(background, recipe.size)
            cells.append(Cell(background, None, "background", (asset_id(name),)))
        else:
            missing.append(f"the background {asset_id(name)} is not available: give its folder with --negatives")
    if not missing:
        main = subjects[0] if subjects else None
        rendered = steps(recipe, main, shrunk.__getitem__, subjects[1:])
        for number, (what, step_image, step_mask) in enumerate(rendered, 1):
            cells.append(Cell(step_image.copy(), step_mask.copy(), f"{number}. {what}", ()))
    lines = (f"{split} {index}", *describe(recipe), *_pose_lines(pose))
    cells.append(Cell(image, mask, "as stored", lines, (pose,) if pose else ()))
    if dataset.metadata.identity.matte:
        alpha, known = _decode_alpha(dataset.record(split, index), f"{split} {index}")
        cells.append(replace(_matte_cell(recipe, alpha, known), title="its matte"))
    return cells, missing


def _pose_lines(pose: Pose | None) -> tuple[str, ...]:
    """A pose in words and in numbers; () where it is not known."""
    if pose is None:
        return ()
    angles = f"yaw {pose.yaw:.1f}, pitch {pose.pitch:.1f}, roll {pose.roll:.1f}"
    return describe_pose(pose), f"{angles}, x {pose.x:.3f}, y {pose.y:.3f}, size {pose.size:.4f}"


def _check_asset(source: PortraitSource | BackgroundSource, name: str) -> None:
    if error := asset_error(source, name):
        raise SourceError("source", error, "give the folder the dataset was built from")
