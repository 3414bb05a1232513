"""Compares records with their source: masks with the reference renderer's, images with their recipes'."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from hairnet_data.core.arrays import Pixels
from hairnet_data.core.classes import BACKGROUND
from hairnet_data.core.errors import HairnetError
from hairnet_data.dataset.codec import decode_image, encode_image
from hairnet_data.dataset.provenance import AvailableSources, content_fault
from hairnet_data.dataset.reader import Prepared
from hairnet_data.recipes.recipe import Recipe, asset_id
from hairnet_data.rendering.paint import shrink_background
from hairnet_data.rendering.renderer import Subject, render
from hairnet_data.rendering.versions import library_versions
from hairnet_data.sources.base import Portrait
from hairnet_data.verify.record_checks import Checked, Finding, strange_value
from hairnet_data.verify.reference_mask import UNLABELLED_BIT, allowed_classes, mask_fault

_OTHER_LIBRARIES = 2.0  # grey levels of mean difference that another version of a codec may make


@dataclass(slots=True)
class Compared:
    """What a comparison came to, and whether mask and image were compared at all."""

    findings: list[Finding] = field(default_factory=list)
    mask: bool = False
    image: bool = False


class SourceCheck:
    """Compares records with what is at hand of their source."""

    def __init__(self, dataset: Prepared, available: AvailableSources) -> None:
        self._at_hand = available
        self._image_format = dataset.metadata["identity"]["image_format"]
        self._same_libraries = dataset.metadata.get("libraries") == library_versions()
        self._unlabelled = bool(dataset.metadata.get("unlabelled"))
        self._size = dataset.metadata["identity"]["image_size"]
        self._background = functools.lru_cache(maxsize=128)(self._load_background)
        self._fault = functools.lru_cache(maxsize=100_000)(self._fault_of)
        self._portrait = functools.lru_cache(maxsize=64)(self._load)

    def compare(self, checked: Checked) -> Compared:
        """Compares one record whose recipe could be read."""
        compared = Compared()
        recipe = checked.recipe
        assert recipe is not None
        if self._at_hand.portraits is None or checked.mask is None:
            return compared
        if strange_value(checked.mask, self._unlabelled) is not None:
            return compared
        portraits, backgrounds = recipe.assets()
        faults = [fault for name in portraits if (fault := self._fault(True, name))]
        faults += [fault for name in backgrounds if self._at_hand.backgrounds and (fault := self._fault(False, name))]
        if faults:
            compared.findings = [Finding(recipe.split, recipe.index, recipe.source_id, faults[0])]
            return compared
        try:
            portrait = self._portrait(recipe.portrait) if recipe.portrait else None
            for what in self._compare_mask(compared, recipe, checked.mask, portrait):
                compared.findings.append(Finding(recipe.split, recipe.index, recipe.source_id, what))
            renderable = self._at_hand.backgrounds or not backgrounds
            if checked.image is not None and renderable and not compared.findings:
                compared.image = True
                what = self._image_fault(recipe, portrait, checked.image, checked.image_bytes)
                if what:
                    compared.findings.append(Finding(recipe.split, recipe.index, recipe.source_id, what))
        except (HairnetError, AssertionError, ValueError) as fault:
            what = f"cannot be rendered from its recipe ({fault})"
            compared.findings.append(Finding(recipe.split, recipe.index, recipe.source_id, what))
        return compared

    def _fault_of(self, is_portrait: bool, asset: str) -> str:
        source = self._at_hand.portraits if is_portrait else self._at_hand.backgrounds
        assert source is not None
        return content_fault(source, asset)

    def _load(self, asset: str) -> Portrait:
        assert self._at_hand.portraits is not None
        return self._at_hand.portraits.load(asset_id(asset))

    def _load_background(self, asset: str) -> Pixels:
        assert self._at_hand.backgrounds is not None
        return shrink_background(self._at_hand.backgrounds.load(asset_id(asset)), self._size)

    def _compare_mask(self, compared: Compared, recipe: Recipe, mask: Pixels, portrait: Portrait | None) -> list[str]:
        frame = (portrait.image.shape[1], portrait.image.shape[0]) if portrait else None
        allowed = allowed_classes(recipe, portrait.mask if portrait else None, frame)
        compared.mask = True
        faults = [fault] if (fault := mask_fault(mask, allowed)) else []
        if recipe.split == "test_occluded" and portrait and len(recipe.occluders) == 1:
            faults += self._cover_fault(recipe, portrait, mask)
        return faults

    def _cover_fault(self, recipe: Recipe, portrait: Portrait, mask: Pixels) -> list[str]:
        # The share of the head that the occluder hides, against the same recipe without it.
        bare = Recipe(recipe.split, recipe.index, recipe.size, recipe.kind, recipe.portrait, affine=recipe.affine)
        frame = (portrait.image.shape[1], portrait.image.shape[0])
        not_head = 1 << BACKGROUND | 1 << UNLABELLED_BIT
        head = allowed_classes(bare, portrait.mask, frame) & not_head == 0
        if head.sum() < 100:
            return []
        hidden = float((mask[head] == BACKGROUND).mean())
        return [] if 0.19 <= hidden <= 0.51 else [f"its occluder hides {hidden:.0%} of the head, not 20-50 %"]

    def _image_fault(self, recipe: Recipe, portrait: Portrait | None, image: Pixels, data: bytes) -> str:
        subject = Subject(portrait) if portrait else None
        wanted, _ = render(recipe, subject, self._background)
        encoded = encode_image(wanted, self._image_format)
        if encoded == data:
            return ""
        off = float(np.abs(wanted.astype(np.int16) - image).mean())
        if self._same_libraries:
            return f"its image is not its recipe's (off by {off:.1f} grey levels on average)"
        # JPEG alone may be off by some levels; what another library version adds is small beside a wrong picture.
        usual = float(np.abs(wanted.astype(np.int16) - decode_image(encoded)).mean())
        return "" if off <= usual + _OTHER_LIBRARIES else f"its image is off its recipe's by {off:.1f} grey levels"
