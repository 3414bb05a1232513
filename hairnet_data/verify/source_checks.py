"""Compares records with their source: masks with the reference renderer's, images with those of their recipes."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.core.errors import HairnetError
from hairnet_data.core.records.dataset_info import read_dataset_info
from hairnet_data.core.version import __version__
from hairnet_data.dataset.codec import decode_image, encode_image
from hairnet_data.dataset.provenance import AvailableSources, asset_error
from hairnet_data.dataset.reader import Prepared
from hairnet_data.recipes.recipe import Recipe, asset_id
from hairnet_data.recipes.splits import EVALUATION_SPLITS
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.renderer import render
from hairnet_data.rendering.versions import RENDERER_VERSION, library_versions
from hairnet_data.sources.base import Portrait
from hairnet_data.verify.record_checks import CheckedRecord, Finding, invalid_class
from hairnet_data.verify.reference_mask import UNLABELLED_BIT, Layer, allowed_classes, mask_error
from hairnet_data.verify.reference_matte import MatteLayer, matte_error

_OTHER_LIBRARIES = 2.0  # grey levels of mean difference that another version of a codec may make

_COVER = {split.name: split.policy.cover for split in EVALUATION_SPLITS if split.policy.cover}
"""Which splits hide a given share of the head, and the least and most of it."""

_COVER_TOLERANCE = 0.01  # of the head: the sampler counts the pixels of a coarse map of it, this module the mask's
_SMALLEST_HEAD = 100  # pixels: of fewer, one pixel is more than the tolerance


@dataclass(slots=True)
class Comparison:
    """What a record's comparison found, and whether its mask and its image were compared at all."""

    findings: list[Finding] = field(default_factory=list)
    mask: bool = False
    image: bool = False


class SourceCheck:
    """Compares records with their sources, as far as those are available.

    Args:
        dataset: the prepared dataset.
        available: its sources.
    """

    def __init__(self, dataset: Prepared, available: AvailableSources) -> None:
        self._available = available
        self._image_format = dataset.metadata.identity.image_format
        self._same_libraries = dataset.metadata.libraries == library_versions()
        self._other_version = _other_version(dataset)
        self._unlabelled = bool(dataset.metadata.unlabelled)
        self._size = dataset.metadata.identity.image_size
        self._with_poses = not lacks_poses(dataset, available)
        self._background = functools.lru_cache(maxsize=128)(self._load_background)
        self._portrait = functools.lru_cache(maxsize=64)(self._load_portrait)
        self._asset_error = functools.lru_cache(maxsize=100_000)(self._check_asset)

    def compare(self, checked: CheckedRecord) -> Comparison:
        """Compares one record, which must have a recipe. Without portraits nothing is compared."""
        comparison = Comparison()
        recipe = checked.recipe
        assert recipe is not None
        if self._available.portraits is None or checked.mask is None:
            return comparison
        if invalid_class(checked.mask, self._unlabelled) is not None:
            return comparison

        def report(what: str, cause: str = "") -> None:
            comparison.findings.append(Finding(recipe.split, recipe.index, recipe.source_id, what, cause))

        portraits, backgrounds = recipe.assets()
        errors = [(self._asset_error(True, name), name) for name in portraits]
        errors += [(self._asset_error(False, name), name) for name in backgrounds if self._available.backgrounds]
        for error, name in errors:
            if error:
                report(error, error.replace(asset_id(name), "a picture"))
                return comparison
        try:
            shown = [self._portrait(portrait) for portrait in recipe.portraits]
            mask_errors = _compare_mask(recipe, checked.mask, shown)
            comparison.mask = True
            for what in mask_errors:
                report(what)
            if checked.alpha is not None and (wrong := matte_error(checked.alpha, recipe, matte_layers(shown))):
                report(wrong)
            for name in self._wrong_poses(recipe, shown):
                report(f"its recipe's pose of {asset_id(name)} is not the source's", "a pose is not the source's")
            renderable = self._available.backgrounds or not backgrounds
            if checked.image is not None and renderable and not comparison.findings:
                comparison.image = True
                if what := self._compare_image(recipe, shown, checked.image, checked.image_bytes):
                    report(what)
        except (HairnetError, AssertionError, ValueError) as error:
            report(f"cannot be rendered from its recipe ({error})")
        return comparison

    def _wrong_poses(self, recipe: Recipe, shown: list[Portrait]) -> list[str]:
        """The portraits whose pose in the recipe is not the source's; none where the source's are not available."""
        if not self._with_poses:
            return []
        poses = [recipe.pose, *(companion.pose for companion in recipe.companions)]
        shown_poses = zip(recipe.portraits, poses, shown, strict=False)
        return [name for name, pose, portrait in shown_poses if pose != portrait.pose]

    def _check_asset(self, is_portrait: bool, asset: str) -> str:
        source = self._available.portraits if is_portrait else self._available.backgrounds
        assert source is not None
        return asset_error(source, asset)

    def _load_portrait(self, asset: str) -> Portrait:
        assert self._available.portraits is not None
        return self._available.portraits.load(asset_id(asset))

    def _load_background(self, asset: str) -> Pixels:
        assert self._available.backgrounds is not None
        return shrink_background(self._available.backgrounds.load(asset_id(asset)), self._size)

    def _compare_image(self, recipe: Recipe, shown: list[Portrait], image: Pixels, data: bytes) -> str:
        """Says what is wrong with an image, "" if nothing is."""
        expected, _ = render(recipe, shown[0] if shown else None, self._background, shown[1:])
        encoded = encode_image(expected, self._image_format)
        if encoded == data:
            return ""
        difference = _mean_difference(expected, image)
        if self._same_libraries:
            if self._other_version:  # which explains it; grey levels would not
                return self._other_version
            return f"its image is not its recipe's (off by {difference:.1f} grey levels on average)"
        # JPEG alone may be off by some levels; what another library version adds is small beside a wrong picture.
        of_encoding = _mean_difference(expected, decode_image(encoded))
        if difference <= of_encoding + _OTHER_LIBRARIES:
            return ""
        if self._other_version:
            return self._other_version
        return f"its image is off its recipe's by {difference:.1f} grey levels"


def matte_layers(shown: list[Portrait]) -> list[MatteLayer]:
    """The portraits' mattes as the reference takes them."""
    return [MatteLayer(portrait.alpha, _layer(portrait)) for portrait in shown]


def _layer(portrait: Portrait) -> Layer:
    return Layer(portrait.mask, portrait.image.shape[1::-1], portrait.coverage)


def lacks_poses(dataset: Prepared, available: AvailableSources) -> bool:
    """Whether a dataset's poses are from a file, and its portraits are available without one."""
    if available.portraits is None or "poses" not in dataset.metadata.identity.source:
        return False
    return "poses" not in available.portraits.settings()


def _other_version(dataset: Prepared) -> str:
    """Says that another version of the renderer or of this package drew a dataset, "" if none did."""
    renderer, program = read_dataset_info(dataset.path).version, dataset.metadata.program or __version__
    if (renderer, program) == (RENDERER_VERSION, __version__):
        return ""
    return (
        f"its image was drawn by renderer {renderer} of hairnet {program}, and this is renderer {RENDERER_VERSION} "
        f"of hairnet {__version__}: verify it with that version, or build it again"
    )


def _mean_difference(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


def _compare_mask(recipe: Recipe, mask: Pixels, shown: list[Portrait]) -> list[str]:
    """Says what is wrong with a mask, and with the share of the head that is hidden where its split promises one."""
    layers = [_layer(portrait) for portrait in shown]
    errors = [mask_error(mask, allowed_classes(recipe, layers))]
    cover = _COVER.get(recipe.split)
    if cover and len(layers) == 1 and len(recipe.occluders) == 1:
        errors.append(_check_cover(recipe, layers[0], mask, cover))
    return [error for error in errors if error]


def _check_cover(recipe: Recipe, portrait: Layer, mask: Pixels, cover: tuple[float, float]) -> str:
    """Says if the occluder hides less or more of the head than promised, compared with the recipe without it."""
    bare = Recipe(recipe.split, recipe.index, recipe.size, recipe.kind, recipe.portrait, affine=recipe.affine)
    not_head = 1 << BACKGROUND | 1 << UNLABELLED_BIT
    head = allowed_classes(bare, [portrait]) & not_head == 0
    if head.sum() < _SMALLEST_HEAD:
        return ""
    least, most = cover
    hidden = float((mask[head] == BACKGROUND).mean())
    if least - _COVER_TOLERANCE <= hidden <= most + _COVER_TOLERANCE:
        return ""
    return f"its occluder hides {hidden:.0%} of the head, not {100 * least:.0f}-{100 * most:.0f} %"
